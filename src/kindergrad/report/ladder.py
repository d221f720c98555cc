"""Rows and forecasts side by side: one :class:`Curve` per skill, engine and readout, in the order of the syllabus."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kindergrad.core.answers import ForecastAnswer, Point, SkillForecast
from kindergrad.core.assessment import skill_of
from kindergrad.core.names import Grade, Role, Status, Verdict
from kindergrad.core.table import Row
from kindergrad.report.facts import StudyFacts

RISING_PROBABILITY = 0.9
"""P(the score rises) from which a curve that has not reached its target is called rising."""

DEFAULT_TARGET = 0.5
"""The score that counts as learnt where the forecast names no threshold."""

UNGRADED = "ungraded"


class State(StrEnum):
    """Where a curve stands now, in the words of the report."""

    LEARNT = "learnt"
    RISING = "rising"
    PEAKED = "past its peak"
    FLAT = "flat"
    NOT_MET = "not met yet"
    UNCLEAR = "cannot tell yet"
    NONE = "no score"


@dataclass(frozen=True)
class Cell:
    """One square of the ladder: ``score`` is the mean over seeds, or None with the status and the reason."""

    score: float | None
    stderr: float | None
    status: Status
    reason: str | None
    n: int


@dataclass(frozen=True)
class Curve:
    """One learning curve with what was forecast of it."""

    skill: str
    grade: str
    engine: str
    readout: str
    rows: tuple[Row, ...]
    """Rows of this learner, of any status, by scale and seed."""
    forecast: SkillForecast | None
    suffix: str = ""
    """Engine or readout, where one skill has several curves."""

    @property
    def base(self) -> str:
        return skill_of(self.skill)

    @property
    def level(self) -> str:
        return self.skill.partition("[")[2].rstrip("]")

    @property
    def name(self) -> str:
        return plain(self.skill) + (f" ({self.suffix})" if self.suffix else "")

    @property
    def short(self) -> str:
        """Name under the name of its skill: the level, or the name itself."""
        if not self.level:
            return self.name
        return self.level.replace("-", " ") + (f" ({self.suffix})" if self.suffix else "")

    @property
    def axis(self) -> str:
        """What is scaled, a value of :class:`kindergrad.core.names.Axis`."""
        return self.forecast.axis if self.forecast else self.rows[0].axis.value

    @property
    def points(self) -> tuple[Point, ...]:
        """Observed scores: those that the forecast used, else those of the rows."""
        if self.forecast and self.forecast.points:
            return self.forecast.points
        found = []
        for row in self.rows:
            if (scored := row.scored) is not None:
                found.append(Point(scale=row.scale, score=scored[0], stderr=scored[1], seed=row.seed,
                                   twin=row.twin_value))
        return tuple(found)

    @property
    def scale_now(self) -> float | None:
        if self.forecast:
            return self.forecast.scale_now
        return max((p.scale for p in self.points), default=None)

    @property
    def target(self) -> float:
        found = self.forecast.threshold if self.forecast else None
        return found.target if found else DEFAULT_TARGET

    @property
    def last(self) -> tuple[float, float | None] | None:
        """Score and standard error at the largest scale, or None."""
        if self.forecast and self.forecast.score_now is not None:
            return self.forecast.score_now, self.forecast.score_now_stderr
        points = self.points
        if not points:
            return None
        end = max(step(p.scale) for p in points)
        return pooled([(p.score, p.stderr) for p in points if step(p.scale) == end])

    @property
    def reached(self) -> bool:
        """The fitted curve crossed the target within the scales that were read (without a fit: the last score did)."""
        found = self.forecast.threshold if self.forecast else None
        if found is not None and self.forecast is not None:
            return found.median is not None and found.median <= self.forecast.scale_now * 1.001
        return self.last is not None and self.last[0] >= self.target

    @property
    def state(self) -> State:
        if self.last is None:
            return State.NONE
        verdict = self.forecast.verdict if self.forecast else None
        if verdict is Verdict.PEAKED:
            return State.PEAKED
        if self.reached:
            return State.LEARNT
        if verdict is Verdict.NOT_MET:
            return State.NOT_MET
        if verdict is Verdict.FLAT:
            return State.FLAT
        if verdict is Verdict.CANNOT_TELL:
            return State.UNCLEAR
        rising = self.forecast.p_learning if self.forecast else None
        return State.RISING if rising is not None and rising >= RISING_PROBABILITY else State.UNCLEAR

    def cells(self) -> dict[float, Cell]:
        """Scale -> what became of the exams there; from the forecast's points where there are no rows."""
        by_scale: dict[float, list[Row]] = defaultdict(list)
        for row in self.rows:
            by_scale[step(row.scale)].append(row)
        if by_scale:
            return {scale: _cell(found) for scale, found in sorted(by_scale.items())}
        scores: dict[float, list[tuple[float, float | None]]] = defaultdict(list)
        for p in self.points:
            scores[step(p.scale)].append((p.score, p.stderr))
        return {scale: Cell(*pooled(found), Status.OK, None, len(found)) for scale, found in sorted(scores.items())}


