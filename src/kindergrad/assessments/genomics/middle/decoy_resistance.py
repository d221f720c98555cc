"""Is a true splice site found among decoys that are as good?

Shows: that what stands around a site decides, on which side, up to a hundred letters away.
Does not show: anything of the site itself, whose letters come from the same shares in all candidates.
Floor: letter, pair and triplet frequencies. Decoys have the same words on the other side, so that a k-mer probe, one
weight per letter and position of the site, and the distance to the exon all fail.
Ceiling: exact Bayes over all places of the enhancers and silencers.
Trap: decoys of another composition; here every candidate holds two enhancers and two silencers.
Source: Wang et al. (2004), doi:10.1016/j.cell.2004.11.010 (exonic silencers); the words are random motifs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import LogLikelihood, log_likelihoods, put_fit
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

CONTROLS = 3
FLANK = {"far": 120, "near": 40}
KIND, BROKEN = "donor", "GA"


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "decoy-resistance", level)
    offered = world.splice_contexts(streams, KIND, FLANK[level], CONTROLS)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(np.full(n, ""), offered.texts, offered.ideal, place, cluster=offered.clusters)
    middle = offered.middle
    parts = np.array([[(text[:middle], text[middle:], BROKEN + text[middle + 2 :]) for text in row]
                      for row in drawn.asked["target"].tolist()])
    asked = {"context": parts[..., 0], "target": parts[..., 1], "broken": parts[..., 2]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood it costs to break the GT."""
    whole = log_likelihoods(engine, asked["context"], asked["target"])
    return whole - log_likelihoods(engine, asked["context"], asked["broken"])


ASSESSMENT = Assessment(
    skill="genomics/decoy-resistance", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 decoys", twin_metric="ranked first of 4", chance=0.5, needs=("splice-contexts",),
    world="splicing", cluster="item", learner="none-yet", levels=tuple(FLANK),
    source="sites of the world 'splicing' with enhancers and silencers of 10 bits on the right or the wrong side",
)
