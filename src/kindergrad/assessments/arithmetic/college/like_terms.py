"""Are two terms with the same letter added?

Shows: that the sum of two digits holds beside a letter, a notation of its own.
Does not show: that a letter stands for any number.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: the letter is only copied and does not count; all sums are asked for equally often.
Source: Kieran (1992), in Handbook of Research on Mathematics Teaching and Learning (the learning of school algebra).
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
    streams = seeds.item_streams(n, seed, "like-terms", level)
    drawn = world.questions("like-terms", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/like-terms", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("like-terms"),
    source="av + bv with digits and five letters",
)
