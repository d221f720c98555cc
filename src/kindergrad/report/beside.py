"""What stands beside the learner: blind engines (floor), oracle (ceiling), references, controls (another corpus)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kindergrad.core.names import Direction, Role, Status
from kindergrad.core.table import Row
from kindergrad.report.ladder import Curve, plain, pooled, step
from kindergrad.report.words import join

CLEARLY = 3.0
"""Standard errors above the floor from which a control is said to show a skill."""


@dataclass(frozen=True)
class Bounds:
    """One line of the table of floors and ceilings, at the largest scale that was scored."""

    curve: Curve
    metric: str
    floor: float
    ceiling: float
    ceiling_kind: str
    blind: tuple[str, float] | None
    oracle: float | None
    value: float | None
    score: tuple[float, float | None] | None
    n_items: int | None
    scale: float
    beside: tuple[tuple[str, float, float | None], ...]
    """Every other engine that sat the same items, the best first: name, value, standard error."""


@dataclass(frozen=True)
class Control:
    """Learner and control at the same scale."""

    curve: Curve
    scale: float
    learner: tuple[float, float | None]
    control: tuple[float, float | None]

    @property
    def shows(self) -> bool | None:
        """The control is clearly above the floor; None where its error is not known."""
        score, error = self.control
        return None if error is None else score > CLEARLY * error


def bounds(curves: Sequence[Curve], rows: Sequence[Row]) -> list[Bounds]:
    """Floors, ceilings, blind scores and values of every curve that has a scored row."""
    out = []
    for curve in curves:
        scored = [r for r in curve.rows if r.status is Status.OK and r.value is not None]
        if not scored:
            continue
        end = max(step(r.scale) for r in scored)
        last = [r for r in scored if step(r.scale) == end]
        row = last[0]
        beside = [r for r in rows if r.skill == curve.skill and r.value is not None]
        blind = [(r.engine, r.value) for r in beside if r.role is Role.BLIND and r.value is not None]
        oracle = [r.value for r in beside if r.role is Role.ORACLE and r.value is not None]
        best = max if row.direction is Direction.HIGHER else min
        scores = [s for r in last if (s := r.scored) is not None]
        out.append(Bounds(
            curve=curve, metric=row.metric, floor=row.floor, ceiling=row.ceiling, ceiling_kind=row.ceiling_kind.value,
            blind=best(blind, key=lambda b: b[1]) if blind else None, oracle=best(oracle) if oracle else None,
            value=sum(r.value for r in last if r.value is not None) / len(last),
            score=pooled(scores) if scores else None, n_items=row.n_items, scale=end,
            beside=_sorted(beside, best is max),
        ))
    return out


def _sorted(rows: Iterable[Row], higher: bool) -> tuple[tuple[str, float, float | None], ...]:
    """Blind engines and references by value; of several readouts of one engine, each with its name."""
    sat = [r for r in rows if r.role in (Role.BLIND, Role.REFERENCE, Role.UNTRAINED) and r.value is not None]
    several = {name for name in {r.engine for r in sat} if len({r.readout for r in sat if r.engine == name}) > 1}
    found = [(f"{r.engine} ({r.readout.value})" if r.engine in several else r.engine, float(r.value or 0.0), r.stderr)
             for r in sat]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (-one[1] if higher else one[1], one[0])))


def controls(curves: Sequence[Curve], rows: Iterable[Row]) -> list[Control]:
    """Learner against control at the largest scale that both were scored at."""
    theirs: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.role is Role.CONTROL and row.scored is not None:
            theirs.setdefault((row.skill, row.readout.value), []).append(row)
    out = []
    for curve in curves:
        found = theirs.get((curve.skill, curve.readout), [])
        common = {step(r.scale) for r in found} & {step(r.scale) for r in curve.rows if r.scored is not None}
        if not common:
            continue
        end = max(common)
        mine = pooled([s for r in curve.rows if step(r.scale) == end and (s := r.scored) is not None])
        other = pooled([s for r in found if step(r.scale) == end and (s := r.scored) is not None])
        out.append(Control(curve, end, mine, other))
    return out


def control_sentence(found: Sequence[Control]) -> str:
    """Whether the control learnt what it cannot have read."""
    if not found:
        return "No control was run, so it is not shown that the skills come from the corpus."
    shows = [c for c in found if c.shows]
    silent = sum(c.shows is None for c in found)
    unknown = f" {silent} of them carry no error, so nothing is said of those." if silent else ""
    if not shows:
        return (f"Trained on a shuffled corpus, the same engine stays at the floor in all {len(found)} curves "
                f"compared.{unknown}")
    names = list(dict.fromkeys(plain(c.curve.skill) for c in shows))
    listed = join(names) if len(names) <= 6 else f"{', '.join(names[:5])} and {len(names) - 5} more"
    return (f"Trained on a shuffled corpus, the same engine is clearly above the floor in {len(shows)} of {len(found)} "
            f"curves: {listed}. There, part or all of the score comes from what shuffling keeps.{unknown}")


@dataclass(frozen=True)
class Mishap:
    """Exams of one curve that gave no score, for one reason."""

    status: str
    skill: str
    engine: str
    reason: str
    scales: tuple[float, ...]
    count: int


def mishaps(rows: Iterable[Row]) -> list[Mishap]:
    """Failed, unscored and not applicable exams, grouped by curve, engine and reason; failures first."""
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in rows:
        if row.status is not Status.OK:
            key = (row.status.value, row.skill, row.engine, row.reason or "no reason was recorded")
            groups.setdefault(key, []).append(row)
    order = [Status.FAILED.value, Status.UNSCORED.value, Status.NOT_APPLICABLE.value]
    found = [Mishap(*key, scales=tuple(sorted({step(r.scale) for r in mine})), count=len(mine))
             for key, mine in groups.items()]
    return sorted(found, key=lambda m: (order.index(m.status), m.skill, m.engine, m.reason))
