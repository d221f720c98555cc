"""Correlation and area under the ROC curve as one number per item, and what noisy truth allows of them.

A correlation is no mean over items, yet exams need one number per item whose mean is the statistic. Each item gets the
statistic plus its own influence on it (Hampel 1974, doi:10.1080/01621459.1974.10482962). Influences add up to zero, so
the mean of these values is exactly r, or exactly the area, and their clustered spread is the linearised standard error
(for the area, that of DeLong et al. 1988, doi:10.2307/2531595).

Everything is computed within groups (one regulatory element, one protein) and averaged over items, never pooled: r over
pooled groups mostly tells groups apart (Simpson's paradox).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kindergrad.stats.scoring import Answered

Floats = NDArray[np.float64]
_FEWEST = 3
"""Items of a group below which no correlation is computed; such items score 0 (r) or one half (area)."""


def correlation_values(answers: Floats, values: Floats, groups: NDArray[np.str_]) -> Floats:
    """Values per item whose mean is Pearson's r within groups. (n,), (n,), (n,) -> (n,).

    An engine that answers the same everywhere in a group has r = 0 there.
    """
    out = np.zeros(len(values))
    for rows in _rows(groups):
        x, y = _standard(answers[rows]), _standard(values[rows])
        r = float(np.mean(x * y))
        out[rows] = r + x * y - r * (x**2 + y**2) / 2 if len(rows) >= _FEWEST and x.any() and y.any() else 0.0
    return out


def area_values(answers: Floats, labels: NDArray[np.int64], groups: NDArray[np.str_]) -> Floats:
    """Values per item whose mean is the area under the ROC curve within groups, ties one half. (n,) each -> (n,)."""
    out = np.full(len(labels), 0.5)
    for rows in _rows(groups):
        mine, true = answers[rows], labels[rows] == 1
        if not true.any() or true.all():
            continue
        won = np.sign(mine[true][:, None] - mine[~true][None, :]) / 2 + 0.5
        area, share = float(won.mean()), float(true.mean())
        own = np.empty(len(rows))
        own[true] = (won.mean(axis=1) - area) / share
        own[~true] = (won.mean(axis=0) - area) / (1 - share)
        out[rows] = area + own
    return out


def noise_free(values: Floats, chance: float, top: float) -> Floats:
    """What a predictor without noise would score, from what a second measurement scores. (n,) -> (n,).

    With both measurements equally noisy, r of the two is the reliability R and a perfect predictor reaches sqrt(R)
    (Spearman 1904, doi:10.2307/1412159). The same is done between ``chance`` and ``top`` for any score, so that an area
    A becomes 0.5 + 0.5 sqrt(2 A - 1). Each item keeps its deviation from the mean, times the slope of the root.
    """
    mean = float(values.mean())
    reliability = max((mean - chance) / (top - chance), 0.0)
    if reliability == 0.0:
        return np.full(len(values), chance)
    root = reliability**0.5
    return np.asarray(chance + (top - chance) * root + (values - mean) / (2 * root))


def from_errors(values: Floats, errors: Floats, groups: NDArray[np.str_]) -> Floats:
    """Highest r that values with known standard errors allow, sqrt(1 - mean error^2 / variance). (n,) -> (n,).

    Values of shape (n, c) are n lists, within which r is computed; all lists share one variance.
    """
    if values.ndim == 2:
        inside = (values - values.mean(axis=1, keepdims=True)) * np.sqrt(values.shape[1] / (values.shape[1] - 1))
        each = from_errors(inside.ravel(), errors.ravel(), np.full(values.size, ""))
        return np.asarray(each.reshape(values.shape).mean(axis=1))
    out = np.zeros(len(values))
    for rows in _rows(groups):
        own, noise = values[rows], errors[rows] ** 2
        variance = float(own.var())
        if len(rows) < _FEWEST or variance == 0.0:
            continue
        reliability = 1 - float(noise.mean()) / variance
        of_spread = noise.mean() / variance**2 * ((own - own.mean()) ** 2 - variance)
        influence = of_spread - (noise - noise.mean()) / variance
        if reliability > 0:
            out[rows] = reliability**0.5 + influence / (2 * reliability**0.5)
    return out


def same_side(answers: Floats, values: Floats, groups: NDArray[np.str_]) -> Floats:
    """1 where answer and value lie on the same side of the medians of their group, 0 where not, 0.5 in a tie. (n,)."""
    out = np.full(len(values), 0.5)
    for rows in _rows(groups):
        x, y = (np.sign(v[rows] - np.median(v[rows])) for v in (answers, values))
        out[rows] = 0.5 + x * y / 2
    return out


def r_within(answers: Floats, items: Answered) -> Floats:
    """:func:`correlation_values` of items with a measured value."""
    return correlation_values(answers, items.truth["value"], items.truth["group"])


def side_within(answers: Floats, items: Answered) -> Floats:
    """:func:`same_side`, the sharp twin of :func:`r_within`."""
    return same_side(answers, items.truth["value"], items.truth["group"])


def _rows(groups: NDArray[np.str_]) -> Iterator[NDArray[np.intp]]:
    for name in np.unique(groups):
        yield np.flatnonzero(groups == name)


def _standard(values: Floats) -> Floats:
    """Mean 0 and variance 1; all 0 where the spread is nothing but rounding."""
    centred = values - values.mean()
    spread = float(np.sqrt(np.mean(centred**2)))
    alike = spread <= 1e-9 * max(1.0, float(np.abs(values).max()))
    return np.asarray(np.zeros(len(values)) if alike else centred / spread)


def rank_correlation(left: Floats, right: Floats) -> Floats:
    """Spearman's rho of each pair of rows, ties share their mean rank. (n, k), (n, k) -> (n,); 0 where all are tied."""
    from scipy.stats import rankdata

    x, y = (rankdata(part, axis=1) for part in (left, right))
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    size = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return np.asarray(np.divide((x * y).sum(axis=1), size, out=np.zeros(len(x)), where=size > 0))
