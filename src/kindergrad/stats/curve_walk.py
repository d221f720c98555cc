"""A loss curve as a law plus a random walk: exact in the linear part, importance sampling for the rest.

``ln loss(x) = sum_l c_l B_l(x; theta) + walk(x) + noise``, with x = log10 scale. The walk starts at 0 at the smallest
scale. It is what the law misses: it stays correlated and opens with distance. It has variance tau^2 per decade and a
drift of its own, an Ornstein-Uhlenbeck process of standard deviation ``speed`` that forgets at rate ``decay`` per
decade: a local trend that dies out (doi:10.1287/mnsc.31.10.1237). The noise has variance ``stderr^2 + sigma^2``.
Given (theta, sigma, tau, speed, decay) everything is Gaussian: a Kalman filter (doi:10.1115/1.3662552) whitens data
and basis in one pass. The rest is sampled (:mod:`curve_sampling`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kindergrad.stats.curve_sampling import ENOUGH, NODES, sample
from kindergrad.stats.laws._law import Design, Floats, Gaussian, Law

SIGMA = (0.01, 1.3)
TAU = (0.03, 1.3)
SPEED = (0.05, 1.3)
DECAY = (1.5, 0.7)
"""Log-normal priors, median and sd of the natural logarithm: noise, walk per square root of a decade, drift per
decade, and rate per decade at which the drift is forgotten."""
MANY, LARGE = 7, (3 * NODES, 400.0)
"""Coordinates from which on more points are taken: how many a round, and the effective number that is wanted."""
SMALLEST = 1e-4
"""Relative noise below which nothing is believed; it keeps the arithmetic regular."""


class LossData(NamedTuple):
    """One curve, sorted by scale: log10 scale, ln loss relative to the last point, its known error, all (n,)."""

    x: Floats
    z: Floats
    stderr: Floats
    last: float
    """ln loss of the last point, the unit of ``z``."""

    @property
    def design(self) -> Design:
        return Design(float(self.x[0]), float(self.x[-1]), np.inf)


class Hyper(NamedTuple):
    """Noise, walk, drift and its decay at each node, shape (k,)."""

    sigma: Floats
    tau: Floats
    speed: Floats
    decay: Floats


class WalkPosterior(NamedTuple):
    """Posterior of one law on weighted nodes."""

    law: Law
    log_evidence: float
    weight: Floats
    """Normalised, shape (k,)."""
    theta: Floats
    """Nonlinear parameters, shape (k, n_nonlinear)."""
    hyper: Hyper
    mean: Floats
    """Linear coefficients: mean (L, k)."""
    covariance: Floats
    """(L, L, k)."""
    state: Floats
    """Filtered (walk, drift) at the last scale of (data, basis functions), shape (2, 1 + L, k)."""
    state_covariance: Floats
    """(walk, both, drift), shape (3, k)."""

    @property
    def effective(self) -> float:
        return float(1.0 / np.sum(self.weight**2))


Residual = Literal["noise", "walk", "drift"]
"""What a law misses: independent noise only, also a random walk, or also a walk with a drift of its own."""


def fit_walk(law: Law, data: LossData, *, residual: Residual) -> WalkPosterior:
    """Evidence and posterior of a law plus a residual."""
    free = _free(law, data.design)
    d = free.size + {"noise": 1, "walk": 2, "drift": 4}[residual]
    nodes, enough = (NODES, ENOUGH) if d < MANY else LARGE
    joined, weight, log_evidence = sample(lambda eta: _solve(law, data, eta, free), d, nodes, enough)
    _, theta, hyper, mean, covariance, state, state_covariance = joined
    return WalkPosterior(law, log_evidence, weight, theta.T, Hyper(*hyper), mean, covariance, state, state_covariance)


def predict_walk(posterior: WalkPosterior, data: LossData, x_new: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of ln loss (observed, without the error of the future exam) per node, shapes (m, k)."""
    basis = posterior.law.basis(x_new, posterior.theta, data.design).transpose(2, 1, 0)
    step = np.maximum(0.0, x_new - data.x[-1])[:, None]
    _, move, noise, _, _ = transition(step, posterior.hyper)
    walk = posterior.state[0][:, None, :] + move * posterior.state[1][:, None, :]
    lead = basis - walk[1:]
    mean = data.last + walk[0] + np.einsum("lmk,lk->mk", lead, posterior.mean)
    variance = np.einsum("amk,abk,bmk->mk", lead, posterior.covariance, lead)
    vww, vwd, vdd = posterior.state_covariance
    variance += vww + 2.0 * move * vwd + move**2 * vdd + noise + posterior.hyper.sigma**2
    return mean, variance


