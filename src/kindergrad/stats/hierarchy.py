"""The exposure law: many learning curves of one engine, all estimated together.

Curve s rises as ``floor + (plateau - floor) * logistic(2 ln 9 (x - m_s) / w_s)`` in x = log10 scale, with
``m_s = offset_s + k_s``. With ``offset = -log10 frequency`` of the concept, ``k_s`` is log10 of the **exposures
needed**. k, log width, logit plateau and log spread are normal over the curves; a share of the curves is never learnt.
Common skills teach the population, so a rare skill's onset is predicted before any signal of it exists.

A curve may be an **exception** to all this, with a place of its own or none. How often is learnt from the curves: five
that obey the law promise less of a sixth than forty do.

*Shows* how one engine's skills are ordered by exposure. *Does not show* that exposure is the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from kindergrad.core.seeds import stream
from kindergrad.stats import hierarchy_atoms as atoms_
from kindergrad.stats import hierarchy_smc as smc
from kindergrad.stats.hierarchy_atoms import (
    DIMENSIONS,
    LOCATION,
    LOG_SPREAD,
    LOG_WIDTH,
    LOGIT_PLATEAU,
    RISE,
    Guess,
    Limits,
    Padded,
)
from kindergrad.stats.hierarchy_exceptions import NOWHERE, exceptions

Floats = NDArray[np.float64]


class Curve(NamedTuple):
    """One curve: x (n,) log10 scale, y (n,) score, stderr (n,); ``offset`` of its location. n may be 0."""

    x: Floats
    y: Floats
    stderr: Floats
    offset: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed of a population of curves before any of them is seen.

    Each of the four is (mean, sd of the mean, median of the spread between curves, sd of its log).
    """

    location: tuple[float, float, float, float] = (1.5, 1.5, 0.25, 0.8)
    log_width: tuple[float, float, float, float] = (np.log(0.9), 0.5, 0.25, 0.6)
    logit_plateau: tuple[float, float, float, float] = (1.5, 1.2, 0.6, 0.7)
    log_spread: tuple[float, float, float, float] = (np.log(0.02), 1.0, 0.4, 0.5)
    never: tuple[float, float] = (-2.2, 1.2)
    """Logit of the share of curves that are never learnt, of those that follow the law: mean and sd (median 10 %)."""
    exception: tuple[float, float] = (-1.2, 1.2)
    """Logit of the share of curves that follow no law: mean and sd (median 23 %)."""
    slope: float = 1.0
    """Sd of the decades by which one unit of a feature moves a location."""
    floors: tuple[tuple[float, float, float], ...] = ((0.7, 0.0, 0.05), (0.25, -0.2, 0.3), (0.05, -1.0, 3.0))
    """A curve's own floor: (weight, mean, sd). Mostly 0; an engine with little data may be worse than the best blind
    one, and far worse where floor and ceiling lie close together."""
    law_error: float = 0.015
    """No law is exact: every point has at least this sd, so that one with a standard error of 0 does not rule alone."""
    top: float = 1.1
    """No plateau lies above this score; a little above 1, since a measured ceiling has an error."""

    @property
    def limits(self) -> Limits:
        return Limits(self.floors, self.top)

    def population(self, n_features: int) -> smc.Population:
        parts = np.array([self.location, self.log_width, self.logit_plateau, self.log_spread])
        mean = [*parts[:, 0], *np.log(parts[:, 2]), self.never[0], self.exception[0], *[0.0] * n_features]
        sd = [*parts[:, 1], *parts[:, 3], self.never[1], self.exception[1], *[self.slope] * n_features]
        return smc.Population(np.array(mean), np.array(sd))

    def single(self, offset: Floats) -> Guess:
        """The prior of a curve that follows no law: that of the first curve of a population."""
        parts = np.array([self.location, self.log_width, self.logit_plateau, self.log_spread])
        mean = np.tile(parts[:, 0], (len(offset), 1))
        mean[:, LOCATION] += offset
        return Guess(mean, np.hypot(parts[:, 1], parts[:, 2] * np.exp(parts[:, 3] ** 2)))

    def broad(self, offset: Floats, features: Floats) -> Guess:
        """The prior of one curve, widened: the proposal before anything is known."""
        parts = np.array([self.location, self.log_width, self.logit_plateau, self.log_spread])
        mean = np.broadcast_to(parts[:, 0], (len(offset), DIMENSIONS)).copy()
        mean[:, LOCATION] += offset
        sd = np.hypot(parts[:, 1], 2.0 * parts[:, 2])
        sd[LOCATION] = np.hypot(sd[LOCATION], self.slope * float(np.max(np.abs(features), initial=0.0)))
        return Guess(mean, sd)


