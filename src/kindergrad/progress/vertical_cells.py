"""From the long table to cells of a vertical scale: what is a count, what a score, and every assumption said aloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kindergrad.core.errors import TableError
from kindergrad.core.names import Direction, Grade, Role
from kindergrad.core.table import Row
from kindergrad.stats.ability_model import Cells


class Unit(NamedTuple):
    """An engine at a scale point."""

    name: str
    engine: str
    family: str
    axis: str
    scale: float


class SkillUnit(NamedTuple):
    """A skill through a readout."""

    name: str
    skill: str
    readout: str
    grade: Grade | None


class Tabulated(NamedTuple):
    """Cells with the names of their engines and skills, and what was assumed on the way."""

    cells: Cells
    engines: tuple[Unit, ...]
    skills: tuple[SkillUnit, ...]
    assumptions: tuple[str, ...]


def tabulate(rows: Sequence[Row], keep: Sequence[str] = ()) -> Tabulated:
    """Cells of a vertical scale.

    Parameters
    ----------
    keep : engines (names of units or of engines) that stay whatever their role: the anchors.

    Raises
    ------
    TableError
        For percent among fractions, losses without floor and ceiling, mixed versions, or too few results.
    """
    notes: Counter[str] = Counter()
    used = usable(rows, set(keep), notes)
    engines, skills = _names(used)
    engine_at = {(u.engine, u.axis, u.scale): i for i, u in enumerate(engines)}
    skill_at = {(s.skill, s.readout): i for i, s in enumerate(skills)}
    columns: list[tuple[float, ...]] = []
    for row in used:
        engine = engine_at[row.engine, row.axis.value, row.scale]
        columns.append((engine, skill_at[row.skill, row.readout.value], *_cell(row, notes)))
    table = np.array(columns, dtype=np.float64).T
    cells = Cells(table[0].astype(np.int64), table[1].astype(np.int64), *table[2:])
    if len(engines) < 2 or len(skills) < 2:
        raise TableError(f"a vertical scale needs at least 2 engines and 2 skills with scores; got {len(engines)} and "
                         f"{len(skills)}; try more engines or more scale points")
    return Tabulated(cells, engines, skills, tuple(f"{n} results: {what}" for what, n in notes.items()))


def usable(rows: Sequence[Row], keep: set[str], notes: Counter[str]) -> list[Row]:
    """Rows with a score of a learner (or of an engine in ``keep``), in one order; what is left out goes to notes.

    Raises
    ------
    TableError
        For percent among fractions, losses without floor and ceiling, and mixed versions of a skill.
    """
    used: dict[tuple[object, ...], Row] = {}
    versions: dict[str, str] = {}
    for row in rows:
        if row.role is not Role.LEARNER and not {row.engine, f"{row.engine}@{row.scale:g}"} & keep:
            notes[f"left out, the engine is there as {row.role.value}"] += 1
            continue
        if row.scored is None:
            notes[f"left out, {row.reason or 'no score between floor and ceiling'}"] += 1
            continue
        _refuse(row)
        major = row.version.split(".")[0]
        if versions.setdefault(row.skill, major) != major:
            raise TableError(f"skill {row.skill} was examined in versions {versions[row.skill]} and {major}, which "
                             "cannot be compared; expected one; drop one of them")
        key = (row.engine, row.axis, row.scale, row.skill, row.readout, row.seed, row.value, row.score)
        if key in used:
            notes["left out, it repeats another row to the digit"] += 1
        used.setdefault(key, row)
    return sorted(used.values(), key=lambda r: (r.engine, r.axis, r.scale, r.skill, r.readout, r.seed, r.value or 0.0))


def _refuse(row: Row) -> None:
    default = row.score is None and row.floor == 0 and row.ceiling == 1
    where = f"engine {row.engine}, skill {row.skill}, scale {row.scale:g}"
    if default and row.direction is Direction.LOWER:
        raise TableError(f"{where}: a loss has no score without floor and ceiling; got neither; expected columns "
                         "'floor' (the loss of a blind engine) and 'ceiling' (the best possible loss)")
    if default and row.value is not None and not -0.5 <= row.value <= 1.5:
        raise TableError(f"{where}: the value {row.value:g} does not lie between floor 0 and ceiling 1; expected "
                         "fractions; divide percents by 100, or give the columns 'floor' and 'ceiling'")


def _names(rows: Sequence[Row]) -> tuple[tuple[Unit, ...], tuple[SkillUnit, ...]]:
    points: dict[tuple[str, str, float], str] = {}
    skills: dict[tuple[str, str], Grade | None] = {}
    for row in rows:
        points.setdefault((row.engine, row.axis.value, row.scale), row.family)
        skills[row.skill, row.readout.value] = skills.get((row.skill, row.readout.value)) or row.grade
    times = Counter(engine for engine, _, _ in points)
    axes = {axis for _, axis, _ in points}
    readouts = Counter(skill for skill, _ in skills)
    units = tuple(
        Unit(engine if times[engine] == 1 else f"{engine}@{scale:g}" + (f" {axis}" if len(axes) > 1 else ""),
             engine, family, axis, scale)
        for (engine, axis, scale), family in points.items())
    return units, tuple(
        SkillUnit(skill if readouts[skill] == 1 else f"{skill} ({readout})", skill, readout, grade)
        for (skill, readout), grade in skills.items())


def _cell(row: Row, notes: Counter[str]) -> tuple[float, float, float, float, float]:
    """value, n, stderr, lo, hi of one row."""
    scored = row.scored
    score, stderr = scored if scored is not None else (0.0, None)
    n, value = row.n_items or 0, row.value if row.value is not None else -1.0
    in_unit = 0 <= row.floor < row.ceiling <= 1 and 0 <= value <= 1 and row.direction is Direction.HIGHER
    if stderr:
        return score, 0, stderr, 0.0, 1.0
    if n > 0 and in_unit and abs(value * n - round(value * n)) < 0.02:
        notes["read as counts, right answers of n_items, since they have no standard error"] += 1
        return float(round(value * n)), float(n), 0.0, row.floor, row.ceiling
    notes["without standard error or counts; their error is fitted, one a skill (no resolution of its own)"] += 1
    return score, 0, 0.0, 0.0, 1.0
