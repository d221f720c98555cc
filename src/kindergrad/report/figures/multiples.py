"""Small multiples: one learning curve a panel, with credible bands, floor, ceiling, sharp twin and forecast fan."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from kindergrad.core.answers import Band, Point
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet
from kindergrad.report.ladder import Curve, step

WIDTH, HEIGHT = 320.0, 214.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 8.0, 15.0, 36.0
_MARKERS = ("o", "D", "s", "^", "v")


def reach(curves: Sequence[Curve]) -> tuple[float, float]:
    """Decades that all panels share, so that they can be compared: from the first exam to the end of the forecasts."""
    scales: list[float] = []
    for curve in curves:
        scales += [p.scale for p in curve.points]
        if curve.forecast:
            scales.append(curve.forecast.scale_now)
            scales += curve.forecast.band.scale if curve.forecast.band else ()
            scales += [f.scale for f in curve.forecast.at.values()]
    if not scales:
        return 3.0, 7.0
    low, high = math.log10(min(scales)), math.log10(max(scales))
    return (low - 0.1, high + 0.1) if high - low > 0.05 else (low - 1.0, high + 1.0)


def panel(curve: Curve, decades: tuple[float, float], *, name: str, stamp: str = "") -> str:
    """One curve as SVG.

    Parameters
    ----------
    decades : log10 of the scales at both ends.
    name : prefix of ids, unique on the page.
    stamp : words across the top of a run that must not be compared.
    """
    frame = Frame((LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), decades, _range(curve))
    sheet = Sheet(WIDTH, HEIGHT)
    now = curve.scale_now
    band = curve.forecast.band if curve.forecast else None
    _ground(sheet, frame, now, curve)
    if band is not None and now is not None:
        _bands(sheet, frame, band, now)
    _twin(sheet, frame, curve.points)
    _points(sheet, frame, curve.points)
    if curve.forecast is not None:
        _threshold(sheet, frame, curve)
        if band is None or not band.scale:
            _futures(sheet, frame, curve)
    if not curve.points:
        sheet.write((LEFT + WIDTH - RIGHT) / 2, frame.y(0.5), "no score", size=11, ha="center")
    sheet.stamp(LEFT, stamp, ha="left", size=8.5)
    return sheet.svg(name, _label(curve))


def _inside(frame: Frame, score: float) -> float:
    """Pixel of a score, held inside the panel: bars and bands may leave it, points never do."""
    return frame.y(min(max(score, frame.ys[0]), frame.ys[1]))


def _range(curve: Curve) -> tuple[float, float]:
    scores = [p.score for p in curve.points] or [0.0]
    return min(-0.12, min(scores) - 0.06), max(1.12, max(scores) + 0.06)


def _ground(sheet: Sheet, frame: Frame, now: float | None, curve: Curve) -> None:
    end, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    if now is not None and math.log10(now) < frame.xs[1] - 0.15:
        at = frame.at(now)
        sheet.fill([at, end, end, at], [TOP, TOP, floor, floor], "ahead-ground")
        if end - at > 52:
            sheet.write(end - 2, 7, "forecast", size=10, ink="ahead", ha="right")
    for decade in range(math.ceil(frame.xs[0]), math.floor(frame.xs[1]) + 1):
        at = frame.x(decade)
        sheet.line([at, at], [TOP, floor], "grid", width=0.6)
        if (math.floor(frame.xs[1]) - decade) % (2 if frame.xs[1] - frame.xs[0] > 6.5 else 1) == 0:
            sheet.write(at, floor + 10, words.scale(10.0**decade), size=10, ha="center")
    for score, text, ink in ((0.0, "floor 0", "muted"), (0.5, "0.5", "grid"), (1.0, "ceiling 1", "muted")):
        sheet.line([LEFT, end], [frame.y(score)] * 2, ink, width=0.8)
        sheet.write(LEFT - 5, frame.y(score), text, size=10, ha="right")
    sheet.write((LEFT + end) / 2, HEIGHT - 8, words.AXIS_LABELS.get(curve.axis, curve.axis), size=10, ha="center")


def _bands(sheet: Sheet, frame: Frame, band: Band, now: float) -> None:
    x = np.log10(np.asarray(band.scale))
    if len(x) < 2:
        return
    cut = float(np.clip(math.log10(now), x[0], x[-1]))
    seen, unseen = np.append(x[x < cut], cut), np.append(cut, x[x > cut])
    for ink, grid, dashes in (("learn", seen, None), ("ahead", unseen, (3, 2))):
        if len(grid) < 2:
            continue
        pixels = [frame.x(d) for d in grid]
        for low, high, alpha in ((band.q05, band.q95, 0.16), (band.q25, band.q75, 0.26)):
            upper, lower = (np.interp(grid, x, q) for q in (high, low))
            edge = [_inside(frame, v) for v in (*upper, *lower[::-1])]
            sheet.fill([*pixels, *pixels[::-1]], edge, ink, alpha=alpha)
        middle = [_inside(frame, v) for v in np.interp(grid, x, band.median)]
        sheet.line(pixels, middle, ink, width=1.6, dashes=dashes)


def _twin(sheet: Sheet, frame: Frame, points: Sequence[Point]) -> None:
    found: dict[float, list[float]] = defaultdict(list)
    for p in points:
        if p.twin is not None:
            found[step(p.scale)].append(p.twin)
    if len(found) > 1:
        scales = sorted(found)
        means = [_inside(frame, float(np.mean(found[s]))) for s in scales]
        sheet.line([frame.at(s) for s in scales], means, "twin", width=1.2, dashes=(1, 1.2))


def _points(sheet: Sheet, frame: Frame, points: Sequence[Point]) -> None:
    bars_x: list[float] = []
    bars_y: list[float] = []
    seeds = sorted({p.seed for p in points})
    for number, seed in enumerate(seeds):
        mine = [p for p in points if p.seed == seed]
        nudge = (number - (len(seeds) - 1) / 2) * 2.4 if len(seeds) <= 5 else 0.0
        xs = [frame.at(p.scale) + nudge for p in mine]
        for x, p in zip(xs, mine, strict=True):
            if p.stderr:
                bars_x += [x, x, math.nan]
                bars_y += [_inside(frame, p.score - p.stderr), _inside(frame, p.score + p.stderr), math.nan]
        sheet.dots(xs, [frame.y(p.score) for p in mine], "ink", marker=_MARKERS[number % len(_MARKERS)],
                   size=3.6 if number % len(_MARKERS) else 4.2, hollow=number % 2 == 1)
    if bars_x:
        sheet.line(bars_x, bars_y, "ink", width=0.9)


def _threshold(sheet: Sheet, frame: Frame, curve: Curve) -> None:
    found = curve.forecast.threshold if curve.forecast else None
    if found is None or found.median is None:
        return
    y = _inside(frame, found.target)
    first, last = 10.0 ** (frame.xs[0] + 0.02), 10.0 ** (frame.xs[1] - 0.02)
    low = min(max(found.q05 or first, first), last)
    high = min(max(found.q95 or last, first), last)
    sheet.line([frame.at(low), frame.at(high)], [y, y], "goal", width=2.2)
    if first <= found.median <= last:
        x = frame.at(found.median)
        sheet.line([x, x], [y - 5.5, y + 5.5], "goal", width=2.2)


def _futures(sheet: Sheet, frame: Frame, curve: Curve) -> None:
    """The forecast at named scales, where no band covers it."""
    for f in curve.forecast.at.values() if curve.forecast else ():
        if f.median is None:
            continue
        x = frame.at(f.scale)
        if f.q05 is not None and f.q95 is not None:
            sheet.line([x, x], [_inside(frame, f.q05), _inside(frame, f.q95)], "ahead", width=2)
        sheet.dots([x], [_inside(frame, f.median)], "ahead", size=5)


def _label(curve: Curve) -> str:
    last = f"score {words.with_error(curve.last)} at {words.scale(curve.scale_now)}" if curve.last else "no score"
    verdict = f", verdict {curve.forecast.verdict.value}" if curve.forecast else ", no forecast"
    return f"Learning curve of {curve.name}: {last}{verdict}. The numbers stand in the table below."
