"""A score that approaches its plateau as a power law: ``y(x) = hi - a 10^(-g (x - x0))``, x = log10 scale.

hi = plateau, a = what is missing at the smallest observed scale x0, g = exponent per decade. For losses see ``m2``.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import LN10, PLATEAU, Design, Floats, Gaussian, Law, log_normal_quantile


def _missing(x: Floats, exponent: Floats, origin: Floats) -> Floats:
    return np.asarray(np.exp(np.clip(-LN10 * exponent[:, None] * (x[None, :] - origin[:, None]), -600.0, 600.0)))


def _value(x: Floats, params: Floats) -> Floats:
    plateau, missing, exponent, origin = params.T
    return np.asarray(plateau[:, None] - missing[:, None] * _missing(x, exponent, origin))


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    missing = _missing(x, *theta.T)
    return np.stack([np.ones_like(missing), -missing], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    plateau, missing, exponent, origin = params.T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = origin - np.log((plateau - y) / missing) / (LN10 * exponent)
    rising = np.where(plateau > y, at, np.inf)
    return np.where(missing > 0, rising, np.where((missing < 0) | (plateau >= y), -np.inf, np.inf))


LAW = Law(
    name="power",
    parameters=("plateau", "missing", "exponent", "origin"),
    n_nonlinear=2,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=((-np.inf, np.inf), (-np.inf, np.inf), (0.0, np.inf), (-np.inf, np.inf)),
    prior=(Gaussian(1.0, (PLATEAU[0], 0.4), (PLATEAU[1], 0.4)),),
    nonlinear_prior=(log_normal_quantile(0.3, 0.8), lambda u, design: np.full_like(u, design.low)),
    nodes=(40, 1),
    weight=0.2,
    capped=0,
    doi="10.48550/arXiv.2001.08361",
)
