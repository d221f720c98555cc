"""Far extrapolation of the number of concepts met: a continued fraction in place of Good and Toulmin's series.

A rational function that agrees with the series near 0 does not explode with it (Daley and Smith 2013,
doi:10.1038/nmeth.2375). Of all even degrees, the largest is taken whose curve behaves as a number of new concepts must:
rising, ever more slowly, from nothing. Written from the method; quotient-difference algorithm of Rutishauser.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.seeds import stream
from kindergrad.stats.richness import Spectrum

Floats = NDArray[np.float64]

MOST_TERMS = 30
GRID = 200
BOOTSTRAPS = 100


def series(found: Spectrum, terms: int) -> Floats:
    """Coefficients of t^1 .. t^terms in Good and Toulmin's series: f1, -f2, f3 ..."""
    f = np.zeros(terms)
    low = found.times <= terms
    f[found.times[low] - 1] = found.concepts[low]
    return f * np.where(np.arange(terms) % 2 == 0, 1.0, -1.0)


def continued_fraction(coefficients: ArrayLike) -> Floats:
    """Numbers a_0 .. of ``a_0 / (1 + a_1 t / (1 + a_2 t / ...))``, which agrees with ``sum c_i t^i``.

    Fewer than coefficients are given where a division by zero ends the algorithm.
    """
    c = np.asarray(coefficients, dtype=np.float64)
    if not c.size or c[0] == 0:
        return np.zeros(0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        q, e = c[1:] / c[:-1], np.zeros(max(c.size - 1, 0))
        found = [c[0]]
        while q.size:
            found.append(-q[0])
            e = q[1:] - q[:-1] + e[1 : q.size]
            if not e.size:
                break
            found.append(-e[0])
            q = q[1:-1] * e[1:] / e[:-1] if e.size > 1 else np.zeros(0)
    bad = ~np.isfinite(found) | (np.array(found) == 0)
    return np.asarray(found[: int(np.argmax(bad)) if bad.any() else len(found)], dtype=np.float64)


def evaluate(fraction: Floats, t: ArrayLike) -> Floats:
    """Value of ``t a_0 / (1 + a_1 t / (1 + ...))`` at every t."""
    x = np.asarray(t, dtype=np.float64)
    below = np.ones_like(x)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for a in fraction[:0:-1]:
            below = 1.0 + a * x / below
        return np.asarray(x * fraction[0] / below)


def new_concepts(found: Spectrum, t: ArrayLike) -> Floats | None:
    """New concepts in further parts of ``t`` corpora, shape of ``t``; None where no degree behaves."""
    x = np.atleast_1d(np.asarray(t, dtype=np.float64))
    reach = max(float(x.max()), 1.0)
    # a term from a class of size 0 is noise: the series ends at the first empty class
    gap = np.flatnonzero(series(found, MOST_TERMS) == 0)
    terms = int(gap[0]) if gap.size else MOST_TERMS
    fraction = continued_fraction(series(found, terms))
    grid = np.unique(np.concatenate([np.linspace(0, 1, 50)[1:], np.geomspace(1, reach, GRID)]))
    for degree in range(fraction.size - fraction.size % 2, 0, -2):
        if _behaves(grid, evaluate(fraction[:degree], grid)):
            return np.asarray(evaluate(fraction[:degree], x))
    return None


def _behaves(t: Floats, value: Floats) -> bool:
    """Rising and concave: more of a corpus never shows fewer concepts, nor ever more per base."""
    if not np.isfinite(value).all() or value[0] <= 0:
        return False
    slope = np.diff(np.concatenate([[0.0], value])) / np.diff(np.concatenate([[0.0], t]))
    slack = 1e-9 * slope[0]
    return bool((slope > -slack).all() and (np.diff(slope) <= slack).all())


def interval(found: Spectrum, t: ArrayLike, *, seed: int = 0, bootstraps: int = BOOTSTRAPS) -> Floats | None:
    """Draws of the number of new concepts by bootstrap of the spectrum: (draws, t); None where half of them fail.

    Every class is drawn from a Poisson distribution of its size; the noise of the part to come is added.
    """
    rng = stream(seed, "rational", bootstraps)
    out = []
    for _ in range(bootstraps):
        drawn = Spectrum(found.times, rng.poisson(found.concepts).astype(np.float64))
        new = new_concepts(Spectrum(drawn.times[drawn.concepts > 0], drawn.concepts[drawn.concepts > 0]), t)
        if new is not None:
            out.append(rng.poisson(np.minimum(new, 1e15)))
    return np.asarray(out, dtype=np.float64) if 2 * len(out) > bootstraps else None
