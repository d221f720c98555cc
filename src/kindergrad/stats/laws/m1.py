"""Power law M1: ``loss = C 10^(-g (x - x0))``, a line in ln loss; C = loss at the last scale x0, g = exponent."""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import LN10, WIDE, Design, Floats, Gaussian, Law, last_scale


def _value(x: Floats, params: Floats) -> Floats:
    log_loss, exponent, origin = params.T
    return np.asarray(log_loss[:, None] - LN10 * exponent[:, None] * (x[None, :] - origin[:, None]))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    one = np.stack([np.ones_like(x), -LN10 * (x - design.high)], axis=1)
    return np.broadcast_to(one, (theta.shape[0], x.size, 2))


def _inverse(y: float, params: Floats) -> Floats:
    log_loss, exponent, origin = params.T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = origin + (log_loss - y) / (LN10 * exponent)
    return np.where(exponent > 0, at, np.where((exponent < 0) | (log_loss <= y), -np.inf, np.inf))


LAW = Law(
    name="m1",
    parameters=("log_loss", "exponent", "origin"),
    n_nonlinear=1,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf),) * 3,
    prior=(Gaussian(1.0, (0.0, 0.15), (WIDE, 0.25)),),
    nonlinear_prior=(last_scale,),
    unit="log loss",
    doi="10.48550/arXiv.2209.06640",
)
