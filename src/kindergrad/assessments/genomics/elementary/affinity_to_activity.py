"""How active is a promoter, given the strength of its sites?

Shows: that graded sites add up to a graded answer, over two activators and a repressor.
Does not show: what one changed letter does; see saturation mutagenesis.
Floor: letter, pair and triplet frequencies. All promoters of an item hold the same letters, so that GC content and
the number of sites tell nothing; the sharper floor is ridge regression on k-mers.
Ceiling: the true rate against the measured counts: exact, and below 1 by the noise of the counts.
Trap: GC content; and an r pooled over promoters of different letters, in place of one r within each item.
Source: Bintu et al. (2005), doi:10.1016/j.gde.2005.02.007; Kinney et al. (2010), doi:10.1073/pnas.1004290107.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit_values, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import correlated, correlated_top

PROMOTERS = 8
DEPTH = {"shallow": 0.3, "deep": 30.0}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "affinity-to-activity", level)
    drawn = world.activities(streams, PROMOTERS, DEPTH[level])
    return Items(
        asked={"context": np.full((n, PROMOTERS), ""), "target": drawn.texts},
        truth={"value": drawn.values, "cluster": np.array([f"item-{i}" for i in range(n)]), **drawn.noise},
        ideal=drawn.ideal,
    )


ASSESSMENT = Assessment(
    skill="genomics/affinity-to-activity", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit_values}, score=correlated, twin=correlated_top,
    metric="correlation within 8 promoters", twin_metric="most active one of 8 named", chance=0.0,
    needs=("activities",), world="occupancy", cluster="item", learner="kmer", levels=tuple(DEPTH),
    source="promoters of 80 letters of the world 'occupancy', some 1 or 100 counts each",
)
