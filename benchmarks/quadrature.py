"""Reference evidence of a law by adaptive quadrature, with a likelihood that shares no line with the product's.

The unit cube of prior probabilities (nonlinear parameters and extra spread) is cut into panels of 3-point
Gauss-Legendre rules. Panels that hold mass and are curved are halved along their most curved axis until none is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from kindergrad.stats.curve_evidence import Data, spread_quantile
from kindergrad.stats.laws._law import Law

Floats = NDArray[np.float64]

PLACE = 0.5 + np.array([-np.sqrt(0.15), 0.0, np.sqrt(0.15)])
WEIGHT = np.array([5.0, 8.0, 5.0]) / 18.0
STARTS = {1: (24,), 2: (60, 8), 3: (60, 8, 6), 4: (24, 6, 4, 5)}
"""Panels along each free axis before anything is known; location first, spread last."""


@dataclass
class Panels:
    """Boxes of the cube and the integrand at their nodes (a common factor is taken out), one row a panel."""

    low: Floats
    side: Floats
    log_mean: Floats
    """log of the integrand averaged over a panel, plus log of the panel's volume."""
    curved: Floats
    """Second difference of the integrand along each axis, in log, plus log of the volume."""


def log_integrand(law: Law, data: Data, u: Floats) -> Floats:
    """log p(y | theta, sigma) with the linear coefficients integrated, shape (k,), for u (k, n_nonlinear + 1)."""
    theta, sigma = law.nonlinear(u[:, :-1], data.design), spread_quantile(u[:, -1], data.spread)
    basis = law.basis(data.x, theta, data.design)
    variance = data.stderr**2 + sigma[:, None] ** 2
    white = basis / np.sqrt(variance)[:, :, None]
    parts = []
    for prior in law.prior:
        mean, sd = np.array(prior.mean), np.array(prior.sd)
        scaled = white * sd
        residual = (data.y - basis @ mean) / np.sqrt(variance)
        precision = np.eye(sd.size) + scaled.transpose(0, 2, 1) @ scaled
        covariance = np.linalg.inv(precision)
        pull = np.einsum("knl,kn->kl", scaled, residual)
        shift = np.einsum("kab,kb->ka", covariance, pull)
        value = -0.5 * (np.sum(residual**2, axis=1) - np.sum(pull * shift, axis=1))
        value -= 0.5 * (np.linalg.slogdet(precision)[1] + np.sum(np.log(2.0 * np.pi * variance), axis=1))
        if law.capped is not None:
            j, top = law.capped, data.design.ceiling
            centre, spread = mean[j] + sd[j] * shift[:, j], sd[j] * np.sqrt(covariance[:, j, j])
            value += log_ndtr((top - centre) / spread) - log_ndtr((top - mean[j]) / sd[j])
        parts.append(value + np.log(prior.weight))
    return np.asarray(logsumexp(parts, axis=0))


def evidence(law: Law, data: Data, *, tolerance: float = 3e-3, most: int = 60_000) -> float:
    """log evidence; panels are refined while the curved ones could change it by more than about ``tolerance``."""
    probe = law.nonlinear(np.array([[0.2] * law.n_nonlinear, [0.8] * law.n_nonlinear]), data.design)
    free = [*np.flatnonzero(probe[0] != probe[1]), law.n_nonlinear] if law.n_nonlinear else [0]
    shape = STARTS[len(free)]
    edges = np.meshgrid(*[np.arange(n) / n for n in shape], indexing="ij")
    low = np.stack(edges, axis=-1).reshape(-1, len(free))
    done = _measure(law, data, low, np.broadcast_to(1.0 / np.array(shape), low.shape), free)
    while len(done.low) < most:
        total = logsumexp(done.log_mean)
        doubt = done.curved.max(axis=1)
        split = doubt > total + np.log(tolerance) - np.log(50.0)
        if not split.any() or logsumexp(doubt) < total + np.log(tolerance):
            break
        axis = np.argmax(done.curved[split], axis=1)
        rows, side, start = np.arange(axis.size), done.side[split].copy(), done.low[split]
        side[rows, axis] *= 0.5
        other = start.copy()
        other[rows, axis] += side[rows, axis]
        new = _measure(law, data, np.concatenate([start, other]), np.concatenate([side, side]), free)
        done = Panels(*(np.concatenate([old[~split], fresh]) for old, fresh in
                        zip(vars(done).values(), vars(new).values(), strict=True)))
    return float(logsumexp(done.log_mean))


def _measure(law: Law, data: Data, low: Floats, side: Floats, free: list[int]) -> Panels:
    d = len(free)
    nodes = np.stack(np.meshgrid(*[PLACE] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weight = np.prod(np.stack(np.meshgrid(*[WEIGHT] * d, indexing="ij"), axis=-1).reshape(-1, d), axis=1)
    u = np.full((len(low), len(nodes), law.n_nonlinear + 1), 0.5)
    u[:, :, free] = low[:, None, :] + side[:, None, :] * nodes
    flat = u.reshape(-1, u.shape[2])
    log_f = np.concatenate([log_integrand(law, data, part) for part in np.array_split(flat, len(flat) // 40_000 + 1)])
    log_f = log_f.reshape(len(low), len(nodes))
    top = log_f.max(axis=1)
    f = np.exp(log_f - top[:, None])
    volume = top + np.sum(np.log(side), axis=1)
    cube = f.reshape(-1, *[3] * d)
    with np.errstate(divide="ignore"):
        curved = np.stack([np.log(np.abs(np.take(cube, 0, a) - 2.0 * np.take(cube, 1, a) + np.take(cube, 2, a))
                                  .reshape(len(low), -1).mean(axis=1)) for a in range(1, d + 1)], axis=1)
        return Panels(low, side, np.log(f @ weight) + volume, curved + volume[:, None])
