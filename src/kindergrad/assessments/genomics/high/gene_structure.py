"""For a base: is it part of an exon?

Shows: that frame, starts, stops and splice sites are read together; at the hardest level the bases lie within 8 letters
of an exon's edge, on either side of it. Three levels name the class that is mistaken for an exon: introns, untranslated
ends, and what lies between genes.
Does not show: genes on the other strand, isoforms, or which class a base outside exons has.
Floor: letter, pair and triplet frequencies: deleting one letter hardly changes them. The sharper floor is the
composition of the window, which a k-mer probe reads.
Ceiling: exact posterior of the window's hidden states, given its first five letters; in real genes the noise of the
annotation, unknown.
Trap: paralogs on both sides of a split; all windows are of a genome that no engine has read.
Source: Burge and Karlin (1997), doi:10.1006/jmbi.1997.0951.
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
from kindergrad.worlds.gene_structure import LEVELS

BEFORE, AFTER, CONTROLS = 90, 90, 3


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "gene-structure", level)
    # one letter more, to be read when one is deleted
    offered = world.bases(streams, level, (BEFORE, AFTER + 1), CONTROLS)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(np.full(n, ""), offered.texts, offered.ideal, place, cluster=offered.clusters)
    parts = np.array([[(t[:BEFORE], t[BEFORE:-1], t[BEFORE + 1 :]) for t in row]
                      for row in drawn.asked["target"].tolist()])
    asked = {"context": parts[..., 0], "target": parts[..., 1], "deleted": parts[..., 2]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood it costs to delete the base: in an exon all that follows is then out of frame."""
    whole = log_likelihoods(engine, asked["context"], asked["target"])
    return whole - log_likelihoods(engine, asked["context"], asked["deleted"])


ASSESSMENT = Assessment(
    skill="genomics/gene-structure", version="1.1", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 bases outside exons", twin_metric="ranked first of 4", chance=0.5, needs=("classes",),
    world="gene-structure", cluster="block of 2 kb", learner="markov", levels=tuple(LEVELS),
    source="windows of 180 letters of the world 'gene-structure'",
)
