"""Exact evidence and posterior of one law for one curve: linear part in closed form, the rest on a grid.

``y_i ~ N(sum_l c_l B_l(x_i; theta), stderr_i^2 + sigma^2)``, ``c ~ mixture of normals``, ``sigma`` = extra spread
(between seeds). The grid stands on *prior probabilities* u in (0, 1) of (theta, sigma), where every node has the same
prior mass; where the posterior fills a corner of it only, the grid is drawn anew over that corner, and where it is a
ridge inside the corner, the cells that hold it are halved.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

from kindergrad.stats.laws._law import Design, Floats, Law

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
        log_joint = _log_joint(law, data, u)
        total = _log_sum(log_joint)
        smaller = _shrink(box, cell, total.reshape(shape))
        if np.prod(smaller.side / box.side) > 0.7:
            break
        box = smaller
    for _ in range(HALVINGS):
        by_theta = _log_sum(total.reshape(-1, SPREAD_NODES).T)
        halved = _halve(law, u, cell, by_theta) if _rough(law, u, cell, by_theta) > ROUGH else None
        if halved is None:
            break
        u, cell = halved
        log_joint = _log_joint(law, data, u)
        total = _log_sum(log_joint)
    everything = float(_log_sum(total))
    return LawPosterior(law, everything + float(np.sum(np.log(cell))), u, cell, log_joint - everything)


def _log_sum(values: Floats) -> Floats:
    """Log of the sum of exponentials over the first axis, without what SciPy checks."""
    top = values.max(axis=0)
    return np.asarray(np.log(np.sum(np.exp(values - top), axis=0)) + top)


def _rough(law: Law, u: Floats, cell: Floats, log_posterior: Floats) -> float:
    """How far sums over every other node differ, of the whole sum: near 0 where the nodes resolve the posterior.

    Every other node along each axis and along each diagonal; ``log_posterior`` (m,) of the nonlinear nodes.
    """
    free = [a for a, n in enumerate(law.nodes) if n > 1]
    theta = u[::SPREAD_NODES, free]
    odd = np.rint((theta - theta[0]) / cell[free]).astype(np.int64) % 2
    weight = np.exp(log_posterior - _log_sum(log_posterior))
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


def _log_joint(law: Law, data: Data, u: Floats) -> Floats:
    """Log likelihood with the linear part integrated, plus log weight of the component: (components, k)."""
    theta = law.nonlinear(u[::SPREAD_NODES, :-1], data.design)
    sigma = spread_quantile(u[:SPREAD_NODES, -1], data.spread)
    basis = law.basis(data.x, theta, data.design)
    precision = 1.0 / (data.stderr[:, None] ** 2 + sigma[None, :] ** 2)
    out = np.empty((len(law.prior), theta.shape[0], SPREAD_NODES))
    base = 0.5 * np.sum(np.log(precision / (2.0 * np.pi)), axis=0) - 0.5 * (data.y**2) @ precision
    by_basis = basis.transpose(2, 0, 1)
    gram = [[(one * other) @ precision for other in by_basis[: a + 1]] for a, one in enumerate(by_basis)]
    moment = [(one * data.y) @ precision for one in by_basis]
    for j, prior in enumerate(law.prior):
        found = _eliminate(law, gram, moment, np.array(prior.mean), np.array(prior.sd))
        out[j] = base + np.log(prior.weight) + found.log_integral
        if law.capped is not None:
            c = law.capped
            before = log_ndtr((data.design.ceiling - prior.mean[c]) / prior.sd[c])
            out[j] += log_ndtr((data.design.ceiling - found.mean[-1]) * np.sqrt(found.pivot[-1])) - before
    return out.reshape(len(law.prior), -1)


class _Eliminated(NamedTuple):
    """Normal posterior of the coefficients, each given those after it in ``order``; the last is the capped one.

    Precision ``pivot[i]``, mean ``mean[i]`` less ``factor[i]`` times the coefficients after it. Every array has the
    shape of the problems.
    """

    order: list[int]
    mean: list[Floats]
    pivot: list[Floats]
    factor: list[list[Floats]]
    log_integral: Floats


def _eliminate(
    law: Law, gram: Sequence[Sequence[Floats]], moment: Sequence[Floats], prior_mean: Floats, prior_sd: Floats
) -> _Eliminated:
    """Gaussian elimination, written out over the problems, the capped coefficient last.

    ``gram[a][b]``, b <= a, and ``moment[a]`` of the data; prior of shape (L,) or (L, problems). A pivot is at least the
    precision of the prior: what rounding makes of it below that is lifted.
    """
    order = [a for a in range(law.n_linear) if a != law.capped] + ([] if law.capped is None else [law.capped])
    prior_mean, precision = prior_mean[order], prior_sd[order] ** -2.0
    matrix = [[gram[max(a, b)][min(a, b)] for b in order[: i + 1]] for i, a in enumerate(order)]
    left = [moment[a] + m * p for a, m, p in zip(order, prior_mean, precision, strict=True)]
    quadratic, determinant = np.zeros_like(left[0]), np.ones_like(left[0])
    mean, pivot, factor = [], [], []
    for i, lowest in enumerate(precision):
        pivot.append(np.maximum(matrix[i][i] + lowest, lowest))
        mean.append(left[i] / pivot[i])
        determinant *= pivot[i] / lowest
        quadratic += left[i] * mean[i]
        factor.append([matrix[j][i] / pivot[i] for j in range(i + 1, len(order))])
        for j, share in enumerate(factor[i], start=i + 1):
            left[j] = left[j] - share * left[i]
            for k in range(i + 1, j + 1):
                matrix[j][k] = matrix[j][k] - share * matrix[k][i]
    log_integral = 0.5 * (quadratic - np.log(determinant) - np.sum(prior_mean**2 * precision, axis=0))
    return _Eliminated(order, mean, pivot, factor, log_integral)


def _draw(posterior: LawPosterior, data: Data, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    law = posterior.law
    weight = np.exp(posterior.log_weight.ravel())
    picked = systematic(weight, n, rng)
    component, node = np.divmod(picked, posterior.u.shape[0])
    jitter = (rng.random((n, posterior.u.shape[1])) - 0.5) * posterior.cell
    u = np.clip(posterior.u[node] + jitter, 1e-9, 1.0 - 1e-9)
    theta = law.nonlinear(u[:, :-1], data.design)
    sigma = spread_quantile(u[:, -1], data.spread)
    basis = law.basis(data.x, theta, data.design).transpose(2, 0, 1)
    weighted = basis / (data.stderr[None, :] ** 2 + sigma[:, None] ** 2)
    gram = [[np.einsum("kn,kn->k", one, other) for other in basis[: a + 1]] for a, one in enumerate(weighted)]
    moment = [one @ data.y for one in weighted]
    mean, sd = (np.array([getattr(prior, what) for prior in law.prior])[component].T for what in ("mean", "sd"))
    coefficients = _coefficients(_eliminate(law, gram, moment, mean, sd), law.capped, data.design.ceiling, rng)
    return np.column_stack([coefficients, theta]), sigma


def _coefficients(found: _Eliminated, capped: int | None, ceiling: float, rng: np.random.Generator) -> Floats:
    """Draws of the coefficients, the last (truncated where it is capped) first, the others given it. Shape (k, L)."""
    last = len(found.order) - 1
    out = np.empty((found.mean[0].size, last + 1))
    for i in range(last, -1, -1):
        mean, sd = found.mean[i], found.pivot[i] ** -0.5
        for share, j in zip(found.factor[i], found.order[i + 1 :], strict=True):
            mean = mean - share * out[:, j]
        if i == last and capped is not None:
            top = log_ndtr((ceiling - mean) / sd)
            z = ndtri_exp(top + np.log(rng.uniform(1e-12, 1.0, mean.size)))
        else:
            z = rng.standard_normal(mean.size)
        out[:, found.order[i]] = mean + sd * z
    return out


def systematic(weight: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """n indices with these weights by systematic resampling (less noise than independent draws), shuffled."""
    edges = np.cumsum(weight)
    at = (rng.random() + np.arange(n)) / n * edges[-1]
    return rng.permutation(np.minimum(np.searchsorted(edges, at, side="right"), weight.size - 1))
