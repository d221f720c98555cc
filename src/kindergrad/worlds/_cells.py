"""How cells scatter around their exact mean: intrinsic noise that spreads through the network, hidden causes, counting.

Cells are ``mean + (sigma z + hidden u) effects + counting noise``: the scatter is passed on to first order, so that the
mean stays exact whatever the kinetics. Hidden causes move several genes at once: their correlation is not an effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scatter:
    """Scatter of cells in one context.

    Attributes
    ----------
    spread : shape (sources, genes), what one unit of each independent source adds to log expression.
    counting : shape (genes,), variance that counting molecules adds.
    """

    spread: Floats
    counting: Floats

    @cached_property
    def covariance(self) -> Floats:
        """Exact covariance of log expression, without counting noise, shape (genes, genes)."""
        return np.asarray(self.spread.T @ self.spread)

    @cached_property
    def correlation(self) -> Floats:
        """Exact correlation of log expression, without counting noise, shape (genes, genes)."""
        sd = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(sd, sd))

    @cached_property
    def variance(self) -> Floats:
        """Variance of a measured cell, shape (genes,)."""
        return np.asarray((self.spread**2).sum(axis=0) + self.counting)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Deviations of ``n`` measured cells from their mean, shape (n, genes)."""
        sources, genes = self.spread.shape
        return np.asarray(rng.standard_normal((n, sources)) @ self.spread
                          + rng.standard_normal((n, genes)) * np.sqrt(self.counting))


def scatter(effects: Floats, base: Floats, depth: float, seed: int) -> Scatter:
    """Scatter of a context with total ``effects``, log expression ``base`` and ``depth`` molecules per cell.

    Genes differ widely in the noise of their own, so that variances hardly tell the order of a cascade.
    """
    genes = len(base)
    rng = stream(seed, "cells")  # the same noise and hidden causes in all contexts
    hidden = np.zeros((max(1, genes // 12), genes))
    for row in hidden:
        row[rng.permutation(genes)[:8]] = rng.choice([-0.3, 0.3], 8)
    own = np.diag(np.exp(rng.uniform(np.log(0.08), np.log(0.6), genes)))
    share = np.exp(base) / np.exp(base).sum()
    return Scatter(np.vstack([own, hidden]) @ effects, 1 / (depth * share))


def mixture_quantiles(full: Floats, sd: Floats, share: Floats, levels: Floats) -> Floats:
    """Quantiles of cells of which a ``share`` moves by ``full``, normal with ``sd`` around either; by bisection.

    Parameters
    ----------
    full, sd, share : shapes that broadcast to (...,). levels : shape (q,), in (0, 1).

    Returns
    -------
    shape (..., q), exact to 1e-9 standard deviations.
    """
    full, sd, share = (x[..., None] for x in np.broadcast_arrays(full, sd, share))
    low = np.minimum(full, 0.0) - 9 * sd + np.zeros(len(levels))
    high = np.maximum(full, 0.0) + 9 * sd + np.zeros(len(levels))
    for _ in range(60):
        middle = (low + high) / 2
        below = (1 - share) * ndtr(middle / sd) + share * ndtr((middle - full) / sd) < levels
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def counts(log_expression: Floats, *, depth: float, rng: np.random.Generator, dropout: float = 0.0,
           batch: Floats | None = None) -> NDArray[np.int64]:
    """Molecules counted in cells of known expression.

    Parameters
    ----------
    log_expression : shape (cells, genes).
    depth : mean number of molecules per cell; cells differ by some 30 %.
    dropout : chance that a gene of a cell is not seen at all.
    batch : shape (cells, genes), log factors of a plate or lane.

    Returns
    -------
    shape (cells, genes). Its expectation is ``(1 - dropout) depth exp(log_expression + batch)`` per unit of the total.
    """
    rate = np.exp(log_expression + (0.0 if batch is None else batch))
    rate *= depth * rng.gamma(10.0, 0.1, (len(rate), 1)) / rate.sum(axis=1, keepdims=True)
    return np.asarray(rng.poisson(rate) * (rng.random(rate.shape) >= dropout))
