"""One lane: an engine reads its corpus in growing pieces and sits all exams at each size. Runs in a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kindergrad.core.asks import Learn
from kindergrad.core.names import Axis, Role, Status
from kindergrad.exams import catalogue, material, plan, sit
from kindergrad.exams.store import Store

if TYPE_CHECKING:
    from kindergrad.exams.run import Prepared


class Job(NamedTuple):
    """What a worker needs for one lane; small enough to be sent."""

    lane: plan.Lane
    exams: tuple[plan.Exam, ...]
    """Those that have no record yet."""
    family: str
    folder: Path
    corpus: Path | None
    plugins: tuple[Path, ...]
    place: sit.Place


def job(ready: Prepared, lane: plan.Lane, exams: Sequence[plan.Exam], family: str) -> Job:
    """The part of a lane that is still to be done; its corpus is written to the cache once."""
    todo = tuple(exam for exam in exams if not ready.store.has(exam.identity.record_id))
    corpus = None
    if todo and lane.axis is Axis.BASES and lane.role in (Role.LEARNER, Role.CONTROL):
        name = hashlib.blake2b(f"{ready.world.digest}-{lane.corpus}-{lane.seed}".encode(), digest_size=8).hexdigest()
        corpus = ready.store.cache / f"corpus-{lane.corpus}-{lane.seed}-{name}.txt"
        if not corpus.is_file():
            pieces = ready.world.corpus(lane.seed) if lane.corpus == "whole" else ready.world.shuffled(lane.seed)
            temporary = corpus.with_suffix(".tmp")
            temporary.write_text("\n".join(pieces), encoding="ascii")
            temporary.replace(corpus)
    return Job(lane, todo, family, ready.store.folder, corpus, ready.study.plugins,
               sit.Place(ready.world.id, ready.world.split))


def work(todo: Job, tell: Callable[[str], None], stopped: Callable[[], bool]) -> None:
    """Sit every exam of a job and write its record; stops between exams when asked to."""
    store, lane = Store(todo.folder), todo.lane
    engine = plan.make(catalogue.engine(lane.engine.id, todo.plugins), lane.engine, lane.seed)
    known = catalogue.assessments(todo.plugins)
    kept: dict[str, material.Material] = {}
    trouble = ""
    for size, more in _pieces(todo, engine):
        tell(f"{lane.name} reads {size:,.0f} {lane.axis.value}")
        trouble = trouble or _learn(engine, more)
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
                record = sit.outcome(candidate, assessment, made, exam.identity, todo.place, status=status,
                                     reason=reason)
                store.write(record, {})
            else:
                store.write(*sit.sit(candidate, assessment, made, exam.identity, todo.place))
            tell("")


def _pieces(todo: Job, engine: Any) -> Iterator[tuple[float, list[str]]]:
    """Each size of the lane up to the last with an exam to sit, and the letters that lead to it.

    Sizes whose exams are all done are still read, in the same pieces, so that a resumed engine is the same.
    """
    needed = {exam.size for exam in todo.exams}
    text = todo.corpus.read_text(encoding="ascii").split("\n") if todo.corpus and isinstance(engine, Learn) else []
    done = 0
    for size in todo.lane.sizes:
        if size > max(needed):
            return
        yield size, stretch(text, done, int(size))
        done = int(size)


def stretch(pieces: Sequence[str], start: int, end: int) -> list[str]:
    """The letters from ``start`` to ``end`` of the pieces laid end to end, as pieces."""
    out, at = [], 0
    for piece in pieces:
        low, high = max(start - at, 0), min(end - at, len(piece))
        if low < high:
            out.append(piece[low:high])
        at += len(piece)
    return out


def _learn(engine: Any, pieces: list[str]) -> str:
    """Let the engine read; returns what went wrong."""
    if not pieces:
        return ""
    try:
        engine.learn(pieces)
    except Exception as error:
        return f"raised while learning: {type(error).__name__}: {error}"
    return ""


def _parameters(engine: Any) -> float | None:
    return float(engine.parameters) if hasattr(engine, "parameters") else None