class Size(NamedTuple):
    """Particles of the population, atoms of each curve, and posterior draws per particle."""

    particles: int = 256
    atoms: int = 384
    per: int = 4


SIZE = Size()


@dataclass(frozen=True, kw_only=True)
class HierarchyPosterior:
    """Joint posterior draws of all curves; N draws, S curves.

    Attributes
    ----------
    location, width, plateau, floor, spread : (N, S); location is ``inf`` where a curve is never learnt.
    never : (S,) probability that the curve is never learnt.
    exception : (S,) probability that the curve does not follow the law.
    phi : (P, 10 + n_features) particles of the population; ``particle`` (N,) says which one a draw belongs to.
    log_evidence : of all curves together.
    effective : (S,) effective number of atoms behind a curve's posterior.
    """

    curves: tuple[Curve, ...]
    prior: Prior
    phi: Floats
    particle: NDArray[np.intp]
    location: Floats
    width: Floats
    plateau: Floats
    floor: Floats
    spread: Floats
    never: Floats
    exception: Floats
    log_evidence: float
    effective: Floats
    seed: int
    evidence: smc.Evidence

    def score(self, curve: int, x: ArrayLike) -> Floats:
        """Latent score of one curve at log10 scales ``x`` (n,): (N, n)."""
        g = atoms_.rise(np.asarray(x, dtype=np.float64)[None, :], self.location[:, curve, None],
                        self.width[:, curve, None])
        return np.asarray(self.floor[:, curve, None] * (1.0 - g) + self.plateau[:, curve, None] * g)

    def predict(self, curve: int, x: ArrayLike, seed: int = 0) -> Floats:
        """Scores of new runs at ``x``, extra spread included, error of measurement not: (N, n)."""
        latent = self.score(curve, x)
        z = stream(seed, "hierarchy", "predict", curve).standard_normal(latent.shape)
        return np.asarray(latent + self.spread[:, curve, None] * z)

    def crossing(self, curve: int, target: float) -> Floats:
        """log10 of the scale at which the latent score reaches ``target``, (N,); ``inf`` where it never does."""
        lo, hi = self.floor[:, curve], self.plateau[:, curve]
        share = (target - lo) / np.where(hi > lo, hi - lo, 1.0)
        out = np.where(target <= lo, -np.inf, np.inf)
        ok = (target > lo) & (target < hi) & np.isfinite(self.location[:, curve])
        out[ok] = self.location[ok, curve] + self.width[ok, curve] * logit(share[ok]) / RISE
        return out

    @property
    def exposures(self) -> Floats:
        """log10 of the exposures needed (or the mean location): (P,)."""
        return self.phi[:, LOCATION]

    @property
    def tau(self) -> Floats:
        """Spread of locations between curves, in decades: (P,)."""
        return np.asarray(np.exp(self.phi[:, DIMENSIONS + LOCATION]))

    @property
    def widths(self) -> Floats:
        """Typical width of a rise, in decades: (P,)."""
        return np.asarray(np.exp(self.phi[:, LOG_WIDTH]))

    @property
    def share_never(self) -> Floats:
        """Share of curves that are never learnt, exceptions among them: (P,)."""
        apart = self.share_exceptions
        return np.asarray((1.0 - apart) * expit(self.phi[:, smc.NEVER]) + apart * NOWHERE)

    @property
    def share_exceptions(self) -> Floats:
        """Share of curves that follow no law: (P,)."""
        return np.asarray(expit(self.phi[:, smc.EXCEPTION]))


