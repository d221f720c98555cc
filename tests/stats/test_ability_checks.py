"""Posterior predictive checks: quiet on one scale, loud on two, and they name who does not fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.stats.ability import AbilityFit, fit_abilities
from kindergrad.stats.ability_checks import check_scale, replicate
from kindergrad.stats.ability_model import Cells, build, expected, split

ENGINES, SKILLS = 30, 10


def table(seed: int, second: float = 0.0, cheat: int | None = None, noisy: int | None = None) -> Cells:
    rng = np.random.default_rng(seed)
    theta, other, b = rng.normal(0, 1, ENGINES), rng.normal(0, 1, ENGINES), np.linspace(-2, 2, SKILLS)
    e, s = np.divmod(np.arange(ENGINES * SKILLS), SKILLS)
    t = theta[e] - b[s] + second * other[e] * np.where(s % 2, 1, -1)
    if cheat is not None:  # hard skills passed, easy ones failed
        t = np.where(e == cheat, b[s], t)
    if noisy is not None:
        t = np.where(s == noisy, rng.normal(0, 1, ENGINES)[e], t)
    zero = np.zeros(len(e))
    return Cells(e, s, rng.binomial(100, expit(t)).astype(float), zero + 100, zero, zero, zero + 1)


def fit(cells: Cells) -> AbilityFit:
    return fit_abilities(cells, (ENGINES, SKILLS), slope_sd=0.3, draws=800)


def test_one_scale_is_called_one_scale() -> None:
    found = [check_scale(fit(table(seed))) for seed in range(2)]
    assert all(f.second_p > 0.05 for f in found)
    assert sum(int((f.engine_p <= 0.01).sum()) for f in found) <= 2
    assert sum(int((f.skill_p <= 0.01).sum()) for f in found) == 0


def test_two_dimensions_are_seen_and_their_skills_named() -> None:
    found = check_scale(fit(table(1, second=0.8)))
    assert found.second_p <= 0.05
    assert found.second > 1.5 * found.second_expected
    sides = np.sign(found.loadings)
    assert abs(float(sides @ np.where(np.arange(SKILLS) % 2, 1, -1))) == SKILLS
    assert np.linalg.norm(found.loadings) == pytest.approx(1)


def test_an_engine_that_passes_the_hard_and_fails_the_easy_is_named() -> None:
    found = check_scale(fit(table(2, cheat=7)))
    assert int(found.pattern_p.argmin()) == 7
    assert found.pattern_p[7] <= 0.01
    assert found.pattern[7] > 0
    assert int(found.engine.argmax()) == 7


def test_a_skill_that_follows_something_else_is_poorly_explained() -> None:
    found = check_scale(fit(table(3, noisy=4)))
    assert int(found.explained.argmin()) == 4
    assert found.explained[4] < 0.6
    assert np.delete(found.explained, 4).min() > 0.8


def test_replicates_have_the_mean_and_spread_they_claim() -> None:
    e, s = np.divmod(np.arange(9), 3)
    n = np.where(s == 0, 1.0, np.where(s == 1, 40.0, 0.0))
    zero = np.zeros(9)
    cells = Cells(e, s, np.where(n > 0, n // 2, 0.5), n, zero + 0.03, zero + 0.1, zero + 0.9)
    model = build(cells, (3, 3), 0.0)
    q = np.random.default_rng(0).normal(0, 0.5, (model.size, 1))
    blocks = split(model, q)
    blocks.eta[:] = np.log(0.1)
    rng = np.random.default_rng(1)
    draws = np.stack([replicate(model, blocks, rng)[2] for _ in range(8_000)])
    mean, sd, _ = replicate(model, blocks, rng)
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=4.5 * sd.max() / np.sqrt(8_000))
    np.testing.assert_allclose(draws.std(axis=0), sd, rtol=0.06)
    np.testing.assert_allclose(mean, expected(model, blocks)[0][:, 0] * np.maximum(model.cells.n, 1))
