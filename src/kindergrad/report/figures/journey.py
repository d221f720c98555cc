"""From easy to hard: when each skill was first met, when its score and its exact match rose, and what was foretold."""

from __future__ import annotations

import math

from kindergrad.core.answers_journey import Foretold, Journey, JourneyAnswer, Rise
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet
from kindergrad.report.ladder import plain

WIDTH, LABEL, ROW, TOP, BOTTOM = 880.0, 208.0, 19.0, 46.0, 40.0
_SPLIT, _GAP = 610.0, 26.0
"""Where the left frame ends, and the room between the two."""


def journey(found: Journey, answer: JourneyAnswer, *, name: str, stamp: str = "") -> str:
    """One line a skill, grade by grade. Left: a diamond where the first problem was met, a filled circle with its 90 %
    interval where the score reached the target, a square where the exact match did. Right: the forecast with its 90 %
    interval, and what came."""
    rises = sorted(found.rises, key=lambda r: -1 if r.grade is None else r.grade.order)
    told = {f.skill: f for f in found.foretold}
    rows = _rows(rises)
    height = TOP + ROW * len(rows) + BOTTOM
    sheet = Sheet(WIDTH, height)
    right = WIDTH - 12 if not told else _SPLIT
    frame = Frame((LABEL, TOP, right, height - BOTTOM), _limits(found, rises), (0, 1))
    _scales(sheet, frame, found, height)
    scores = Frame((_SPLIT + _GAP, TOP, WIDTH - 16, height - BOTTOM), (-0.15, 1.15), (0, 1))
    if told:
        _score_axis(sheet, scores, height)
    for i, row in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        if isinstance(row, str):
            sheet.write(0, y, row, size=11.5, ink="muted", bold=True)
            continue
        sheet.write(LABEL - 10, y, plain(row.skill), size=11.5, ink="ink", ha="right")
        _rise(sheet, frame, y, row, found)
        if row.skill in told:
            _forecast(sheet, scores, y, told[row.skill])
    _key(sheet, bool(told))
    sheet.stamp(WIDTH, stamp)
    risen = sum(r.half.median is not None and r.half.median <= found.scale_now for r in rises)
    inside = f" {sum(f.inside90 for f in told.values())} of {len(told)} forecasts held." if told else ""
    return sheet.svg(name, f"When {len(rises)} skills rose: {risen} have reached a score of {answer.target:g}.{inside} "
                     "The numbers stand in the table below.")


def _rows(rises: list[Rise]) -> list[Rise | str]:
    out: list[Rise | str] = []
    for rise in rises:
        grade = rise.grade.value if rise.grade else "ungraded"
        if grade not in out:
            out.append(grade)
        out.append(rise)
    return out


def _limits(found: Journey, rises: list[Rise]) -> tuple[float, float]:
    known = [v for r in rises for v in (r.first_met, r.half.median, r.twin_half) if v]
    known = [v for v in known if v <= found.scale_now] + [found.scale_now]
    return math.log10(max(min(known), 1.0)) - 0.15, math.log10(found.scale_now) + 0.7


def _scales(sheet: Sheet, frame: Frame, found: Journey, height: float) -> None:
    for decade in range(math.ceil(frame.xs[0]), math.floor(frame.xs[1]) + 1):
        x = frame.x(decade)
        sheet.line([x, x], [TOP - 4, height - BOTTOM], "grid", width=0.8)
        sheet.write(x, height - BOTTOM + 12, words.scale(10.0**decade), size=11.5, ha="center")
    x = frame.at(found.scale_now)
    sheet.line([x, x], [TOP - 4, height - BOTTOM], "muted", width=1.0)
    for then in sorted({f.scale_then for f in found.foretold}):
        at = frame.at(then)
        sheet.line([at, at], [TOP - 4, height - BOTTOM], "ahead", width=1.1, dashes=(4, 3))
    label = words.AXIS_LABELS.get(found.axis, found.axis)
    sheet.write((LABEL + frame.box[2]) / 2, height - 9, label, size=11.5, ha="center")


def _score_axis(sheet: Sheet, frame: Frame, height: float) -> None:
    for score, text in ((0.0, "0"), (0.5, "0.5"), (1.0, "1")):
        x = frame.x(score)
        sheet.line([x, x], [TOP - 4, height - BOTTOM], "grid", width=0.8)
        sheet.write(x, height - BOTTOM + 12, text, size=11.5, ha="center")
    sheet.write((frame.box[0] + frame.box[2]) / 2, height - 9, "score at the end", size=11.5, ha="center")


def _rise(sheet: Sheet, frame: Frame, y: float, rise: Rise, found: Journey) -> None:
    low, high = (10.0 ** v for v in frame.xs)
    if rise.first_met:
        end = min(rise.half.median or found.scale_now, found.scale_now)
        sheet.line([frame.at(v) for v in sorted((max(rise.first_met, low), max(end, low)))], [y, y], "grid", width=3)
        sheet.dots([frame.at(max(rise.first_met, low))], [y], "muted", marker="D", size=5.5, hollow=True)
    if rise.half.median is not None and rise.half.median <= high:
        ends = [min(max(v or high, low), high) for v in (rise.half.q05, rise.half.q95)]
        sheet.line([frame.at(v) for v in ends], [y, y], "learn", width=1.6)
        later = rise.half.median > found.scale_now
        sheet.dots([frame.at(max(rise.half.median, low))], [y], "ahead" if later else "learn", size=7, hollow=later)
    elif rise.half.median is None or rise.half.median > high:
        sheet.write(frame.at(high) - 2, y, "not yet", size=11, ha="right")
    if rise.twin_half is not None:
        sheet.dots([frame.at(max(rise.twin_half, low))], [y], "twin", marker="s", size=6, hollow=True)


def _forecast(sheet: Sheet, frame: Frame, y: float, told: Foretold) -> None:
    inside = [frame.x(min(max(v, frame.xs[0]), frame.xs[1])) for v in (told.q05, told.q95, told.median, told.outcome)]
    sheet.line(inside[:2], [y, y], "ahead", width=5)
    sheet.line([inside[2]] * 2, [y - 5, y + 5], "ahead", width=1.6)
    sheet.dots([inside[3]], [y], "ink" if told.inside90 else "alarm", size=6)


def _key(sheet: Sheet, told: bool) -> None:
    marks = [("muted", "D", True, "first met"), ("learn", "o", False, "score half way (90 %)"),
             ("twin", "s", True, "exact match half way")]
    x = LABEL
    for ink, marker, hollow, text in marks:
        sheet.dots([x + 6], [22.0], ink, marker=marker, hollow=hollow)
        sheet.write(x + 16, 22, text, size=11.5, ink="ink")
        x += 30 + 6.1 * len(text)
    if told:
        left = _SPLIT + _GAP
        sheet.line([left, left + 18], [22, 22], "ahead", width=5)
        sheet.write(left + 24, 22, "foretold (90 %)", size=11.5, ink="ink")
        sheet.dots([left + 142], [22.0], "ink", size=6)
        sheet.write(left + 151, 22, "came", size=11.5, ink="ink")
