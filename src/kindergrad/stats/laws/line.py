"""A line in log scale: ``y(x) = min(cap, level + slope (x - origin))``, x = log10 scale, slope per decade.

A score cannot pass its ceiling: beyond the data the line stops at ``cap``. ``origin`` is the smallest observed log10
scale, so that ``level`` has the prior of a floor. Both are known, so they take no grid.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import Design, Floats, Law, floor_and


def _value(x: Floats, params: Floats) -> Floats:
    return np.minimum(params[:, 3:4], params[:, :1] + params[:, 1:2] * (x[None, :] - params[:, 2:3]))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    one = np.stack([np.ones_like(x), x - design.low], axis=1)
    return np.broadcast_to(one, (theta.shape[0], x.size, 2))


def _inverse(y: float, params: Floats) -> Floats:
    level, slope, origin, cap = params.T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = origin + (y - level) / slope
    rising = np.where((slope > 0) & (y <= cap), at, np.inf)
    # a falling line was above y however small the scale
    return np.where(slope < 0, -np.inf, np.where(slope == 0, np.where(level >= y, -np.inf, np.inf), rising))


LAW = Law(
    name="line",
    parameters=("level", "slope", "origin", "cap"),
    n_nonlinear=2,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf),) * 4,
    prior=floor_and((0.1, 0.2)),
    nonlinear_prior=(lambda u, design: np.full_like(u, design.low), lambda u, design: np.full_like(u, design.ceiling)),
    nodes=(1, 1),
    weight=0.2,
)
