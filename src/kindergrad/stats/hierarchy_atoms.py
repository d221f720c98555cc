"""Weighted atoms: where each curve of a hierarchy may lie, before the population of curves is known.

One curve has four parameters, the columns of ``theta``: location (its population mean may hold an offset), natural log
of the width in decades, logit of the plateau between 0 and ``top``, and natural log of the extra spread. Its floor is
integrated out exactly. For every curve a set of atoms is drawn from a mixture of a broad proposal, a guess of the
population and a local proposal that is adapted in rounds, and weighted by likelihood over mixture density: adaptive
multiple importance sampling (Cornuet et al. 2012, doi:10.1111/j.1467-9469.2011.00756.x) with tempered weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

Floats = NDArray[np.float64]

RISE = 2.0 * np.log(9.0)
"""Logits between 10 and 90 % of a logistic rise: ``2 ln 9``."""

DIMENSIONS = 4
LOCATION, LOG_WIDTH, LOGIT_PLATEAU, LOG_SPREAD = range(DIMENSIONS)

_FREEDOM = 5.0  # of the local Student-t proposals: heavy enough tails for safe weights
_WIDER = 1.5  # the guess of the population is rough, so atoms are drawn wider
_INFLATE = 1.3  # of local covariances, for the same reason
_ROUNDS = 2
_NEWTON = 8
_ENOUGH = 40.0  # atoms that must carry the weight before moments are taken from them


class Padded(NamedTuple):
    """Curves of unequal length as arrays: x, y (score), v (known variance), each (S, n); ``seen`` marks real points."""

    x: Floats
    y: Floats
    v: Floats
    seen: Floats


class Limits(NamedTuple):
    """Prior of a curve's own floor, a mixture of (weight, mean, sd), and the highest plateau."""

    floors: tuple[tuple[float, float, float], ...]
    top: float


class Atoms(NamedTuple):
    """theta (S, K, 4) and log of likelihood over proposal density, minus log K, (S, K)."""

    theta: Floats
    log_weight: Floats


class Guess(NamedTuple):
    """A normal guess of the population: mean (S, 4), since it depends on offsets and features, and sd (4,)."""

    mean: Floats
    sd: Floats


def rise(x: Floats, location: Floats, width: Floats) -> Floats:
    """Share of the rise that is done at ``x``: 0.1 to 0.9 over ``width`` decades around ``location``."""
    return np.asarray(expit(RISE * (x - location) / width), dtype=np.float64)


def log_likelihood(data: Padded, theta: Floats, limits: Limits) -> Floats:
    """Log density of every curve at every atom, floor integrated out. theta (S, K, 4) -> (S, K)."""
    r, c, v = _residuals(data, theta, limits.top)
    return np.asarray(np.logaddexp.reduce(_floor_terms(r, c, v, limits), axis=0) + _misfit(data, r, v))


def never_log_likelihood(data: Padded, log_spread: Floats, limits: Limits) -> Floats:
    """Log density of curves that stay at their floor, over a grid of log spread (E,) -> (S, E)."""
    v = data.v[:, None, :] + np.exp(2.0 * log_spread)[None, :, None]
    seen = np.broadcast_to(data.seen[:, None, :], v.shape)
    y = data.y[:, None, :] * seen
    return np.asarray(np.logaddexp.reduce(_floor_terms(y, seen, v, limits), axis=0) + _misfit(data, y, v))


def draw_floor(data: Padded, theta: Floats, rng: np.random.Generator, limits: Limits) -> Floats:
    """The floor given everything else. theta (S, K, 4) -> (S, K)."""
    r, c, v = _residuals(data, theta, limits.top)
    terms = _floor_terms(r, c, v, limits)
    share = np.exp(terms - np.logaddexp.reduce(terms, axis=0))
    which = np.sum(np.cumsum(share, axis=0) < rng.random(share.shape[1:]), axis=0).clip(max=len(terms) - 1)
    _, mean, sd = (np.array(column)[which] for column in zip(*limits.floors, strict=True))
    precision = np.sum(c * c / v, axis=2) + 1.0 / sd**2
    centre = (np.sum(c * r / v, axis=2) + mean / sd**2) / precision
    return np.asarray(centre + rng.standard_normal(centre.shape) / np.sqrt(precision))


def _floor_terms(r: Floats, c: Floats, v: Floats, limits: Limits) -> Floats:
    """Log of what each component of the floor's prior adds to the density of residuals r = floor * c + noise."""
    a, b = np.sum(c * c / v, axis=2), np.sum(c * r / v, axis=2)
    out = []
    for weight, mean, sd in limits.floors:
        prior = 1.0 / sd**2
        precision = a + prior
        gain = (b + mean * prior) ** 2 / precision - mean**2 * prior
        out.append(np.log(weight) + 0.5 * gain - 0.5 * np.log(precision / prior))
    return np.stack(out)


def _misfit(data: Padded, r: Floats, v: Floats) -> Floats:
    return np.asarray(-0.5 * np.sum(r * r / v + np.log(2.0 * np.pi * v) * data.seen[:, None, :], axis=2))


