"""Item response theory for tables of right and wrong answers: marginal maximum likelihood by EM, flat priors.

``P(right) = c + (1 - c) / (1 + exp(-(a theta + d)))``, theta ~ N(0, 1). The difficulty, where an engine is half way
between guessing and certainty, is ``b = -d / a``. ``1PL`` has one slope for all items, which is the Rasch model whose
ability variance is ``a ** 2``; ``2PL`` a slope an item; ``3PL`` also estimates the guessing share c.

Bock and Aitkin 1981, doi:10.1007/BF02293801. Standard errors come from the observed information.

*Shows* point estimates that agree with classical software. *Does not show* how uncertain abilities are with few
engines: the intervals of this method are then too narrow; use :func:`kindergrad.stats.ability.fit_abilities`.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, logsumexp

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]
Model = Literal["1PL", "2PL", "3PL"]

_NODES = 61
_WIDTH = 6.0
_EM_STEPS = 500
_NEWTON_MAX = 400  # parameters; above it the observed information is too dear and EM has the last word


class ItemFit(NamedTuple):
    """Fitted items; J items, N rows of answers. Standard errors are NaN where the information is singular."""

    slope: Floats
    """a, shape (J,), logits per standard deviation of ability; positive."""
    intercept: Floats
    """d, shape (J,), logits."""
    guess: Floats
    """c, shape (J,), probability."""
    slope_stderr: Floats
    intercept_stderr: Floats
    log_likelihood: float
    n_parameters: int
    ability: Floats
    """Posterior mean of theta of each row, shape (N,)."""
    ability_stderr: Floats
    converged: bool

    @property
    def difficulty(self) -> Floats:
        """b = -d / a, shape (J,), in standard deviations of ability."""
        return -self.intercept / self.slope


class _Problem(NamedTuple):
    right: Floats  # (N, J) 1 where answered right
    seen: Floats  # (N, J) 1 where answered at all
    weight: Floats  # (N,)
    nodes: Floats  # (Q,)
    log_prior: Floats  # (Q,)
    design: Floats  # (3J, K): free parameters -> (a, d, logit c) of every item
    offset: Floats  # (3J,)


def fit_items(
    answers: NDArray[Any],
    counts: NDArray[Any] | None = None,
    *,
    model: Model = "2PL",
    guess: float | NDArray[Any] = 0.0,
) -> ItemFit:
    """Fit an item response model.

    Parameters
    ----------
    answers : shape (N, J), 1 right, 0 wrong, NaN not asked.
    counts : shape (N,), how often each row of answers was seen; default once.
    model : see the module.
    guess : share of right answers by guessing, one number or shape (J,), in [0, 1). Fixed in 1PL and 2PL, where 3PL
        starts (from 0.15 if it is 0).

    Raises
    ------
    InputError
        For answers other than 0, 1 and NaN, or an item that all or none answered right (its difficulty is infinite).
    """
    problem, free, pattern = _prepare(answers, counts, model, guess)
    converged = False
    for _ in range(_EM_STEPS):
        step = _em_step(problem, free)
        free = free + step
        if float(np.abs(step).max()) < 1e-5:
            converged = True
            break
    covariance = np.full((len(free), len(free)), np.nan)
    if len(free) <= _NEWTON_MAX:
        free, covariance, converged = _newton(problem, free)
    a, d, c = _unpack(problem, free)
    posterior, value = _posterior(problem, a, d, c)
    full = problem.design @ covariance @ problem.design.T
    stderr = np.sqrt(np.diag(full)).reshape(3, -1)
    mean = posterior @ problem.nodes
    spread = np.sqrt(np.maximum(posterior @ problem.nodes**2 - mean**2, 0.0))
    if a.sum() < 0:  # the axis of ability has no sign of its own
        a, mean = -a, -mean
    return ItemFit(a, d, c, stderr[0], stderr[1], value, len(free), mean[pattern], spread[pattern], converged)


def _prepare(
    answers: NDArray[Any], counts: NDArray[Any] | None, model: Model, guess: float | NDArray[Any]
) -> tuple[_Problem, Floats, NDArray[np.int64]]:
    """The problem over distinct rows of answers, starting values, and the distinct row of each row."""
    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2 or not np.isin(table[~np.isnan(table)], (0.0, 1.0)).all():
        raise InputError("answers must be a table of 0, 1 and NaN (not asked); "
                         f"got shape {table.shape} with values such as {table.ravel()[:3].tolist()}")
    weight = np.ones(len(table)) if counts is None else np.asarray(counts, dtype=np.float64)
    if weight.shape != (len(table),) or (weight < 0).any():
        raise InputError(f"counts must be shape ({len(table)},) and not negative; got shape {weight.shape}")
    distinct, pattern = np.unique(np.nan_to_num(table, nan=-1.0), axis=0, return_inverse=True)
    weight = np.bincount(pattern, weights=weight).astype(np.float64)
    seen, right = (distinct >= 0).astype(np.float64), np.maximum(distinct, 0.0)
    share = (weight @ right) / np.maximum(weight @ seen, 1e-300)
    if bad := [j for j, p in enumerate(share.tolist()) if not 0 < p < 1]:
        raise InputError(f"item {bad[0]} was answered right by a share of {share[bad[0]]:g}: its difficulty is "
                         "infinite; expected both right and wrong answers; leave it out")
    n = table.shape[1]
    c = np.broadcast_to(np.asarray(guess, dtype=np.float64), (n,)).copy()
    if (c < 0).any() or (c >= 1).any():
        raise InputError(f"guess must lie in [0, 1); got {c.tolist()[:3]}")
    eye, zero = np.eye(n), np.zeros((n, n))
    slopes = np.ones((n, 1)) if model == "1PL" else eye
    k = slopes.shape[1]
    rows = [np.hstack([slopes, np.zeros((n, n))]), np.hstack([np.zeros((n, k)), eye]), np.zeros((n, k + n))]
    design = np.vstack(rows)
    start = [np.ones(k), logit(share)]
    offset = np.zeros(3 * n)
    if model == "3PL":
        design = np.hstack([design, np.vstack([zero, zero, eye])])
        start.append(logit(np.where(c > 0, c, 0.15)))
    else:
        offset[2 * n :] = logit(np.maximum(c, 1e-300))
    nodes = np.linspace(-_WIDTH, _WIDTH, _NODES)
    log_prior = -0.5 * nodes**2
    problem = _Problem(right, seen, weight, nodes, log_prior - logsumexp(log_prior), design, offset)
    return problem, np.concatenate(start), pattern


def _unpack(problem: _Problem, free: Floats) -> tuple[Floats, Floats, Floats]:
    a, d, g = (problem.design @ free + problem.offset).reshape(3, -1)
    return a, d, expit(g)


def _probability(problem: _Problem, a: Floats, d: Floats, c: Floats) -> Floats:
    """P(right), shape (Q, J), kept off 0 and 1 by rounding only."""
    p = c + (1 - c) * expit(problem.nodes[:, None] * a + d)
    return np.clip(p, 1e-15, 1 - 1e-15)


def _posterior(problem: _Problem, a: Floats, d: Floats, c: Floats) -> tuple[Floats, float]:
    """Weights of the nodes for each row, shape (N, Q), and the marginal log likelihood."""
    p = _probability(problem, a, d, c)
    joint = problem.right @ np.log(p).T + (problem.seen - problem.right) @ np.log1p(-p).T + problem.log_prior
    total = logsumexp(joint, axis=1)
    return np.exp(joint - total[:, None]), float(problem.weight @ total)


def _scores(problem: _Problem, free: Floats) -> tuple[Floats, Floats, float]:
    """Gradient (K,) of the marginal likelihood by Fisher's identity, and the information (K, K) of the M step."""
    a, d, c = _unpack(problem, free)
    posterior, value = _posterior(problem, a, d, c)
    weighted = posterior * problem.weight[:, None]
    right, asked = weighted.T @ problem.right, weighted.T @ problem.seen  # expected counts, (Q, J)
    p = _probability(problem, a, d, c)
    s = expit(problem.nodes[:, None] * a + d)
    slope_of = (1 - c) * s * (1 - s)
    by = np.stack([slope_of * problem.nodes[:, None], slope_of, (1 - s) * c * (1 - c)])  # dp / d(a, d, logit c)
    gradient = (by * ((right - asked * p) / (p * (1 - p)))).sum(axis=1)
    n = len(a)
    blocks = np.einsum("xqj,yqj->jxy", by * (asked / (p * (1 - p))), by)
    at = np.arange(3)[:, None] * n
    information = np.zeros((3 * n, 3 * n))
    for j in range(n):
        information[at + j, at.T + j] = blocks[j]
    design = problem.design
    return design.T @ gradient.ravel(), design.T @ information @ design, value


