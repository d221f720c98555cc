"""In a sum with a product, is the product worked out first, and both rightly?

Shows: that the product is known in its place, and that a digit can be added to it.
Does not show: in the readout by likelihood, which of the two operations comes first; the working is laid out.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: half of the answer is a product, which an earlier skill knows; a quarter of the questions is kept out of the
corpus, and some of their sums stand in no other.
Source: Saxton et al. (2019), arXiv:1904.01557 (school mathematics for neural models).
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
    streams = seeds.item_streams(n, seed, "order-of-operations", level)
    drawn = world.questions("order-of-operations", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/order-of-operations", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("order-of-operations"),
    source="a + b * c with digits, worked in two steps",
)