def _residuals(data: Padded, theta: Floats, top: float) -> tuple[Floats, Floats, Floats]:
    seen = data.seen[:, None, :]
    g = rise(data.x[:, None, :], theta[:, :, LOCATION, None], np.exp(theta[:, :, LOG_WIDTH, None]))
    v = data.v[:, None, :] + np.exp(2.0 * theta[:, :, LOG_SPREAD, None])
    plateau = top * expit(theta[:, :, LOGIT_PLATEAU, None])
    return (data.y[:, None, :] - plateau * g) * seen, (1.0 - g) * seen, v


def propose(data: Padded, broad: Guess, rng: np.random.Generator, limits: Limits, *, n_atoms: int,
            guess: Guess | None = None) -> Atoms:
    """Atoms and weights for every curve.

    Parameters
    ----------
    data : the curves.
    broad : the population before any curve was seen, wide: defends against a wrong guess.
    n_atoms : atoms per curve, K.
    guess : the population as far as it is known; the local proposals are adapted to it.
    """
    guess = guess or broad
    mixture = _Mixture(broad, guess, None, *_reach(data, broad))
    for number in range(_ROUNDS):
        theta = _draw(mixture, rng, max(256, n_atoms // 2))
        log_l = log_likelihood(data, theta, limits)
        log_prior = _normal(theta, guess.mean, guess.sd)
        if number == 0:
            best = np.argmax(log_l + log_prior, axis=1)
            local = _climb(data, theta[np.arange(len(best)), best], guess, limits)
        else:
            local = _moments(theta, log_l - _log_density(mixture, theta) + log_prior, guess)
        mixture = mixture._replace(local=local)
    theta = _draw(mixture, rng, n_atoms)
    log_l = log_likelihood(data, theta, limits)
    return Atoms(theta, log_l - _log_density(mixture, theta) - np.log(n_atoms))


class _Local(NamedTuple):
    mean: Floats  # (S, 4)
    root: Floats  # (S, 4, 4), lower triangular


class _Mixture(NamedTuple):
    """Four proposals per curve: population (widened), broad, broad with an even location, local."""

    broad: Guess
    guess: Guess
    local: _Local | None
    low: Floats  # (S,)
    high: Floats  # (S,)

    @property
    def shares(self) -> tuple[float, ...]:
        return (0.35, 0.075, 0.075, 0.5) if self.local is not None else (0.4, 0.3, 0.3, 0.0)


def _counts(mixture: _Mixture, k: int) -> list[int]:
    counts = [int(share * k) for share in mixture.shares]
    counts[0] += k - sum(counts)
    return counts


def _draw(mixture: _Mixture, rng: np.random.Generator, k: int) -> Floats:
    """(S, k, 4), by strata: the first part from the first proposal, and so on."""
    n_curves = mixture.broad.mean.shape[0]
    z = rng.standard_normal((n_curves, k, DIMENSIONS))
    even = rng.random((n_curves, k))
    chi = rng.chisquare(_FREEDOM, size=(n_curves, k, 1)) / _FREEDOM
    ends = np.cumsum(_counts(mixture, k))
    out = np.empty_like(z)
    first, second, third, fourth = (slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True))
    out[:, first] = mixture.guess.mean[:, None] + _WIDER * mixture.guess.sd * z[:, first]
    broad = slice(second.start, third.stop)
    out[:, broad] = mixture.broad.mean[:, None] + mixture.broad.sd * z[:, broad]
    out[:, third, LOCATION] = mixture.low[:, None] + (mixture.high - mixture.low)[:, None] * even[:, third]
    if mixture.local is not None:
        step = np.einsum("sij,skj->ski", mixture.local.root, z[:, fourth]) / np.sqrt(chi[:, fourth])
        out[:, fourth] = mixture.local.mean[:, None] + step
    out[..., LOG_WIDTH:] = np.clip(out[..., LOG_WIDTH:], -12.0, 12.0)  # far outside, harmless, and never an overflow
    return out


def _log_density(mixture: _Mixture, theta: Floats) -> Floats:
    """Log density of the whole mixture at theta (S, K, 4) -> (S, K)."""
    k = theta.shape[1]
    broad = mixture.broad
    location = theta[..., LOCATION]
    inside = (location >= mixture.low[:, None]) & (location <= mixture.high[:, None])
    even = np.where(inside, -np.log(mixture.high - mixture.low)[:, None], -np.inf)
    parts = [_normal(theta, mixture.guess.mean, _WIDER * mixture.guess.sd), _normal(theta, broad.mean, broad.sd),
             even + _normal(theta[..., 1:], broad.mean[:, 1:], broad.sd[1:])]
    if mixture.local is not None:
        parts.append(_student(theta, mixture.local))
    shares = [count / k for count in _counts(mixture, k)]
    stacked = np.stack([part + np.log(share) for part, share in zip(parts, shares, strict=False)])
    out: Floats = np.logaddexp.reduce(stacked, axis=0)
    return out


def _normal(theta: Floats, mean: Floats, sd: Floats) -> Floats:
    z = (theta - mean[:, None]) / sd
    out: Floats = -0.5 * np.sum(z * z, axis=2) - np.sum(np.log(sd)) - 0.5 * theta.shape[2] * np.log(2.0 * np.pi)
    return out


def _student(theta: Floats, local: _Local) -> Floats:
    d = theta.shape[2]
    inverse = np.linalg.inv(local.root)
    z = np.einsum("sij,skj->ski", inverse, theta - local.mean[:, None])
    log_det = np.sum(np.log(np.diagonal(local.root, axis1=1, axis2=2)), axis=1)
    constant = gammaln((_FREEDOM + d) / 2) - gammaln(_FREEDOM / 2) - 0.5 * d * np.log(_FREEDOM * np.pi)
    out: Floats = constant - log_det[:, None] - 0.5 * (_FREEDOM + d) * np.log1p(np.sum(z * z, axis=2) / _FREEDOM)
    return out


def _reach(data: Padded, broad: Guess) -> tuple[Floats, Floats]:
    """Where a location may lie at all: two decades before the data to eight beyond; without data, by the proposal."""
    seen = data.seen > 0
    some = np.asarray(seen.any(axis=1))
    low = np.where(some, np.min(np.where(seen, data.x, np.inf), axis=1, initial=np.inf), 0.0) - 2.0
    high = np.where(some, np.max(np.where(seen, data.x, -np.inf), axis=1, initial=-np.inf), 0.0) + 8.0
    mean, sd = broad.mean[:, LOCATION], broad.sd[LOCATION]
    return np.where(some, low, mean - 4.0 * sd), np.where(some, high, mean + 4.0 * sd)


_PAIRS = [(i, j) for i in range(4) for j in range(i)]
_BUMPS = np.concatenate([np.zeros((1, 4)), np.eye(4), -np.eye(4), [np.eye(4)[i] + np.eye(4)[j] for i, j in _PAIRS]])
_STRIDES = np.array([0.0, 0.03, 0.1, 0.3, 0.6, 1.0])


def _climb(data: Padded, theta: Floats, guess: Guess, limits: Limits) -> _Local:
    """Newton steps from theta (S, 4) to the mode under the guess, and the covariance of Laplace there."""

    def log_posterior(at: Floats) -> Floats:
        z = (at - guess.mean[:, None]) / guess.sd
        return np.asarray(log_likelihood(data, at, limits) - 0.5 * np.sum(z * z, axis=2))

    step = 1e-2 * guess.sd
    for _ in range(_NEWTON):
        value = log_posterior(theta[:, None] + _BUMPS * step)
        gradient = (value[:, 1:5] - value[:, 5:9]) / (2.0 * step)
        hessian = np.zeros((len(theta), 4, 4))
        for i in range(4):
            hessian[:, i, i] = (value[:, 1 + i] + value[:, 5 + i] - 2.0 * value[:, 0]) / step[i] ** 2
        for k, (i, j) in enumerate(_PAIRS):
            both = (value[:, 9 + k] - value[:, 1 + i] - value[:, 1 + j] + value[:, 0]) / (step[i] * step[j])
            hessian[:, i, j] = hessian[:, j, i] = both
        size, axes = np.linalg.eigh(-hessian)
        size = np.maximum(np.abs(size), 0.3 / np.max(guess.sd) ** 2)
        covariance = np.einsum("sij,sj,skj->sik", axes, 1.0 / size, axes)
        towards = np.einsum("sij,sj->si", covariance, gradient)
        towards /= np.maximum(1.0, np.max(np.abs(towards) / guess.sd, axis=1, keepdims=True))  # at most one prior sd
        path = theta[:, None] + _STRIDES[:, None] * towards[:, None]
        theta = path[np.arange(len(theta)), np.argmax(log_posterior(path), axis=1)]
    return _Local(theta, np.linalg.cholesky(_INFLATE * covariance + np.diag((0.02 * guess.sd) ** 2)))


def _moments(theta: Floats, log_weight: Floats, guess: Guess) -> _Local:
    """Mean and widened covariance under tempered weights."""
    w = _tempered(log_weight)
    mean = np.einsum("sk,ski->si", w, theta)
    centred = theta - mean[:, None]
    cov = np.einsum("sk,ski,skj->sij", w, centred, centred)
    return _Local(mean, np.linalg.cholesky(_INFLATE * cov + np.diag((0.02 * guess.sd) ** 2)))


def _tempered(log_weight: Floats) -> Floats:
    """Normalised weights, flattened per curve until at least ``_ENOUGH`` atoms carry them."""
    shifted = log_weight - log_weight.max(axis=1, keepdims=True)
    low, high = np.zeros(len(shifted)), np.ones(len(shifted))
    for _ in range(25):
        power = 0.5 * (low + high)
        w = np.exp(power[:, None] * shifted)
        enough = w.sum(axis=1) ** 2 / np.sum(w * w, axis=1) >= _ENOUGH
        low, high = np.where(enough, power, low), np.where(enough, high, power)
    w = np.exp(low[:, None] * shifted)
    out: Floats = w / w.sum(axis=1, keepdims=True)
    return out
