"""Among the amino-acid changes of one gene, which breaks the protein?

Shows: that an engine has taken from the members of a family which sites are kept.
Does not show: effects of several changes together, or of changes that are not of amino acids.
Floor: letter, pair and triplet frequencies, and how unlike the two amino acids are (BLOSUM62). All changes of an item
are missense, of one letter into the same other, at the same place of a codon, in one gene.
Ceiling: the site's own shares of amino acids, from which the verdicts are made: exact, 1. On measured changes, what the
second measurement tells of the first.
Trap: mixing consequence classes, which gives much for free.
Source: Hopf et al. (2017), doi:10.1038/nbt.3769 (shares per site); Findlay et al. (2018),
doi:10.1038/s41586-018-0461-z (measured changes of one gene).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import LogLikelihood, log_likelihoods, put_fit
from kindergrad.core.assessment import BLIND, Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

CONTROLS = 3
MILD = {"close": 2.0, "clear": 0.5}
SEVERE = {"close": 3.0, "clear": 4.5}
"""Natural log of how much rarer the new amino acid is at its site: at most, and at least."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "missense-severity", level)
    sets = world.missense(streams, CONTROLS, (MILD[level], SEVERE[level]))
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    order = (np.arange(CONTROLS + 1)[None, :] - place[:, None]) % (CONTROLS + 1)
    columns = {name: np.take_along_axis(column, order, axis=1) for name, column in sets.columns.items()}
    drawn = choice_items(sets.context, sets.changed, sets.harm, place, cluster=sets.clusters, **columns)
    originals = choice_items(sets.context, sets.original, None, place, cluster=sets.clusters)
    asked = {"context": np.take_along_axis(sets.context, order, axis=1), "target": drawn.asked["target"],
             "original": originals.asked["target"]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood the change costs."""
    original = log_likelihoods(engine, asked["context"], asked["original"])
    return original - log_likelihoods(engine, asked["context"], asked["target"])


ASSESSMENT = Assessment(
    skill="genomics/missense-severity", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 mild changes", twin_metric="ranked first of 4", chance=0.5, needs=("families",),
    world="families", cluster="family", learner="markov", levels=tuple(MILD), floor=(*BLIND, "by-distance"),
    source="20 families of the world 'families', 80 codons",
)
