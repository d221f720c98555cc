"""Exact evidence and posterior of one law for one curve: linear part in closed form, the rest on a grid.

``y_i ~ N(sum_l c_l B_l(x_i; theta), stderr_i^2 + sigma^2)``, ``c ~ mixture of normals``, ``sigma`` = extra spread
(between seeds). The grid stands on *prior probabilities* u in (0, 1) of (theta, sigma), where every node has the same
prior mass; where the posterior fills a corner of it only, the grid is drawn anew over that corner, and where it is a
ridge inside the corner, the cells that hold it are halved.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp, ndtri_exp

from kindergrad.stats.laws._law import Design, Floats, Gaussian, Law

SPREAD_NODES = 14
REFINEMENTS = 3
SMALLEST_SPREAD = 1e-4
"""Keeps the problem regular where standard errors are 0."""
KEEP = 12.0
"""Nodes more than this many nats below the best one are left out of a refined grid."""
ROUGH, HALVINGS, HELD, MOST = 0.1, 5, 8.0, 12.0
"""Halved is a grid whose every other node holds another share than this, so often at most; its cells within so many
nats of the best one; as long as no more nodes come of it than so many times those of the whole grid."""


class Data(NamedTuple):
    """One curve: log10 scale, score, known standard error, all of shape (n,), and the scale of the extra spread."""

    x: Floats
    y: Floats
    stderr: Floats
    spread: float
    design: Design


class Box(NamedTuple):
    """A part of the unit cube of (theta, sigma): lower corner and side lengths, shape (n_nonlinear + 1,)."""

    corner: Floats
    side: Floats


class LawPosterior(NamedTuple):
    """Evidence of a law, and its posterior on the nodes of the last grid."""

    law: Law
    log_evidence: float
    u: Floats
    """Nodes, shape (k, n_nonlinear + 1)."""
    cell: Floats
    """Side lengths of the cell of a node, shape (n_nonlinear + 1,)."""
    log_weight: Floats
    """Normalised log posterior of (component of the linear prior, node), shape (components, k)."""

    def draw(self, data: Data, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Posterior draws: parameters of shape (n, len(law.parameters)) and extra spread of shape (n,)."""
        return _draw(self, data, n, rng)


def spread_quantile(u: Floats, scale: float) -> Floats:
    """Half-Cauchy prior of the extra spread: small, with a heavy tail (doi:10.1214/06-BA117A)."""
    return np.asarray(SMALLEST_SPREAD + scale * np.tan(0.5 * np.pi * u))


def fit_law(law: Law, data: Data) -> LawPosterior:
    """Evidence and posterior of a law; the grid is refined up to three times, then the cells that matter."""
    shape = (*law.nodes, SPREAD_NODES)
    box = Box(np.zeros(len(shape)), np.ones(len(shape)))
    for _ in range(REFINEMENTS + 1):
        u, cell = _nodes(box, shape)
        log_joint = _log_joint(law, data, u, shape)
        total = logsumexp(log_joint, axis=0)
        smaller = _shrink(box, cell, total.reshape(shape))
        if np.prod(smaller.side / box.side) > 0.7:
            break
        box = smaller
    for _ in range(HALVINGS):
        by_theta = logsumexp(total.reshape(-1, SPREAD_NODES), axis=1)
        halved = _halve(law, u, cell, by_theta) if _rough(law, u, cell, by_theta) > ROUGH else None
        if halved is None:
            break
        u, cell = halved
        log_joint = _log_joint(law, data, u, shape)
        total = logsumexp(log_joint, axis=0)
    everything = float(logsumexp(total))
    return LawPosterior(law, everything + float(np.sum(np.log(cell))), u, cell, log_joint - everything)


def _rough(law: Law, u: Floats, cell: Floats, log_posterior: Floats) -> float:
    """How far sums over every other node differ, of the whole sum: near 0 where the nodes resolve the posterior.

    Every other node along each axis and along each diagonal; ``log_posterior`` (m,) of the nonlinear nodes.
    """
    free = [a for a, n in enumerate(law.nodes) if n > 1]
    theta = u[::SPREAD_NODES, free]
    odd = np.rint((theta - theta[0]) / cell[free]).astype(np.int64) % 2
    weight = np.exp(log_posterior - logsumexp(log_posterior))
    patterns = np.array(list(itertools.product((0, 1), repeat=len(free))), dtype=np.int64)[1:]
    signs = 1.0 - 2.0 * (odd @ patterns.T % 2)
    return float(np.max(np.abs(weight @ signs), initial=0.0))


