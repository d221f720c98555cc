"""A hard skill from several easy ones: a sigmoid of a weighted sum of features, with the weights' uncertainty.

``score = top / (1 + exp(-(a + b . features))) + noise``. Features are standardised by the caller or not at all: the
prior of each weight is normal with sd 1.5 per unit. Sampled without random numbers (:mod:`curve_sampling`).
*Shows* what these engines' easy skills say about the hard one. *Does not show* a cause.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.curve_evidence import systematic
from kindergrad.stats.curve_sampling import sample
from kindergrad.stats.laws._law import Floats

SLOPE, START = 1.5, 4.0
"""Prior sd of a weight, and of the log odds where all features are 0."""
NOISE = (0.03, 0.8)
"""Log-normal prior: median, and sd of the natural logarithm."""


class Link(NamedTuple):
    """Posterior on k weighted points."""

    log_evidence: float
    weight: Floats
    slopes: Floats
    """Intercept, then one weight a feature, shape (1 + p, k)."""
    top: Floats
    sigma: Floats

    def predict(self, features: ArrayLike, *, draws: int = 2000, seed: int = 0, observation: bool = False) -> Floats:
        """Draws of the score of engines with these features (m, p), shape (draws, m)."""
        z = np.atleast_2d(np.asarray(features, dtype=np.float64))
        rng = stream(seed, "link")
        at = systematic(self.weight, draws, rng)
        latent = self.top[at, None] * expit(self.slopes[0, at, None] + self.slopes[1:, at].T @ z.T)
        noise = self.sigma[at, None] * rng.standard_normal(latent.shape) if observation else 0.0
        return np.asarray(latent + noise)


def fit_link(features: ArrayLike, score: ArrayLike) -> Link:
    """Posterior from features (n, p) and scores (n,) between floor 0 and ceiling 1.

    ``top`` is 1 with probability a half (the ceiling can be reached), else uniform between 0 and 1.

    Raises
    ------
    InputError
        For shapes that do not fit or values that are not finite.
    """
    z, y = np.asarray(features, dtype=np.float64), np.atleast_1d(np.asarray(score, dtype=np.float64))
    if z.ndim != 2 or z.shape[0] != y.size or not y.size:
        raise InputError(f"features must have one row per score; got {z.shape} for {y.shape} scores")
    if not (np.all(np.isfinite(z)) and np.all(np.isfinite(y))):
        raise InputError("features and scores must be finite; leave engines out or impute first")
    p = z.shape[1]

    def solve(eta: Floats) -> tuple[Floats, ...]:
        slopes = np.vstack([START * eta[:, :1].T, SLOPE * eta[:, 1 : p + 1].T])
        top = np.minimum(1.0, 2.0 * ndtr(eta[:, p + 1]))
        sigma = 1e-3 + NOISE[0] * np.exp(NOISE[1] * np.clip(eta[:, p + 2], -8, 8))
        left = y - top[:, None] * expit(slopes[0][:, None] + slopes[1:].T @ z.T)
        log_likelihood = (-0.5 * np.sum(left**2, axis=1) / sigma**2 - y.size * np.log(sigma)
                          - 0.5 * y.size * np.log(2.0 * np.pi))
        return log_likelihood, slopes, top, sigma

    joined, weight, log_evidence = sample(solve, p + 3, nodes=512)
    _, slopes, top, sigma = joined
    return Link(log_evidence, weight, slopes, top, sigma)
