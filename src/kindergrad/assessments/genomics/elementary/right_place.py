"""Are the boxes of a promoter at the right place, and on the right strand?

Shows: that words are tied to where they stand.
Does not show: how strong a promoter is.
Floor: letter, pair and triplet frequencies; candidates hold the same letters in the same order around the boxes.
Ceiling: exact odds over all gaps.
Trap: AT content; large models prefer wrong places of AT-rich boxes.
Source: Harley and Reynolds (1987), doi:10.1093/nar/15.5.2343 (distances in E. coli promoters).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import reverse_complement_codes
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds import promoters

SHIFTS = (-6, -5, 4)  # of the -10 box


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "right-place", level)
    return promoters.choice([_candidates(rng, level) for rng in streams], streams)


def _candidates(rng: np.random.Generator, level: str) -> NDArray[np.uint8]:
    noise, far, near, spacer, gap = promoters.draw(rng)
    pad = int(rng.choice(promoters.PADS))
    if level == "place":
        gaps = [(spacer, gap), *((spacer + s, gap - s) for s in SHIFTS if gap - s >= 0)]
        return np.stack([promoters.write(noise, (far, near), pad, g) for g in gaps])
    turned = [(far, near), (reverse_complement_codes(far), near), (far, reverse_complement_codes(near)),
              (reverse_complement_codes(far), reverse_complement_codes(near))]
    return np.stack([promoters.write(noise, boxes, pad, (spacer, gap)) for boxes in turned])


ASSESSMENT = Assessment(
    skill="genomics/right-place", version="1.1", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 misplaced copies", twin_metric="ranked first of 4", chance=0.5, needs=("promoters",),
    cluster="item", learner="markov", levels=("place", "strand"), source="promoters as planted in the synthetic genome",
)
