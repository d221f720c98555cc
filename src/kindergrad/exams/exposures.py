"""How often the corpus of a study shows the concepts of the syllabus: for its records and its report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.names import Axis, Domain
from kindergrad.core.world import World
from kindergrad.exams.store import Store
from kindergrad.exposure import measure
from kindergrad.exposure.genome import SMALLEST

FILE = "exposure.json"


def of_world(world: World) -> ExposureAnswer | None:
    """The exposures of a real genome or of a text; None for another corpus.

    A simulated genome or screen plants concepts of its own, whose frequencies its assessments know.
    """
    if world.axis is Axis.CHARACTERS:
        return measure.exposure(list(world.corpus(0)), measure.wanted(Domain.ARITHMETIC))
    if world.exact or world.axis is not Axis.BASES or world.size < SMALLEST:
        return None
    return measure.exposure(list(world.corpus(0)), measure.wanted(Domain.GENOMICS))


def keep(store: Store, world: World, find: Callable[[], ExposureAnswer | None]) -> None:
    """Write them beside the records, if those of this world are not there yet."""
    known = store.read_json(FILE)
    if not known or known["world"] != world.digest:
        found = find()
        body = None if found is None else found.model_dump(mode="json")
        store.write_json(FILE, {"world": world.digest, "exposure": body})


def kept(folder: Path) -> ExposureAnswer | None:
    """Those in a run folder; None where there are none, or another version wrote them."""
    found = Store(folder).read_json(FILE)
    try:
        return ExposureAnswer.model_validate(found["exposure"]) if found and found["exposure"] else None
    except ValidationError:
        return None
