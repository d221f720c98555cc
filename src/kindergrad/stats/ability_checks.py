"""Does one scale hold? Misfit of engines and skills, and a second dimension, by posterior predictive checks.

Replicated tables are drawn from the fitted model with the same cells missing; each statistic of the real residuals is
compared with the same statistic of replicated ones, at the same draw. These p-values are conservative (Meng 1994,
doi:10.1214/aos/1176325622): rarely small by chance, so a small one deserves a look.

Gelman, Meng and Stern 1996; Sinharay, Johnson and Stern 2006, doi:10.1177/0146621605285517 (for item response).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.stats.ability import AbilityFit
from kindergrad.stats.ability_model import (
    FREEDOM,
    SPREAD_FLOOR,
    Blocks,
    Model,
    expected,
    split,
    spreads,
)

Floats = NDArray[np.float64]

_CLIP = 6.0  # standard deviations; one wild cell is a misfit of its own, not a dimension


class Misfit(NamedTuple):
    """Posterior predictive checks; E engines, S skills. Small p: the real table is stranger than replicated ones."""

    engine: Floats
    """Mean squared standardised residual of each engine, relative to replicates, shape (E,); 1 is as expected."""
    engine_p: Floats
    """P(a replicate is as strange), shape (E,)."""
    pattern: Floats
    """Slope of an engine's residuals in difficulty, shape (E,), in sd a logit; positive: hard passed, easy failed."""
    pattern_p: Floats
    """P(a replicate passes the hard and fails the easy as much), one-sided, shape (E,)."""
    skill: Floats
    skill_p: Floats
    explained: Floats
    """Share of the variance between engines on a skill that the scale explains, shape (S,)."""
    surprise: Floats
    """Mean standardised residual of each cell, shape (J,), in the order of ``fit.model.cells``."""
    second: float
    """Share of the residuals that one further dimension would take up."""
    second_expected: float
    """The same in replicates, where there is none."""
    second_p: float
    loadings: Floats
    """Of the skills on that dimension, shape (S,), unit length: opposite signs pull apart."""


def check_scale(fit: AbilityFit, *, seed: int = 0, replicates: int = 300) -> Misfit:
    """Posterior predictive checks of a fitted scale.

    Parameters
    ----------
    replicates : number of replicated tables; p-values are no finer than ``1 / (replicates + 1)``.
    """
    model = fit.model
    rng = stream(seed, "ability", "replicates")
    thin = np.unique(np.linspace(0, fit.q.shape[1] - 1, min(replicates, fit.q.shape[1])).astype(int))
    real: list[list[Floats]] = []
    copies: list[list[Floats]] = []
    surprise = np.zeros(len(model.cells.value))
    for i in thin:
        blocks = split(model, fit.q[:, [i]])
        mean, sd, made = replicate(model, blocks, rng)
        residual = np.clip((model.cells.value - mean) / sd, -_CLIP, _CLIP)
        surprise += residual / len(thin)
        b = fit.difficulty[i]
        real.append(_statistics(model, residual, b))
        copies.append(_statistics(model, np.clip((made - mean) / sd, -_CLIP, _CLIP), b))
    ours, theirs = (list(map(np.stack, zip(*s, strict=True))) for s in (real, copies))
    p = [(1 + (a <= b).sum(axis=0)) / (1 + len(thin)) for a, b in zip(ours, theirs, strict=True)]
    grid = _grid(model, surprise)
    _, _, right = np.linalg.svd(grid, full_matrices=False)
    engine, pattern, skill, second = (s.mean(axis=0) for s in ours)
    return Misfit(
        engine / np.maximum(theirs[0].mean(axis=0), 1e-12), p[0], pattern, p[1],
        skill / np.maximum(theirs[2].mean(axis=0), 1e-12), p[2], explained(fit), surprise,
        float(second), float(theirs[3].mean()), float(p[3]), right[0] * np.sign(right[0][np.abs(right[0]).argmax()]),
    )


