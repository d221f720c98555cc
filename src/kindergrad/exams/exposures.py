"""How often the corpus of a study shows each skill's concepts: the ``frequency`` of its records."""

from __future__ import annotations

from collections.abc import Mapping

from kindergrad.core.names import Axis, Domain
from kindergrad.core.world import World
from kindergrad.exposure import planned
from kindergrad.exposure.genome import SMALLEST


def of_world(world: World) -> Mapping[str, float]:
    """Skill -> occurrences of its median concept per base; empty where the corpus is no real genome.

    A simulated genome plants concepts of its own, whose frequencies its assessments know.
    """
    if world.exact or world.axis is not Axis.BASES or world.size < SMALLEST:
        return {}
    return planned.rates(list(world.corpus(0)), Domain.GENOMICS)
