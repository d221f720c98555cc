"""Nothing changes with scale: ``y(x) = level``.

*Shows* that the data need no trend. *Does not show* that there will be none: a rise may lie beyond the data.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import Design, Floats, Law, floor_and


def _value(x: Floats, params: Floats) -> Floats:
    return np.repeat(params[:, :1], x.size, axis=1)


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    return np.ones((theta.shape[0], x.size, 1))


def _inverse(y: float, params: Floats) -> Floats:
    return np.where(params[:, 0] >= y, -np.inf, np.inf)


LAW = Law(
    name="flat",
    parameters=("level",),
    n_nonlinear=0,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf),),
    prior=floor_and(),
    weight=0.25,
)