def replicate(model: Model, blocks: Blocks, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Expected value, standard deviation and one replicate of each cell, for one draw; shape (J,) each."""
    cells = model.cells
    mean = expected(model, blocks)[0][:, 0]
    spread = spreads(blocks)[cells.skill, 0]
    value, sd = np.empty_like(mean), np.empty_like(mean)
    counts = slice(0, model.kinds[1].stop)
    n, p = cells.n[counts], np.clip(mean[counts], 1e-9, 1 - 1e-9)
    precision = np.clip(spread[counts], 1e-4, 1e4) ** -2.0
    share = np.where(n > 1, rng.beta(p * precision, (1 - p) * precision), p)
    value[counts] = rng.binomial(n.astype(np.int64), np.clip(share, 0, 1))
    sd[counts] = np.sqrt(n * p * (1 - p) * (1 + (n - 1) / (1 + precision)))
    scores = model.kinds[2]
    scale = np.sqrt(cells.stderr[scores] ** 2 + SPREAD_FLOOR**2 + spread[scores] ** 2)
    value[scores] = mean[scores] + scale * rng.standard_t(FREEDOM, len(scale))
    sd[scores] = scale * np.sqrt(FREEDOM / (FREEDOM - 2))
    return np.where(cells.n > 0, mean * cells.n, mean), sd, value


def _statistics(model: Model, residual: Floats, difficulty: Floats) -> list[Floats]:
    """Mean square and pattern per engine, mean square per skill, share of the first further dimension."""
    ones = np.ones(len(residual))
    per_engine, per_skill = model.by_engine @ ones, model.by_skill @ ones
    b = difficulty[model.cells.skill]
    away = b - ((model.by_engine @ b) / np.maximum(per_engine, 1))[model.cells.engine]
    pattern = (model.by_engine @ (residual * away)) / np.maximum(model.by_engine @ away**2, 1e-12)
    grid = _grid(model, residual)
    gram = grid @ grid.T if len(grid) < grid.shape[1] else grid.T @ grid
    return [
        (model.by_engine @ residual**2) / np.maximum(per_engine, 1), pattern,
        (model.by_skill @ residual**2) / np.maximum(per_skill, 1),
        np.array(np.linalg.eigvalsh(gram)[-1] / max(float(np.trace(gram)), 1e-12)),
    ]


def _grid(model: Model, residual: Floats) -> Floats:
    """Residuals as a table (E, S), 0 where nothing was observed; replicates add up to one standard unit."""
    total, count = np.zeros((2, model.n_engines, model.n_skills))
    at = (model.cells.engine, model.cells.skill)
    np.add.at(total, at, residual)
    np.add.at(count, at, 1.0)
    return np.asarray(total / np.sqrt(np.maximum(count, 1)))


def explained(fit: AbilityFit) -> Floats:
    """Share of a skill's variance between engines that the scale explains, shape (S,), 0 to 1.

    Variance of the expected scores of the engines that sat it, against that plus the extra spread of single results.
    """
    model = fit.model
    blocks = split(model, fit.q.mean(axis=1)[:, None])
    mean = expected(model, blocks)[0][:, 0] / (model.cells.hi - model.cells.lo)
    n = np.maximum(model.by_skill @ np.ones(len(mean)), 1)
    centre = (model.by_skill @ mean) / n
    signal = (model.by_skill @ (mean - centre[model.cells.skill]) ** 2) / n
    noise = spreads(blocks)[:, 0] ** 2
    counts = model.by_skill @ (model.cells.n > 0).astype(np.float64) / n
    noise *= np.where(counts > 0.5, np.clip(centre * (1 - centre), 0, 0.25), 1.0)  # spread of a count is relative
    once = (model.by_skill @ (model.cells.n == 1).astype(np.float64)) >= n
    noise = np.where(once, 0.0, noise)  # answers to one item carry no extra spread
    share = signal / np.maximum(signal + noise, 1e-12)
    return np.asarray(np.where(once, np.nan, share))
