"""A hierarchical prior of frequencies: the Pitman-Yor process, for concepts whose frequencies fall as a power.

After n occurrences of K concepts the next one is new with probability (theta + alpha K) / (theta + n). The posterior of
(alpha, theta) is on a grid, and new concepts are drawn from the process itself (Pitman 1995, doi:10.1007/BF01213386;
Lijoi, Mena and Pruenster 2007, doi:10.1093/biomet/asm061).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.richness import Spectrum

Floats = NDArray[np.float64]

DRAWS, STEPS = 400, 120
_ALPHA = np.concatenate([[1e-3, 1e-2], np.arange(0.025, 0.996, 0.0125)])
_LOG_THETA = np.linspace(-2.0, 8.0, 81)


class Posterior(NamedTuple):
    """Draws of (alpha, theta), each (draws,)."""

    alpha: Floats
    theta: Floats


def log_likelihood(found: Spectrum, alpha: ArrayLike, theta: ArrayLike) -> Floats:
    """Log probability of the partition, for alpha in (0, 1) and theta > -alpha, broadcast."""
    a, b = np.asarray(alpha, dtype=np.float64), np.asarray(theta, dtype=np.float64)
    n, met = found.occurrences, found.met
    if n == 0:
        raise InputError("nothing was met; a frequency law needs occurrences")
    new = met * np.log(a) + gammaln(b / a + met) - gammaln(b / a) - gammaln(b + n) + gammaln(b)
    old = sum(f * (gammaln(k - a) - gammaln(1 - a)) for k, f in zip(found.times, found.concepts, strict=True))
    return np.asarray(new + old)


def fit(found: Spectrum, *, seed: int = 0, draws: int = DRAWS) -> Posterior:
    """Posterior draws; alpha uniform on (0, 1), log theta uniform, each jittered within its cell of the grid.

    Two passes: the second grid lies around the first one's mode, so that large corpora, whose posterior is narrow, are
    resolved as well.
    """
    alpha, log_theta = _ALPHA, _LOG_THETA
    rng = stream(seed, "pitman-yor", draws)
    for _ in range(3):
        log_p = log_likelihood(found, alpha[:, None], 10.0 ** log_theta[None, :])
        p = np.exp(log_p - log_p.max())
        kept_a, kept_t = p.sum(axis=1) > 1e-6 * p.sum(), p.sum(axis=0) > 1e-6 * p.sum()
        last = alpha, log_theta, p / p.sum()
        alpha, log_theta = _around(alpha, kept_a, (1e-4, 0.9999)), _around(log_theta, kept_t, (-4.0, 12.0))
    alpha, log_theta, p = last
    at = rng.choice(p.size, size=draws, p=p.ravel())
    i, j = np.unravel_index(at, p.shape)
    step_a, step_t = np.gradient(alpha)[i], np.gradient(log_theta)[j]
    jitter = rng.uniform(-0.5, 0.5, size=(2, draws))
    return Posterior(np.clip(alpha[i] + jitter[0] * step_a, 1e-4, 0.9999), 10.0 ** (log_theta[j] + jitter[1] * step_t))


def _around(grid: Floats, kept: NDArray[np.bool_], bounds: tuple[float, float]) -> Floats:
    """As many points between the neighbours of what has weight."""
    at = np.flatnonzero(kept)
    low, high = grid[max(at[0] - 1, 0)], grid[min(at[-1] + 1, grid.size - 1)]
    return np.clip(np.linspace(low, high, grid.size), *bounds)


def new_concepts(found: Spectrum, t: ArrayLike, *, seed: int = 0, draws: int = DRAWS) -> Floats:
    """Draws of the number of new concepts in further parts of ``t`` corpora: (draws, t); ``t`` must rise.

    The process is drawn in steps that are short on the log scale, in which new concepts come as a Poisson number.
    """
    x = np.atleast_1d(np.asarray(t, dtype=np.float64))
    if (np.diff(x) <= 0).any() or (x <= 0).any():
        raise InputError("sizes of the further parts must be positive and rise")
    posterior = fit(found, seed=seed, draws=draws)
    rng = stream(seed, "pitman-yor", "new", draws)
    n, met = found.occurrences, np.full(draws, found.met)
    ends = np.unique(np.concatenate([np.expm1(np.linspace(0, np.log1p(x[-1]), STEPS))[1:], x]))
    out, at = np.zeros((draws, x.size)), 0.0
    for end in ends:
        middle, size = n * (1 + 0.5 * (at + end)), n * (end - at)
        met = met + rng.poisson(size * (posterior.theta + posterior.alpha * met) / (posterior.theta + middle))
        out[:, x == end] = (met - found.met)[:, None]
        at = end
    return out
