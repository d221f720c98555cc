"""Power law with offset, M2: ``ln loss = c + depth ln(r + (1 - r) 10^(-g (x - x0)))``, with depth = 1.

exp(c) = loss at the last scale x0, r = share of it that no scale removes, g = exponent of the rest. ``depth`` is a
linear coefficient with a prior of width 0: it is there so that the law is separable.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import (
    LN10,
    WIDE,
    Design,
    Floats,
    Gaussian,
    Law,
    last_scale,
    log_normal_quantile,
    uniform_quantile,
)


def _shape(x: Floats, share: Floats, exponent: Floats, origin: Floats) -> Floats:
    fall = np.exp(np.minimum(-LN10 * exponent[:, None] * (x[None, :] - origin[:, None]), 600.0))
    return np.asarray(np.log(share[:, None] + (1.0 - share[:, None]) * fall))


def _value(x: Floats, params: Floats) -> Floats:
    return np.asarray(params[:, :1] + params[:, 1:2] * _shape(x, *params[:, 2:].T))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    return np.stack([np.ones((theta.shape[0], x.size)), _shape(x, *theta.T)], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    log_loss, depth, share, exponent, origin = params.T
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (np.exp((y - log_loss) / depth) - share) / (1.0 - share)
        return np.where(left > 0, origin - np.log(np.maximum(left, 1e-300)) / (LN10 * exponent), np.inf)


LAW = Law(
    name="m2",
    parameters=("log_loss", "depth", "share", "exponent", "origin"),
    n_nonlinear=3,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0), (0.0, np.inf), (-np.inf, np.inf)),
    prior=(Gaussian(1.0, (0.0, 1.0), (WIDE, 0.0)),),
    nonlinear_prior=(uniform_quantile, log_normal_quantile(0.4, 0.7), last_scale),
    unit="log loss",
    doi="10.48550/arXiv.2209.06640",
)