class _Solved(NamedTuple):
    log_joint: Floats
    theta: Floats
    hyper: Floats
    mean: Floats
    covariance: Floats
    state: Floats
    state_covariance: Floats


def _solve(law: Law, data: LossData, eta: Floats, free: NDArray[np.intp]) -> _Solved:
    """Everything that is Gaussian given the nodes; the last axis of every array is the node."""
    u = np.full((eta.shape[0], law.n_nonlinear), 0.5)
    u[:, free] = np.clip(ndtr(eta[:, : free.size]), 1e-9, 1.0 - 1e-9)
    theta = law.nonlinear(u, data.design)
    hyper = _hyper(eta[:, free.size :])
    basis = law.basis(data.x, theta, data.design).transpose(2, 1, 0)
    columns = np.concatenate([np.broadcast_to(data.z[None, :, None], (1, *basis.shape[1:])), basis])
    white, log_sd, state, variance = _whiten(columns, data, hyper)
    gram = np.einsum("ank,bnk->abk", white[1:], white[1:])
    moment = np.einsum("ank,nk->ak", white[1:], white[0])
    solved = _posterior_of_coefficients(gram, moment, law.prior[0])
    # the quadratic form from the residual: differences of large squares would lose all digits where noise is small
    residual = white[0] - np.einsum("ak,ank->nk", solved.mean, white[1:])
    log_joint = -0.5 * np.sum(residual**2, axis=0) - log_sd - 0.5 * data.x.size * np.log(2.0 * np.pi)
    for coefficient, mean, sd in zip(solved.mean, law.prior[0].mean, law.prior[0].sd, strict=True):
        if sd > 0:
            log_joint = log_joint - 0.5 * ((coefficient - mean) / sd) ** 2
    log_joint = log_joint - 0.5 * solved.log_determinant
    return _Solved(log_joint, theta.T, np.stack(hyper), solved.mean, solved.covariance, state, variance)


class _Coefficients(NamedTuple):
    """Normal posterior of the linear coefficients: mean (L, ...), covariance (L, L, ...).

    ``log_determinant`` is that of the posterior precision in units of the prior.
    """

    mean: Floats
    covariance: Floats
    log_determinant: Floats


def _posterior_of_coefficients(gram: Floats, moment: Floats, prior: Gaussian) -> _Coefficients:
    """Combine data and prior; all trailing dimensions are independent problems."""
    size = moment.shape[0]
    tail = (1,) * (moment.ndim - 1)
    mean = np.array(prior.mean).reshape(-1, *tail)
    sd = np.array(prior.sd).reshape(-1, *tail)
    # in units of the prior sd and around the prior mean, the prior is a unit normal
    scaled = gram * sd[:, None] * sd[None, :]
    residual = sd * (moment - np.einsum("ab...,b...->a...", gram, np.broadcast_to(mean, moment.shape)))
    for a in range(size):
        scaled[a, a] += 1.0
    inverse, log_det = _inverse(scaled)
    shift = np.einsum("ab...,b...->a...", inverse, residual)
    return _Coefficients(mean + sd * shift, inverse * sd[:, None] * sd[None, :], log_det)