def fit(curves: Sequence[Curve], *, prior: Prior | None = None, features: ArrayLike | None = None, seed: int = 0,
        size: Size = SIZE) -> HierarchyPosterior:
    """Posterior of all curves together.

    Parameters
    ----------
    curves : S curves; one without points is placed by its offset and features alone.
    prior : of the population.
    features : (S, F), for example grade; centred, about unit size.
    seed : of every random number; same seed, same answer, whatever the order of the points of a curve.
    size : of the computation.

    Raises
    ------
    ValueError
        If there is no curve, or an array holds a value that is not finite.
    """
    prior = prior or Prior()
    curves = tuple(_checked(curve, s) for s, curve in enumerate(curves))
    if not curves:
        raise ValueError("no curves; got an empty list; expected at least one")
    table = np.zeros((len(curves), 0)) if features is None else np.asarray(features, dtype=np.float64)
    if table.shape[:1] != (len(curves),) or table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(f"features must be finite, a row per curve; got shape {table.shape} for {len(curves)} curves")
    highest = max((float(c.y.max()) for c in curves if c.y.size), default=0.0)
    prior = replace(prior, top=max(prior.top, 1.1 * highest))
    rng = stream(seed, "hierarchy", len(curves))
    population = prior.population(table.shape[1])
    design = smc.Design(np.array([c.offset for c in curves]), table)
    rough = _evidence(curves, design, prior, rng, max(192, size.atoms // 2))
    phi, _ = smc.sample(rough, population, rng, particles=max(64, size.particles // 2), moves=2)
    evidence = _evidence(curves, design, prior, rng, size.atoms, phi)
    phi, log_evidence = smc.sample(evidence, population, rng, particles=size.particles)
    return _posterior(curves, prior, evidence, (phi, log_evidence), seed=seed, per=size.per)


def update(posterior: HierarchyPosterior, index: int, curve: Curve) -> HierarchyPosterior:
    """The posterior after one curve has changed, without starting again.

    Only that curve's atoms are computed anew; the particles are reweighted by what changed and moved a few steps.
    Agrees with :func:`fit` on the new curves within Monte-Carlo error.

    Raises
    ------
    ValueError
        If ``curve`` holds a value that cannot be used.
    """
    curve = _checked(curve, index)
    prior, old = posterior.prior, posterior.evidence
    rng = stream(posterior.seed, "hierarchy", "update", index, len(curve.x))
    curves = (*posterior.curves[:index], curve, *posterior.curves[index + 1:])
    design = smc.Design(*(part[index:index + 1] for part in old.design))
    row = _evidence([curve], design, prior, rng, old.theta.shape[1], posterior.phi)
    fresh = smc.replace_row(old, index, row)
    before = smc.total(old, posterior.phi)
    after = smc.total(fresh, posterior.phi)
    gain = np.exp(after - before - np.max(after - before))
    pick = smc.systematic(gain / gain.sum(), len(gain), rng)
    population = prior.population(old.design.features.shape[1])
    phi, _ = smc.move((posterior.phi[pick], after[pick]), fresh, population, rng, moves=6)
    log_evidence = posterior.log_evidence + float(np.log(np.mean(gain)) + np.max(after - before))
    per = len(posterior.particle) // len(posterior.phi)
    return _posterior(curves, prior, fresh, (phi, log_evidence), seed=posterior.seed, per=per)


def _checked(curve: Curve, number: int) -> Curve:
    x, y, e = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in curve[:3])
    if not x.shape == y.shape == e.shape:
        raise ValueError(f"curve {number}: x, y and stderr must have one shape; got {x.shape}, {y.shape}, {e.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(e).all() and np.isfinite(curve.offset)):
        raise ValueError(f"curve {number} holds a value that is not finite; expected finite x, y, stderr and offset")
    if (e < 0).any():
        raise ValueError(f"curve {number}: a standard error is negative; got {e.min():g}")
    order = np.lexsort((e, y, x))
    return Curve(x[order], y[order], e[order], float(curve.offset))


def _padded(curves: Sequence[Curve], prior: Prior) -> Padded:
    n = max(1, max(len(c.x) for c in curves))
    x, y, v, seen = np.zeros((len(curves), n)), np.zeros((len(curves), n)), np.zeros((len(curves), n)), np.zeros(
        (len(curves), n))
    for s, c in enumerate(curves):
        k = len(c.x)
        x[s, :k], y[s, :k], v[s, :k], seen[s, :k] = c.x, c.y, c.stderr**2 + prior.law_error**2, 1.0
    return Padded(x, y, v, seen)


def _evidence(curves: Sequence[Curve], design: smc.Design, prior: Prior, rng: np.random.Generator, n_atoms: int,
              phi: Floats | None = None) -> smc.Evidence:
    """Atoms adapted to the prior, or to the population that particles ``phi`` stand for."""
    data = _padded(curves, prior)
    guess = None if phi is None else _guess(phi, design)
    broad = prior.broad(design.offset, design.features)
    drawn = atoms_.propose(data, broad, rng, prior.limits, n_atoms=n_atoms, guess=guess)
    middle, wide = prior.log_spread[0], 4.0 * np.hypot(prior.log_spread[1], prior.log_spread[2])
    grid = np.linspace(middle - wide, middle + wide, 48)
    never = atoms_.never_log_likelihood(data, grid, prior.limits)
    apart = exceptions(drawn, prior.single(design.offset), never, grid)
    return smc.prepare(drawn, design, (never, grid), apart, None if phi is None else _centre(phi))


def _centre(phi: Floats) -> Floats:
    return np.asarray(phi[:, :DIMENSIONS].mean(axis=0))


def _guess(phi: Floats, design: smc.Design) -> Guess:
    """The predictive population of particles phi: mean per curve, and sd that holds the doubt about the mean too."""
    mean = np.tile(phi[:, :DIMENSIONS].mean(axis=0), (len(design.offset), 1))
    mean[:, LOCATION] += design.offset + design.features @ phi[:, smc.SLOPES:].mean(axis=0)
    within = np.mean(np.exp(2.0 * phi[:, DIMENSIONS:smc.NEVER]), axis=0)
    slope = np.max(np.var(design.features @ phi[:, smc.SLOPES:].T, axis=1), initial=0.0)
    variance = within + phi[:, :DIMENSIONS].var(axis=0)
    variance[LOCATION] += slope
    return Guess(mean, np.sqrt(variance))


def _posterior(curves: tuple[Curve, ...], prior: Prior, evidence: smc.Evidence,
               population: tuple[Floats, float], *, seed: int, per: int) -> HierarchyPosterior:
    """Draw every curve's own parameters given the particles, ``per`` draws a particle."""
    phi, log_evidence = population
    rng = stream(seed, "hierarchy", "draws")
    n_curves, n_particles = len(curves), len(phi)
    fates = smc.fates(evidence, phi)
    apart = evidence.exceptions
    p_never = (1.0 - fates.exception) * fates.never + fates.exception * apart.p_never[:, None]
    theta = np.empty((n_curves, n_particles * per, DIMENSIONS))
    effective = np.empty(n_curves)
    for s in range(n_curves):
        log_w, _ = smc.log_atoms(evidence, phi, s)
        w = np.exp(log_w)
        average = (w / w.sum(axis=0)).mean(axis=1)
        effective[s] = average.sum() ** 2 / np.sum(average**2)
        excepted = rng.random(n_particles * per) < np.tile(fates.exception[s], per)
        never = rng.random(n_particles * per) < np.where(excepted, apart.p_never[s], np.tile(fates.never[s], per))
        own = rng.choice(len(w), size=excepted.sum(), p=np.exp(apart.log_atoms[s]))
        theta[s] = evidence.theta[s][_choose(w, per, rng)]
        theta[s, excepted] = evidence.theta[s][own]
        theta[s, never, LOCATION] = np.inf
        theta[s, never, LOG_SPREAD] = _never_spread(evidence, phi, s, per, rng)[never]
        both = never & excepted
        theta[s, both, LOG_SPREAD] = rng.choice(evidence.log_spread, size=both.sum(), p=np.exp(apart.log_spread[s]))
    floor = atoms_.draw_floor(_padded(curves, prior), theta, rng, prior.limits)
    return HierarchyPosterior(
        curves=curves, prior=prior, phi=phi, particle=np.tile(np.arange(n_particles), per),
        location=theta[..., LOCATION].T, width=np.exp(theta[..., LOG_WIDTH]).T,
        plateau=prior.top * expit(theta[..., LOGIT_PLATEAU]).T, floor=floor.T, spread=np.exp(theta[..., LOG_SPREAD]).T,
        never=p_never.mean(axis=1), exception=fates.exception.mean(axis=1), log_evidence=log_evidence,
        effective=effective, seed=seed, evidence=evidence,
    )


def _choose(w: NDArray[np.float32], per: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """``per`` rows for each column of weights w (K, P), stratified within a column: (per * P,)."""
    edges = np.cumsum(w, axis=0, dtype=np.float64)
    u = (np.arange(per)[:, None] + rng.random((per, w.shape[1]))) / per
    rows = [np.sum(edges < u[i] * edges[-1], axis=0) for i in range(per)]
    return np.asarray(np.minimum(np.concatenate(rows), len(w) - 1), dtype=np.intp)


def _never_spread(evidence: smc.Evidence, phi: Floats, curve: int, per: int, rng: np.random.Generator) -> Floats:
    """Log spread of a curve that never rises, given each particle: (per * P,)."""
    z = (evidence.log_spread[:, None] - phi[:, LOG_SPREAD]) / np.exp(phi[:, DIMENSIONS + LOG_SPREAD])
    log_w = evidence.never[curve][:, None] - 0.5 * z * z
    w = np.exp(log_w - log_w.max(axis=0)).astype(np.float32)
    return np.asarray(evidence.log_spread[_choose(w, per, rng)])
