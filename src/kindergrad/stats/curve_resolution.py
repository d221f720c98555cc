"""How sharp a rise could these scales and errors see? The smallest width that can be told from a step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kindergrad.stats.curve_evidence import Data
from kindergrad.stats.laws._law import Floats, Law, sigmoid

WIDTHS = np.geomspace(0.03, 6.0, 40)
DETECTABLE = (1.6449 + 1.6449) ** 2
"""Misfit in squared standard errors that a 5 % test sees with 95 % power."""
TYPICAL_RISE = 0.5
"""Assumed rise where no law with a plateau was fitted."""


def resolution(data: Data, draws: Sequence[tuple[Floats, Floats]], laws: Sequence[Law]) -> float:
    """Smallest width, in decades from 10 to 90 %, that could be told from a step with 95 % power.

    For logistic curves of each width, centred anywhere between the smallest and the largest scale, the best step
    leaves a misfit; the resolution is where its median over centres reaches 3.29 squared standard errors. The rise is
    the posterior median of the fitted plateau minus floor. ``inf`` where no width can be told.
    """
    spreads = np.concatenate([s for _, s in draws])
    precision = 1.0 / (data.stderr**2 + np.median(spreads) ** 2)
    rise = _typical_rise(draws, laws)
    centres = np.linspace(data.design.low, data.design.high, 24)
    width, centre = (a.ravel() for a in np.meshgrid(WIDTHS, centres, indexing="ij"))
    curves = rise * sigmoid(data.x, centre, width)
    misfit = np.median(_best_step_misfit(data.x, curves, precision).reshape(WIDTHS.size, -1), axis=1)
    seen = np.flatnonzero(misfit >= DETECTABLE)
    return float(WIDTHS[seen[0]]) if seen.size else float("inf")


def _typical_rise(draws: Sequence[tuple[Floats, Floats]], laws: Sequence[Law]) -> float:
    rises = [
        np.abs(p[:, law.parameters.index("plateau")] - p[:, law.parameters.index("floor")])
        for (p, _), law in zip(draws, laws, strict=True)
        if {"plateau", "floor"} <= set(law.parameters) and len(p)
    ]
    return float(np.median(np.concatenate(rises))) if rises else TYPICAL_RISE


def _best_step_misfit(x: Floats, curves: Floats, precision: Floats) -> Floats:
    """Weighted squares that the best step (place, lower and upper level free) leaves of each curve; shape (k,)."""
    best = np.full(curves.shape[0], np.inf)
    for edge in (-np.inf, *np.unique(x)):
        left = np.zeros(curves.shape[0])
        for part in (x <= edge, x > edge):
            w = precision[part]
            if w.size:
                c = curves[:, part]
                left += (c**2) @ w - (c @ w) ** 2 / w.sum()
        best = np.minimum(best, left)
    return best
