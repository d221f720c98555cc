"""Does what was learned hold where sequences are unlike all seen before?

Shows: how well promoters are ranked that were designed to be weak, strong or hard, or come from the genome, by an
engine that was fitted on random ones at most.
Does not show: distance within a level; levels are kinds of promoters, and random ones are the near end.
Floor: composition. Short words, fitted on random promoters, stand beside the score and fall from level to level.
Ceiling: a lower bound, from pairs of promoters that differ in one letter (0.8 to 0.9 where all are weak or strong, 0.98
elsewhere).
Published on the same subsets, with words of five letters: 0.00 weak, 0.21 strong, 0.41 hard, 0.76 random.
Trap: one score over all distances; the spread of expression differs between levels, so that ceilings must too.
Source: Rafi et al. (2025), doi:10.1038/s41587-024-02414-w.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.asks import put_fit_values, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.correlation import r_within, side_within


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Promoters of the kind that the level names, drawn once each."""
    drawn: Items = world.table("designs", level).items(n, seed, "out-of-distribution", level)
    return drawn


ASSESSMENT = Assessment(
    skill="genomics/out-of-distribution", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit_values},
    score=r_within, twin=side_within, metric="correlation with measured expression",
    twin_metric="on the right side of the median", chance=0.0, needs=("designs",), cluster="sequence",
    learner="kmer", levels=("weak", "strong", "hard", "native", "random"), world="dream_yeast",
    source="native and designed yeast promoters, after random ones",
)
