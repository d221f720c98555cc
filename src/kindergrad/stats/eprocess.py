"""Evidence that stays valid however often one looks: e-processes for drift of a series of scores.

Under "no drift" the values of a series are exchangeable, so the rank of each new value among those before it is
uniform, whatever their distribution. Betting on high ranks gives a martingale (conformal test martingale, Vovk,
Gammerman, Shafer 2022, doi:10.1007/978-3-031-06649-8): by Ville's inequality it ever exceeds 20 with probability at
most 5 %. No standard error is needed, and a wrong one does no harm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

BETS = np.array([1.5, 2.0, 4.0, 8.0])
"""Exponents a of the betting densities ``a u^(a-1)`` on the rank u; their martingales are averaged."""

STRONG = 20.0


def upward(series: ArrayLike) -> Floats:
    """E-process against "no drift", betting on a rise. (n,) values in order -> (n,) evidence after each.

    The first value tells nothing: its evidence is 1. Ties share their ranks.
    """
    y = np.asarray(series, dtype=np.float64)
    wealth, out = np.ones(BETS.size), np.ones(y.size)
    for t in range(1, y.size):
        wealth = wealth * _bet(y[: t + 1])
        out[t] = wealth.mean()
    return out


def downward(series: ArrayLike) -> Floats:
    """As :func:`upward`, betting on a fall."""
    return upward(-np.asarray(series, dtype=np.float64))


def below_slope(x: ArrayLike, y: ArrayLike, slope: float) -> Floats:
    """E-process against "y rises by at least ``slope`` per unit of x", betting that it does not. (n,) -> (n,)."""
    return downward(np.asarray(y, dtype=np.float64) - slope * np.asarray(x, dtype=np.float64))


def average(processes: list[Floats]) -> Floats:
    """Evidence of several series together: the mean is valid whatever their dependence. (n,).

    Vovk and Wang 2021, doi:10.1214/20-AOS2020. Shorter series keep their last value.
    """
    n = max((p.size for p in processes), default=0)
    if n == 0:
        return np.ones(1)
    return np.asarray(np.mean([np.append(p, np.full(n - p.size, p[-1] if p.size else 1.0)) for p in processes], axis=0))


def _bet(values: Floats) -> Floats:
    """Pay-off of each bet on the rank of the last value: its mean over the rank's cell, so that no coin is needed."""
    t, last = values.size, values[-1]
    below, ties = int(np.sum(values < last)), int(np.sum(values == last))
    low, high = below / t, (below + ties) / t
    return np.asarray(t / ties * (high**BETS - low**BETS))
