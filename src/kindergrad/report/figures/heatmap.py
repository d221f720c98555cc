"""The ladder as a heat map: skills by grade (rows) against scale (columns), colour from floor to ceiling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kindergrad.core.names import Status
from kindergrad.report import words
from kindergrad.report.figures import canvas
from kindergrad.report.figures.canvas import Sheet
from kindergrad.report.ladder import Cell, Curve, by_grade, plain

SIGNS = {Status.FAILED: "×", Status.UNSCORED: "–", Status.NOT_APPLICABLE: "/"}


@dataclass(frozen=True)
class Layout:
    """Pixels of one of the two versions."""

    width: float
    label: float
    row: float
    gap: float
    font: float
    numbers: bool
    most: float


WIDE = Layout(width=1000, label=212, row=23, gap=30, font=12.5, numbers=True, most=60)
NARROW = Layout(width=360, label=132, row=17, gap=24, font=10.5, numbers=False, most=28)


def heat_map(curves: Sequence[Curve], *, layout: Layout, name: str, stamp: str = "") -> str:
    """The heat map as SVG; one version for wide and one for narrow screens, since text must stay readable on both."""
    scales = sorted({s for c in curves for s in c.cells()})
    grades = by_grade(curves)
    rows = sum(len(g) + _headers(g) for g in grades.values())
    height = 18 + rows * layout.row + len(grades) * layout.gap + 78
    sheet = Sheet(layout.width, height)
    step = min((layout.width - layout.label - 4) / max(len(scales), 1), layout.most)
    y = 16.0
    for grade, members in grades.items():
        sheet.write(0, y + layout.gap * 0.55, grade.capitalize(), size=layout.font, ink="ink", bold=True)
        end = layout.label + step * len(scales)
        sheet.line([0, end], [y + layout.gap - 4] * 2, "grid", width=1)
        y += layout.gap
        before = ""
        for curve in members:
            if curve.level and curve.base != before:
                sheet.write(0, y + layout.row / 2, plain(curve.base), size=layout.font, ink="ink")
                y += layout.row
            before = curve.base
            _row(sheet, curve, scales, (y, step), layout)
            y += layout.row
    _columns(sheet, scales, (y, step), layout, curves)
    _legend(sheet, y + 46, layout)
    sheet.stamp(layout.width, stamp, size=layout.font)
    return sheet.svg(name, _label(curves, scales))


def _headers(members: Sequence[Curve]) -> int:
    """Extra lines: the name of a skill above its levels."""
    return len({c.base for c in members if c.level})


def _row(sheet: Sheet, curve: Curve, scales: Sequence[float], at: tuple[float, float], layout: Layout) -> None:
    y, step = at
    indent = layout.font if curve.level else 0
    label = curve.short if curve.level else curve.name
    sheet.write(indent, y + layout.row / 2, label, size=layout.font, ink="muted" if curve.level else "ink")
    cells = curve.cells()
    for i, scale in enumerate(scales):
        if scale in cells:
            _cell(sheet, cells[scale], f"{curve.name} at {words.scale(scale)}",
                  (layout.label + i * step, y, step), layout)


def _cell(sheet: Sheet, cell: Cell, where: str, at: tuple[float, float, float], layout: Layout) -> None:
    x, y, step = at
    result = cell.status.value.replace("_", " ") if cell.score is None else words.with_error((cell.score, cell.stderr))
    sheet.box((x + 0.75, y + 0.75), (step - 1.5, layout.row - 1.5),
              None if cell.score is None else canvas.shade(cell.score),
              tip=f"{where}: {result}" if layout.numbers else "")
    middle = (x + step / 2, y + layout.row / 2)
    if cell.score is None:
        sheet.write(*middle, SIGNS.get(cell.status, "–"), size=layout.font - 2, ha="center",
                     ink="alarm" if cell.status is Status.FAILED else "muted")


def _columns(sheet: Sheet, scales: Sequence[float], at: tuple[float, float], layout: Layout,
             curves: Sequence[Curve]) -> None:
    y, step = at
    if not scales:
        return
    room = layout.font * 2.9  # pixels that one label takes
    every = max(1, math.ceil(room / step))
    whole = [i for i, s in enumerate(scales) if abs(math.log10(s) - round(math.log10(s))) < 0.01]
    shown = list(range(len(scales))) if every == 1 else whole if len(whole) > 1 else \
        list(range(0, len(scales), every))
    last = -math.inf
    for i in shown:
        x = layout.label + (i + 0.5) * step
        if x - last >= room * 0.8:
            sheet.write(x, y + 10, words.scale(scales[i]), size=layout.font - 2, ha="center")
            last = x
    axis = curves[0].axis
    middle = layout.label + step * len(scales) / 2
    sheet.write(max(middle, layout.label + 50), y + 26, words.AXIS_LABELS.get(axis, axis),
                 size=layout.font - 1.5, ha="center")


def _legend(sheet: Sheet, y: float, layout: Layout) -> None:
    size = layout.font - 1.5
    wide = layout.numbers
    left, bar = (layout.label, 160.0) if wide else (34.0, 100.0)
    sheet.write(left - 6, y, "floor", size=size, ha="right")
    for i in range(canvas.SHADES):
        sheet.box((left + i * bar / canvas.SHADES, y - 6), (bar / canvas.SHADES + 0.4, 12),
                  canvas.shade(i / (canvas.SHADES - 1)))
    sheet.write(left + bar + 6, y, "ceiling", size=size)
    x, line = (left + bar + 84, y) if wide else (0.0, y + 19)
    for text in ("× failed", "– not scored", "/ not applicable", "blank: no exam"):
        sheet.write(x, line, text, size=size)
        x += size * 0.53 * len(text) + (28 if wide else 8)


def _label(curves: Sequence[Curve], scales: Sequence[float]) -> str:
    if not scales:
        return "Heat map of the ladder: no exam was sat."
    ends = words.scale(scales[0]) if len(scales) == 1 else f"{words.scale(scales[0])} to {words.scale(scales[-1])}"
    return (f"Heat map of {len(curves)} curves in {len(by_grade(curves))} grades over {len(scales)} scales, {ends}. "
            "The numbers stand in the table below.")
