"""Data-efficiency on small sets: area under the learning curve over log n, and examples needed for a score.

The area is the mean score over the range of log10 n, so that every decade counts alike. The examples needed are read
from a monotone (isotonic) fit, since a wiggle of a noisy curve is no threshold. Both get intervals by drawing the
scores anew from their standard errors.

Isotonic regression: Barlow et al. 1972. Error from neighbouring points: Gasser, Sroka and Jennen-Steinmetz 1986,
doi:10.1093/biomet/73.3.625.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]


class Area(NamedTuple):
    """Mean score over log10 n, in units of the score."""

    value: float
    stderr: float
    """NaN where no point has an error."""


def log_weights(n: Floats) -> Floats:
    """Weights of the trapezoid rule over log10 n, shape (N,), summing to 1.

    Raises
    ------
    InputError
        For fewer than two sizes, or sizes that do not increase.
    """
    x = np.log10(n)
    if len(x) < 2 or not (np.diff(x) > 0).all():
        raise InputError(f"a learning curve needs two or more increasing sizes; got {n.tolist()[:5]}")
    gap = np.diff(x) / (x[-1] - x[0])
    return np.asarray(np.concatenate([[0.0], gap / 2]) + np.concatenate([gap / 2, [0.0]]))


def log_area(n: Floats, score: Floats, stderr: Floats) -> Area:
    """Area under a learning curve over log10 n, divided by its range. All of shape (N,); independent errors."""
    w = log_weights(n)
    return Area(float(w @ score), float(np.sqrt((w**2) @ stderr**2)))


def isotonic(y: Floats) -> Floats:
    """Non-decreasing least-squares fit of each row, shape (B, N), equal weights, by the max-min formula."""
    b, n = y.shape
    total = np.concatenate([np.zeros((b, 1)), np.cumsum(y, axis=1)], axis=1)
    i, j = np.arange(n)[:, None], np.arange(n)[None, :]
    mean = (total[:, None, 1:] - total[:, :-1, None]) / np.maximum(j - i + 1, 1)
    mean = np.where(j >= i, mean, np.inf)  # mean[:, i, j] over points i..j
    lowest = np.minimum.accumulate(mean[:, :, ::-1], axis=2)[:, :, ::-1]  # min over the end j >= k
    lowest = np.where(j >= i, lowest, -np.inf)
    return np.asarray(lowest.max(axis=1))


def examples_needed(n: Floats, scores: Floats, target: float) -> Floats:
    """log10 of the n at which the monotone fit reaches a score, shape (B,).

    Parameters
    ----------
    n : shape (N,), increasing.
    scores : shape (B, N), draws of the curve.

    Returns
    -------
    ``inf`` where the score is not reached by the largest n, ``-inf`` where the smallest n already reaches it.
    """
    x, fit = np.log10(n), isotonic(scores)
    above = fit >= target
    first = above.argmax(axis=1)
    at = np.clip(first, 1, None)
    rows = np.arange(len(fit))
    low, high = fit[rows, at - 1], fit[rows, at]
    share = (target - low) / np.where(high > low, high - low, 1.0)
    inside = x[at - 1] + np.clip(share, 0, 1) * (x[at] - x[at - 1])
    return np.asarray(np.where(~above.any(axis=1), np.inf, np.where(above[:, 0], -np.inf, inside)))


def neighbour_error(n: Floats, score: Floats) -> float:
    """Standard error of single points judged by their neighbours on log10 n; NaN for fewer than four points.

    A curve that bends within three points looks noisy: the error is then too large, never too small.
    """
    x = np.log10(n)
    if len(x) < 4:
        return float("nan")
    left = (x[2:] - x[1:-1]) / (x[2:] - x[:-2])
    off = left * score[:-2] + (1 - left) * score[2:] - score[1:-1]
    return float(np.sqrt(np.mean(off**2 / (left**2 + (1 - left) ** 2 + 1))))
