"""From responses per item to one score between floor and ceiling, with a clustered error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]
_CLEAR = 3.0
"""Ceiling and floor must lie this many standard errors apart, else the score is a ratio of noise. Stricter than for
exact ceilings (2): the weights came from the same few cells."""


class Weighed(NamedTuple):
    """A weighted metric between its highest floor (0) and its ceiling (1), never clipped.

    ``score`` and ``stderr`` are None where floor and ceiling cannot be told apart, or nothing has weight.
    """

    score: float | None
    stderr: float | None
    value: float | None
    floors: dict[str, float]
    floor: str
    ceiling: float | None
    n: int
    """Items with weight."""
    reason: str | None = None


def weigh(value: Floats, floors: Mapping[str, Floats], ceiling: Floats, *, weights: Floats,
          clusters: NDArray[Any]) -> Weighed:
    """Score (m - f) / (u - f) of weighted means; f is that of the highest floor.

    Parameters
    ----------
    value, ceiling, weights : shape (n,); weights not negative.
    floors : name -> shape (n,), at least one.
    clusters : shape (n,), labels of what is drawn together (a perturbation in several contexts).

    Notes
    -----
    Error by the delta method, summed within clusters, with the factor G / (G - 1)
    (Liang and Zeger 1986, doi:10.1093/biomet/73.1.13).
    """
    if not floors:
        raise InputError("a score needs at least one floor; got none")
    w = np.asarray(weights, dtype=np.float64)
    names, index = np.unique(clusters, return_inverse=True)
    n = int((w > 0).sum())
    if n == 0:
        return Weighed(None, None, None, {}, "", None, 0, "no item carries enough signal to be scored")
    w = w / w.sum()
    m, u = float(w @ value), float(w @ ceiling)
    means = {name: float(w @ floor) for name, floor in floors.items()}
    best = max(means, key=lambda name: means[name])
    f = means[best]
    groups = len(np.unique(index[w > 0]))
    if groups < 2:
        return Weighed(None, None, m, means, best, u, n, "one perturbation alone has no standard error")

    def error(values: Floats) -> float:
        sums = np.bincount(index, weights=w * (values - w @ values), minlength=len(names))
        return float(np.sqrt(groups / (groups - 1) * np.sum(sums**2)))

    if u - f <= _CLEAR * error(ceiling - floors[best]) or u <= f:
        return Weighed(None, None, m, means, best, u, n,
                       f"floor '{best}' ({f:.3g}) and ceiling ({u:.3g}) cannot be told apart")
    score = (m - f) / (u - f)
    stderr = error(value - (1.0 - score) * floors[best] - score * ceiling) / (u - f)
    return Weighed(score, stderr, m, means, best, u, n)
