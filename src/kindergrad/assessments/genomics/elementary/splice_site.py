"""Which GT begins an intron, and which AG ends one?

Shows: that the fuzzy letters around two exact ones are read in their places.
Does not show: which of several good sites is used; see decoy resistance.
Floor: letter, pair and triplet frequencies. In the simulation a decoy holds the letters of the true site in another
order, so that single letters tell nothing; the sharper floor is one weight per letter and position.
Ceiling: exact in the simulation, where decoys of equal letters differ in their order only; elsewhere the noise of the
annotation, unknown.
Trap: decoys without GT or AG; here every candidate has them in the middle, and all lose the same letter.
Source: Shapiro and Senapathy (1987), doi:10.1093/nar/15.17.7155.
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

FLANK, CONTROLS = 29, 3
BROKEN = {"acceptor": "AC", "donor": "GA"}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "splice-site", level)
    offered = world.splice_sites(streams, level, FLANK, CONTROLS)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(np.full(n, ""), offered.texts, offered.ideal, place, cluster=offered.clusters)
    middle = offered.middle
    parts = np.array([[(text[:middle], text[middle:], BROKEN[level] + text[middle + 2 :]) for text in row]
                      for row in drawn.asked["target"].tolist()])
    asked = {"context": parts[..., 0], "target": parts[..., 1], "broken": parts[..., 2]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood it costs to break the GT or AG."""
    whole = log_likelihoods(engine, asked["context"], asked["target"])
    return whole - log_likelihoods(engine, asked["context"], asked["broken"])


ASSESSMENT = Assessment(
    skill="genomics/splice-site", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit},
    score=placed, twin=placed_first, metric="placement among 3 decoys", twin_metric="ranked first of 4", chance=0.5,
    needs=("splice-sites",), world="splicing", cluster="item", learner="markov", levels=("acceptor", "donor"),
    source="sites of the world 'splicing' and decoys of the same letters, 60 letters",
)
