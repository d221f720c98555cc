"""A loss that falls along two axes, parameters and data: ``loss = E + A N^-a + B D^-b``.

The law of Hoffmann et al. 2022 (doi:10.48550/arXiv.2203.15556), written with shares at the largest observed scales
(N0, D0), so that every parameter has a prior without a unit:
``ln loss = c + ln(r + (1 - r) (q (N/N0)^-a + (1 - q) (D/D0)^-b)) + noise``. c is integrated in closed form, the rest
sampled (:mod:`curve_sampling`). *Shows* what the law says under its own noise. *Does not show* that the law holds far
beyond the data: the noise is widened only by what the parameters leave open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.curve_evidence import systematic
from kindergrad.stats.curve_sampling import sample
from kindergrad.stats.laws._law import LN10, Floats

EXPONENT = (0.35, 0.5)
NOISE = (0.01, 1.0)
"""Log-normal priors: median, and sd of the natural logarithm."""


class TwoAxes(NamedTuple):
    """Posterior on weighted points."""

    log_evidence: float
    weight: Floats
    share: Floats
    of_parameters: Floats
    exponent_parameters: Floats
    exponent_data: Floats
    sigma: Floats
    level: Floats
    """ln loss at the largest observed scales: posterior mean, and below its variance, shape (k,)."""
    level_variance: Floats
    origin: tuple[float, float]

    def draw(self, values: Floats, *, draws: int = 2000, seed: int = 0) -> Floats:
        """Posterior draws of one of the arrays of this posterior, shape (draws,)."""
        return np.asarray(values[systematic(self.weight, draws, stream(seed, "two axes", "draw"))])

    def predict(self, parameters: ArrayLike, data: ArrayLike, *, draws: int = 2000, seed: int = 0) -> Floats:
        """Draws of ln loss with noise at log10 scales ``parameters`` and ``data`` (m,), shape (draws, m)."""
        n, d = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (parameters, data))
        rng = stream(seed, "two axes")
        at = systematic(self.weight, draws, rng)
        shape = _shape(n - self.origin[0], d - self.origin[1], self.share[at], self.of_parameters[at],
                       self.exponent_parameters[at], self.exponent_data[at])
        level = self.level[at] + np.sqrt(self.level_variance[at]) * rng.standard_normal(draws)
        noise = self.sigma[at, None] * rng.standard_normal(shape.shape)
        return np.asarray(level[:, None] + shape + noise)


def fit_two_axes(parameters: ArrayLike, data: ArrayLike, loss: ArrayLike) -> TwoAxes:
    """Posterior from log10 parameters, log10 data and positive losses, each of shape (n,).

    Raises
    ------
    InputError
        For different lengths, values that are not finite, or losses that are not positive.
    """
    n, d, y = (np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (parameters, data, loss))
    if not n.size or n.shape != d.shape or n.shape != y.shape or n.ndim != 1:
        raise InputError(f"parameters, data and loss must have one length, at least 1; got {n.shape}, {d.shape}, "
                         f"{y.shape}")
    if not (np.all(np.isfinite(n)) and np.all(np.isfinite(d)) and np.all(np.isfinite(y)) and np.all(y > 0)):
        raise InputError("log10 scales must be finite and losses positive and finite")
    origin = float(n.max()), float(d.max())
    z = np.log(y)
    centre = float(z.mean())

    def solve(eta: Floats) -> tuple[Floats, ...]:
        share, of_n = ndtr(eta[:, 0]), ndtr(eta[:, 1])
        a, b = (EXPONENT[0] * np.exp(EXPONENT[1] * np.clip(eta[:, j], -8, 8)) for j in (2, 3))
        sigma = 1e-4 + NOISE[0] * np.exp(NOISE[1] * np.clip(eta[:, 4], -8, 8))
        left = (z - centre) - _shape(n - origin[0], d - origin[1], share, of_n, a, b)
        # flat prior of the level over 10 units of ln loss: its integral is that of a normal density
        level = left.mean(axis=1)
        misfit = np.sum((left - level[:, None]) ** 2, axis=1)
        log_likelihood = (-0.5 * misfit / sigma**2 - (n.size - 1) * np.log(sigma) - 0.5 * np.log(n.size)
                          - 0.5 * (n.size - 1) * np.log(2.0 * np.pi) - np.log(10.0))
        return log_likelihood, share, of_n, a, b, sigma, level + centre, sigma**2 / n.size

    joined, weight, log_evidence = sample(solve, 5, nodes=512)
    _, share, of_n, a, b, sigma, level, variance = joined
    return TwoAxes(log_evidence, weight, share, of_n, a, b, sigma, level, variance, origin)


def _shape(n: Floats, d: Floats, share: Floats, of_n: Floats, a: Floats, b: Floats) -> Floats:
    """ln loss relative to the largest observed scales, shape (k, m)."""
    share, of_n = share[:, None], of_n[:, None]
    fall_n = np.exp(np.clip(-LN10 * a[:, None] * n, -600, 600))
    fall_d = np.exp(np.clip(-LN10 * b[:, None] * d, -600, 600))
    return np.asarray(np.log(share + (1.0 - share) * (of_n * fall_n + (1.0 - of_n) * fall_d)))
