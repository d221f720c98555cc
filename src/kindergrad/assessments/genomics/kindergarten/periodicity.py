"""Having read a few copies of a short unit, does the engine expect the next?

Shows: that the shortest patterns are followed.
Does not show: copying at a distance.
Floor: letter, pair and triplet frequencies; following local composition is the skill itself.
Ceiling: exact Bayes over all units of 1 to 6 letters.
Trap: low-complexity stretches of a real genome inflate its bits.
Source: Tóth et al. (2000), doi:10.1101/gr.10.7.967 (microsatellites in genomes).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import gained, gained_at_least
from kindergrad.worlds import repeats

BEFORE, LENGTH, ERROR = 24, 18, 0.05
UNITS = range(1, 7)
PASS = 1.0  # bits per base


def items(world: Any, n: int, level: str, seed: int) -> Items:
    unit = int(level.removeprefix("unit-"))
    drawn = repeats.tandem(seeds.item_streams(n, seed, "periodicity", level), unit=unit, before=BEFORE,
                           length=LENGTH, error=ERROR)
    context, target = decode_rows(drawn.context), decode_rows(drawn.target)
    return Items(
        asked={"context": context, "target": target},
        truth={"cluster": np.array([c[:unit] for c in context]), "letters": np.full(n, LENGTH)},
        ideal=repeats.tandem_log_p(drawn.context, drawn.target, UNITS, ERROR),
    )


def frequency(world: Any, level: str) -> float | None:
    """Stretches per base that repeat one given unit."""
    return world.tandem_frequency(int(level.removeprefix("unit-"))) if "tandem" in world.offers else None


ASSESSMENT = Assessment(
    skill="genomics/periodicity", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put_likelihood},
    score=gained, twin=gained_at_least(PASS), metric="bits gained per base",
    twin_metric=f"repeats with {PASS} bit or more", chance=0.0, top=2.0,
    floor=("uniform", "composition-0", "composition-1", "composition-2"), needs=(), cluster="unit",
    learner="markov", levels=tuple(f"unit-{u}" for u in reversed(UNITS)), frequency=frequency,
    source="random units of 1 to 6 letters, repeated with errors",
)
