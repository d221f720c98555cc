"""Is the engine's own genome preferred to another one with the same letters?

Shows: that the statistics learned are those of this genome.
Does not show: taxonomy, or anything about genes.
Floor: letter, pair and triplet frequencies; a synthetic decoy shares them exactly, a real decoy only nearly.
Ceiling: the log odds of the two chains.
Trap: a decoy of another GC content is told apart by one number.
Source: Karlin and Burge (1995), doi:10.1016/S0168-9525(00)89076-9.
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

LENGTH, CONTROLS = 200, 3


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "whose-genome")
    own, clusters = world.windows(streams, LENGTH)
    decoys = [world.decoy_windows(streams, LENGTH) for _ in range(CONTROLS)]
    rows = np.stack([own, *decoys], axis=1)
    ideal = world.window_log_p(rows) - world.decoy_log_p(rows) if world.exact else None
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    return choice_items(np.full(n, ""), rows, ideal, place, cluster=clusters)


ASSESSMENT = Assessment(
    skill="genomics/whose-genome", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 decoys", twin_metric="ranked first of 4", chance=0.5,
    needs=("windows", "decoy"), cluster="window", learner="markov",
    source="two chains that share all words up to three letters; or a genome of matched GC, or one that the user names",
)
