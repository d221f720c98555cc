"""What are the lowest terms of a fraction?

Shows: that 81 fractions and their lowest terms are known.
Does not show: finding a common factor; no fraction is kept out of the corpus.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: one half is common; all 27 answers are asked for equally often, and a near miss is another one.
Source: Siegler et al. (2012), doi:10.1177/0956797612440101 (early fractions predict later mathematics).
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
    streams = seeds.item_streams(n, seed, "fractions", level)
    drawn = world.questions("fractions", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/fractions", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("fractions"),
    source="fractions up to 32/36 with terms below ten",
)
