"""Saturating power law M3: ``loss = C ((10^(-(x - x0)) + s) / (1 + s))^g``.

C = loss at the last scale x0; s > 0: the curve turns flat around the scale 10^x0 / s, however small the loss is there.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import LN10, WIDE, Design, Floats, Gaussian, Law, last_scale, log_normal_quantile


def _shape(x: Floats, stop: Floats, origin: Floats) -> Floats:
    early = -LN10 * (x[None, :] - origin[:, None])
    return np.asarray(np.logaddexp(early, np.log(stop)[:, None]) - np.log1p(stop)[:, None])


def _value(x: Floats, params: Floats) -> Floats:
    return np.asarray(params[:, :1] + params[:, 1:2] * _shape(x, *params[:, 2:].T))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    return np.stack([np.ones((theta.shape[0], x.size)), _shape(x, *theta.T)], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    log_loss, exponent, stop, origin = params.T
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        left = np.exp((y - log_loss) / exponent) * (1.0 + stop) - stop
        at = np.where(left > 0, origin - np.log(np.maximum(left, 1e-300)) / LN10, np.inf)
    # a rising curve was below y however small the scale
    return np.where(exponent > 0, at, np.where((exponent < 0) | (log_loss <= y), -np.inf, np.inf))


LAW = Law(
    name="m3",
    parameters=("log_loss", "exponent", "stop", "origin"),
    n_nonlinear=2,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (-np.inf, np.inf), (0.0, np.inf), (-np.inf, np.inf)),
    prior=(Gaussian(1.0, (0.0, 0.2), (WIDE, 0.3)),),
    nonlinear_prior=(log_normal_quantile(0.3, 2.0), last_scale),
    unit="log loss",
    doi="10.48550/arXiv.2209.06640",
)
