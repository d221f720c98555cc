"""How much of a corpus must be read until the concepts of each skill are met as often as an engine needs."""

from __future__ import annotations

import math

from kindergrad.core.answers_exposure import ExposureAnswer, ExposureRow
from kindergrad.core.names import Grade
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet
from kindergrad.report.ladder import plain

WIDTH, LABEL, ROW, TOP, BOTTOM = 880.0, 208.0, 19.0, 42.0, 40.0
_BEYOND = 1.6
"""Decades beyond the corpus that are shown at most."""


def meetings(found: ExposureAnswer, *, name: str, stamp: str = "") -> str:
    """One line a skill, grade by grade; a dot a concept, hollow where it lies beyond this corpus. A dot at the right
    edge stands for a concept of which only a lower bound is known."""
    rows = _rows(found)
    height = TOP + ROW * len(rows) + BOTTOM
    sheet = Sheet(WIDTH, height)
    size = math.log10(max(found.corpus.size, 1))
    places = [_place(row, size) for row in found.rows]
    frame = Frame((LABEL, TOP, WIDTH - 16, height - BOTTOM),
                  (min([*places, size]) - 0.2, min(max([*places, size]), size + _BEYOND) + 0.25), (0, 1))
    _grid(sheet, frame, found, height)
    for i, (title, own) in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        if own is None:
            sheet.write(0, y, title, size=11.5, ink="muted", bold=True)
            continue
        sheet.write(LABEL - 10, y, plain(title), size=11.5, ink="ink", ha="right")
        _line(sheet, frame, y, own, size)
    _key(sheet, found)
    sheet.stamp(WIDTH, stamp)
    ahead = sum(_place(row, size) > size for row in found.rows)
    return sheet.svg(name, f"{len(found.rows)} concepts of {len(found.skills)} skills; {ahead} of them are not met "
                     f"{found.kappa:g} times within this corpus. The numbers stand in the table below.")


def _rows(found: ExposureAnswer) -> list[tuple[str, list[ExposureRow] | None]]:
    """Grades, each followed by its skills with their concepts."""
    order = [grade.value for grade in Grade]
    skills = sorted(found.skills, key=lambda s: order.index(s.grade) if s.grade else len(order))
    out: list[tuple[str, list[ExposureRow] | None]] = []
    for skill in skills:
        if (skill.grade or "ungraded", None) not in out:
            out.append((skill.grade or "ungraded", None))
        out.append((skill.skill, [row for row in found.rows if row.skill == skill.skill]))
    return out


def _place(row: ExposureRow, size: float) -> float:
    """Decades at which a concept was met often enough; what cannot be told stands at the far end."""
    known = row.met_kappa_at.median
    return size + _BEYOND if known is None else min(math.log10(max(known, 1.0)), size + _BEYOND)


def _grid(sheet: Sheet, frame: Frame, found: ExposureAnswer, height: float) -> None:
    for decade in range(math.ceil(frame.xs[0]), math.floor(frame.xs[1]) + 1):
        x = frame.x(decade)
        sheet.line([x, x], [TOP - 4, height - BOTTOM], "grid", width=0.8)
        sheet.write(x, height - BOTTOM + 12, words.scale(10.0**decade), size=11.5, ha="center")
    edge = frame.at(max(found.corpus.size, 1))
    sheet.line([edge, edge], [TOP - 4, height - BOTTOM], "ahead", width=1.3, dashes=(4, 3))
    sheet.write((frame.box[0] + frame.box[2]) / 2, height - 9,
                f"{found.corpus.unit} until a concept was met {found.kappa:g} times", size=11.5, ha="center")


def _line(sheet: Sheet, frame: Frame, y: float, own: list[ExposureRow], size: float) -> None:
    places = sorted(_place(row, size) for row in own)
    if places[0] != places[-1]:
        sheet.line([frame.x(places[0]), frame.x(places[-1])], [y, y], "grid", width=3)
    for inside, ink in ((True, "learn"), (False, "ahead")):
        dots = [frame.x(p) for p in places if (p <= size) is inside]
        if dots:
            sheet.dots(dots, [y] * len(dots), ink, size=6.5, hollow=not inside)


def _key(sheet: Sheet, found: ExposureAnswer) -> None:
    x = LABEL
    for ink, hollow, text in (("learn", False, "a concept, met often enough within this corpus"),
                              ("ahead", True, "beyond it, or unknown (right edge)")):
        sheet.dots([x + 6], [20.0], ink, hollow=hollow)
        sheet.write(x + 16, 20, text, size=11.5, ink="ink")
        x += 34 + 5.7 * len(text)
    sheet.line([x, x + 18], [20, 20], "ahead", width=1.3, dashes=(4, 3))
    sheet.write(x + 24, 20, "size of the corpus", size=11.5, ink="ink")
