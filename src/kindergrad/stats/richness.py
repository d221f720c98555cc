"""How much was not met yet: coverage and richness from how often each concept was met.

Everything rests on the frequencies of frequencies: f_k concepts were met exactly k times. What is rare in the sample
tells of what is missing from it.

*Shows* a lower bound of the number of concepts, and the chance that the next occurrence is of a known one.
*Does not show* how many concepts there are: arbitrarily many may be too rare to leave a trace.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """A number with its standard error and the bounds of the central 90 %."""

    value: float
    stderr: float
    low: float
    high: float


class Spectrum(NamedTuple):
    """Frequencies of frequencies.

    Attributes
    ----------
    times : (m,) how often, rising, all above 0.
    concepts : (m,) how many concepts were met exactly so often.
    """

    times: NDArray[np.int64]
    concepts: Floats

    @property
    def occurrences(self) -> float:
        """All occurrences together."""
        return float(self.times @ self.concepts)

    @property
    def met(self) -> float:
        """Concepts met at least once."""
        return float(self.concepts.sum())

    def f(self, k: int) -> float:
        """Concepts met exactly ``k`` times."""
        return float(self.concepts[self.times == k].sum())


def spectrum(counts: ArrayLike) -> Spectrum:
    """Frequencies of frequencies of some counts, one per concept; zeros are left out.

    Raises
    ------
    InputError
        For counts that are negative or no whole numbers.
    """
    n = np.asarray(counts).ravel()
    if n.size and (not np.isfinite(n).all() or (n < 0).any() or (n != np.round(n)).any()):
        raise InputError(f"counts of occurrences are whole numbers, and not negative; got {n.min():g} to {n.max():g}")
    times, concepts = np.unique(n[n > 0].astype(np.int64), return_counts=True)
    return Spectrum(times, concepts.astype(np.float64))


def from_table(times: ArrayLike, concepts: ArrayLike) -> Spectrum:
    """A spectrum that is given as a table: ``concepts[i]`` were met exactly ``times[i]`` times.

    Raises
    ------
    InputError
        For shapes that differ, times below 1 or given twice, or negative numbers of concepts.
    """
    k, f = np.asarray(times, dtype=np.int64).ravel(), np.asarray(concepts, dtype=np.float64).ravel()
    if k.shape != f.shape or (k < 1).any() or np.unique(k).size != k.size:
        raise InputError(f"a spectrum has a number of concepts for each number of times above 0; got {k.size} times, "
                         f"{f.size} numbers")
    if not np.isfinite(f).all() or (f < 0).any():
        raise InputError("the number of concepts met k times is finite and not negative")
    order = np.argsort(k)
    kept = order[f[order] > 0]
    return Spectrum(k[kept], f[kept])


def coverage(found: Spectrum) -> float:
    """The chance that the next occurrence is of a concept already met.

    Good's estimate (1953, doi:10.1093/biomet/40.3-4.237) as improved by Chao and Jost (2012,
    doi:10.1890/11-1952.1), which also uses the concepts met twice. 0 where nothing was met.
    """
    n, once, twice = found.occurrences, found.f(1), found.f(2)
    if n == 0:
        return 0.0
    if once == 0:
        return 1.0
    if twice > 0:
        return 1.0 - once / n * (n - 1) * once / ((n - 1) * once + 2 * twice)
    # nobody was met twice: the same with the bias-corrected form; (n - 1)(f1 - 1) is 0 for a single concept
    return 1.0 - once / n * (n - 1) * (once - 1) / ((n - 1) * (once - 1) + 2) if n > 1 else 0.0


def chao1(found: Spectrum) -> Estimate:
    """A lower bound of the number of concepts (Chao 1984; interval of Chao 1987, doi:10.2307/2531532).

    ``S + (n - 1) / n f1^2 / (2 f2)``; where nothing was met twice, the bias-corrected ``f1 (f1 - 1) / 2``.
    The interval is log-normal in the number not met, so that it never lies below what was met.
    """
    n, met, once, twice = found.occurrences, found.met, found.f(1), found.f(2)
    if n == 0:
        return Estimate(0.0, 0.0, 0.0, float("inf"))
    a = (n - 1) / n
    if twice > 0:
        r = once / twice
        unmet, variance = a * once * r / 2, twice * (a * r**2 / 2 + a**2 * r**3 + a**2 * r**4 / 4)
    else:
        unmet = a * once * (once - 1) / 2
        total = max(met + unmet, 1.0)
        variance = a * once * (once - 1) / 2 + a**2 * once * (2 * once - 1) ** 2 / 4 - a**2 * once**4 / (4 * total)
    variance = max(variance, 0.0)
    if unmet <= 0:
        return Estimate(met, 0.0, met, met)
    spread = float(np.exp(1.6449 * np.sqrt(np.log1p(variance / unmet**2))))
    return Estimate(met + unmet, float(np.sqrt(variance)), met + unmet / spread, met + unmet * spread)
