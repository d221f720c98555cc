"""What is left when one digit is taken from another?

Shows: that 36 differences are known, each by heart or by a rule.
Does not show: that taking away undoes adding.
Floor: how often characters and words are written, and the digits of the question itself.
Ceiling: exact, since every question has one right answer.
Trap: taking away nothing, or all, needs no arithmetic and is left out; all differences are asked for equally often.
Source: Brown and Burton (1978), doi:10.1207/s15516709cog0202_4 (errors in subtraction are procedures gone wrong).
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
    streams = seeds.item_streams(n, seed, "subtraction", level)
    drawn = world.questions("subtraction", level, streams, NEAR)
    return choice_items(drawn.context, drawn.answers, drawn.ideal, drawn.place,
                        cluster=drawn.fact, concept=drawn.fact)


ASSESSMENT = Assessment(
    skill="arithmetic/subtraction", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation},
    score=preferred, metric="P(right answer over a near miss)", chance=0.5,
    twin=placed_first, twin_metric="exact match (over all 7 near misses)",
    needs=("questions",), cluster="fact", learner="ngram", floor=TEXT_BLIND,
    frequency=lambda world, level: world.fact_rate("subtraction"),
    source="digits from 2 to 9, a smaller one taken away",
)
