"""Does breaking the ATG of a true start hurt more than breaking an ATG that starts nothing?

Shows: that the signals around a start are read together.
Does not show: which of two nearby ATGs is used.
Floor: letter, pair and triplet frequencies, and local composition; every candidate changes the T into an A.
Ceiling: knows the ribosome site, its gaps and the codons; letters between them are taken as independent.
Trap: starts stand in AT-rich stretches; a change that kept another share of AT would give them away.
Source: Shine and Dalgarno (1974), doi:10.1073/pnas.71.4.1342.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import LogLikelihood, log_likelihoods, put_fit
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import CeilingKind, Readout
from kindergrad.stats.scoring import placed, placed_first

UPSTREAM, DOWNSTREAM, CONTROLS = 30, 15, 3


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "start-codon")
    genes = [g for g in world.genes() if g.coding.startswith("ATG") and len(g.upstream) >= UPSTREAM]
    chosen = [genes[int(rng.integers(len(genes)))] for rng in streams]
    true = np.array([g.upstream[-UPSTREAM:] + g.coding[: 3 + DOWNSTREAM] for g in chosen])
    decoys = [world.start_decoys(streams, UPSTREAM, DOWNSTREAM)[0] for _ in range(CONTROLS)]
    windows = np.stack([true, *decoys], axis=1)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    ideal = world.start_log_odds(windows, UPSTREAM) if world.exact else None
    drawn = choice_items(np.full(n, ""), windows, ideal, place, cluster=np.array([g.cluster for g in chosen]))
    text = drawn.asked["target"]
    parts = np.array([[_broken(str(window)) for window in row] for row in text])
    asked = {"context": parts[..., 0], "target": parts[..., 1], "broken": parts[..., 2]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def _broken(window: str) -> tuple[str, str, str]:
    """What stands before the ATG, the rest, and the rest with AAG in its place."""
    return window[:UPSTREAM], window[UPSTREAM:], "AAG" + window[UPSTREAM + 3 :]


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    whole = log_likelihoods(engine, asked["context"], asked["target"])
    return whole - log_likelihoods(engine, asked["context"], asked["broken"])


ASSESSMENT = Assessment(
    skill="genomics/start-codon", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit},
    score=placed, twin=placed_first, metric="placement among 3 decoys", twin_metric="ranked first of 4", chance=0.5,
    needs=("genes", "starts"), cluster="gene", learner="markov", ceiling=CeilingKind.REFERENCE,
    source="starts of held-out genes against other ATGs",
)