def _inverse(matrix: Floats) -> tuple[Floats, Floats]:
    """Inverse and log determinant of matrices (L, L, ...) of the form identity plus a positive one.

    Cholesky, written out over the trailing dimensions. The pivots of such a matrix are at least 1: what rounding makes
    of them below that is lifted, so that an all but exact curve (huge precision) does not break the arithmetic.
    """
    size = matrix.shape[0]
    root = np.zeros_like(matrix)
    for j in range(size):
        root[j, j] = np.sqrt(np.maximum(matrix[j, j] - np.sum(root[j, :j] ** 2, axis=0), 1.0))
        for i in range(j + 1, size):
            root[i, j] = (matrix[i, j] - np.sum(root[i, :j] * root[j, :j], axis=0)) / root[j, j]
    back = np.zeros_like(matrix)
    for j in range(size):
        back[j, j] = 1.0 / root[j, j]
        for i in range(j + 1, size):
            back[i, j] = -np.sum(root[i, j:i] * back[j:i, j], axis=0) / root[i, i]
    log_det = 2.0 * np.sum([np.log(root[j, j]) for j in range(size)], axis=0)
    return np.einsum("ka...,kb...->ab...", back, back), np.asarray(log_det)


def _hyper(eta: Floats) -> Hyper:
    """Hyper-parameters from their standard normal coordinates: (k, 4), (k, 2) without drift, (k, 1) without a walk."""
    k, d = eta.shape
    priors = (SIGMA, TAU, SPEED, DECAY)
    values = [m * np.exp(s * np.clip(e, -6, 6)) for (m, s), e in zip(priors, eta.T, strict=False)]
    values += [np.zeros(k), np.zeros(k), np.ones(k)][d - 1 :] if d < 4 else []
    return Hyper(SMALLEST + values[0], *values[1:])


def _whiten(columns: Floats, data: LossData, hyper: Hyper) -> tuple[Floats, Floats, Floats, Floats]:
    """Kalman filter of walk and drift, applied to every column (columns, n, k) with the same gains.

    Returns white columns, log of the innovations' sd, the filtered (walk, drift) of every column (2, columns, k) and
    their covariance (walk, both, drift) of shape (3, k).
    """
    step = np.diff(data.x, prepend=data.x[0])
    white = np.empty(columns.shape)
    walk, drift = np.zeros((2, columns.shape[0], columns.shape[2]))
    vww, vwd, vdd = np.zeros(hyper.sigma.size), np.zeros(hyper.sigma.size), hyper.speed**2
    log_sd = np.zeros(hyper.sigma.size)
    for i in range(data.x.size):
        if step[i] > 0:
            stay, move, qww, qwd, qdd = transition(step[i], hyper)
            walk, drift = walk + move * drift, stay * drift
            vww = vww + 2.0 * move * vwd + move**2 * vdd + qww
            vwd, vdd = stay * (vwd + move * vdd) + qwd, stay**2 * vdd + qdd
        total = vww + hyper.sigma**2 + data.stderr[i] ** 2
        innovation = columns[:, i] - walk
        white[:, i] = innovation / np.sqrt(total)
        walk, drift = walk + vww / total * innovation, drift + vwd / total * innovation
        vdd, vwd, vww = vdd - vwd**2 / total, vwd * (1.0 - vww / total), vww * (1.0 - vww / total)
        log_sd += 0.5 * np.log(total)
    return white, log_sd, np.stack([walk, drift]), np.stack([vww, vwd, vdd])


def transition(step: float | Floats, hyper: Hyper) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """(drift that stays, its way, noise variances walk, both, drift) over ``step`` decades."""
    stay = np.exp(-hyper.decay * step)
    move = (1.0 - stay) / hyper.decay
    speed = hyper.speed**2
    qdd = speed * (1.0 - stay**2)
    qwd = speed * (1.0 - stay) ** 2 / hyper.decay
    long = 2.0 * speed / hyper.decay * (step - 2.0 * move + (1.0 - stay**2) / (2.0 * hyper.decay))
    return stay, move, np.maximum(long, 0.0) + hyper.tau**2 * step, qwd, qdd


def _free(law: Law, design: Design) -> NDArray[np.intp]:
    """Indices of nonlinear parameters that are not fixed by the design."""
    if not law.n_nonlinear:
        return np.empty(0, dtype=np.intp)
    ends = law.nonlinear(np.array([[0.2] * law.n_nonlinear, [0.8] * law.n_nonlinear]), design)
    return np.flatnonzero(ends[0] != ends[1])
