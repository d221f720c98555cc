"""Rise, then fall: ``y(x) = lo + (top - lo) S((x - m) / w) - drop S((x - m - gap) / w)``, S the logistic rise.

m, w = location and width (10 to 90 %, in decades) of the rise; the fall follows ``gap`` decades later with the same
width. Zero-shot scores of DNA and protein models do this. With drop = 0 it is the logistic law.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

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

STEPS = 1600
"""Grid on which the first crossing is looked for."""


def _value(x: Floats, params: Floats) -> Floats:
    low, top, drop, location, width, gap = (p[:, None] for p in params.T)
    rise, fall = sigmoid(x, location[:, 0], width[:, 0]), sigmoid(x, (location + gap)[:, 0], width[:, 0])
    return np.asarray(low * (1.0 - rise) + top * rise - drop * fall)


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    location, width, gap = theta.T
    rise = sigmoid(x, location, width)
    return np.stack([1.0 - rise, rise, -sigmoid(x, location + gap, width)], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    """First crossing on a fine grid from far below the rise to far beyond the fall, then interpolated."""
    low, top, drop, location, width, gap = params.T
    share = np.linspace(0.0, 1.0, STEPS)
    x = (location - 4.0 * width)[:, None] + share * (gap + 8.0 * width)[:, None]
    steep, from_rise = 2.0 * LN9 / width[:, None], x - location[:, None]
    rise, fall = expit(steep * from_rise), expit(steep * (from_rise - gap[:, None]))
    value = low[:, None] * (1.0 - rise) + top[:, None] * rise - drop[:, None] * fall
    reached = value >= y
    first = np.maximum(np.argmax(reached, axis=1), 1)
    rows = np.arange(len(params))
    before, after = value[rows, first - 1], value[rows, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((y - before) / (after - before), 0.0, 1.0)
    at = x[rows, first - 1] + part * (x[rows, first] - x[rows, first - 1])
    return np.where(low >= y, -np.inf, np.where(reached.any(axis=1), at, np.inf))


LAW = Law(
    name="peaked",
    parameters=("floor", "plateau", "drop", "location", "width", "gap"),
    n_nonlinear=3,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=(*(((-np.inf, np.inf),) * 4), (0.0, np.inf), (0.0, np.inf)),
    prior=floor_and(PLATEAU, (0.3, 0.2)),
    nonlinear_prior=(location_quantile, log_normal_quantile(0.8, 0.9), log_normal_quantile(1.2, 0.6)),
    nodes=(30, 10, 6),
    weight=0.1,
    capped=1,
)
