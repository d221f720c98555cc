"""Scores of skills from easy to hard, between floor and ceiling, each with two standard errors."""

from __future__ import annotations

from collections.abc import Sequence

from kindergrad.core.answers_response import SkillScore
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet
from kindergrad.report.ladder import plain

WIDTH, LEFT, RIGHT, TOP, STEP = 760.0, 178.0, 96.0, 34.0, 22.0
LOWEST, HIGHEST = -1.0, 1.5
"""Where the picture ends; numbers do not."""


def skills(grades: Sequence[tuple[str, Sequence[SkillScore]]], *, name: str) -> str:
    """One line a skill, grade by grade."""
    lines = sum(len(members) + 1 for _, members in grades)
    height = TOP + STEP * lines + 24
    sheet = Sheet(WIDTH, height)
    frame = Frame((LEFT, TOP, WIDTH - RIGHT, height - 24), (LOWEST, HIGHEST), (0.0, 1.0))
    for value, text in ((-1.0, "−1"), (0.0, "floor 0"), (0.5, "0.5"), (1.0, "ceiling 1"), (1.5, "1.5")):
        strong = value in (0.0, 1.0)
        sheet.line([frame.x(value)] * 2, [TOP - 6, height - 22], "muted" if strong else "grid", width=0.8)
        for y in (TOP - 16, height - 10):
            sheet.write(frame.x(value), y, text, ha="center")
    y = TOP + STEP / 2
    for grade, members in grades:
        sheet.write(0, y, grade.capitalize(), size=12, ink="ink", bold=True)
        y += STEP
        for one in members:
            sheet.write(12, y, plain(one.skill), size=12, ink="ink")
            _score(sheet, frame, one, y)
            y += STEP
    told = sum(one.score is not None for _, members in grades for one in members)
    return sheet.svg(name, f"Scores of {told} skills with two standard errors. The numbers stand in the table below.")


def _score(sheet: Sheet, frame: Frame, one: SkillScore, y: float) -> None:
    if one.score is None:
        sheet.write(frame.x(0.0) + 8, y, "no score", size=10)
        return
    error = 2.0 * (one.stderr or 0.0)
    low, high, middle = (frame.x(min(max(v, LOWEST), HIGHEST)) for v in (one.score - error, one.score + error,
                                                                         one.score))
    ink = "learn" if one.score > error else "ahead" if one.score < -error else "muted"
    sheet.line([frame.x(0.0), middle], [y, y], ink, width=5.0)
    sheet.line([low, high], [y, y], "ink", width=1.2)
    outside = not LOWEST <= one.score <= HIGHEST
    sheet.dots([middle], [y], "ink", marker=("<" if one.score < 0 else ">") if outside else "o", size=6)
    sheet.write(WIDTH, y, words.with_error((one.score, one.stderr)), size=12, ink="ink", ha="right")
