"""Is it shown on numbers that a product over a sum is the sum of the products?

Shows: that five results, of four earlier skills, are right at once.
Does not show: a proof; it is one instance, with the lines of the argument laid out.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: the lines use the notation of easier skills, so the score rises before any such proof was met; only an engine that
writes the whole proof (generation) shows that it was. A quarter of the proofs is kept out of the corpus.
Source: Nye et al. (2021), arXiv:2112.00114 (working laid out step by step).
"""

from __future__ import annotations

from typing import Any

from kindergrad.core import seeds
from kindergrad.core.asks import put_generation, put_likelihood
from kindergrad.core.assessment import TEXT_BLIND, Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed_first, preferred

NEAR = 10


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "identities", level)
    drawn = world.questions("identities", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/identities", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 10 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("identities"),
    source="(a + b) * c = a * c + b * c with digits, worked in five steps",
)
