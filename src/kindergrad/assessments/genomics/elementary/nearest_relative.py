"""Having read one gene, does the engine expect its diverged relative?

Shows: copying with errors, and with letters lost and put in between: the first step towards conservation.
Does not show: that sites differ in how much they change; see clinical variants.
Floor: letter, pair and triplet frequencies; the sharper floor is copying without the rates of change.
Ceiling: exact under the substitution model that made the pair, summed over all insertions and deletions.
Trap: a relative that stands in the corpus is remembered, not inferred; every pair is drawn afresh.
Source: Hasegawa et al. (1985), doi:10.1007/BF02101694; Thorne et al. (1991), doi:10.1007/BF02193625.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_likelihood, put_written
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import gained, gained_at_least
from kindergrad.worlds.phylogeny import Relation

SOURCE, BEGINNING, LENGTH = 90, 20, 40
RELATION = {"far-with-gaps": Relation(0.4, 0.03), "far": Relation(0.4), "near-with-gaps": Relation(0.1, 0.03),
            "near": Relation(0.1)}
PASS = 0.5  # bits per base


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "nearest-relative", level)
    source, relative = world.pairs(streams, RELATION[level], SOURCE, BEGINNING + LENGTH)
    log_p = RELATION[level].log_p(source, relative)
    return Items(
        asked={"context": decode_rows(np.concatenate([source, relative[:, :BEGINNING]], axis=1)),
               "target": decode_rows(relative[:, BEGINNING:])},
        truth={"cluster": np.array([f"item-{i}" for i in range(n)]), "letters": np.full(n, LENGTH)},
        ideal=log_p[:, -1] - log_p[:, BEGINNING - 1],
    )


ASSESSMENT = Assessment(
    skill="genomics/nearest-relative", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_written}, score=gained,
    twin=gained_at_least(PASS), metric="bits gained per base", twin_metric=f"relatives with {PASS} bits or more",
    chance=0.0, top=2.0, needs=("relatives",), world="phylogeny", cluster="item", learner="none-yet",
    levels=tuple(RELATION),
    source="pairs of the world 'phylogeny': 0.1 and 0.4 substitutions per site, with and without gaps",
)