def _halve(law: Law, u: Floats, cell: Floats, log_posterior: Floats) -> tuple[Floats, Floats] | None:
    """The cells that hold the posterior, halved along each nonlinear axis; None where these are too many.

    ``log_posterior`` (m,) of the nonlinear nodes. A narrow ridge fills few cells of its box and falls between nodes.
    """
    free = [a for a, n in enumerate(law.nodes) if n > 1]
    active = np.flatnonzero(log_posterior > log_posterior.max() - HELD)
    if active.size * 2 ** len(free) > MOST * np.prod(law.nodes):
        return None
    signs = np.stack(np.meshgrid(*[[-0.25, 0.25]] * len(free), indexing="ij"), axis=-1).reshape(-1, len(free))
    shift = np.zeros((len(signs), cell.size))
    shift[:, free] = signs * cell[free]
    blocks = u.reshape(log_posterior.size, SPREAD_NODES, cell.size)[active]
    children = blocks[:, None] + shift[:, None]
    halves = cell.copy()
    halves[free] *= 0.5
    return children.reshape(-1, cell.size), halves


def _nodes(box: Box, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Midpoints of equal cells, shape (k, d), and the sides of a cell, shape (d,)."""
    cell = box.side / np.array(shape, dtype=np.float64)
    axes = [c + s * (np.arange(n) + 0.5) for c, s, n in zip(box.corner, cell, shape, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(shape)), cell


def _shrink(box: Box, cell: Floats, log_posterior: Floats) -> Box:
    """The part of the box that holds the posterior, with a margin of one cell."""
    corner, side = box.corner.copy(), box.side.copy()
    keep = log_posterior > log_posterior.max() - KEEP
    for axis in range(log_posterior.ndim):
        n = log_posterior.shape[axis]
        others = tuple(a for a in range(log_posterior.ndim) if a != axis)
        found = np.flatnonzero(keep.any(axis=others))
        first, last = max(0, int(found[0]) - 1), min(n, int(found[-1]) + 2)
        corner[axis], side[axis] = box.corner[axis] + first * cell[axis], (last - first) * cell[axis]
    return Box(corner, side)


def _log_joint(law: Law, data: Data, u: Floats, shape: tuple[int, ...]) -> Floats:
    """Log likelihood with the linear part integrated, plus log weight of the component: (components, k)."""
    n_spread = shape[-1]
    theta = law.nonlinear(u[::n_spread, :-1], data.design)
    sigma = spread_quantile(u[:n_spread, -1], data.spread)
    basis = law.basis(data.x, theta, data.design)
    precision = 1.0 / (data.stderr[:, None] ** 2 + sigma[None, :] ** 2)
    out = np.empty((len(law.prior), theta.shape[0], n_spread))
    base = 0.5 * np.sum(np.log(precision / (2.0 * np.pi)), axis=0) - 0.5 * (data.y**2) @ precision
    gram, moment = _products(basis, data.y, precision)
    for j, prior in enumerate(law.prior):
        out[j] = base + np.log(prior.weight) + _integral(law, gram, moment, prior, data.design.ceiling)
    return out.reshape(len(law.prior), -1)


def _products(basis: Floats, y: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """``B' W B`` of shape (L, L, m, s) and ``B' W y`` of shape (L, m, s) for m nonlinear nodes and s spreads."""
    size = basis.shape[2]
    gram = np.empty((size, size, basis.shape[0], precision.shape[1]))
    for a in range(size):
        for b in range(a, size):
            gram[a, b] = gram[b, a] = (basis[:, :, a] * basis[:, :, b]) @ precision
    moment = np.stack([(basis[:, :, a] * y) @ precision for a in range(size)])
    return gram, moment


def _integral(law: Law, gram: Floats, moment: Floats, prior: Gaussian, ceiling: float) -> Floats:
    """Log of the integral over the coefficients, up to the terms in y alone."""
    solved = posterior_of_coefficients(gram, moment, prior)
    out = solved.log_integral
    if law.capped is not None:
        j = law.capped
        before = log_ndtr((ceiling - prior.mean[j]) / prior.sd[j])
        out = out + log_ndtr((ceiling - solved.mean[j]) / np.sqrt(solved.covariance[j, j])) - before
    return np.asarray(out)


class Coefficients(NamedTuple):
    """Normal posterior of the linear coefficients: mean (L, ...), covariance (L, L, ...), log integral (...).

    ``log_determinant`` is that of the posterior precision in units of the prior.
    """

    mean: Floats
    covariance: Floats
    log_integral: Floats
    log_determinant: Floats


def posterior_of_coefficients(gram: Floats, moment: Floats, prior: Gaussian) -> Coefficients:
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
    quadratic = np.sum(residual * shift, axis=0)
    at_mean = np.sum(mean * moment, axis=0) - 0.5 * np.einsum(
        "a...,ab...,b...->...", np.broadcast_to(mean, moment.shape), gram, np.broadcast_to(mean, moment.shape)
    )
    return Coefficients(mean + sd * shift, inverse * sd[:, None] * sd[None, :],
                        at_mean + 0.5 * quadratic - 0.5 * log_det, log_det)


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


def _draw(posterior: LawPosterior, data: Data, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    law = posterior.law
    weight = np.exp(posterior.log_weight.ravel())
    picked = systematic(weight, n, rng)
    component, node = np.divmod(picked, posterior.u.shape[0])
    jitter = (rng.random((n, posterior.u.shape[1])) - 0.5) * posterior.cell
    u = np.clip(posterior.u[node] + jitter, 1e-9, 1.0 - 1e-9)
    theta = law.nonlinear(u[:, :-1], data.design)
    sigma = spread_quantile(u[:, -1], data.spread)
    basis = law.basis(data.x, theta, data.design)
    precision = 1.0 / (data.stderr[None, :] ** 2 + sigma[:, None] ** 2)
    gram = np.einsum("kna,knb,kn->abk", basis, basis, precision)
    moment = np.einsum("kna,n,kn->ak", basis, data.y, precision)
    coefficients = np.empty((n, law.n_linear))
    for j, prior in enumerate(law.prior):
        rows = np.flatnonzero(component == j)
        solved = posterior_of_coefficients(gram[:, :, rows], moment[:, rows], prior)
        coefficients[rows] = _normal(solved, law.capped, data.design.ceiling, rng)
    return np.column_stack([coefficients, theta]), sigma


def _normal(solved: Coefficients, capped: int | None, ceiling: float, rng: np.random.Generator) -> Floats:
    """Draws of the coefficients; the capped one from its truncated marginal, the rest given it. Shape (k, L)."""
    size, k = solved.mean.shape
    lead = 0 if capped is None else capped
    sd = np.sqrt(solved.covariance[lead, lead])
    z = np.asarray(rng.standard_normal(k))
    if capped is not None:
        top = log_ndtr((ceiling - solved.mean[lead]) / sd)
        z = np.asarray(ndtri_exp(top + np.log(rng.uniform(1e-12, 1.0, k))))
    out = np.empty((k, size))
    out[:, lead] = solved.mean[lead] + sd * z
    rest = [a for a in range(size) if a != lead]
    if rest:
        slope = solved.covariance[rest, lead] / solved.covariance[lead, lead]
        mean = solved.mean[rest] + slope * (out[:, lead] - solved.mean[lead])
        left = solved.covariance[np.ix_(rest, rest)] - slope[:, None] * solved.covariance[[lead]][:, rest]
        root = np.linalg.cholesky(np.moveaxis(left, 2, 0) + 1e-15 * np.eye(len(rest)))
        out[:, rest] = mean.T + np.einsum("kab,kb->ka", root, rng.standard_normal((k, len(rest))))
    return out


def systematic(weight: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """n indices with these weights by systematic resampling (less noise than independent draws), shuffled."""
    edges = np.cumsum(weight)
    at = (rng.random() + np.arange(n)) / n * edges[-1]
    return rng.permutation(np.minimum(np.searchsorted(edges, at, side="right"), weight.size - 1))
