"""Reliability of every perturbation, from the least to the most, with the line below which none can rank models."""

from __future__ import annotations

from collections.abc import Sequence

from kindergrad.report.figures.canvas import Frame, Sheet

WIDTH, HEIGHT = 760.0, 260.0
BOX = (44.0, 16.0, 748.0, 218.0)
LOWEST = -0.5


def reliability(values: Sequence[float], least: float, *, name: str) -> str:
    """Dots in order of size; below ``least`` in the colour of a warning."""
    sheet = Sheet(WIDTH, HEIGHT)
    order = sorted(max(value, LOWEST) for value in values)
    frame = Frame(BOX, (-0.5, max(len(order), 2) - 0.5), (LOWEST, 1.0))
    left, _, right, bottom = BOX
    for value in (-0.5, 0.0, 0.5, 1.0):
        sheet.line([left, right], [frame.y(value)] * 2, "grid", width=0.7)
        sheet.write(left - 7, frame.y(value), f"{value:g}".replace("-", "−"), size=11, ha="right")
    sheet.line([left, right], [frame.y(least)] * 2, "goal", width=1.2)
    sheet.write(right, frame.y(least) + 10, f"{least:g}: less than this ranks nobody", size=11, ink="goal", ha="right")
    size = 6.0 if len(order) < 100 else 4.0
    for ink, kept in (("ahead", [i for i, v in enumerate(order) if v < least]),
                      ("learn", [i for i, v in enumerate(order) if v >= least])):
        if kept:
            sheet.dots([frame.x(i) for i in kept], [frame.y(order[i]) for i in kept], ink, size=size)
    sheet.write((left + right) / 2, bottom + 24, f"{len(order):,} perturbations, least reliable first", size=11,
                ha="center")
    return sheet.svg(name, f"Reliability of {len(order)} perturbations. The numbers stand in the table below.")
