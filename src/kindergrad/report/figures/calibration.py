"""How registered forecasts and beliefs came out: where outcomes fell in their distributions, and how often goals came.

A calibrated forecaster fills all tenths alike (left), and what it believes with p happens with frequency p (right).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv

from kindergrad.progress.registry import Calibration
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet

WIDTH, HEIGHT = 640.0, 300.0
LEFT = (44.0, 48.0, 300.0, 236.0)
RIGHT = (372.0, 48.0, 628.0, 236.0)


def calibration(found: Calibration, *, name: str = "calibration") -> str:
    """Both plots side by side; a plot without results says so. Bands and bars are 90 % intervals."""
    sheet = Sheet(WIDTH, HEIGHT)
    _tenths(sheet, found.pit, found.n_forecasts)
    _beliefs(sheet, found)
    return sheet.svg(name, f"{found.n_forecasts} forecasts and {found.n_beliefs} beliefs resolved: 80 % intervals held "
                           f"{words.percent(found.coverage80)}, 90 % intervals {words.percent(found.coverage90)}.")


def _tenths(sheet: Sheet, counts: Sequence[int], n: int) -> None:
    sheet.write(0, 12, "share of outcomes in each tenth of the forecast", size=11.5)
    top = max([0.3, *(1.15 * c / n for c in counts)]) if n else 0.3
    frame = Frame(LEFT, (0.0, 1.0), (0.0, top))
    for p in np.arange(0.0, top + 1e-9, 0.1 if top <= 0.5 else 0.25):
        _rule(sheet, LEFT, frame.y(float(p)), f"{p:.0%}")
    _under(sheet, frame, LEFT, "tenth of the predictive distribution")
    if not n:
        sheet.write(frame.x(0.5), frame.y(0.5 * top), "no forecast resolved yet", ha="center")
        return
    for i, count in enumerate(counts):
        low, high, share = frame.x(0.1 * i + 0.01), frame.x(0.1 * i + 0.09), frame.y(count / n)
        sheet.fill([low, high, high, low], [frame.y(0.0)] * 2 + [share] * 2, "learn", alpha=0.6)
    even = [0.1 + z * 1.645 * np.sqrt(0.09 / n) for z in (-1.0, 1.0)]
    low, high = frame.y(max(0.0, even[0])), frame.y(min(top, even[1]))
    sheet.fill([LEFT[0], LEFT[2], LEFT[2], LEFT[0]], [low, low, high, high], "goal", alpha=0.2)
    sheet.line([LEFT[0], LEFT[2]], [frame.y(0.1)] * 2, "goal", width=1.4)


def _beliefs(sheet: Sheet, found: Calibration) -> None:
    sheet.write(RIGHT[0] - 40, 12, "how often goals were reached, by belief", size=11.5)
    frame = Frame(RIGHT, (0.0, 1.0), (0.0, 1.0))
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        _rule(sheet, RIGHT, frame.y(p), f"{p:.0%}")
    _under(sheet, frame, RIGHT, "belief when it was registered")
    sheet.line([RIGHT[0], RIGHT[2]], [frame.y(0.0), frame.y(1.0)], "goal", width=1.4)
    if not found.n_beliefs:
        sheet.write(frame.x(0.5), frame.y(0.25), "no belief resolved yet", ha="center")
        return
    for belief, share, n in found.reliability:
        x, k = frame.x(belief), share * n
        low, high = (float(betaincinv(k + 0.5, n - k + 0.5, q)) for q in (0.05, 0.95))
        sheet.line([x, x], [frame.y(low), frame.y(high)], "learn", width=1.4)
        sheet.dots([x], [frame.y(share)], "learn")
        sheet.write(x + 7, frame.y(share), f"n {n}", size=10)


def _rule(sheet: Sheet, box: tuple[float, float, float, float], y: float, text: str) -> None:
    sheet.line([box[0], box[2]], [y, y], "grid", width=0.7)
    sheet.write(box[0] - 7, y, text, size=11, ha="right")


def _under(sheet: Sheet, frame: Frame, box: tuple[float, float, float, float], text: str) -> None:
    for p in (0.0, 0.5, 1.0):
        sheet.write(frame.x(p), box[3] + 14, f"{p:g}", size=11, ha="center")
    sheet.write(0.5 * (box[0] + box[2]), HEIGHT - 18, text, size=11.5, ha="center")
