"""A jump: ``y(x) = lo`` below the location m, ``hi`` from m on; the logistic law with width 0."""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import PLATEAU, Design, Floats, Law, floor_and, location_quantile


def _value(x: Floats, params: Floats) -> Floats:
    low, high, location = params.T
    return np.asarray(np.where(x[None, :] >= location[:, None], high[:, None], low[:, None]))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    after = (x[None, :] >= theta[:, :1]).astype(np.float64)
    return np.stack([1.0 - after, after], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    low, high, location = params.T
    return np.where(low >= y, -np.inf, np.where(high >= y, location, np.inf))


LAW = Law(
    name="step",
    parameters=("floor", "plateau", "location"),
    n_nonlinear=1,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (-np.inf, np.inf), (-np.inf, np.inf)),
    prior=floor_and(PLATEAU),
    nonlinear_prior=(location_quantile,),
    weight=0.15,
    capped=1,
    nodes=(160,),
)
