"""How well is a start codon used, given what stands around it?

Shows: start, frame, stop and context read together. At the level "frame" every leader has an early ATG, and what counts
is its frame, and whether a stop ends it before the gene. At the level "bacterial" a word that pairs with the ribosome
counts, but only at the right distance from the start (Shine-Dalgarno).
Does not show: the change upon one letter, see level and change; folds of the messenger; words of other bacteria.
Floor: letter, pair and triplet frequencies. All leaders of an item hold the same letters, and bacterial ones the same
three words, so that what matters is which of them is the last, and where. The sharper floor is ridge regression on
k-mers, which knows whether there is an early ATG.
Ceiling: the true load against the measured one: exact, and below 1 by the noise of the measurement.
Trap: length and GC of the leader; an early ATG in the gene's own frame only makes a longer protein.
Source: Kozak (1987), doi:10.1093/nar/15.20.8125; Sample et al. (2019), doi:10.1038/s41587-019-0164-5 (loads);
Salis et al. (2009), doi:10.1038/nbt.1568 (bacteria).
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
from kindergrad.worlds.translation import measured

LEADERS = 8
LEVELS = ("bacterial", "frame", "presence")


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "translation-context", level)
    if level == "bacterial":
        rows = [world.bacterial(rng, LEADERS) for rng in streams]
        loads = np.stack([world.bound(row) for row in rows])
    else:
        rows = [world.leaders(rng, LEADERS, early=level == "frame") for rng in streams]
        loads = np.stack([world.load(row) for row in rows])
    return Items(
        asked={"context": np.full((n, LEADERS), ""), "target": np.array(rows)},
        truth={"value": measured(world, streams, loads), "cluster": np.array([f"item-{i}" for i in range(n)])},
        ideal=loads,
    )


ASSESSMENT = Assessment(
    skill="genomics/translation-context", version="1.1", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit_values}, score=correlated, twin=correlated_top,
    metric="correlation within 8 leaders", twin_metric="highest load of 8 named", chance=0.0, needs=("leaders",),
    world="translation", cluster="item", learner="kmer", levels=LEVELS,
    source="leaders of 48 letters of the world 'translation'",
)
