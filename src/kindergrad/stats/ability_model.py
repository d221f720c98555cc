"""The posterior of one vertical scale: its log density, its gradient and its curvature.

A cell is one engine on one skill, ``score = lo + (hi - lo) * expit(a_s * (theta_e - b_s))``; ``a_s > 0``, so that no
skill changes sign. Cells are counts (k of n, Bernoulli for n = 1, else beta-binomial) or scores with a standard error
(Student-t), both with an extra spread of their skill, fitted: engines differ by more than the sampling of items.

Priors, in logits of a skill of average slope: ``theta_e ~ N(X coef, tau)``, ``b_s ~ N(mu, sigma)``,
``log a_s = slope_sd (z_s - mean z)``, ``log spread_s = eta + x_s / 2``; z, x standard normal, ``coef ~ N(0, 2)``, the
shared ones as stated at :data:`_PRIOR`. The unit is the logit, not the spread of the engines: then the data pin down
theta and b, and the sampler has no ridge to climb. Everything is vectorised over chains: parameters are (D, C).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import digamma, expit, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FREEDOM = 7.0
"""Degrees of freedom of the Student-t error of a score."""
COEF_SD = 2.0
DENSE = 800
"""Up to this many parameters the curvature is held as one dense matrix, which is exact."""
SPREAD_FLOOR = 0.005
"""Scores agree to no better than this, or one skill could be fitted exactly and define the scale alone."""
_PRIOR = {
    "mu": (0.0, 3.0),
    "eta": (float(np.log(0.06)), 1.0),
    "tau": (0.0, 0.7),
    "sigma": (0.0, 0.7),
}
"""Mean and standard deviation of the shared parameters; eta, tau and sigma are logs."""


class Cells(NamedTuple):
    """Observed cells, J of them; several cells of one engine and skill are replicates.

    ``n`` is the number of items behind a count and 0 for a score; ``stderr`` is 0 where it is not known.
    """

    engine: Ints
    skill: Ints
    value: Floats
    """k for counts, the score otherwise, shape (J,)."""
    n: Floats
    stderr: Floats
    lo: Floats
    hi: Floats

    def take(self, keep: NDArray[np.bool_] | Ints) -> Cells:
        return Cells(self.engine[keep], self.skill[keep], self.value[keep], self.n[keep], self.stderr[keep],
                     self.lo[keep], self.hi[keep])


class Blocks(NamedTuple):
    """Parameters by name; views of an array (D, C)."""

    difficulty: Floats  # (S, C)
    z: Floats  # (S, C) standardised log slope
    spread: Floats  # (S, C) standardised log extra spread
    theta: Floats  # (E, C)
    mu: Floats  # (C,)
    eta: Floats
    tau: Floats
    sigma: Floats
    coef: Floats  # (K, C)


class Model(NamedTuple):
    """Cells with their sizes and priors; made by :func:`build`."""

    cells: Cells
    n_engines: int
    n_skills: int
    slope_sd: float
    design: Floats  # (E, K) regression of theta, K = 0 without
    by_engine: csr_array  # (E, J)
    by_skill: csr_array  # (S, J)
    kinds: tuple[slice, slice, slice]  # rows of cells: Bernoulli, beta-binomial, Student-t

    @property
    def size(self) -> int:
        return 3 * self.n_skills + self.n_engines + len(_PRIOR) + int(self.design.shape[1])


def build(cells: Cells, shape: tuple[int, int], slope_sd: float, design: Floats | None = None) -> Model:
    """Model of cells over (engines, skills), reordered by kind; ``slope_sd = 0`` makes all slopes equal."""
    n_engines, n_skills = shape
    kind = np.where(cells.n == 1, 0, np.where(cells.n > 1, 1, 2))
    cells = cells.take(np.argsort(kind, kind="stable"))
    first, second = np.cumsum(np.bincount(kind, minlength=3))[:2].tolist()
    j = np.arange(len(cells.value))
    ones = np.ones(len(j))
    kinds = (slice(0, first), slice(first, second), slice(second, len(j)))
    return Model(
        cells, n_engines, n_skills, slope_sd,
        np.zeros((n_engines, 0)) if design is None else design,
        csr_array((ones, (cells.engine, j)), shape=(n_engines, len(j))),
        csr_array((ones, (cells.skill, j)), shape=(n_skills, len(j))),
        kinds,
    )


def split(model: Model, q: Floats) -> Blocks:
    """Name the parts of parameters q, shape (D, C). Skills come first: their blocks are eliminated first."""
    s, e = model.n_skills, model.n_engines
    skills = q[: 3 * s].reshape(s, 3, -1)
    r = q[3 * s + e :]
    return Blocks(skills[:, 0], skills[:, 1], skills[:, 2], q[3 * s : 3 * s + e], r[0], r[1], r[2], r[3], r[4:])


def slopes(model: Model, blocks: Blocks) -> Floats:
    """a_s, shape (S, C); their geometric mean is 1, since only that makes the unit of theta and b definite."""
    return np.asarray(np.exp(model.slope_sd * (blocks.z - blocks.z.mean(axis=0))))


def spreads(blocks: Blocks) -> Floats:
    """Extra spread of each skill, score units, shape (S, C)."""
    return np.exp(blocks.eta + 0.5 * blocks.spread)


def expected(model: Model, blocks: Blocks) -> tuple[Floats, Floats, Floats]:
    """Expected score of each cell (J, C), the linear predictor t (J, C) and d score / d t."""
    cells = model.cells
    a = slopes(model, blocks)
    # np.take with mode="clip" is twice as fast as a[index]; this is the inner loop
    t = np.take(a, cells.skill, axis=0, mode="clip")
    t *= np.take(blocks.theta, cells.engine, axis=0, mode="clip")
    t -= np.take(a * blocks.difficulty, cells.skill, axis=0, mode="clip")
    p = expit(t)
    rate = p - p * p
    span = cells.hi - cells.lo
    if (span != 1).any():
        p *= span[:, None]
        rate *= span[:, None]
    if cells.lo.any():
        p += cells.lo[:, None]
    return p, t, rate


def cell_log_density(model: Model, blocks: Blocks) -> tuple[Floats, Floats, Floats]:
    """Log density of each cell (J, C), its slope in the linear predictor t, and in log spread."""
    cells = model.cells
    mean, _, rate = expected(model, blocks)
    value, by_spread = np.empty_like(mean), np.zeros_like(mean)
    coin, counts, scores = model.kinds
    by_mean = mean  # overwritten in place, kind by kind: this is the inner loop
    if coin.stop > coin.start:
        right = cells.value[coin, None]
        sign = 2 * right - 1
        m = np.clip(mean[coin] * sign + (1 - right), 1e-12, 1.0)  # probability of what was seen
        value[coin] = np.log(m)
        by_mean[coin] = sign / m
    if counts.stop > counts.start:
        spread = spreads(blocks)[cells.skill[counts]]
        value[counts], by_mean[counts], by_spread[counts] = _beta_binomial(
            cells.value[counts, None], cells.n[counts, None], mean[counts], spread)
    if scores.stop > scores.start:
        extra = spreads(blocks)[cells.skill[scores]] ** 2
        v = cells.stderr[scores, None] ** 2 + SPREAD_FLOOR**2 + extra
        r = cells.value[scores, None] - mean[scores]
        pull = (FREEDOM + 1) / (FREEDOM * v + r**2)
        value[scores] = -0.5 * np.log(v) - 0.5 * (FREEDOM + 1) * np.log1p(r**2 / (FREEDOM * v))
        by_mean[scores] = pull * r
        by_spread[scores] = extra * (pull * r**2 - 1) / v
    by_mean *= rate
    return value, by_mean, by_spread


def _beta_binomial(k: Floats, n: Floats, mean: Floats, spread: Floats) -> tuple[Floats, Floats, Floats]:
    """Log density of k of n with precision ``spread ** -2``, and its slopes in the mean and in log spread."""
    m = np.clip(mean, 1e-9, 1 - 1e-9)
    precision = np.clip(spread, 1e-4, 1e4) ** -2.0
    a, b = m * precision, (1 - m) * precision
    value = (gammaln(k + a) - gammaln(a) + gammaln(n - k + b) - gammaln(b) + gammaln(precision)
             - gammaln(n + precision))
    on_right, on_wrong = digamma(k + a) - digamma(a), digamma(n - k + b) - digamma(b)
    by_precision = m * on_right + (1 - m) * on_wrong + digamma(precision) - digamma(n + precision)
    return value, precision * (on_right - on_wrong), -2 * precision * by_precision


def log_density(model: Model, q: Floats) -> tuple[Floats, Floats]:
    """Log posterior of parameters q (D, C), up to a constant: (C,), and its gradient (D, C)."""
    blocks = split(model, q)
    value, by_t, by_spread = cell_log_density(model, blocks)
    a = slopes(model, blocks)
    gradient = np.empty(q.shape)  # C order, so that its blocks are views
    out = split(model, gradient)
    per_skill = model.by_skill @ by_t
    # sum over cells of by_t * t, without another gather: t = a theta - a b
    weighted = model.by_skill @ (by_t * np.take(blocks.theta, model.cells.engine, axis=0, mode="clip"))
    by_slope = a * (weighted - blocks.difficulty * per_skill)
    sigma = np.exp(blocks.sigma)
    distance = (blocks.difficulty - blocks.mu) / sigma
    by_extra = model.by_skill @ by_spread
    tau = np.exp(blocks.tau)
    residual = (blocks.theta - model.design @ blocks.coef) / tau
    out.difficulty[:] = -a * per_skill - distance / sigma
    out.z[:] = model.slope_sd * (by_slope - by_slope.mean(axis=0)) - blocks.z
    out.spread[:] = 0.5 * by_extra - blocks.spread
    out.theta[:] = model.by_engine @ (np.take(a, model.cells.skill, axis=0, mode="clip") * by_t) - residual / tau
    out.coef[:] = model.design.T @ (residual / tau) - blocks.coef / COEF_SD**2
    globals_ = {name: (getattr(blocks, name) - centre) / sd for name, (centre, sd) in _PRIOR.items()}
    out.mu[:] = distance.sum(axis=0) / sigma - globals_["mu"] / _PRIOR["mu"][1]
    out.eta[:] = by_extra.sum(axis=0) - globals_["eta"] / _PRIOR["eta"][1]
    out.tau[:] = (residual**2).sum(axis=0) - model.n_engines - globals_["tau"] / _PRIOR["tau"][1]
    out.sigma[:] = (distance**2).sum(axis=0) - model.n_skills - globals_["sigma"] / _PRIOR["sigma"][1]
    total = value.sum(axis=0) - model.n_skills * blocks.sigma - model.n_engines * blocks.tau
    total -= 0.5 * sum(x**2 for x in globals_.values())
    total -= 0.5 * sum((x**2).sum(axis=0) for x in (blocks.z, blocks.spread, distance, residual, blocks.coef / COEF_SD))
    return total, gradient


def start(model: Model) -> Floats:
    """A rough centre: every engine average, every skill at its mean score; shape (D,)."""
    q = np.zeros((model.size, 1))
    blocks = split(model, q)
    cells = model.cells
    share = np.where(cells.n > 0, cells.value / np.maximum(cells.n, 1), cells.value)
    level = np.clip((share - cells.lo) / (cells.hi - cells.lo), 0.05, 0.95)
    asked = np.maximum(model.by_skill @ np.ones(len(level)), 1e-9)
    mean = np.clip((model.by_skill @ level) / asked, 0.05, 0.95)
    blocks.difficulty[:, 0] = -np.log(mean / (1 - mean))
    for name, (centre, _) in _PRIOR.items():
        getattr(blocks, name)[:] = centre
    return q[:, 0]


class Curvature(NamedTuple):
    """Expected information at a point, in two parts: B skills in blocks of 3, and the rest; B is S or 0."""

    skills: Floats  # (B, 3, 3)
    cross: Floats  # (R, 3B)
    rest: Floats  # (R, R)


def curvature(model: Model, q: Floats) -> Curvature:
    """Expected information plus prior precision at one point q, shape (D,): positive definite by construction."""
    blocks = split(model, q[:, None])
    cells, s, e = model.cells, model.n_skills, model.n_engines
    _, t, rate = expected(model, blocks)
    weight, extra = _information(model, blocks, rate)
    slope = slopes(model, blocks)[cells.skill, 0]
    w, t = weight[:, 0], t[:, 0]
    by = {"b": -slope, "z": model.slope_sd * t}
    per_skill = np.zeros((s, 3, 3))
    for i, x in enumerate("bz"):
        for j, y in enumerate("bz"):
            per_skill[:, i, j] = model.by_skill @ (w * by[x] * by[y])
    known = model.by_skill @ extra[:, 0]
    per_skill[:, 2, 2] = 0.25 * known
    narrow = np.exp(-2 * blocks.sigma[0])
    per_skill += np.diag([narrow, 1.0, 1.0])
    size = model.size - 3 * s
    cross, rest = np.zeros((size, s, 3)), np.zeros((size, size))
    mu, eta, tau, sigma = range(e, e + 4)
    for i, x in enumerate("bz"):
        np.add.at(cross[:e, :, i], (cells.engine, cells.skill), w * by[x] * slope)
    cross[mu, :, 0] = -narrow
    cross[eta, :, 2] = 0.5 * known
    precision = np.exp(-2 * blocks.tau[0])
    rest[np.arange(e), np.arange(e)] = model.by_engine @ (w * slope**2) + precision
    rest[mu, mu] = s * narrow
    rest[eta, eta] = known.sum()
    rest[tau, tau] = 2.0 * e
    rest[sigma, sigma] = 2.0 * s
    for at, (_, sd) in enumerate(_PRIOR.values(), start=e):
        rest[at, at] += sd**-2.0
    rest[:e, e + 4 :] = -precision * model.design
    rest[e + 4 :, :e] = rest[:e, e + 4 :].T
    rest[e + 4 :, e + 4 :] = precision * model.design.T @ model.design + np.eye(model.design.shape[1]) / COEF_SD**2
    arrow = Curvature(per_skill, cross.reshape(size, 3 * s), rest)
    return _dense(arrow) if model.size <= DENSE else arrow


def _dense(arrow: Curvature) -> Curvature:
    """The same in one dense part, with what centring the log slopes does: with few skills each moves all the others."""
    s3, size = arrow.cross.shape[1], arrow.cross.shape[1] + len(arrow.rest)
    full = np.zeros((size, size))
    for k, block in enumerate(arrow.skills):
        full[3 * k : 3 * k + 3, 3 * k : 3 * k + 3] = block
    full[s3:, :s3], full[:s3, s3:], full[s3:, s3:] = arrow.cross, arrow.cross.T, arrow.rest
    z = np.arange(1, s3, 3)
    full[z, z] -= 1.0  # the prior of z is not centred
    full[z] -= full[z].mean(axis=0)
    full[:, z] -= full[:, z].mean(axis=1, keepdims=True)
    full[z, z] += 1.0
    return Curvature(np.zeros((0, 3, 3)), np.zeros((size, 0)), full)


def _information(model: Model, blocks: Blocks, rate: Floats) -> tuple[Floats, Floats]:
    """Expected information of each cell about t and about log spread, shape (J, C) each."""
    cells = model.cells
    mean = np.clip(expected(model, blocks)[0], 1e-6, 1 - 1e-6)
    spread = spreads(blocks)[cells.skill]
    n = np.maximum(cells.n, 1)[:, None]
    inflation = (n - 1) / (1 + spread**-2.0)
    share = inflation / (1 + inflation)
    about_mean = n / (mean * (1 - mean) * (1 + inflation))
    about_spread = 2 * share**2
    scores = model.kinds[2]
    v = cells.stderr[scores, None] ** 2 + SPREAD_FLOOR**2 + spread[scores] ** 2
    about_mean[scores] = (FREEDOM + 1) / ((FREEDOM + 3) * v)
    about_spread[scores] = 2 * FREEDOM / (FREEDOM + 3) * (spread[scores] ** 2 / v) ** 2
    return about_mean * rate**2, about_spread
