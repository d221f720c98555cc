"""Which of these perturbations made this profile, all of them having been seen?

Shows: that what was seen is remembered well enough to be told apart from its like.
Does not show: any generalisation.
Floor: a guess: engines that predict the same for all candidates gain nothing.
Ceiling: the exact profiles of all candidates; the fresh cells leave some doubt. Of real cells, profiles of other cells.
Trap: the perturbed gene gives itself away, so the genes of all candidates are masked.
Source: simulated; the ranks of predictions for a truth in PerturBench, arXiv:2408.10609.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_match
from kindergrad.core.responses import Condition
from kindergrad.worlds.response_items import RESPONSES, candidates_of, gained_bits, match_items, named_first

CANDIDATES = {"same-pathway": 3, "any-pathway": 4}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "recognise", level)
    known: list[Condition] = world.conditions("seen")
    alike = level == "same-pathway"
    rows = [candidates_of(world, known, CANDIDATES[level], rng, alike=alike) for rng in streams]
    return match_items(world, rows, seed, f"recognise-{level}")


ASSESSMENT = Assessment(
    skill="perturbation/recognise", version="1.0", items=items, readouts={Readout.RESPONSE: put_match},
    score=gained_bits, twin=named_first, metric="bits gained about which candidate", twin_metric="ranked first",
    chance=0.0, top=2.0, needs=("seen", "cells"), cluster="perturbation", learner="additive",
    floor=RESPONSES, levels=tuple(CANDIDATES), source="fresh cells of perturbations that were seen",
)
