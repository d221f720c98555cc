"""Evidence and posterior of a law whose runs fall into two camps: nothing is linear, so everything is sampled.

``y_i ~ (1 - p(x_i)) N(lo, s_i^2 + sigma^2) + p(x_i) N(hi, s_i^2 + sigma^2)``, with the priors of the law. Sampled
without random numbers (:mod:`curve_sampling`), once for each component of the prior of the floor.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from kindergrad.stats.curve_evidence import Data, spread_quantile, systematic
from kindergrad.stats.curve_sampling import sample
from kindergrad.stats.laws._law import Floats, Gaussian, Law, sigmoid

RUNS, SCALES = 3, 2
"""Runs at one scale, and scales with so many, without which two camps cannot be told from scatter."""
NODES = 512


class CampsPosterior(NamedTuple):
    """Posterior on k weighted points: parameters (k, 4) and extra spread (k,)."""

    law: Law
    log_evidence: float
    weight: Floats
    parameters: Floats
    spread: Floats

    def draw(self, data: Data, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Parameters of shape (n, 4) and extra spread of shape (n,)."""
        at = systematic(self.weight, n, rng)
        return self.parameters[at], self.spread[at]


def tellable(x: Floats) -> bool:
    """Whether there are enough runs at enough scales to tell two camps from scatter."""
    _, runs = np.unique(x, return_counts=True)
    return int(np.sum(runs >= RUNS)) >= SCALES


def fit_camps(law: Law, data: Data) -> CampsPosterior:
    """Evidence and posterior."""
    parts = [(_fit(law, data, prior), prior.weight) for prior in law.prior]
    log_evidence = np.array([found[2] + np.log(weight) for found, weight in parts])
    total = float(logsumexp(log_evidence))
    share = np.exp(log_evidence - total)
    weight = np.concatenate([s * found[1] for s, (found, _) in zip(share, parts, strict=True)])
    columns = np.concatenate([np.stack(found[0][1:]) for found, _ in parts], axis=1)
    return CampsPosterior(law, total, weight, columns[:4].T, columns[4])


def _fit(law: Law, data: Data, prior: Gaussian) -> tuple[list[Floats], Floats, float]:
    below = ndtr((data.design.ceiling - prior.mean[1]) / prior.sd[1])

    def solve(eta: Floats) -> tuple[Floats, ...]:
        u = np.clip(ndtr(eta), 1e-9, 1.0 - 1e-9)
        low = prior.mean[0] + prior.sd[0] * eta[:, 0]
        high = prior.mean[1] + prior.sd[1] * ndtri(u[:, 1] * below)
        location, width = law.nonlinear(u[:, 2:4], data.design).T
        spread = spread_quantile(u[:, 4], data.spread)
        return _log_likelihood(data, np.stack([low, high, location, width]), spread), low, high, location, width, spread

    return sample(solve, 5, nodes=NODES)


def _log_likelihood(data: Data, parameters: Floats, spread: Floats) -> Floats:
    """Shape (k,) for parameters (4, k)."""
    low, high, location, width = parameters
    odds = np.clip(sigmoid(data.x, location, width), 1e-12, 1.0 - 1e-12)
    variance = data.stderr**2 + spread[:, None] ** 2
    camps = [np.log(p) - 0.5 * (data.y - level[:, None]) ** 2 / variance
             for p, level in ((1.0 - odds, low), (odds, high))]
    return np.asarray(np.sum(np.logaddexp(*camps) - 0.5 * np.log(2.0 * np.pi * variance), axis=1))


def observe(x: Floats, parameters: Floats, rng: np.random.Generator) -> NDArray[np.float64]:
    """What single new runs would score, without spread: lo or hi, shape (k, n)."""
    low, high, location, width = parameters.T
    learnt = rng.random((len(parameters), x.size)) < sigmoid(x, location, width)
    return np.asarray(np.where(learnt, high[:, None], low[:, None]))
