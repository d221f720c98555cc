"""Scores of forecasts given as quantiles. All work on ln loss, so that no unit enters; smaller is better."""

from __future__ import annotations

import numpy as np

from kindergrad.core.seeds import stream
from kindergrad.stats.laws._law import Floats

GRID = tuple(np.round((np.arange(49) + 0.5) / 49, 6).tolist())
"""Levels at which a forecast is written down to be scored; 49, so that the median is one of them."""
MEDIAN = 24


def crps(grid: Floats, truth: Floats) -> Floats:
    """Continuous ranked probability score from quantiles at ``GRID``, shape (49, m) -> (m,).

    Twice the mean quantile loss (doi:10.1198/016214506000001437).
    """
    level = np.array(GRID)[:, None]
    miss = truth - grid
    return np.asarray(2.0 * np.mean(np.maximum(level * miss, (level - 1.0) * miss), axis=0))


def interval_score(low: Floats, high: Floats, truth: Floats, level: float) -> Floats:
    """Width plus 2 / (1 - level) times the distance by which the truth is missed (same reference), shape (m,)."""
    outside = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return np.asarray(high - low + 2.0 / (1.0 - level) * outside)


def paired_interval(difference: Floats, group: Floats | None = None, draws: int = 2000) -> tuple[float, float, float]:
    """Mean of paired differences, with the 5 % and 95 % bounds of a bootstrap over groups (or single values).

    ``difference`` of shape (n,), ``group`` of shape (n,): values of one source are drawn together.
    """
    keys = np.arange(difference.size) if group is None else np.unique(group, return_inverse=True)[1]
    total = np.bincount(keys, weights=difference)
    count = np.bincount(keys)
    rng = stream(0, "backtest", "bootstrap")
    picked = rng.integers(0, total.size, (draws, total.size))
    means = total[picked].sum(axis=1) / count[picked].sum(axis=1)
    return float(difference.mean()), float(np.quantile(means, 0.05)), float(np.quantile(means, 0.95))
