"""A small Hamiltonian sampler for the vertical scale: NumPy only, chains side by side, deterministic given the seed.

The posterior is first whitened by its expected information, an arrow matrix (one block a skill, the engines dense), so
that a few leapfrog steps decorrelate a draw. Step size by dual averaging.

Neal 2011, doi:10.1201/b10905-6 (Hamiltonian Monte Carlo); Hoffman and Gelman 2014, arXiv:1111.4246 (dual averaging);
Vehtari et al. 2021, doi:10.1214/20-BA1221 (split R-hat, effective sample size).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.stats.ability_model import Curvature, Model, cell_log_density, curvature, log_density, split, start

Floats = NDArray[np.float64]

_TARGET = 0.8
_MAX_STEPS = 40
_JUMP = (0.3, 10.0)  # logits; the scale of a jump is drawn evenly in its logarithm
_JUMPS = 3  # between two trajectories
_LENGTH = (1.1, 2.0)  # whitened units; a quarter of a turn of a normal posterior is pi / 2


class Draws(NamedTuple):
    """Posterior draws and what is known of their quality."""

    q: Floats
    """Parameters, shape (n_draws, D, C)."""
    accept: float
    """Mean acceptance probability."""
    divergent: int
    """Trajectories whose energy ran away; above a few, the posterior is not to be trusted."""
    gradients: int


class Whitening(NamedTuple):
    """``q = centre + R^-T v``, where ``R R'`` is the precision; v is near standard normal."""

    centre: Floats  # (D,)
    skill_lower: Floats  # (S, 3, 3) lower Cholesky factor of each block
    skill_factor: Floats  # its inverse
    cross: Floats  # (R, 3S)
    rest_lower: Floats  # (R, R) lower Cholesky factor of what is left
    rest_factor: Floats  # its inverse

    @classmethod
    def at(cls, centre: Floats, curve: Curvature) -> Whitening:
        s = len(curve.skills)
        lower: Floats = np.asarray(np.linalg.cholesky(curve.skills), dtype=np.float64)
        inverse: Floats = np.asarray(np.linalg.inv(lower), dtype=np.float64)
        cross = np.einsum("rsi,sji->rsj", curve.cross.reshape(len(curve.rest), s, 3), inverse)
        cross = cross.reshape(len(curve.rest), 3 * s)
        left: Floats = np.asarray(np.linalg.cholesky(curve.rest - cross @ cross.T), dtype=np.float64)
        return cls(centre, lower, inverse, cross, left, np.asarray(np.linalg.inv(left), dtype=np.float64))

    def to_q(self, v: Floats) -> Floats:
        """Parameters (D, C) of whitened coordinates (D, C)."""
        s3 = self.cross.shape[1]
        rest = self.rest_factor.T @ v[s3:]
        skills = (v[:s3] - self.cross.T @ rest).reshape(s3 // 3, 3, v.shape[1])
        skills = np.einsum("sij,sic->sjc", self.skill_factor, skills)
        return np.asarray(self.centre[:, None] + np.concatenate([skills.reshape(s3, v.shape[1]), rest]))

    def to_v(self, q: Floats) -> Floats:
        """Whitened coordinates (D, C) of parameters (D, C)."""
        s3 = self.cross.shape[1]
        away = q - self.centre[:, None]
        skills = away[:s3].reshape(s3 // 3, 3, q.shape[1])
        skills = np.einsum("sij,sic->sjc", self.skill_lower, skills).reshape(away[:s3].shape)
        return np.concatenate([skills + self.cross.T @ away[s3:], self.rest_lower.T @ away[s3:]])

    def pull(self, gradient: Floats) -> Floats:
        """Gradient in whitened coordinates, shape (D, C)."""
        s3 = self.cross.shape[1]
        skills = np.einsum("sij,sjc->sic", self.skill_factor, gradient[:s3].reshape(s3 // 3, 3, gradient.shape[1]))
        skills = skills.reshape(s3, gradient.shape[1])
        return np.concatenate([skills, self.rest_factor @ (gradient[s3:] - self.cross @ skills)])

    def newton(self, gradient: Floats) -> Floats:
        """Precision^-1 gradient, shape (D,)."""
        return np.asarray(self.to_q(self.pull(gradient[:, None]))[:, 0] - self.centre)


def climb(model: Model, steps: int = 12) -> Floats:
    """A centre of the posterior by damped Fisher scoring with all spreads held, shape (D,).

    Spreads stay where their priors put them: the joint mode of a spread and what it spreads is at zero.
    """
    q = start(model)
    free = np.ones((model.size, 1))
    held = split(model, free)
    for spread in (held.spread, held.eta, held.tau, held.sigma):
        spread[:] = 0.0
    value, gradient = log_density(model, q[:, None])
    for _ in range(steps):
        step = Whitening.at(q, curvature(model, q)).newton(gradient[:, 0]) * free[:, 0]
        for size in (1.0, 0.5, 0.2, 0.05):
            there, slope = log_density(model, (q + size * step)[:, None])
            if np.isfinite(there[0]) and there[0] > value[0]:
                q, value, gradient = q + size * step, there, slope
                break
        else:
            break
    return q


class _Step:
    """Dual averaging of the log step size."""

    def __init__(self, first: float) -> None:
        self.mu, self.log, self.mean, self.gap, self.t = np.log(4 * first), np.log(first), np.log(first), 0.0, 0

    def learn(self, accept: float) -> None:
        self.t += 1
        self.gap += (_TARGET - accept - self.gap) / (self.t + 10)
        self.log = self.mu - np.sqrt(self.t) / 0.1 * self.gap
        self.mean += self.t**-0.75 * (self.log - self.mean)


class _Chains:
    """State of the chains in whitened coordinates."""

    def __init__(self, model: Model, white: Whitening, v: Floats, rng: np.random.Generator) -> None:
        self.model, self.white, self.v, self.rng = model, white, v, rng
        self.divergent, self.gradients = 0, 0
        self.value, self.slope = self._density(v)

    def _density(self, v: Floats) -> tuple[Floats, Floats]:
        self.gradients += 1
        value, gradient = log_density(self.model, self.white.to_q(v))
        return value, self.white.pull(gradient)

    def step(self, size: float) -> float:
        """One trajectory of every chain; returns the mean acceptance probability."""
        length = self.rng.uniform(*_LENGTH)
        count = int(np.clip(np.ceil(length / size), 1, _MAX_STEPS))
        size = min(size, length / count)
        momentum = self.rng.standard_normal(self.v.shape)
        energy = self.value - 0.5 * (momentum**2).sum(axis=0)
        v, slope, value = self.v, self.slope, self.value
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for _ in range(count):
                momentum = momentum + 0.5 * size * slope
                v = v + size * momentum
                value, slope = self._density(v)
                momentum = momentum + 0.5 * size * slope
            gain = np.nan_to_num(value - 0.5 * (momentum**2).sum(axis=0) - energy, nan=-np.inf, posinf=-np.inf)
        accept = np.exp(np.minimum(gain, 0.0))
        self.divergent += int((gain < -100).sum())
        take = self.rng.random(len(gain)) < accept
        self.v = np.where(take, v, self.v)
        self.slope = np.where(take, slope, self.slope)
        self.value = np.where(take, value, self.value)
        return float(accept.mean())

    def jump(self) -> None:
        """Every skill tries another difficulty, half of them another spread; given the rest they are independent."""
        q = self.white.to_q(self.v)
        old, here = split(self.model, q), self._per_skill(q)
        for _ in range(_JUMPS):
            there = q.copy()
            new = split(self.model, there)
            far = np.exp(self.rng.uniform(np.log(_JUMP[0]), np.log(_JUMP[1]), here.shape))
            new.difficulty[:] += far * self.rng.standard_normal(here.shape)
            new.spread[:] = np.where(self.rng.random(here.shape) < 0.5, old.spread,
                                     self.rng.standard_normal(here.shape))
            took = self._per_skill(there)
            take = np.log(self.rng.random(here.shape)) < took - here
            np.copyto(old.difficulty, new.difficulty, where=take)
            np.copyto(old.spread, new.spread, where=take)
            here = np.where(take, took, here)
        self.v = self.white.to_v(q)
        self.value, self.slope = self._density(self.v)

    def _per_skill(self, q: Floats) -> Floats:
        """Log density of a difficulty and a spread given all else, shape (S, C); a spread drawn from its prior has that
        prior taken off."""
        blocks = split(self.model, q)
        cells = self.model.by_skill @ cell_log_density(self.model, blocks)[0]
        return np.asarray(cells - 0.5 * ((blocks.difficulty - blocks.mu) / np.exp(blocks.sigma)) ** 2)


def sample(model: Model, seed: int, *, draws: int = 250, warmup: int = 200, chains: int = 4) -> Draws:
    """Draw from the posterior of :func:`kindergrad.stats.ability_model.log_density`.

    Parameters
    ----------
    draws, warmup : per chain. Whitening is renewed half way through the warm-up, at the mean of the chains.
    """
    rng = stream(seed, "ability", "sampler")
    white = Whitening.at(centre := climb(model), curvature(model, centre))
    state = _Chains(model, white, rng.standard_normal((model.size, chains)), rng)
    size = 0.3
    for part in range(2):
        tuned, half, mean = _Step(size), warmup // 2, np.zeros(model.size)
        for i in range(half):
            tuned.learn(state.step(float(np.exp(tuned.log))))
            state.jump()
            if i >= half // 2:
                mean += state.white.to_q(state.v).mean(axis=1) / (half - half // 2)
        size = float(np.exp(tuned.mean))
        if part == 0:
            here, spent = state.white.to_q(state.v), state.gradients
            state = _Chains(model, white := Whitening.at(mean, curvature(model, mean)), white.to_v(here), rng)
            state.gradients += spent
    out, accept = np.empty((draws, model.size, chains)), 0.0
    state.divergent = 0
    for i in range(draws):
        accept += state.step(size) / draws
        state.jump()
        out[i] = state.white.to_q(state.v)
    return Draws(out, accept, state.divergent, state.gradients)


def r_hat(x: Floats) -> Floats:
    """Split R-hat of draws x, shape (n, K, C): (K,). Near 1 when the chains agree."""
    n = len(x) // 2
    halves = np.concatenate([x[:n], x[n : 2 * n]], axis=2)
    within = halves.var(axis=0, ddof=1).mean(axis=1)
    between = halves.mean(axis=0).var(axis=1, ddof=1)
    return np.asarray(np.sqrt((within * (n - 1) / n + between) / np.maximum(within, 1e-300)))


def effective_size(x: Floats) -> Floats:
    """Effective number of independent draws of x, shape (n, K, C): (K,), by Geyer's initial positive sequence."""
    n, k, chains = x.shape
    centred = x - x.mean(axis=0)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    spectrum = np.fft.rfft(centred, size, axis=0)
    covariance = np.fft.irfft(spectrum * np.conj(spectrum), size, axis=0)[:n].mean(axis=2) / n
    within = covariance[0] * n / (n - 1)
    total = within * (n - 1) / n + x.mean(axis=0).var(axis=1, ddof=1) if chains > 1 else within
    rho = 1 - (within - covariance) / np.maximum(total, 1e-300)
    pairs = rho[: n // 2 * 2].reshape(-1, 2, k).sum(axis=1)
    alive = np.cumprod(pairs > 0, axis=0)
    pairs = np.minimum.accumulate(np.where(alive, pairs, 0.0), axis=0)
    return np.asarray(chains * n / np.maximum(2 * pairs.sum(axis=0) - 1, 1 / np.log10(chains * n)))
