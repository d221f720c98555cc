"""Item response by marginal likelihood: recovery, guessing, missing answers, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from kindergrad.core.errors import InputError
from kindergrad.stats.ability_items import fit_items


def answers(seed: int, n: int = 3000, guess: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    a, d = rng.uniform(0.8, 2.0, 8), rng.normal(0, 1, 8)
    theta = rng.normal(0, 1, n)
    p = guess + (1 - guess) * expit(theta[:, None] * a + d)
    return (rng.random(p.shape) < p).astype(float), a, d, theta


def test_recovers_slopes_and_intercepts_within_their_errors() -> None:
    table, a, d, theta = answers(1)
    fit = fit_items(table)
    assert fit.converged
    assert np.all(np.abs(fit.slope - a) < 4 * fit.slope_stderr)
    assert np.all(np.abs(fit.intercept - d) < 4 * fit.intercept_stderr)
    assert np.corrcoef(fit.ability, theta)[0, 1] > 0.75
    np.testing.assert_allclose(fit.difficulty, -fit.intercept / fit.slope)


def test_known_guessing_is_taken_into_account() -> None:
    table, a, d, _ = answers(2, n=6000, guess=0.25)
    with_guess, without = fit_items(table, guess=0.25), fit_items(table)
    assert np.abs(with_guess.intercept - d).mean() < 0.5 * np.abs(without.intercept - d).mean()
    assert with_guess.log_likelihood > without.log_likelihood
    np.testing.assert_allclose(with_guess.guess, 0.25)
    assert np.abs(with_guess.slope - a).max() < 0.5


def test_guessing_can_be_estimated_when_there_are_answers_enough() -> None:
    table, _, _, _ = answers(3, n=20000, guess=0.2)
    fit = fit_items(table[:, :6], model="3PL")
    assert fit.log_likelihood >= fit_items(table[:, :6], guess=0.2).log_likelihood - 1e-3
    assert abs(float(np.median(fit.guess)) - 0.2) < 0.1


def test_agrees_with_a_plain_optimiser_of_the_same_likelihood() -> None:
    table, _, _, _ = answers(4, n=400)
    table = table[:, :4]
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    weights = weights / weights.sum()

    def loss(free: np.ndarray) -> float:
        p = np.clip(expit(nodes[:, None] * free[:4] + free[4:]), 1e-12, 1 - 1e-12)
        each = np.exp(table @ np.log(p).T + (1 - table) @ np.log(1 - p).T) @ weights
        return -float(np.log(each).sum())

    fit = fit_items(table)
    best = minimize(loss, np.concatenate([np.ones(4), np.zeros(4)]), method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(np.concatenate([fit.slope, fit.intercept]), best.x, atol=5e-3)
    assert fit.log_likelihood == pytest.approx(-best.fun, abs=1e-3)


def test_counts_are_the_same_as_repeated_rows_and_missing_answers_are_allowed() -> None:
    table, _, _, _ = answers(5, n=500)
    table[np.random.default_rng(0).random(table.shape) < 0.3] = np.nan
    once = fit_items(np.repeat(table, 2, axis=0))
    counted = fit_items(table, np.full(500, 2))
    np.testing.assert_allclose(once.slope, counted.slope, atol=1e-6)
    np.testing.assert_allclose(once.intercept, counted.intercept, atol=1e-6)
    np.testing.assert_allclose(once.slope_stderr, counted.slope_stderr, atol=1e-6)


@pytest.mark.parametrize(("table", "message"), [
    ([[0, 2], [1, 0]], "0, 1 and NaN"),
    ([[1, 0], [1, 1]], "item 0 was answered right by a share of 1"),
    ([0, 1], "0, 1 and NaN"),
])
def test_refuses(table: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit_items(np.array(table, dtype=float))


def test_refuses_wrong_counts_and_guesses() -> None:
    table = np.array([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(InputError, match="counts must be shape"):
        fit_items(table, np.ones(3))
    with pytest.raises(InputError, match="guess must lie in"):
        fit_items(table, guess=1.0)
