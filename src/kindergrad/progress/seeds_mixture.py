"""Do seeds at one scale fall into two camps? Learnt and not learnt, with odds that move smoothly with scale.

Zhao et al. 2025 (arXiv 2502.17356): a mean over seeds can look like a jump, or like a smooth rise, where every single
run is one of two. Two models with the same five parameters are compared by their best likelihood: every run lies on
the curve, or every run lies at the floor or at the plateau with odds that follow the curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from kindergrad.progress.curves import LearningCurve

Floats = NDArray[np.float64]

SEEDS = 4
"""Seeds at one scale, and at two scales at least: fewer cannot show two camps."""
GAP = 4.0
"""The camps must lie this many standard deviations apart."""
STRONG = float(np.log(20.0))


def log_ratio(curve: LearningCurve) -> float | None:
    """Log likelihood ratio of two camps against one curve; None where there are too few seeds to ask."""
    _, counts = np.unique(curve.x, return_counts=True)
    if np.sum(counts >= SEEDS) < 2 or np.ptp(curve.y) == 0:
        return None
    v = np.nan_to_num(curve.stderr) ** 2
    low, high = float(np.min(curve.y)), float(np.max(curve.y))
    best = {}
    for camps in (False, True):
        found = []
        for place in np.quantile(curve.x, [0.25, 0.5, 0.75]):
            start = np.array([low, high, place, 0.0, np.log(0.1 * (high - low) + 1e-3)])
            fit = minimize(_cost, start, args=(curve.x, curve.y, v, camps), method="Nelder-Mead",
                           options={"maxiter": 1500, "fatol": 1e-4, "xatol": 1e-4})
            found.append((float(fit.fun), fit.x))
        best[camps] = min(found, key=lambda f: f[0])
    cost, theta = best[True]
    apart = abs(theta[1] - theta[0]) >= GAP * np.sqrt(np.exp(2.0 * theta[4]) + np.median(v))
    return float(best[False][0] - cost) if apart else -np.inf


def is_mixture(curve: LearningCurve) -> bool:
    """Whether two camps are clearly better (likelihood ratio above 20) and clearly apart."""
    ratio = log_ratio(curve)
    return ratio is not None and ratio > STRONG


def _cost(theta: Floats, x: Floats, y: Floats, v: Floats, camps: bool) -> float:
    low, high, place, log_width, log_spread = theta
    if not -12.0 < log_spread < 3.0 or not -5.0 < log_width < 4.0:
        return 1e9
    logit = 2.0 * np.log(9.0) * (x - place) / np.exp(log_width)
    sd = np.sqrt(v + np.exp(2.0 * log_spread) + 1e-12)
    if not camps:
        return float(-np.sum(_normal(y, low + (high - low) * expit(logit), sd)))
    below, above = log_expit(-logit) + _normal(y, low, sd), log_expit(logit) + _normal(y, high, sd)
    return float(-np.sum(np.logaddexp(below, above)))


def _normal(y: Floats, mean: Floats | float, sd: Floats) -> Floats:
    return np.asarray(-0.5 * ((y - mean) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2.0 * np.pi))
