"""One sitting: put the items to an engine, score the answers, and write down what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import kindergrad
from kindergrad.core.asks import ASK_OF, KnowsTruth, Windows, checked, texts
from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import EngineError, SequenceError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout, Role, Status
from kindergrad.core.records import Estimand, Identity, Record
from kindergrad.exams import readouts
from kindergrad.stats.scoring import cluster_stderr, normalise
from kindergrad.syllabus import skills

if TYPE_CHECKING:
    from kindergrad.exams.material import Material

PROBE_ITEMS = 500
"""Training items of a frozen probe; a curve over examples is that of the readout ``fit``."""
_NAMED = 8  # items named in a record that were read in windows


class Candidate(NamedTuple):
    """Who sits: the engine as it is now, and what it is there for."""

    engine: Any
    family: str
    role: Role
    parameters: float | None = None
    """How many it has now, where it tells."""


def ask(engine: Any, assessment: Assessment, readout: Readout, items: Items, train: Items | None = None
        ) -> NDArray[np.float64]:
    """The engine's answers.

    Raises
    ------
    EngineError
        If the engine raises, or answers with the wrong shape or with non-finite numbers.
    """
    if isinstance(engine, KnowsTruth):
        return engine.ideal(items)
    try:
        answers = readouts.put(engine, assessment, readout, items, train)
    except (EngineError, SequenceError) as error:
        raise EngineError(str(error)) from error
    except Exception as error:
        raise EngineError(f"{type(error).__name__}: {error}") from error
    return checked(answers, np.shape(answers), readout.value)


def sit(candidate: Candidate, assessment: Assessment, material: Material, identity: Identity
        ) -> tuple[Record, dict[str, NDArray[Any]]]:
    """Sit one exam; an engine that fails gives a record with status failed, never an exception."""
    start = time.perf_counter()
    items = material.items
    train = None
    if identity.readout in readouts.NEEDS_TRAINING and material.train is not None:
        train = first(material.train, int(identity.scale[0].value) if identity.readout is Readout.FIT else PROBE_ITEMS)
    try:
        answers = ask(candidate.engine, assessment, identity.readout, items, train)
        told = _diagnose(candidate, assessment, items)
    except EngineError as error:
        reason = f"{identity.engine}: {error}"
        return outcome(candidate, assessment, material, identity, status=Status.FAILED, reason=reason), {}
    values, twins = assessment.score(answers, items), assessment.twin(answers, items)
    clusters = items.truth["cluster"]
    estimand = between(values, material)
    record = outcome(
        candidate, assessment, material, identity,
        status=Status.OK if estimand.score is not None else Status.UNSCORED,
        reason=estimand.reason or _windows(candidate.engine, items),
        value=float(values.mean()), stderr=cluster_stderr(values, clusters),
        twin_value=float(twins.mean()), twin_stderr=cluster_stderr(twins, clusters),
        n_scored=len(items), estimand=estimand, diagnostics=told, seconds=time.perf_counter() - start,
    )
    kept = {"cluster": clusters, "value": values, "twin": twins}
    return record, kept | ({"concept": items.truth["concept"]} if "concept" in items.truth else {})


def between(values: NDArray[np.float64], material: Material) -> Estimand:
    """The score between floor and ceiling, or the reason why there is none."""
    found = normalise(values, material.floor, material.ceiling, material.items.truth["cluster"])
    reason = None
    if found.score is None:
        reason = (f"ceiling {found.ceiling:.3g} ± {found.ceiling_stderr:.2g} and floor {found.floor:.3g} "
                  f"± {found.floor_stderr:.2g} cannot be told apart; ask more items")
    return Estimand(floor=found.floor, floor_stderr=found.floor_stderr, floor_engine=material.floor_engine,
                    ceiling=found.ceiling, ceiling_stderr=found.ceiling_stderr, ceiling_kind=material.ceiling_kind,
                    score=found.score, score_stderr=found.stderr, reason=reason)


def outcome(candidate: Candidate, assessment: Assessment, material: Material, identity: Identity, **found: Any
            ) -> Record:
    """A record of this exam."""
    return Record(
        record_id=identity.record_id, identity=identity, family=candidate.family, role=candidate.role,
        domain=assessment.domain, grade=skills.skill(assessment.skill).grade,
        skill=assessment.curve(material.level), world=material.world, split=material.split,
        metric=assessment.metric, twin_metric=assessment.twin_metric, chance=assessment.chance,
        n_planned=len(material.items), n_failed=len(material.items) - found.get("n_scored", 0),
        frequency=material.frequency, time=datetime.now(UTC).isoformat(timespec="seconds"),
        software=f"kindergrad {kindergrad.__version__}", **found,
    )


def first(items: Items, n: int) -> Items:
    """The first n items."""
    def cut(part: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        return {name: column[:n] for name, column in part.items()}

    return Items(asked=cut(items.asked), truth=cut(items.truth), ideal=None if items.ideal is None else items.ideal[:n])


def _windows(engine: Any, items: Items) -> str | None:
    """Which items are longer than the engine sees at once, if any."""
    if not isinstance(engine, Windows) or not {"context", "target"} <= set(items.asked):
        return None
    longer = engine.windowed(texts(items.asked)).reshape(len(items), -1).any(axis=1)
    which = np.flatnonzero(longer).tolist()
    named = ", ".join(map(str, which[:_NAMED])) + (" ..." if len(which) > _NAMED else "")
    return f"{len(which)} of {len(items)} items were read in windows, being longer than the engine's context: items " \
           f"{named}" if which else None


def _diagnose(candidate: Candidate, assessment: Assessment, items: Items) -> dict[str, float]:
    engine = candidate.engine
    told = {} if candidate.parameters is None else {"parameters": candidate.parameters}
    if assessment.diagnostics is None or not isinstance(engine, ASK_OF[Readout.LIKELIHOOD]):
        return told
    try:
        return told | assessment.diagnostics(engine, items.asked)
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(f"{type(error).__name__}: {error}") from error
