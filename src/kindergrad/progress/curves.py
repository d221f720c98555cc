"""From the long table to learning curves: which results may stand on one curve, and which may not."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import skill_of
from kindergrad.core.errors import TableError
from kindergrad.core.names import Axis, Direction, Domain, Grade, Readout, Role, Status
from kindergrad.core.scale import pretty
from kindergrad.core.table import Row

Floats = NDArray[np.float64]
Key = tuple[str, Readout, str, Axis]

LEARNERS = (Role.LEARNER,)


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """Scores of one skill, read in one way, of one engine family, along one axis; sorted by scale and seed.

    Attributes
    ----------
    x : log10 of the scale; y : score between floor 0 and ceiling 1, unclipped; stderr : NaN where unknown.
    twin, twin_stderr : the sharp twin in its own unit; NaN where there is none. All of shape (n,), n >= 1.
    engine : name of the engine, or of the family where several engines stand on the curve.
    frequency : of one concept in the corpus, or None.
    """

    skill: str
    readout: Readout
    engine: str
    axis: Axis
    grade: Grade | None
    domain: Domain | None
    assessment: str
    frequency: float | None
    x: Floats
    y: Floats
    stderr: Floats
    seed: NDArray[np.int64]
    twin: Floats
    twin_stderr: Floats

    @property
    def scale(self) -> Floats:
        return np.asarray(10.0**self.x)

    @property
    def now(self) -> float:
        """log10 of the largest scale."""
        return float(self.x[-1])

    def score_now(self) -> tuple[float, float | None]:
        """Mean score at the largest scale over seeds, with its standard error; None where no error is known."""
        here = self.x == self.x[-1]
        y, e = self.y[here], self.stderr[here]
        known = e[np.isfinite(e)]
        # Seeds share the items, so their sampling errors do not average out; the spread between seeds does.
        between = float(np.var(y, ddof=1) / y.size) if y.size > 1 else 0.0
        if not known.size and y.size == 1:
            return float(y[0]), None
        sampling = float(np.mean(known**2)) if known.size else 0.0
        return float(y.mean()), math.sqrt(max(sampling, between))

    def until(self, x: float) -> LearningCurve | None:
        """The part of the curve up to log10 scale ``x``, or None where nothing is left."""
        keep = self.x <= x + 1e-9
        if not keep.any():
            return None
        return LearningCurve(**{**self.__dict__, "x": self.x[keep], "y": self.y[keep], "stderr": self.stderr[keep],
                                "seed": self.seed[keep], "twin": self.twin[keep],
                                "twin_stderr": self.twin_stderr[keep]})


def curves(rows: Iterable[Row], *, roles: Collection[Role] = LEARNERS) -> list[LearningCurve]:
    """One curve per (skill, readout, engine family, size, axis), in the order of their first row.

    Rows without a score (failed, not applicable, unscored) are left out; they stay visible in the table.

    Raises
    ------
    TableError
        Where rows that may not be compared would stand on one curve, where a row is there twice, or where no row has
        a score.
    """
    grouped: dict[tuple[str, Readout, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.role in roles and row.scored is not None:
            grouped[(row.skill, row.readout, row.family or row.engine)].append(row)
    if not grouped:
        wanted = ", ".join(role.value for role in roles)
        raise TableError(f"no row can be used; got no scored row with role {wanted}; expected at least one; "
                         "try `kindergrad status` to see what failed or was unscored")
    return [_curve(part) for group in grouped.values() for part in _by_size(group)]


def assumptions(rows: Iterable[Row], *, roles: Collection[Role] = LEARNERS) -> tuple[str, ...]:
    """What had to be taken for granted of the rows of another harness, with counts; empty where nothing had to be."""
    asked = [row for row in rows if row.role in roles and row.status is Status.OK and not row.record_id]
    empty = sum(row.value is None for row in asked)
    errors = [row.scored[1] for row in asked if row.scored is not None]
    unknown, zero = sum(e is None for e in errors), sum(e == 0.0 for e in errors)
    notes = []
    if empty:
        notes.append(f"{empty} of {len(asked)} rows hold no value (empty or NaN) and were left out")
    if unknown:
        notes.append(f"{unknown} of {len(errors)} scores come without a standard error: it is taken as that of the "
                     "other points of the curve, or told from their scatter where none has one")
    if zero:
        notes.append(f"{zero} of {len(errors)} standard errors are 0: such points carry only the scatter about the "
                     "curve, and a curve where all are 0 counts as one without standard errors")
    return tuple(notes)


def too_large(rows: Iterable[Row]) -> str:
    """Empty, or why the values are no scores up to their ceiling: a loss, or percents among fractions."""
    plain = [row for row in rows if row.score is None and row.value is not None and row.floor < row.ceiling]
    far = [row for row in plain if float(row.value or 0.0) > max(1.5, row.ceiling + 0.5 * (row.ceiling - row.floor))]
    if not far:
        return ""
    near = [row for row in plain if 0.0 < float(row.value or 0.0) < min(1.0, row.ceiling)]
    if near and far[0].ceiling == 1.0:
        return (f"percent and fractions seem to be mixed; got values such as {far[0].value:g} and {near[0].value:g}; "
                "expected one unit; try to divide percent by 100, or give floor and ceiling")
    return (f"values lie far above the ceiling; got {far[0].value:g} with floor {far[0].floor:g} and ceiling "
            f"{far[0].ceiling:g}; try direction = lower if it is a loss, ceiling = 100 for percent, or the floor and "
            "ceiling of the metric")


def comparable(where: str, rows: Sequence[Row]) -> None:
    """A TableError where rows that may not be compared would stand on one curve."""
    _one(where, "axes", {row.axis.value for row in rows}, "give one axis per table, or filter it")
    _one(where, "assessment versions", {row.version.split(".")[0] for row in rows},
         "rerun the old version or filter it: a new first number means that scores cannot be compared")
    _one(where, "directions", {row.direction.value for row in rows}, "say of each metric once which way is better")
    _one(where, "metrics", {row.metric for row in rows}, "give each metric a skill name of its own")


def _by_size(rows: list[Row]) -> list[list[Row]]:
    """Engines of one family that differ in size stand on curves of their own, where the axis is one of data."""
    sizes = {row.parameters for row in rows}
    along = rows[0].axis in (Axis.PARAMETERS, Axis.FLOP)
    if along or None in sizes or len(sizes) == 1 or len({row.engine for row in rows}) == 1:
        return [rows]
    return [[row for row in rows if row.parameters == size] for size in sorted(s for s in sizes if s is not None)]


def _curve(rows: Sequence[Row]) -> LearningCurve:
    first = rows[0]
    where = f"skill '{first.skill}' of '{first.family or first.engine}', readout {first.readout.value}"
    comparable(where, rows)
    _check_direction(where, rows)
    _check_twice(where, rows)
    if why := too_large(rows):
        raise TableError(f"{where}: {why}")
    rows = sorted(rows, key=lambda row: (row.scale, row.seed, row.engine))
    scores = [row.scored for row in rows]
    engines = {row.engine for row in rows}
    frequencies = [row.frequency for row in rows if row.frequency is not None]
    return LearningCurve(
        skill=first.skill,
        readout=first.readout,
        engine=first.engine if len(engines) == 1 else _family(rows),
        axis=first.axis,
        grade=first.grade,
        domain=first.domain,
        assessment=first.assessment or skill_of(first.skill),
        frequency=float(np.exp(np.mean(np.log(frequencies)))) if frequencies else None,
        x=np.log10([row.scale for row in rows]),
        y=np.array([s[0] for s in scores if s is not None]),
        stderr=np.array([np.nan if s is None or s[1] is None else s[1] for s in scores]),
        seed=np.array([row.seed for row in rows], dtype=np.int64),
        twin=np.array([np.nan if row.twin_value is None else row.twin_value for row in rows]),
        twin_stderr=np.array([np.nan if row.twin_stderr is None else row.twin_stderr for row in rows]),
    )


def _family(rows: Sequence[Row]) -> str:
    """Its name, with its size where all rows share one."""
    sizes = {row.parameters for row in rows}
    (size,) = sizes if len(sizes) == 1 else (None,)
    return rows[0].family + (f" {pretty(size)}" if size is not None else "")


def _one(where: str, what: str, found: set[str], hint: str) -> None:
    if len(found) > 1:
        raise TableError(f"{where}: {what} are mixed; got {', '.join(sorted(found))}; expected one; try to {hint}")


def _check_direction(where: str, rows: Sequence[Row]) -> None:
    lower = rows[0].direction is Direction.LOWER
    wrong = next((row for row in rows if row.score is None and (row.ceiling < row.floor) is not lower), None)
    if wrong is None:
        return
    got = f"got floor {wrong.floor:g} and ceiling {wrong.ceiling:g}"
    if lower:
        raise TableError(f"{where}: a metric where lower is better needs its floor above its ceiling; {got}; expected "
                         "the loss of a blind engine as floor and the best loss that is possible as ceiling")
    raise TableError(f"{where}: the ceiling lies below the floor; {got}; expected floor < ceiling; "
                     "try direction = lower if the metric is a loss")


def _check_twice(where: str, rows: Sequence[Row]) -> None:
    seen: set[tuple[str, float, int]] = set()
    for row in rows:
        key = (row.engine, row.scale, row.seed)
        if key in seen:
            raise TableError(f"{where}: engine '{row.engine}', scale {row.scale:g}, seed {row.seed} is there twice; "
                             "expected once; try to give repeated runs different seeds")
        seen.add(key)
