"""The exposure law: the scale of onset against how often the concept occurs, both in decades."""

from __future__ import annotations

import math

import numpy as np

from kindergrad.core.answers import ExposureLaw, Interval
from kindergrad.report import words
from kindergrad.report.figures import canvas
from kindergrad.report.figures.canvas import Frame, Sheet
from kindergrad.report.ladder import plain

WIDTH, HEIGHT = 480.0, 352.0
BOX = (48.0, 28.0, 440.0, 300.0)
_Z90 = 1.645


def exposure(law: ExposureLaw, now: float | None, *, name: str, axis: str = "bases", stamp: str = "") -> str:
    """The law with the onset of each concept and its 90 % interval.

    Parameters
    ----------
    now : the largest scale that was read; onsets above it are predictions.
    """
    sheet = Sheet(WIDTH, HEIGHT)
    known = [(f, o, s) for f, o, s in zip(law.log10_frequency, law.onset, law.skills, strict=True)
             if o.median is not None]
    frame = Frame(BOX, *_limits(known, law, now))
    _grid(sheet, frame, axis)
    _law(sheet, frame, law)
    _read(sheet, frame, now)
    _onsets(sheet, frame, known, now)
    sheet.stamp(WIDTH, stamp)
    return sheet.svg(name, _label(law, len(known)))


def _limits(known: list[tuple[float, Interval, str]], law: ExposureLaw,
            now: float | None) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = [f for f, _, _ in known] or list(law.log10_frequency) or [-6.0, -3.0]
    ys = [v for _, o, _ in known for v in (o.median, o.q05, o.q95) if v is not None] or [3.0, 7.0]
    if now is not None:
        ys.append(math.log10(now))
    return (min(xs) - 0.4, max(xs) + 0.4), (min(ys) - 0.4, max(ys) + 0.4)


def _grid(sheet: Sheet, frame: Frame, axis: str) -> None:
    left, top, right, bottom = BOX
    every = 2 if frame.ys[1] - frame.ys[0] > 9 else 1
    for decade in range(math.ceil(frame.xs[0]), math.floor(frame.xs[1]) + 1):
        sheet.line([frame.x(decade)] * 2, [top, bottom], "grid", width=0.7)
        sheet.write(frame.x(decade), bottom + 12, canvas.power(decade), size=11.5, ha="center")
    for decade in range(math.ceil(frame.ys[0]), math.floor(frame.ys[1]) + 1, every):
        sheet.line([left, right], [frame.y(decade)] * 2, "grid", width=0.7)
        sheet.write(left - 7, frame.y(decade), words.scale(10.0**decade), size=11.5, ha="right")
    unit = words.UNITS.get(axis, "units")
    sheet.write((left + right) / 2, HEIGHT - 18, f"frequency of the concept (per "
                 f"{unit.removesuffix('s')})", size=11.5, ha="center")
    sheet.write(0, 9, f"onset ({unit} read at half of the rise)", size=11.5)


def _law(sheet: Sheet, frame: Frame, law: ExposureLaw) -> None:
    kappa = law.log10_kappa
    if kappa.median is None:
        return
    low = kappa.q05 if kappa.q05 is not None else kappa.median
    high = kappa.q95 if kappa.q95 is not None else kappa.median
    spread = _Z90 * (law.tau.median or 0.0)
    outer = (kappa.median - math.hypot(kappa.median - low, spread),
             kappa.median + math.hypot(high - kappa.median, spread))
    grid = np.linspace(*frame.xs, 81)
    pixels = [frame.x(x) for x in grid]
    for lower, upper, alpha in ((*outer, 0.10), (low, high, 0.22)):
        edge = [frame.y(v) for v in np.clip([*(upper - grid), *(lower - grid[::-1])], *frame.ys)]
        sheet.fill([*pixels, *pixels[::-1]], edge, "learn", alpha=alpha)
    inside = [x for x in grid if frame.ys[0] <= kappa.median - x <= frame.ys[1]]
    sheet.line([frame.x(x) for x in inside], [frame.y(kappa.median - x) for x in inside], "learn", width=1.8)


def _read(sheet: Sheet, frame: Frame, now: float | None) -> None:
    """A line at what was read; the words stand in the margin, where no point can be."""
    if now is None or not frame.ys[0] < math.log10(now) < frame.ys[1]:
        return
    y = frame.y(math.log10(now))
    sheet.line([BOX[0], BOX[2]], [y, y], "ahead", width=1.1, dashes=(4, 3))
    sheet.write(BOX[2] + 6, y - 7, "ahead", size=11.5, ink="ahead")
    sheet.write(BOX[2] + 6, y + 8, "read", size=11.5, ink="ahead")


def _onsets(sheet: Sheet, frame: Frame, known: list[tuple[float, Interval, str]], now: float | None) -> None:
    dots = [(frame.x(f), frame.y(o.median)) for f, o, _ in known if o.median is not None]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in dots]
    for (x, y), (_, onset, skill) in zip(dots, known, strict=True):
        if onset.q05 is not None and onset.q95 is not None:
            sheet.line([x, x], [frame.y(onset.q05), frame.y(onset.q95)], "ink", width=1.0)
        later = now is not None and onset.median is not None and onset.median > math.log10(now)
        sheet.dots([x], [y], "ink", size=7, hollow=later)
        _name(sheet, (x, y), plain(skill).rpartition(" · ")[2], taken)


def _name(sheet: Sheet, at: tuple[float, float], text: str, taken: list[tuple[float, float, float, float]]) -> None:
    """The name beside its point, where it lies on nothing else; without room it is left to the table."""
    x, y = at
    wide = 6.4 * len(text)
    for dx, dy, ha in ((9, -9, "left"), (-9, 9, "right"), (9, 9, "left"), (-9, -9, "right")):
        left = x + dx if ha == "left" else x + dx - wide
        box = (left, y + dy - 6, left + wide, y + dy + 6)
        if box[0] < BOX[0] or box[2] > BOX[2] or any(_overlap(box, other) for other in taken):
            continue
        sheet.write(x + dx, y + dy, text, size=11.5, ha=ha)
        taken.append(box)
        return


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _label(law: ExposureLaw, n: int) -> str:
    kappa = law.log10_kappa.median
    needed = f"about {words.scale(10.0**kappa)} exposures are needed" if kappa is not None else "no fit"
    return f"Onset against frequency for {n} concepts: {needed}. The numbers stand in the table below."
