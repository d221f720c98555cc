"""Products of easy skills against weighted sums: known truth, and input that is refused."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.stats.conjunction import compare


def engines(n: int = 24, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(np.sort(rng.uniform(0.3, 0.97, (n, 2)), axis=0) + 0.08 * rng.standard_normal((n, 2)), 0.1, 0.99)


def noise(n: int = 24) -> np.ndarray:
    return 0.02 * np.random.default_rng(9).standard_normal(n)


def test_steps_that_must_all_succeed_are_recognised_and_counted() -> None:
    easy = engines()
    found = compare(easy, easy[:, 0] ** 2 * easy[:, 1] ** 4 + noise())
    assert found.log10_bayes_factor > 1.0
    low, high = np.quantile(found.conjunctive.draw(), [0.02, 0.98], axis=0)
    assert np.all(low < [2.0, 4.0]) and np.all(high > [2.0, 4.0])
    assert np.all(high - low < 2.0)


def test_skills_that_make_up_for_each_other_are_recognised() -> None:
    easy = engines()
    odds = np.log(easy / (1.0 - easy))
    found = compare(easy, 1.0 / (1.0 + np.exp(1.0 - 0.6 * odds[:, 0] - 0.8 * odds[:, 1])) + noise())
    assert found.log10_bayes_factor < -1.0


def test_too_few_engines_tell_nothing() -> None:
    assert abs(compare([[0.5], [0.6]], [0.2, 0.3]).log10_bayes_factor) < 1.0


def test_order_of_engines_does_not_matter() -> None:
    easy = engines()
    hard = easy[:, 0] ** 3 + noise()
    back = np.arange(24)[::-1]
    assert compare(easy, hard).log10_bayes_factor == pytest.approx(compare(easy[back], hard[back]).log10_bayes_factor)


@pytest.mark.parametrize(("easy", "hard", "what"), [
    ([[0.5, 0.6]], [0.1, 0.2], "one row per score"), ([0.5, 0.6], [0.1, 0.2], "one row per score"),
    ([[0.5], [np.nan]], [0.1, 0.2], "finite"),
])
def test_what_cannot_be_used_is_refused(easy: list, hard: list, what: str) -> None:
    with pytest.raises(InputError, match=what):
        compare(easy, hard)
