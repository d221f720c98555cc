"""Are two boxes at a distance from each other that works?

Shows: that two words far apart are read together.
Does not show: helical phase, or more than two words.
Floor: letter, pair and triplet frequencies; candidates hold the same letters. Ceiling: exact odds over all gaps.
Trap: absolute position; each candidate begins at a place of its own.
Source: Aoyama et al. (1983), doi:10.1093/nar/11.17.5855 (spacing of promoter boxes).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds import promoters

WRONG = {"near": (13, 21), "far": (10, 24)}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "spacing", level)
    return promoters.choice([_candidates(rng, level) for rng in streams], streams)


def _candidates(rng: np.random.Generator, level: str) -> NDArray[np.uint8]:
    noise, far, near, spacer, gap = promoters.draw(rng)
    return np.stack([promoters.write(noise, (far, near), int(rng.choice(promoters.PADS)), (distance, gap))
                     for distance in (spacer, *WRONG[level])])


ASSESSMENT = Assessment(
    skill="genomics/spacing", version="1.1", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 2 wrong distances", twin_metric="ranked first of 3", chance=0.5, needs=("promoters",),
    cluster="item", learner="none-yet", levels=tuple(WRONG), source="promoters as planted in the synthetic genome",
)
