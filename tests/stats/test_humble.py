"""Humble members: nothing changes within the data, forecasts open beyond, crossings are consistent with paths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.stats import curve as one_curve
from kindergrad.stats.humble import LAST_VALUE, TREND, humble

X = np.arange(3.0, 5.1, 0.25)


def posterior(y: np.ndarray, stderr: float = 0.02) -> one_curve.CurvePosterior:
    return one_curve.fit(X, y + np.random.default_rng(0).normal(0, stderr, X.size), np.full(X.size, stderr))


def half_way() -> one_curve.CurvePosterior:
    return posterior(0.8 * expit(4.4 * (X - 4.7) / 1.5))


def test_within_the_data_nothing_changes() -> None:
    alone = half_way()
    assert np.array_equal(humble(alone, 5.0).latent(X), alone.predict(X))


def test_beyond_the_data_forecasts_open_and_stay_below_the_ceiling() -> None:
    alone = half_way()
    with_members = humble(alone, 5.0)
    ahead = np.array([5.5, 6.0, 7.0])
    width = np.ptp(np.quantile(with_members.latent(ahead), [0.05, 0.95], axis=0), axis=0)
    assert np.all(width >= np.ptp(np.quantile(alone.predict(ahead), [0.05, 0.95], axis=0), axis=0))
    assert with_members.latent(ahead).max() <= max(alone.design.ceiling, alone.predict(ahead).max()) + 1e-12
    shares = np.bincount(with_members.member, minlength=3) / alone.n_draws
    assert shares[1] == pytest.approx(LAST_VALUE, abs=0.03)
    assert shares[2] == pytest.approx(TREND, abs=0.03)


def test_a_saturated_curve_is_hardly_widened() -> None:
    alone = posterior(0.8 * expit(4.4 * (X - 3.6) / 0.8))
    draws = humble(alone, 5.0).latent([6.0])
    assert np.ptp(np.quantile(draws, [0.05, 0.95])) < 0.15


def test_a_curve_that_has_not_begun_follows_its_laws() -> None:
    with_members = humble(posterior(np.zeros(X.size)), 5.0)
    moving = with_members.posterior.predict([3.0, 5.0])
    still = np.abs(moving[:, 1] - moving[:, 0]) <= one_curve.MEANINGFUL_RISE
    assert still.mean() > 0.5
    assert np.all(with_members.member[still] == 0)


def test_a_crossing_is_where_the_path_crosses() -> None:
    with_members = humble(half_way(), 5.0)
    at = with_members.crossing(0.7, 6.0)
    ahead = np.isfinite(at) & (at > 5.0)
    assert ahead.mean() > 0.2
    grid = np.arange(5.0, 11.01, 0.01)
    path = with_members.latent(grid)
    for draw in np.flatnonzero(ahead)[:50]:
        exact = grid[np.argmax(path[draw] >= 0.7)]
        assert at[draw] == pytest.approx(exact, abs=0.06)
    never = np.isinf(at)
    assert np.all(path[never].max(axis=1) < 0.7 + 1e-6)


def test_the_same_seed_gives_the_same_draws() -> None:
    alone = half_way()
    first, second = humble(alone, 5.0, seed=3), humble(alone, 5.0, seed=3)
    assert np.array_equal(first.observed([6.0], 1), second.observed([6.0], 1))
    assert not np.array_equal(first.latent([6.0]), humble(alone, 5.0, seed=4).latent([6.0]))
