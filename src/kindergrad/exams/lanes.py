"""One lane: an engine reads its corpus in growing pieces and sits all exams at each size. Runs in a worker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kindergrad.core.asks import Learn, Trained
from kindergrad.core.config import StudyConfig
from kindergrad.core.names import Axis, Role, Status
from kindergrad.exams import build, catalogue, material, plan, sit
from kindergrad.exams.store import Store

if TYPE_CHECKING:
    from kindergrad.exams.run import Prepared


TEXT = (Axis.BASES, Axis.CHARACTERS)
"""Corpora counted on these axes are texts, and their letters are counted; of others the pieces are."""


class Job(NamedTuple):
    """What a worker needs for one lane; small enough to be sent."""

    lane: plan.Lane
    exams: tuple[plan.Exam, ...]
    """Those that have no record yet."""
    family: str
    folder: Path
    corpus: Path | None
    """Where the corpus is kept, if it is text."""
    study: StudyConfig


def job(ready: Prepared, lane: plan.Lane, exams: Sequence[plan.Exam], family: str) -> Job:
    """The part of a lane that is still to be done; a corpus of text is written to the cache once."""
    todo = tuple(exam for exam in exams if not ready.store.has(exam.identity.record_id))
    reads = lane.axis is ready.world.axis and lane.reads
    corpus = _kept(ready, lane) if todo and reads and lane.axis in TEXT else None
    return Job(lane, todo, family, ready.store.folder, corpus, ready.study)


def _kept(ready: Prepared, lane: plan.Lane) -> Path:
    name = hashlib.blake2b(f"{ready.world.digest}-{lane.corpus}-{lane.seed}".encode(), digest_size=8).hexdigest()
    corpus = ready.store.cache / f"corpus-{lane.corpus}-{lane.seed}-{name}.json"
    if not corpus.is_file():
        temporary = corpus.with_suffix(".tmp")
        temporary.write_text(json.dumps(_corpus(ready.world, lane)), encoding="ascii")
        temporary.replace(corpus)
    return corpus


def _corpus(world: Any, lane: plan.Lane) -> list[Any]:
    return list(world.corpus(lane.seed) if lane.corpus == "whole" else world.shuffled(lane.seed))


def work(todo: Job, tell: Callable[[str], None], stopped: Callable[[], bool]) -> None:
    """Sit every exam of a job and write its record; stops between exams when asked to."""
    store, lane = Store(todo.folder), todo.lane
    engine = plan.make(catalogue.engine(lane.engine.id, todo.study.plugins), lane.engine, lane.seed)
    if lane.role is Role.UNTRAINED:
        engine = engine.untrained()
    known = catalogue.assessments(todo.study.plugins)
    kept: dict[str, material.Material] = {}
    trouble = ""
    for size, more in _pieces(todo, engine):
        tell(f"{lane.name} reads {size:,.0f} {lane.axis.value}")
        trouble = trouble or _learn(engine, more) or _stand(engine, todo.lane.sizes.index(size))
        candidate = sit.Candidate(engine, todo.family, lane.role, _parameters(engine))
        for exam in (e for e in todo.exams if e.size == size):
            if stopped():
                return
            if exam.key not in kept:
                kept[exam.key] = material.load(store.cache / f"{exam.key}.npz")
            assessment, made = known[exam.identity.assessment], kept[exam.key]
            if exam.applicable or trouble:
                status = Status.FAILED if trouble and not exam.applicable else Status.NOT_APPLICABLE
                reason = exam.applicable or f"{lane.name}: {trouble}"
                record = sit.outcome(candidate, assessment, made, exam.identity, status=status, reason=reason)
                store.write(record, {})
            else:
                store.write(*sit.sit(candidate, assessment, made, exam.identity))
            tell("")


def _pieces(todo: Job, engine: Any) -> Iterator[tuple[float, list[Any]]]:
    """Each size of the lane up to the last with an exam to sit, and the pieces that lead to it.

    Sizes whose exams are all done are still read, in the same pieces, so that a resumed engine is the same.
    """
    needed = {exam.size for exam in todo.exams}
    corpus = _read(todo) if isinstance(engine, Learn) and todo.lane.reads else []
    done = 0
    for size in todo.lane.sizes:
        if size > max(needed):
            return
        yield size, stretch(corpus, done, int(size))
        done = int(size)


def _read(todo: Job) -> list[Any]:
    if todo.corpus is not None:
        return list(json.loads(todo.corpus.read_text(encoding="ascii")))
    if todo.lane.axis is Axis.EXAMPLES:
        return []
    return _corpus(build.world(todo.study), todo.lane)


def stretch(pieces: Sequence[Any], start: int, end: int) -> list[Any]:
    """The letters from ``start`` to ``end`` of texts laid end to end, as texts; of other pieces, those pieces."""
    if not pieces or not isinstance(pieces[0], str):
        return list(pieces[start:end])
    out, at = [], 0
    for piece in pieces:
        low, high = max(start - at, 0), min(end - at, len(piece))
        if low < high:
            out.append(piece[low:high])
        at += len(piece)
    return out


def _learn(engine: Any, pieces: list[Any]) -> str:
    """Let the engine read; returns what went wrong."""
    if not pieces:
        return ""
    try:
        engine.learn(pieces)
    except Exception as error:
        return f"raised while learning: {type(error).__name__}: {error}"
    return ""


def _stand(engine: Any, point: int) -> str:
    """Let an engine that was trained elsewhere become that of a scale point; returns what went wrong."""
    if not isinstance(engine, Trained):
        return ""
    try:
        engine.stand_at(point)
    except Exception as error:
        return f"cannot be loaded: {type(error).__name__}: {error}"
    return ""


def _parameters(engine: Any) -> float | None:
    return float(engine.parameters) if hasattr(engine, "parameters") else None
