"""The population of curves: tempered sequential Monte Carlo over its hyper-parameters.

Del Moral, Doucet, Jasra 2006, doi:10.1111/j.1467-9868.2006.00553.x.
One particle ``phi`` holds ``mean (4), log sd (4), logit of the never-learnt share, logit of that of exceptions, a slope
per feature``. It is scored for all curves at once by reweighting their atoms, so that a curve's own parameters never
have to be moved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from kindergrad.stats.hierarchy_atoms import DIMENSIONS, LOCATION, LOG_SPREAD, Atoms
from kindergrad.stats.hierarchy_exceptions import Exceptions

Floats = NDArray[np.float64]

NEVER = 2 * DIMENSIONS
"""Column of phi with the logit of the share of curves that never rise, of those that follow the law."""
EXCEPTION = NEVER + 1
"""Column with the logit of the share of curves that follow no law."""
SLOPES = NEVER + 2
"""First column of the slopes of the features."""

_HALF = 0.5  # share of particles that must survive a step of temperature


class Population(NamedTuple):
    """Normal prior of phi: mean and sd, each (10 + n_features,)."""

    mean: Floats
    sd: Floats

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        out: Floats = self.mean + self.sd * rng.standard_normal((n, self.mean.size))
        return out

    def log_density(self, phi: Floats) -> Floats:
        z = (phi - self.mean) / self.sd
        out: Floats = -0.5 * np.sum(z * z, axis=1)
        return out


class Design(NamedTuple):
    """What is known of the curves beside their points: offset of the location (S,), features (S, F)."""

    offset: Floats
    features: Floats


class Evidence(NamedTuple):
    """What the curves say, ready for any phi.

    theta (S, K, 4) and log_weight (S, K) are the atoms; quadratic (S, K, 8 + n_features) in single precision; never
    (S, E) on ``log_spread`` (E,).
    """

    theta: Floats
    quadratic: NDArray[np.float32]
    log_weight: Floats
    design: Design
    never: Floats
    log_spread: Floats
    exceptions: Exceptions
    centre: Floats  # (4,) subtracted from theta and from the mean, so that single precision is enough


def prepare(atoms: Atoms, design: Design, flat: tuple[Floats, Floats], exceptions: Exceptions,
            centre: Floats | None = None) -> Evidence:
    """Atoms (S, K, 4) as the columns that meet :func:`_coefficients`; ``centre`` (4,) where it is given already.

    ``flat`` is (never, log_spread).
    """
    theta = atoms.theta.copy()
    theta[..., LOCATION] -= design.offset[:, None]
    if centre is None:
        best = np.exp(atoms.log_weight - atoms.log_weight.max(axis=1, keepdims=True))
        per_curve = np.einsum("sk,ski->si", best / best.sum(axis=1, keepdims=True), theta)
        centre = np.asarray(np.median(per_curve, axis=0))
    theta -= centre
    columns = [theta**2, theta, theta[..., LOCATION, None] * design.features[:, None, :]]
    return Evidence(atoms.theta, np.concatenate(columns, axis=2).astype(np.float32), atoms.log_weight, design, *flat,
                    exceptions, centre)


def replace_row(evidence: Evidence, index: int, row: Evidence) -> Evidence:
    """Evidence in which curve ``index`` is that of ``row``, which holds one curve on any centre."""
    shift = row.centre - evidence.centre
    theta = row.theta[0].copy()
    centred = row.quadratic[0, :, DIMENSIONS:2 * DIMENSIONS].astype(np.float64) + shift
    columns = [centred**2, centred, centred[:, [LOCATION]] * row.design.features]
    quadratic, log_weight, never = evidence.quadratic.copy(), evidence.log_weight.copy(), evidence.never.copy()
    atoms = evidence.theta.copy()
    quadratic[index], log_weight[index] = np.concatenate(columns, axis=1).astype(np.float32), row.log_weight[0]
    never[index], atoms[index] = row.never[0], theta
    return evidence._replace(theta=atoms, quadratic=quadratic, log_weight=log_weight, never=never,
                             exceptions=evidence.exceptions.replaced(index, row.exceptions))


def _coefficients(evidence: Evidence, phi: Floats) -> tuple[Floats, Floats]:
    """(8 + F, P) that multiply the columns, and the rest (S, P)."""
    mean = (phi[:, :DIMENSIONS] - evidence.centre).T
    precision = np.exp(-2.0 * phi[:, DIMENSIONS:NEVER]).T
    slopes = phi[:, SLOPES:].T
    columns = np.concatenate([-0.5 * precision, mean * precision, slopes * precision[LOCATION]])
    location = mean[LOCATION] + evidence.design.features @ slopes
    rest = -0.5 * np.sum((mean**2 * precision)[1:], axis=0) - np.sum(phi[:, DIMENSIONS:NEVER], axis=1)
    rest = rest - 0.5 * DIMENSIONS * np.log(2.0 * np.pi)
    return columns, rest - 0.5 * location**2 * precision[LOCATION]


def log_atoms(evidence: Evidence, phi: Floats, curve: int) -> tuple[NDArray[np.float32], Floats]:
    """Unnormalised log posterior weights of one curve's atoms, (K, P), as (scaled to maximum 0, maximum (P,))."""
    columns, rest = _coefficients(evidence, phi)
    return _scaled(evidence, columns.astype(np.float32), rest, curve)


def _scaled(evidence: Evidence, columns: NDArray[np.float32], rest: Floats,
            curve: int) -> tuple[NDArray[np.float32], Floats]:
    shift = evidence.log_weight[curve].max()
    log_w = evidence.quadratic[curve] @ columns
    log_w += (evidence.log_weight[curve] - shift).astype(np.float32)[:, None]
    top = log_w.max(axis=0)
    log_w -= top
    return log_w, top + rest[curve] + shift


