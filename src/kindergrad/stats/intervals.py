"""Quantiles of weighted draws, and standard errors that respect clusters (genes, chromosomes, motifs, cell lines)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]


def weighted_quantiles(values: ArrayLike, levels: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Quantiles of weighted draws: the smallest value whose cumulative weight reaches the level.

    No interpolation, so that draws may be infinite (a threshold that is never reached).

    Parameters
    ----------
    values : (n,), infinite allowed, NaN not.
    levels : (q,) in [0, 1].
    weights : (n,), not negative, of any sum; None for equal weights.

    Returns
    -------
    (q,), in the unit of ``values``.

    Raises
    ------
    InputError
        For no values, NaN, levels outside [0, 1], or weights that are negative, not finite or all zero.
    """
    v, q = np.asarray(values, dtype=np.float64).ravel(), np.atleast_1d(np.asarray(levels, dtype=np.float64))
    w = np.ones(v.size) if weights is None else np.asarray(weights, dtype=np.float64).ravel()
    if not v.size or np.isnan(v).any():
        raise InputError(f"quantiles need values that are no NaN; got {v.size}, {int(np.isnan(v).sum())} of them NaN")
    if w.shape != v.shape or not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        raise InputError("weights must be finite, not negative, one per value and not all zero")
    if ((q < 0) | (q > 1)).any():
        raise InputError(f"levels of quantiles lie in [0, 1]; got {q.min():g} to {q.max():g}")
    order = np.argsort(v, kind="stable")
    share = np.cumsum(w[order]) / w.sum()
    at = np.searchsorted(share, q - 1e-12, side="left")
    first = int(np.flatnonzero(w[order] > 0)[0])  # level 0 is the smallest value that has any weight
    return np.asarray(v[order][np.clip(at, first, v.size - 1)])


def cluster_mean(values: ArrayLike, clusters: ArrayLike, weights: ArrayLike | None = None) -> tuple[float, float]:
    """Weighted mean and its cluster-robust standard error (Liang and Zeger 1986, doi:10.1093/biomet/73.1.13).

    The small-sample factor G / (G - 1) is applied, G the number of clusters. With every item its own cluster and equal
    weights this is the ordinary standard error of a mean.

    Parameters
    ----------
    values : (n,) finite; clusters : (n,) labels; weights : (n,) not negative, or None.

    Returns
    -------
    mean and standard error; the error is NaN where there is only one cluster, since nothing can be said then.

    Raises
    ------
    InputError
        For no values, values that are not finite, or shapes that differ.
    """
    v = np.asarray(values, dtype=np.float64).ravel()
    w = np.ones(v.size) if weights is None else np.asarray(weights, dtype=np.float64).ravel()
    names, index = np.unique(np.asarray(clusters).ravel(), return_inverse=True)
    _check(v, index, w)
    mean = float(w @ v / w.sum())
    if names.size < 2:
        return mean, float("nan")
    per_cluster = np.bincount(index, weights=w * (v - mean))
    return mean, float(np.sqrt(names.size / (names.size - 1) * np.sum(per_cluster**2)) / w.sum())


def cluster_bootstrap(statistic: Callable[[NDArray[np.intp]], float], clusters: ArrayLike, *, draws: int = 1000,
                      seed: int = 0) -> Floats:
    """Bootstrap of any statistic by drawing whole clusters with replacement (Efron 1979, doi:10.1214/aos/1176344552).

    Parameters
    ----------
    statistic : takes the rows that were drawn (m,), with repeats, and gives a number.
    clusters : (n,) labels.

    Returns
    -------
    (draws,) values of the statistic.

    Raises
    ------
    InputError
        If there are fewer than two clusters.
    """
    names, index = np.unique(np.asarray(clusters).ravel(), return_inverse=True)
    if names.size < 2:
        raise InputError(f"a bootstrap over clusters needs at least 2 of them; got {names.size}")
    rows = np.argsort(index, kind="stable")
    parts = np.split(rows, np.cumsum(np.bincount(index))[:-1])
    rng = stream(seed, "cluster-bootstrap", names.size)
    picks = rng.integers(names.size, size=(draws, names.size))
    return np.array([statistic(np.concatenate([parts[c] for c in pick])) for pick in picks])


def _check(v: Floats, index: NDArray[np.intp], w: Floats) -> None:
    if not v.size or not np.isfinite(v).all():
        raise InputError(f"a mean needs finite values; got {v.size} values, {int((~np.isfinite(v)).sum())} not finite")
    if index.shape != v.shape or w.shape != v.shape:
        raise InputError(f"values, clusters and weights must have one length; got {v.size}, {index.size}, {w.size}")
    if not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        raise InputError("weights must be finite, not negative and not all zero")
