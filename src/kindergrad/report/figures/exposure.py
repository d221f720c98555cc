"""The exposure law: the scale of onset against how often the concept occurs, both in decades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kindergrad.core.answers import ExposureLaw, Interval
from kindergrad.report import words
from kindergrad.report.figures import canvas
from kindergrad.report.figures.canvas import Frame
from kindergrad.report.ladder import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 620.0, 400.0
BOX = (62.0, 22.0, 604.0, 346.0)
_Z90 = 1.645


def exposure(law: ExposureLaw, now: float | None, *, name: str, axis: str = "bases", stamp: str = "") -> str:
    """The law with the onset of each concept and its 90 % interval.

    Parameters
    ----------
    now : the largest scale that was read; onsets above it are predictions.
    """
    figure, axes = canvas.sheet(WIDTH, HEIGHT)
    known = [(f, o, s) for f, o, s in zip(law.log10_frequency, law.onset, law.skills, strict=True)
             if o.median is not None]
    frame = Frame(BOX, *_limits(known, law, now))
    _grid(axes, frame, axis)
    _law(axes, frame, law)
    if now is not None and frame.ys[0] < math.log10(now) < frame.ys[1]:
        y = frame.y(math.log10(now))
        canvas.line(axes, [BOX[0], BOX[2]], [y, y], "ahead", width=1.1, dashes=(4, 3))
        canvas.write(axes, BOX[2] - 4, y - 8, "onset ahead of the data", size=10, ink="ahead", ha="right")
        canvas.write(axes, BOX[2] - 4, y + 9, f"read so far: {words.scale(now)}", size=10, ink="ahead", ha="right")
    _onsets(axes, frame, known, now)
    canvas.stamp(axes, WIDTH, stamp)
    return canvas.svg(figure, name, _label(law, len(known)))


def _limits(known: list[tuple[float, Interval, str]], law: ExposureLaw,
            now: float | None) -> tuple[tuple[float, float], tuple[float, float]]:
    xs = [f for f, _, _ in known] or list(law.log10_frequency) or [-6.0, -3.0]
    ys = [v for _, o, _ in known for v in (o.median, o.q05, o.q95) if v is not None] or [3.0, 7.0]
    if now is not None:
        ys.append(math.log10(now))
    return (min(xs) - 0.4, max(xs) + 0.4), (min(ys) - 0.4, max(ys) + 0.4)


def _grid(axes: Axes, frame: Frame, axis: str) -> None:
    left, top, right, bottom = BOX
    every = 2 if frame.ys[1] - frame.ys[0] > 9 else 1
    for decade in range(math.ceil(frame.xs[0]), math.floor(frame.xs[1]) + 1):
        canvas.line(axes, [frame.x(decade)] * 2, [top, bottom], "grid", width=0.7)
        canvas.write(axes, frame.x(decade), bottom + 12, canvas.power(decade), size=11, ha="center")
    for decade in range(math.ceil(frame.ys[0]), math.floor(frame.ys[1]) + 1, every):
        canvas.line(axes, [left, right], [frame.y(decade)] * 2, "grid", width=0.7)
        canvas.write(axes, left - 7, frame.y(decade), words.scale(10.0**decade), size=11, ha="right")
    unit = words.UNITS.get(axis, "units")
    canvas.write(axes, (left + right) / 2, HEIGHT - 20, f"frequency of the concept (occurrences per "
                 f"{unit.removesuffix('s')})", size=11, ha="center")
    canvas.write(axes, 0, 9, f"onset ({unit} read when half of the rise is done)", size=11)


def _law(axes: Axes, frame: Frame, law: ExposureLaw) -> None:
    kappa = law.log10_kappa
    if kappa.median is None:
        return
    low = kappa.q05 if kappa.q05 is not None else kappa.median
    high = kappa.q95 if kappa.q95 is not None else kappa.median
    spread = _Z90 * (law.tau.median or 0.0)
    outer = (kappa.median - math.hypot(kappa.median - low, spread), kappa.median + math.hypot(high - kappa.median, spread))
    grid = np.linspace(*frame.xs, 81)
    pixels = [frame.x(x) for x in grid]
    for lower, upper, alpha in ((*outer, 0.10), (low, high, 0.22)):
        edge = [frame.y(v) for v in np.clip([*(upper - grid), *(lower - grid[::-1])], *frame.ys)]
        canvas.fill(axes, [*pixels, *pixels[::-1]], edge, "learn", alpha=alpha)
    inside = [x for x in grid if frame.ys[0] <= kappa.median - x <= frame.ys[1]]
    canvas.line(axes, [frame.x(x) for x in inside], [frame.y(kappa.median - x) for x in inside], "learn", width=1.8)


def _onsets(axes: Axes, frame: Frame, known: list[tuple[float, Interval, str]], now: float | None) -> None:
    taken: list[tuple[float, float]] = []
    for frequency, onset, skill in sorted(known, key=lambda k: k[0]):
        if onset.median is None:
            continue
        x, y = frame.x(frequency), frame.y(onset.median)
        if onset.q05 is not None and onset.q95 is not None:
            canvas.line(axes, [x, x], [frame.y(onset.q05), frame.y(onset.q95)], "ink", width=1.0)
        later = now is not None and onset.median > math.log10(now)
        axes.plot([x], [y], linestyle="none", marker="o", markersize=7, markeredgewidth=1.4,
                  color=canvas.colour("paper" if later else "ink"), markeredgecolor=canvas.colour("ink"), zorder=5)
        text = plain(skill).rpartition(" · ")[2]
        # A label that would lie on another is left out; every skill stands in the table.
        if all(abs(y - ty) > 13 or abs(x - tx) > 6.2 * len(text) + 12 for tx, ty in taken):
            right = x + 9 + 6.2 * len(text) < BOX[2]
            canvas.write(axes, x + 9 if right else x - 9, y - 9, text, size=10.5, ha="left" if right else "right")
            taken.append((x, y))


def _label(law: ExposureLaw, n: int) -> str:
    kappa = law.log10_kappa.median
    needed = f"about {words.scale(10.0**kappa)} exposures are needed" if kappa is not None else "no fit"
    return f"Onset against frequency for {n} concepts: {needed}. The numbers stand in the table below."
