"""One arm of a hairpin has changed: is the change that restores the pair preferred?

Shows: that partners far apart in the text are read as a pair.
Does not show: stability of folds, wobble pairs or pseudoknots.
Floor: letter, pair and triplet frequencies; candidates differ in one letter, all four of which occur.
Ceiling: exact, over loop lengths.
Trap: an oracle of nested pairs cannot see pseudoknots; there are none here.
Source: Gutell et al. (1992), doi:10.1093/nar/20.21.5785 (compensatory changes).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds import folding

STEM, BEFORE, MISMATCH = 10, 12, 0.02


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "base-pairing")
    drawn = folding.draw(streams, stem=STEM, before=BEFORE, mismatch=0.0)
    changed = np.array([int(rng.integers(STEM // 2, STEM)) for rng in streams])
    arms = np.repeat(drawn.arm[:, None, :], 4, axis=1)  # the first candidate pairs; the others break one pair
    arms[np.arange(n)[:, None], np.arange(4)[None, :], changed[:, None]] += np.arange(4, dtype=np.uint8)
    arms %= 4
    context = np.repeat(drawn.context, 4, axis=0)
    ideal = folding.log_p(context, arms.reshape(4 * n, STEM), MISMATCH).reshape(n, 4)
    place = np.array([int(rng.integers(4)) for rng in streams])
    return choice_items(decode_rows(drawn.context), decode_rows(arms.reshape(4 * n, STEM)).reshape(n, 4), ideal,
                        place, cluster=np.array([f"item-{i}" for i in range(n)]))


ASSESSMENT = Assessment(
    skill="genomics/base-pairing", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put_likelihood},
    score=placed, twin=placed_first, metric="placement among 3 broken pairs", twin_metric="ranked first of 4",
    chance=0.5, needs=(), cluster="item", learner="none-yet", source="random hairpins of 10 pairs, loops of 4 to 8",
)
