"""Is real sequence preferred to a shuffle that keeps its letters, its pairs, or its triplets?

Shows: that order beyond short words is being learned.
Does not show: which kind of order.
Floor: letter, pair and triplet frequencies, which the hardest level keeps exactly. Ceiling: the chain that wrote it.
Trap: a shuffle of letters alone is beaten by knowing one rare pair (CpG).
Source: Altschul and Erickson (1985), doi:10.1093/oxfordjournals.molbev.a040370.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.shuffles import shuffle

LENGTH, CONTROLS = 100, 3
KEPT = {"triplets-kept": 3, "pairs-kept": 2, "letters-kept": 1}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "real-or-shuffled", level)
    windows, clusters = world.windows(streams, LENGTH)
    rows = np.array([[str(w), *(shuffle(str(w), KEPT[level], rng) for _ in range(CONTROLS))]
                     for w, rng in zip(windows, streams, strict=True)])
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    ideal = world.window_log_p(rows) if world.exact else None
    return choice_items(np.full(n, ""), rows, ideal, place, cluster=clusters)


ASSESSMENT = Assessment(
    skill="genomics/real-or-shuffled", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 shuffles", twin_metric="ranked first of 4", chance=0.5,
    needs=("windows",), cluster="window", learner="markov", levels=tuple(KEPT),
    source="order-5 background chain, or held-out windows of a real genome",
)
