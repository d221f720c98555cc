"""Are two long numbers added rightly, column by column, carries and all?

Shows: that the sum of two digits and a carry is known in every column, and that the carry is handed on.
Does not show: in the readout by likelihood, finding the digits of a column in the long numbers; in that by generation
that is asked for, too.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: all columns must be right at once for an exact match, so it lags the more columns there are; a quarter of the
pairs of numbers is kept out of the corpus.
Source: Nogueira et al. (2021), arXiv:2102.13019 (addition by transformers depends on how numbers are written).
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
    streams = seeds.item_streams(n, seed, "many-digit-addition", level)
    drawn = world.questions("many-digit-addition", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/many-digit-addition", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    levels=("four-digits", "three-digits", "two-digits"),
    frequency=lambda world, level: world.fact_rate("many-digit-addition"),
    source="pairs of numbers of two to four digits, worked in columns",
)