def _em_step(problem: _Problem, free: Floats) -> Floats:
    """One E step, and one damped Fisher-scoring step of the M step."""
    gradient, information, _ = _scores(problem, free)
    step = np.linalg.solve(information + 1e-8 * np.eye(len(free)), gradient)
    return np.clip(step, -0.5, 0.5)


def _newton(problem: _Problem, free: Floats) -> tuple[Floats, Floats, bool]:
    """Newton steps on the marginal likelihood; returns parameters, their covariance, and whether it converged."""
    covariance: Floats = np.full((len(free), len(free)), np.nan)
    for _ in range(20):
        gradient, _, value = _scores(problem, free)
        h = 1e-4
        ends = [(_scores(problem, free + h * e)[0], _scores(problem, free - h * e)[0]) for e in np.eye(len(free))]
        information = np.stack([(left - right) / (2 * h) for right, left in ends])
        information = 0.5 * (information + information.T)
        if not np.all(np.linalg.eigvalsh(information) > 1e-10):
            return free, covariance, False  # flat direction (3PL on easy items): EM's answer stands, without errors
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        step = covariance @ gradient
        scale = 1.0
        while scale > 1e-4 and _scores(problem, free + scale * step)[2] < value - 1e-9:
            scale /= 2
        free = free + scale * step
        if float(np.abs(step).max()) < 1e-7:
            return free, covariance, True
    return free, covariance, bool(np.abs(step).max() < 1e-4)
