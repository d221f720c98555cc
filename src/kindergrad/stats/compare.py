"""Paired, clustered comparison, the smallest difference that could have been seen, and control of many comparisons.

Cluster-robust standard errors (Liang and Zeger 1986, doi:10.1093/biomet/73.1.13) with t quantiles at one less than the
number of clusters; sign-flip randomisation (Fisher 1935); minimum detectable effect (Bloom 1995,
doi:10.1177/0193841X9501900504); Holm 1979 (familywise error); Benjamini and Hochberg 1995,
doi:10.1111/j.2517-6161.1995.tb02031.x (false discovery rate).

*Does not show* that two engines are alike when p is large: look at the minimum detectable effect.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, stdtr, stdtrit

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]

LEVEL = 0.05
POWER = 0.8
_EXACT = 14  # clusters up to which all sign flips are enumerated
_FLIPS = 9999
_LARGE = 1e9  # degrees of freedom that stand for known errors


class Difference(NamedTuple):
    """A difference with all that is needed to judge it, in units of the score."""

    estimate: float
    stderr: float
    df: float
    p: float
    """Two-sided, from t."""
    p_sign_flip: float
    """Two-sided, needing only that differences are symmetric around 0 under no effect; NaN where errors are known."""
    n: int
    n_clusters: int

    def quantile(self, p: float) -> float:
        """Confidence quantile of the true difference."""
        return float(self.estimate + stdtrit(self.df, p) * self.stderr)

    def detectable(self, level: float = LEVEL, power: float = POWER) -> float:
        """Smallest true difference that a test at ``level`` would find with probability ``power``."""
        return float((stdtrit(self.df, 1 - level / 2) + stdtrit(self.df, power)) * self.stderr)


def paired_difference(a: ArrayLike, b: ArrayLike, cluster: NDArray[Any], *, seed: int = 0) -> Difference:
    """Mean of ``a - b`` over pairs.

    Parameters
    ----------
    a, b : shape (n,), scores of the two on the same items, skills or scales.
    cluster : shape (n,), names of the units that are independent; pairs of one cluster may be alike.

    Raises
    ------
    InputError
        For unequal lengths, non-finite scores, or fewer than two clusters.
    """
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if left.shape != right.shape or left.shape != np.shape(cluster) or left.ndim != 1:
        raise InputError(f"pairs and clusters must be three columns of one length; got {left.shape}, {right.shape} and "
                         f"{np.shape(cluster)}")
    if not np.isfinite(left - right).all():
        raise InputError("a pair holds a score that is not finite; expected numbers; leave out failed results by pairs")
    _, group = np.unique(np.asarray(cluster), return_inverse=True)
    n, g = len(left), int(group.max(initial=-1)) + 1
    if g < 2:
        raise InputError(f"a comparison needs at least 2 clusters; got {g}; try more skills")
    difference = left - right
    estimate = float(difference.mean())
    sums = np.bincount(group, weights=difference - estimate)
    stderr = float(np.sqrt(g / (g - 1) * (sums**2).sum()) / n)
    flips = sign_flip(np.bincount(group, weights=difference).astype(np.float64), seed)
    # rounding alone must not make a difference that never varies look infinitely sure
    steady = stderr <= 1e-12 * max(1.0, float(np.abs(difference).max()))
    p = flips if steady else float(2 * stdtr(g - 1, -abs(estimate / stderr)))
    return Difference(estimate, stderr, g - 1, p, flips, n, g)


def known_difference(a: float, b: float, stderr_a: float, stderr_b: float) -> Difference:
    """Difference of two results with known, independent standard errors. On shared items this is conservative."""
    stderr = float(np.hypot(stderr_a, stderr_b))
    if not (np.isfinite(stderr) and stderr > 0):
        raise InputError(f"standard errors must be finite and one of them positive; got {stderr_a} and {stderr_b}")
    return Difference(a - b, stderr, _LARGE, float(2 * ndtr(-abs(a - b) / stderr)), float("nan"), 1, 1)


def sign_flip(sums: Floats, seed: int = 0) -> float:
    """Two-sided p of the total of cluster sums (G,) under random signs; exact up to 14 clusters, 9999 draws above."""
    total = abs(float(sums.sum()))
    if len(sums) <= _EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums))) & 1)
        return float((np.abs(signs @ sums) >= total * (1 - 1e-12) - 1e-300).mean())
    signs = 1 - 2 * stream(seed, "compare", "signs").integers(0, 2, (_FLIPS, len(sums)))
    return float((1 + (np.abs(signs @ sums) >= total * (1 - 1e-12)).sum()) / (1 + _FLIPS))


def holm(p: ArrayLike) -> Floats:
    """Adjusted p-values that hold the chance of any false claim, shape as given."""
    raw = _checked(p)
    order = np.argsort(raw)
    steps = np.maximum.accumulate((len(raw) - np.arange(len(raw))) * raw[order])
    out = np.empty_like(raw)
    out[order] = np.minimum(steps, 1.0)
    return out


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """Adjusted p-values that hold the expected share of false claims, shape as given."""
    raw = _checked(p)
    order = np.argsort(raw)[::-1]
    steps = np.minimum.accumulate(raw[order] * len(raw) / (len(raw) - np.arange(len(raw))))
    out = np.empty_like(raw)
    out[order] = np.minimum(steps, 1.0)
    return out


def _checked(p: ArrayLike) -> Floats:
    raw = np.asarray(p, dtype=np.float64)
    if raw.ndim != 1 or not ((raw >= 0) & (raw <= 1)).all():
        raise InputError(f"p-values must be a list of numbers from 0 to 1; got {raw.ravel()[:3].tolist()}")
    return raw
