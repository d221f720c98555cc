"""Sigmoid-like power law M4: ``(l - r) / (k - l)^a = const 10^(-g (x - x0))``, loss = C l(x), l(x0) = 1.

C = loss at the last scale x0, r = share that no scale removes, k > 1 = loss at scale 0 (chance) over C, a = how long
the curve stays near chance, g = exponent at large scale. ``ln loss = c + depth ln l(x)``, with depth = 1 (as in M2).
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

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

NEWTON = 12


def _shape(x: Floats, share: Floats, above: Floats, shape: Floats, exponent: Floats, origin: Floats) -> Floats:
    """ln l(x) by Newton steps on the logit of s = (l - r) / (k - r): ln s - a ln(1 - s) is known, monotone, convex."""
    share, shape = share[:, None], shape[:, None]
    start = (1.0 - share) / (1.0 + above[:, None] - share)
    known = np.log(start) - shape * np.log1p(-start) - LN10 * exponent[:, None] * (x[None, :] - origin[:, None])
    logit = np.where(known < 0, known, known / shape)
    for _ in range(NEWTON):
        s = expit(logit)
        wrong = -np.logaddexp(0.0, -logit) + shape * np.logaddexp(0.0, logit) - known
        logit = logit - wrong / (1.0 - s + shape * s)
    return np.asarray(np.log(share + (1.0 + above[:, None] - share) * expit(logit)))


def _value(x: Floats, params: Floats) -> Floats:
    return np.asarray(params[:, :1] + params[:, 1:2] * _shape(x, *params[:, 2:].T))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    return np.stack([np.ones((theta.shape[0], x.size)), _shape(x, *theta.T)], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    log_loss, depth, share, above, shape, exponent, origin = params.T
    level = np.exp((y - log_loss) / depth)
    with np.errstate(divide="ignore", invalid="ignore"):
        here = np.log(level - share) - shape * np.log(1.0 + above - level)
        there = np.log(1.0 - share) - shape * np.log(above)
        at = origin - (here - there) / (LN10 * exponent)
    return np.where(level <= share, np.inf, np.where(level >= 1.0 + above, -np.inf, at))


LAW = Law(
    name="m4",
    parameters=("log_loss", "depth", "share", "above", "shape", "exponent", "origin"),
    n_nonlinear=5,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0), *(((0.0, np.inf),) * 3), (-np.inf, np.inf)),
    prior=(Gaussian(1.0, (0.0, 1.0), (WIDE, 0.0)),),
    nonlinear_prior=(
        uniform_quantile,
        log_normal_quantile(1.0, 1.0),
        log_normal_quantile(0.6, 0.7),
        log_normal_quantile(0.5, 0.7),
        last_scale,
    ),
    unit="log loss",
    doi="10.48550/arXiv.2209.06640",
)
