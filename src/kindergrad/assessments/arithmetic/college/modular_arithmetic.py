"""What is left of a sum when it is divided?

Shows: that the sum is known, and which remainder goes with which divisor.
Does not show: dividing; 120 remainders can be known by heart.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: the sum alone, an earlier skill, makes half of the answer; a quarter of the questions is kept out of the corpus.
Source: Power et al. (2022), arXiv:2201.02177 (a small net turns from memory to rule, late and suddenly).
"""

from __future__ import annotations

from typing import Any

from kindergrad.core import seeds
from kindergrad.core.asks import put_generation, put_likelihood
from kindergrad.core.assessment import TEXT_BLIND, Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed_first, preferred

NEAR = 7


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "modular-arithmetic", level)
    drawn = world.questions("modular-arithmetic", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/modular-arithmetic", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("modular-arithmetic"),
    source="(a + b) mod m with digits",
)
