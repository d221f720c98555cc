"""How often one concept comes, and how long until it is met: counts with clusters, and concepts never met.

Occurrences of a concept come in clusters, so that their number varies more than Poisson; the excess is measured over
blocks of the corpus, and weighs the evidence down (quasi-Poisson). With rate ~ Gamma(n / phi + 1/2, N / phi), the
conjugate posterior under Jeffreys' prior, the size of a further corpus in which the concept is met kappa times is
beta prime: exact quantiles, no simulation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv, gammaln

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]

JEFFREYS = 0.5


class Rate(NamedTuple):
    """Rates of concepts and the bounds of the central 90 %, each (c,), per unit of the corpus."""

    value: Floats
    low: Floats
    high: Floats


class Evidence(NamedTuple):
    """Gamma posteriors of rates: shape (c,) and amount of corpus behind them (c,)."""

    shape: Floats
    amount: Floats


def dispersion(blocks: ArrayLike, sizes: ArrayLike) -> Floats:
    """Variance of block counts over what Poisson counts would have: (c,), at least 1.

    Parameters
    ----------
    blocks : (b, c) occurrences of c concepts in b blocks.
    sizes : (b,) sizes of the blocks.

    Notes
    -----
    Pearson's statistic over its degrees of freedom. With fewer than two blocks nothing is known, and 1 is given.
    """
    x, size = np.asarray(blocks, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    x, size = x[size > 0], size[size > 0]
    if len(x) < 2:
        return np.ones(x.shape[1])
    expected = size[:, None] * (x.sum(axis=0) / size.sum())[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(expected > 0, (x - expected) ** 2 / expected, 0.0).sum(axis=0)
    return np.asarray(np.maximum(pearson / (len(x) - 1), 1.0))


class Prior(NamedTuple):
    """What is believed of rates before anything is counted: Gamma(shape, amount), each () or (c,)."""

    shape: ArrayLike = JEFFREYS
    amount: ArrayLike = 0.0


def by_chance(counts: ArrayLike, amount: float, chance: ArrayLike) -> Prior:
    """A prior around rates that are expected by chance: rate = chance x g, with g ~ Gamma(a, a) over the concepts.

    ``a``, common to all, is where the counts are most probable (negative binomial) between 0.5, where concepts have
    little to do with chance, and 1: the prior is never worth more than one occurrence.

    Parameters
    ----------
    counts, chance : (c,) occurrences, and rates by chance (above 0).
    """
    n, expected = np.asarray(counts, dtype=np.float64), amount * np.asarray(chance, dtype=np.float64)
    grid = np.linspace(0.5, 1.0, 26)[:, None]
    log_p = gammaln(n + grid) - gammaln(grid) + grid * np.log(grid / (grid + expected)) + n * np.log(
        expected / (grid + expected))
    a = float(grid[int(np.argmax(log_p.sum(axis=1))), 0])
    return Prior(a, a / np.asarray(chance, dtype=np.float64))


def evidence(counts: ArrayLike, amount: float, phi: ArrayLike = 1.0, prior: Prior | None = None) -> Evidence:
    """What ``counts`` occurrences in a corpus of size ``amount`` say, at dispersion ``phi``.

    Raises
    ------
    InputError
        For an empty corpus or negative counts.
    """
    n, spread = np.broadcast_arrays(np.asarray(counts, dtype=np.float64), np.asarray(phi, dtype=np.float64))
    if not amount > 0:
        raise InputError(f"the corpus is empty; got a size of {amount:g}")
    if (n < 0).any() or (spread < 1).any():
        raise InputError("counts are not negative, and their dispersion is at least 1")
    before = prior or Prior()
    return Evidence(n / spread + np.asarray(before.shape), amount / spread + np.asarray(before.amount))


def rate(found: Evidence, counts: ArrayLike, amount: float) -> Rate:
    """Rates with the central 90 %; a concept never met has the rate 0, and only an upper bound (95 %)."""
    n = np.asarray(counts, dtype=np.float64)
    low = np.where(n > 0, np.minimum(gammaincinv(found.shape, 0.05) / found.amount, n / amount), 0.0)
    return Rate(n / amount, low, np.maximum(gammaincinv(found.shape, 0.95) / found.amount, n / amount))


def until_met(found: Evidence, quantiles: ArrayLike, kappa: float = 1.0) -> Floats:
    """Size of a corpus of the same kind in which the concept is met ``kappa`` times: (c, q)."""
    if not kappa > 0:
        raise InputError(f"the number of times must be positive; got {kappa:g}")
    share = betaincinv(kappa, found.shape[:, None], np.atleast_1d(np.asarray(quantiles, dtype=np.float64))[None, :])
    with np.errstate(divide="ignore"):
        return np.asarray(found.amount[:, None] * share / (1.0 - share))
