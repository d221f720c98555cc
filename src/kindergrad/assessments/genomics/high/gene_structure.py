"""For a base: is it part of an exon?

Shows: that frame, starts, stops and splice sites are read together; at the hardest level the bases lie within 8 letters
of an exon's edge, on either side of it. Three levels name the class that is mistaken for an exon: introns, untranslated
ends, and what lies between genes.
Does not show: genes on the other strand, isoforms, or which class a base outside exons has.
Floor: letter, pair and triplet frequencies: deleting one letter hardly changes them. The sharper floor is the
composition of the window, which a k-mer probe reads.
Ceiling: exact posterior of the window's hidden states, given its first five letters.
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
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.gene_structure import CLASSES

BEFORE, AFTER, CONTROLS = 90, 90, 3
LEVELS = {"near-an-edge": (CLASSES, 8), "against-introns": (("intron",), None),
          "against-between": (("between",), None), "against-untranslated": (("leader",), None),
          "anywhere": (CLASSES, None)}
"""Classes of the bases that are no exon, and how near an exon's edge all lie."""
BLOCK = 2000


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "gene-structure", level)
    exons, others = _places(world, *LEVELS[level])
    starts = np.array([[int(rng.choice(exons)), *rng.choice(others, CONTROLS).tolist()] for rng in streams]) - BEFORE
    codes = world.windows(starts.ravel(), BEFORE + AFTER + 1)  # one letter more, to be read when one is deleted
    ideal = np.log(world.posterior(codes[:, :-1], BEFORE)[:, CLASSES.index("exon")] + 1e-12).reshape(n, -1)
    texts = decode_rows(codes).reshape(n, -1)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(np.full(n, ""), texts, ideal, place,
                         cluster=np.array([f"block-{s // BLOCK}" for s in starts[:, 0].tolist()]))
    parts = np.array([[(t[:BEFORE], t[BEFORE:-1], t[BEFORE + 1 :]) for t in row]
                      for row in drawn.asked["target"].tolist()])
    asked = {"context": parts[..., 0], "target": parts[..., 1], "deleted": parts[..., 2]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def _places(world: Any, others: tuple[str, ...], edge: int | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bases inside exons and of the other classes, far from the ends; within ``edge`` letters of an exon's edge or all.
    """
    classes = world.classes(world.held_out.states)
    inside, other = classes == CLASSES.index("exon"), np.isin(classes, [CLASSES.index(name) for name in others])
    fine = np.zeros(len(inside), dtype=bool)
    fine[BEFORE : len(inside) - AFTER - 1] = True
    if edge is not None:
        changes = np.flatnonzero(inside[1:] != inside[:-1])
        near = np.zeros(len(inside) + 1, dtype=np.int64)
        np.add.at(near, np.maximum(changes + 1 - edge, 0), 1)
        np.add.at(near, np.minimum(changes + 1 + edge, len(inside)), -1)
        fine &= near.cumsum()[:-1] > 0
    return np.flatnonzero(inside & fine), np.flatnonzero(other & ~inside & fine)


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
