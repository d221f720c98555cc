"""Adaptive multiple importance sampling over standard normal coordinates, without a random number.

Rounds of Student-t points whose place and shape follow the points so far; every point is weighed against the mixture
of the prior and all proposals (doi:10.1111/j.1467-9469.2011.00756.x). The points are a low-discrepancy set, so the
result depends on the data alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from scipy.special import gammaincinv, gammaln, logsumexp, ndtri

from kindergrad.stats.laws._law import Floats

NODES, ROUNDS = 128, 10
"""Points per round, and the largest number of rounds (twice as many where more than ``ENOUGH`` are wanted)."""
ENOUGH = 30.0
"""Effective number of points at which sampling may stop."""
DEGREES = 5.0
NEWTON_STEPS = 15

Solved = TypeVar("Solved", bound=tuple[Floats, ...])


def sample(
    solve: Callable[[Floats], Solved], dimensions: int, nodes: int = NODES, enough: float = ENOUGH
) -> tuple[list[Floats], Floats, float]:
    """Weighted points of a posterior whose prior is standard normal in ``dimensions`` coordinates.

    ``solve`` maps points of shape (k, d) to a tuple of arrays whose last axis is the point; its first is the log
    likelihood. Returns those arrays joined over all rounds, the normalised weights (k,), and the log evidence. Points
    of negligible weight are dropped.
    """
    eta = np.asarray(ndtri(np.clip(points(nodes, dimensions), 1e-6, 1.0 - 1e-6)))
    solved = [solve(eta)]
    proposals: list[tuple[Floats, Floats]] = []
    log_weight = log_joint = solved[0][0]
    for round_ in range(ROUNDS if enough <= ENOUGH else 2 * ROUNDS):
        # a ridge that the points have not found yet: climb from the best of them
        hard = round_ == 2
        best = eta[np.argmax(log_joint + _log_prior(eta))] if hard else eta[0]
        proposals.append(_mode(solve, best) if hard else _moments(eta, log_weight))
        new = _student_points(proposals[-1], nodes, (round_ + 1) * nodes)
        eta = np.concatenate([eta, new])
        solved.append(solve(new))
        log_joint = np.concatenate([s[0] for s in solved])
        log_weight = log_joint + _log_prior(eta) - _log_mixture(eta, proposals)
        weight = np.exp(log_weight - logsumexp(log_weight))
        if round_ >= 1 and 1.0 / np.sum(weight**2) > enough:
            break
    kept = np.flatnonzero(weight > 1e-5 * weight.max())
    joined = [np.concatenate(part, axis=-1)[..., kept] for part in zip(*solved, strict=True)]
    log_evidence = float(logsumexp(log_weight) - np.log(eta.shape[0]))
    return joined, weight[kept] / weight[kept].sum(), log_evidence


def _mode(solve: Callable[[Floats], tuple[Floats, ...]], start: Floats) -> tuple[Floats, Floats]:
    """Place and Cholesky factor of the posterior's peak by damped Newton steps; derivatives by central differences."""
    d, place = start.size, start
    pairs = [(i, j) for i in range(d) for j in range(i)]
    unit = np.eye(d)
    covariance = np.eye(d)
    width = np.full(d, 0.05)
    for _ in range(NEWTON_STEPS):
        h = width[:, None] * unit
        offsets = [np.zeros(d), *h, *-h]
        offsets += [s * (h[i] + h[j]) for s in (1.0, -1.0) for i, j in pairs]
        at = place + np.array(offsets)
        value = np.asarray(solve(at)[0]) + _log_prior(at)
        up, down = value[1 : d + 1], value[d + 1 : 2 * d + 1]
        gradient = (up - down) / (2.0 * width)
        hessian = np.diag((up + down - 2.0 * value[0]) / width**2)
        both = value[2 * d + 1 :].reshape(2, -1).sum(axis=0)
        for (i, j), b in zip(pairs, both, strict=True):
            mixed = b - 2.0 * value[0] - hessian[i, i] * width[i] ** 2 - hessian[j, j] * width[j] ** 2
            hessian[i, j] = hessian[j, i] = mixed / (2.0 * width[i] * width[j])
        size, axes = np.linalg.eigh(-hessian)
        covariance = (axes / np.maximum(size, 0.3)) @ axes.T
        steps = place + np.array([1.0, 0.5, 0.2, 0.05, 0.01])[:, None] * (covariance @ gradient)
        tried = np.asarray(solve(steps)[0]) + _log_prior(steps)
        if np.max(tried) < value[0] + 1e-3:
            break
        place = steps[int(np.argmax(tried))]
        width = np.clip(0.3 * np.sqrt(np.diag(covariance)), 1e-4, 0.1)
    return place, np.asarray(np.linalg.cholesky(covariance + 1e-10 * unit))


def points(n: int, dimensions: int, skip: int = 0) -> Floats:
    """A low-discrepancy set in the unit cube: additive recurrence with the generalised golden ratio, shape (n, d)."""
    golden = 2.0
    for _ in range(40):
        golden = (1.0 + golden) ** (1.0 / (dimensions + 1.0))
    steps = golden ** -np.arange(1.0, dimensions + 1.0)
    return np.asarray((0.5 + np.arange(skip + 1, skip + n + 1)[:, None] * steps) % 1.0)


def _log_prior(eta: Floats) -> Floats:
    return np.asarray(-0.5 * np.sum(eta**2, axis=1) - 0.5 * eta.shape[1] * np.log(2.0 * np.pi))


def _moments(eta: Floats, log_weight: Floats) -> tuple[Floats, Floats]:
    """Mean and Cholesky factor of a proposal: weights tempered until enough nodes count."""
    power = 1.0
    weight = np.exp(log_weight - logsumexp(log_weight))
    wanted = 3.0 * eta.shape[1]
    for _ in range(30):
        if 1.0 / np.sum(weight**2) >= wanted:
            break
        power *= 0.75
        weight = np.exp(power * log_weight - logsumexp(power * log_weight))
    mean = weight @ eta
    centred = eta - mean
    covariance = (centred * weight[:, None]).T @ centred * 1.2 + 1e-4 * np.eye(eta.shape[1])
    return mean, np.asarray(np.linalg.cholesky(covariance))


def _student_points(proposal: tuple[Floats, Floats], n: int, skip: int) -> Floats:
    """Student-t points: normal points divided by the root of a chi-square quantile."""
    mean, root = proposal
    u = np.clip(points(n, mean.size + 1, skip), 1e-6, 1.0 - 1e-6)
    chi = 2.0 * gammaincinv(0.5 * DEGREES, u[:, -1])
    return np.asarray(mean + (ndtri(u[:, :-1]) @ root.T) * np.sqrt(DEGREES / chi)[:, None])


def _log_mixture(eta: Floats, proposals: list[tuple[Floats, Floats]]) -> Floats:
    """Log density of the equal mixture of the prior and all proposals."""
    d = eta.shape[1]
    parts = [_log_prior(eta)]
    constant = gammaln(0.5 * (DEGREES + d)) - gammaln(0.5 * DEGREES) - 0.5 * d * np.log(DEGREES * np.pi)
    for mean, root in proposals:
        scaled = np.linalg.solve(root, (eta - mean).T)
        distance = np.sum(scaled**2, axis=0)
        parts.append(constant - np.sum(np.log(np.diag(root))) - 0.5 * (DEGREES + d) * np.log1p(distance / DEGREES))
    return np.asarray(logsumexp(parts, axis=0) - np.log(len(parts)))
