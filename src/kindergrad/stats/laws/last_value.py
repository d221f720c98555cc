"""Nothing is known but the last value: ``ln loss(x) = c``; together with the random walk the hardest baseline."""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import WIDE, Design, Floats, Gaussian, Law


def _value(x: Floats, params: Floats) -> Floats:
    return np.repeat(params[:, :1], x.size, axis=1)


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    return np.ones((theta.shape[0], x.size, 1))


def _inverse(y: float, params: Floats) -> Floats:
    return np.where(params[:, 0] <= y, -np.inf, np.inf)


LAW = Law(
    name="last_value",
    parameters=("log_loss",),
    n_nonlinear=0,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf),),
    prior=(Gaussian(1.0, (0.0,), (WIDE,)),),
    unit="log loss",
)
