"""A smooth rise: ``y(x) = lo + (hi - lo) / (1 + exp(-2 ln 9 (x - m) / w))``, x = log10 scale.

m = location in decades (half of the rise is done), w = width: the decades in which the rise goes from 10 to 90 %.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import (
    LN9,
    PLATEAU,
    Design,
    Floats,
    Law,
    floor_and,
    location_quantile,
    log_normal_quantile,
    sigmoid,
)


def _value(x: Floats, params: Floats) -> Floats:
    low, high, location, width = params.T
    rise = low[:, None] + (high - low)[:, None] * sigmoid(x, location, width)
    return np.asarray(rise)


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    rise = sigmoid(x, theta[:, 0], theta[:, 1])
    return np.stack([1.0 - rise, rise], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    low, high, location, width = params.T
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (y - low) / (high - low)
        at = location + width * np.log(share / (1.0 - share)) / (2.0 * LN9)
    return np.where(low >= y, -np.inf, np.where(high > y, at, np.inf))


LAW = Law(
    name="logistic",
    parameters=("floor", "plateau", "location", "width"),
    n_nonlinear=2,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (-np.inf, np.inf), (-np.inf, np.inf), (0.0, np.inf)),
    prior=floor_and(PLATEAU),
    nonlinear_prior=(location_quantile, log_normal_quantile(0.8, 0.9)),
    weight=0.4,
    capped=1,
    nodes=(72, 16),
)
