"""Does the engine know more about the next base than the frequencies of short words?

Shows: that anything at all is being learned from the text; the first thing to move.
Does not show: that what is learned means anything.
Floor: letter, pair and triplet frequencies of the whole corpus. Ceiling: a reader who knows the annotation
(no engine can quite reach it), or in a real genome the reference engine after the whole corpus.
Trap: repeats and one-sided strands in a real corpus lower the bits without any grammar being learned.
Source: Shannon (1951), doi:10.1002/j.1538-7305.1951.tb01366.x.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import CeilingKind, Readout
from kindergrad.stats.scoring import gained, gained_at_least

LENGTH = 256
PASS = 0.05  # bits per base


def items(world: Any, n: int, level: str, seed: int) -> Items:
    drawn = world.stretches(seeds.item_streams(n, seed, "next-base"), LENGTH)
    return Items(
        asked={"context": np.full(n, ""), "target": drawn.texts},
        truth={"cluster": drawn.clusters, "letters": np.full(n, LENGTH)},
        ideal=drawn.log_p,
    )


ASSESSMENT = Assessment(
    skill="genomics/next-base", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put_likelihood},
    score=gained, twin=gained_at_least(PASS), metric="bits gained per base",
    twin_metric=f"windows with {PASS} bits or more", chance=0.0, top=2.0, needs=("stretches",),
    cluster="block of 10 kb", learner="markov", reference="markov", ceiling=CeilingKind.REFERENCE,
    source="stretches of a second genome from the same processes, or of the held-out part of a real genome",
)
