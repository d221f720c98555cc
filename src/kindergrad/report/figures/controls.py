"""Learner beside control: the score of each curve on the real corpus and on the shuffled one, at the same scale."""

from __future__ import annotations

from collections.abc import Sequence

from kindergrad.report.beside import Control
from kindergrad.report.figures.canvas import Frame, Sheet

WIDTH, LABEL, ROW, TOP = 480.0, 176.0, 18.0, 44.0


def controls(found: Sequence[Control], *, name: str, stamp: str = "") -> str:
    """One line a curve: filled circle for the learner, open square for the control, bars of 1.96 standard errors."""
    height = TOP + ROW * len(found) + 42
    sheet = Sheet(WIDTH, height)
    scores = [v for c in found for v, _ in (c.learner, c.control)]
    limits = (min(-0.1, min(scores) - 0.05), max(1.1, max(scores) + 0.05))
    frame = Frame((LABEL, TOP, WIDTH - 12, height - 42), limits, (0, 1))
    for score, text in ((0.0, "floor 0"), (0.5, "0.5"), (1.0, "ceiling 1")):
        x = frame.x(score)
        sheet.line([x, x], [TOP - 6, height - 38], "grid" if score == 0.5 else "muted", width=0.8)
        sheet.write(x, height - 27, text, size=11.5, ha="center")
    sheet.write((LABEL + WIDTH - 12) / 2, height - 9, "score between floor and ceiling", size=11.5, ha="center")
    _key(sheet, LABEL)
    for i, c in enumerate(found):
        y = TOP + ROW * (i + 0.5)
        sheet.write(LABEL - 10, y, c.curve.name, size=11, ink="ink", ha="right")
        sheet.line([frame.x(c.control[0]), frame.x(c.learner[0])], [y, y], "grid", width=3)
        for (score, error), ink, marker in ((c.control, "control", "s"), (c.learner, "learn", "o")):
            if error:
                ends = [min(max(score + z * error, limits[0]), limits[1]) for z in (-1.96, 1.96)]
                sheet.line([frame.x(v) for v in ends], [y, y], ink, width=1.2)
            sheet.dots([frame.x(score)], [y], ink, marker=marker, hollow=marker == "s")
    sheet.stamp(WIDTH, stamp)
    clear = sum(bool(c.shows) for c in found)
    label = f"Learner and control in {len(found)} curves; the control is clearly above the floor in {clear}."
    return sheet.svg(name, f"{label} The numbers stand in the table below.")


def _key(sheet: Sheet, left: float) -> None:
    for shift, ink, marker, text in ((6, "learn", "o", "real corpus"), (100, "control", "s", "shuffled corpus")):
        x = left + shift
        sheet.dots([x], [24.0], ink, marker=marker, hollow=marker == "s")
        sheet.write(x + 9, 24, text, size=11.5, ink="ink")
