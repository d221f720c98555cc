"""Which perturbation made this profile, none of the candidates having been seen?

Shows: that responses predicted for unknown genes are good enough to be told apart.
Does not show: retrieval among thousands of candidates.
Floor: a guess, and the mean response of each candidate's pathway.
Ceiling: the exact profiles of all candidates; fresh cells leave some doubt.
Trap: the gene that falls most is the target; the genes of all candidates are masked.
Source: simulated; the ranks of predictions for a truth in PerturBench, arXiv:2408.10609.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_match
from kindergrad.worlds.response_items import RESPONSES, candidates_of, gained_bits, match_items, named_first

CANDIDATES = {"same-pathway": 2, "any-pathway": 8}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes never perturbed, of one pathway or of eight."""
    streams = seeds.item_streams(n, seed, "backwards", level)
    rows = [candidates_of(world, world.conditions("relative"), CANDIDATES[level], rng, alike=level == "same-pathway")
            for rng in streams]
    return match_items(world, rows, seed, f"backwards-{level}")


ASSESSMENT = Assessment(
    skill="perturbation/backwards", version="1.0", items=items, readouts={Readout.RESPONSE: put_match},
    score=gained_bits, twin=named_first, metric="bits gained about which candidate", twin_metric="ranked first",
    chance=0.0, top=float(np.log2(8)), needs=("relative", "cells"), cluster="perturbation", learner="response-kernel",
    floor=(*RESPONSES, "nearest-relative"), levels=tuple(CANDIDATES), source="fresh cells of unknown perturbations",
)