def step(scale: float) -> float:
    """The rung of the ladder that a scale stands on: scales that went through a logarithm differ in the last digits."""
    return float(f"{scale:.6g}")


def plain(skill: str) -> str:
    """``genomics/degenerate-word[tier-3]`` -> ``degenerate word · tier 3``."""
    base, _, level = skill.rpartition("/")[2].partition("[")
    text = base.replace("-", " ").replace("_", " ")
    return f"{text} · {level.rstrip(']').replace('-', ' ')}" if level else text


def pooled(scores: Sequence[tuple[float, float | None]]) -> tuple[float, float | None]:
    """Mean over seeds and its standard error: the larger of the errors' pool and the spread between seeds.

    The error is None where no score carries one and there is a single seed ("no resolution").
    """
    values = [s for s, _ in scores]
    n = len(values)
    mean = math.fsum(values) / n
    errors = [e for _, e in scores if e is not None]
    within = math.sqrt(math.fsum(e * e for e in errors)) / n if len(errors) == n else None
    between = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n) if n > 1 else None
    known = [e for e in (within, between) if e is not None]
    return mean, max(known) if known else None


def curves(rows: Iterable[Row], forecast: ForecastAnswer | None, facts: StudyFacts) -> list[Curve]:
    """All curves of the learners, easiest grade first, then as the syllabus lists them, then by level and engine."""
    by_key: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.role is Role.LEARNER:
            by_key[row.skill, row.engine, row.readout.value].append(row)
    said = {(f.skill, f.engine, f.readout): f for f in (forecast.skills if forecast else ())}
    keys = [*by_key, *(k for k in said if k not in by_key)]
    out = []
    for key in keys:
        mine = tuple(sorted(by_key.get(key, ()), key=lambda r: (r.scale, r.seed)))
        out.append(Curve(*_named(key, mine, said.get(key), facts), rows=mine, forecast=said.get(key),
                         suffix=_suffix(key, keys)))
    place = {s.id: i for i, s in enumerate(facts.skills)}
    # Numbered levels in the order of their numbers, others as the assessment lists them (hard to easy).
    level = {c.skill: (natural(c.level), 0) if re.search(r"\d", c.level) else ([], i) for i, c in enumerate(out)}
    return sorted(out, key=lambda c: (grade_order(c.grade), place.get(c.base, len(place)), c.base, level[c.skill],
                                      c.engine, c.readout))


def by_grade(found: Sequence[Curve]) -> dict[str, list[Curve]]:
    """Grade -> its curves, easiest first; grades without curves are absent."""
    out: dict[str, list[Curve]] = {}
    for curve in found:
        out.setdefault(curve.grade, []).append(curve)
    return out


def grade_order(grade: str) -> int:
    return list(Grade).index(Grade(grade)) if grade in set(Grade) else len(Grade)


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key in which tier-2 comes before tier-10."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", text) if part]


def ahead(found: SkillForecast, factor: int) -> tuple[float | None, float | None, float | None]:
    """(median, 5 %, 95 %) of the score at ``factor`` times the scale of now; None where it was not forecast."""
    for future in found.at.values():
        if abs(math.log10(future.scale / (found.scale_now * factor))) < 0.02:
            return future.median, future.q05, future.q95
    return None, None, None


def _named(key: tuple[str, str, str], rows: Sequence[Row], found: SkillForecast | None,
           facts: StudyFacts) -> tuple[str, str, str, str]:
    skill, engine, readout = key
    known = facts.of(skill)
    grade = (found.grade if found else None) or next((r.grade.value for r in rows if r.grade), None)
    return skill, grade or (known.grade if known else UNGRADED), engine, readout


def _suffix(key: tuple[str, str, str], keys: Sequence[tuple[str, str, str]]) -> str:
    same = [k for k in keys if k[0] == key[0]]
    parts = [key[i] for i in (1, 2) if len({k[i] for k in same}) > 1]
    return ", ".join(parts)


def _cell(rows: Sequence[Row]) -> Cell:
    scores = [s for r in rows if (s := r.scored) is not None]
    if scores:
        mean, error = pooled(scores)
        return Cell(mean, error, Status.OK, None, len(scores))
    first = next((r for r in rows if r.status is Status.FAILED), rows[0])
    status = Status.UNSCORED if first.status is Status.OK else first.status
    return Cell(None, None, status, first.reason, len(rows))