def log_likelihoods(evidence: Evidence, phi: Floats) -> tuple[Floats, Floats]:
    """Log density of each curve that follows the law, if it is learnt at all and if it never is: two arrays (S, P)."""
    columns, rest = _coefficients(evidence, phi)
    single = columns.astype(np.float32)
    learnt = np.empty((len(evidence.log_weight), len(phi)))
    for curve in range(len(learnt)):
        log_w, top = _scaled(evidence, single, rest, curve)
        learnt[curve] = np.log(np.exp(log_w, out=log_w).sum(axis=0)) + top
    return learnt, _never(evidence, phi)


def _never(evidence: Evidence, phi: Floats) -> Floats:
    sd = np.exp(phi[:, DIMENSIONS + LOG_SPREAD])
    z = (evidence.log_spread[:, None] - phi[:, LOG_SPREAD]) / sd
    # the nearest node counts fully, or a spread far below the distance of nodes would leave no weight at all
    weight = np.exp(-0.5 * (z * z - np.min(z * z, axis=0)))
    weight /= weight.sum(axis=0)
    shift = evidence.never.max(axis=1, keepdims=True)
    out: Floats = np.log(np.exp(evidence.never - shift) @ weight + 1e-300) + shift
    return out


def _of_law(learnt: Floats, never: Floats, phi: Floats) -> Floats:
    """Log density of each curve that follows the law, (S, P): learnt with probability 1 - pi, never with pi."""
    logit = phi[:, NEVER]
    out: Floats = np.logaddexp(learnt - np.logaddexp(0.0, logit), never - np.logaddexp(0.0, -logit))
    return out


def total(evidence: Evidence, phi: Floats) -> Floats:
    """Log likelihood of phi, (P,): a curve follows the law, or is an exception."""
    law = _of_law(*log_likelihoods(evidence, phi), phi) - np.logaddexp(0.0, phi[:, EXCEPTION])
    apart = evidence.exceptions.total[:, None] - np.logaddexp(0.0, -phi[:, EXCEPTION])
    return np.asarray(np.sum(np.logaddexp(law, apart), axis=0))


class Fates(NamedTuple):
    """Given phi, (S, P): P(the curve is an exception), P(it never rises if it follows the law)."""

    exception: Floats
    never: Floats


def fates(evidence: Evidence, phi: Floats) -> Fates:
    """What may have become of each curve."""
    learnt, never = log_likelihoods(evidence, phi)
    law = _of_law(learnt, never, phi)
    return Fates(np.asarray(expit(evidence.exceptions.total[:, None] - law + phi[:, EXCEPTION])),
                 np.asarray(expit(never - learnt + phi[:, NEVER])))


def sample(evidence: Evidence, prior: Population, rng: np.random.Generator, *, particles: int,
           moves: int = 12) -> tuple[Floats, float]:
    """Posterior particles (P, 10 + F), equally weighted, and the log evidence of all curves together."""
    phi = prior.draw(particles, rng)
    log_l = total(evidence, phi)
    temperature, log_evidence = 0.0, 0.0
    while temperature < 1.0:
        step = _step(log_l, 1.0 - temperature)
        w = np.exp(step * (log_l - log_l.max()))
        log_evidence += float(np.log(w.mean()) + step * log_l.max())
        temperature = min(1.0, temperature + step)
        pick = systematic(w / w.sum(), particles, rng)
        phi, log_l = phi[pick], log_l[pick]
        n_moves = moves if temperature < 1.0 else 2 * moves
        phi, log_l = move((phi, log_l), evidence, prior, rng, temperature=temperature, moves=n_moves)
    return phi, log_evidence


def _step(log_l: Floats, most: float) -> float:
    """The largest step of temperature that half of the particles survive."""
    low, high = 0.0, most
    for k in range(40):
        step = most if k == 0 else 0.5 * (low + high)
        w = np.exp(step * (log_l - log_l.max()))
        if w.sum() ** 2 / np.sum(w * w) >= _HALF * len(w):
            low = step
            if k == 0:
                break
        else:
            high = step
    return max(low, 1e-6 * most)


def systematic(weights: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Indices of ``n`` equally weighted copies, by systematic resampling."""
    edges = np.cumsum(weights)
    return np.minimum(np.searchsorted(edges / edges[-1], (np.arange(n) + rng.random()) / n), len(weights) - 1)


def move(state: tuple[Floats, Floats], evidence: Evidence, prior: Population, rng: np.random.Generator, *,
         temperature: float = 1.0, moves: int = 4) -> tuple[Floats, Floats]:
    """Random-walk Metropolis steps of (phi, log likelihood), with the covariance of the particles themselves."""
    phi, log_l = state
    n, d = phi.shape
    cov = np.cov(phi, rowvar=False) + np.diag((1e-3 * prior.sd) ** 2)
    root = np.linalg.cholesky(cov)
    log_p = prior.log_density(phi)
    size = 2.0 / np.sqrt(d)
    for _ in range(moves):
        proposal = phi + size * rng.standard_normal((n, d)) @ root.T
        new_l, new_p = total(evidence, proposal), prior.log_density(proposal)
        accept = np.log(rng.random(n)) < temperature * (new_l - log_l) + new_p - log_p
        phi = np.where(accept[:, None], proposal, phi)
        log_l, log_p = np.where(accept, new_l, log_l), np.where(accept, new_p, log_p)
        size *= float(np.exp(accept.mean() - 0.25))
    return phi, log_l
