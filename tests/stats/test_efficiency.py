"""Area under the learning curve and examples needed, against direct computation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from kindergrad.core.errors import InputError
from kindergrad.stats.efficiency import examples_needed, isotonic, log_area, log_weights, neighbour_error

N = np.array([10.0, 30.0, 100.0, 1000.0, 20000.0])


def test_area_is_the_trapezoid_over_log_n() -> None:
    score = np.array([0.1, 0.2, 0.5, 0.7, 0.75])
    found = log_area(N, score, np.full(5, 0.02))
    x = np.log10(N)
    assert found.value == pytest.approx(np.trapezoid(score, x) / (x[-1] - x[0]))
    draws = (score + 0.02 * np.random.default_rng(0).normal(size=(20_000, 5))) @ log_weights(N)
    assert found.stderr == pytest.approx(draws.std(), rel=0.03)


def test_area_of_a_constant_is_the_constant_in_any_unit_of_n() -> None:
    assert log_area(N * 7.3, np.full(5, 0.4), np.zeros(5)).value == pytest.approx(0.4)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=12))
def test_isotonic_is_that_of_pool_adjacent_violators(y: list[float]) -> None:
    oracle = IsotonicRegression().fit_transform(np.arange(len(y)), y)
    np.testing.assert_allclose(isotonic(np.array([y]))[0], oracle, atol=1e-9)


def test_examples_needed_inverts_a_line_in_log_n() -> None:
    score = 0.2 * np.log10(N)
    assert examples_needed(N, score[None], 0.5)[0] == pytest.approx(2.5)


def test_examples_needed_knows_never_and_already() -> None:
    curves = np.array([np.full(5, 0.4), np.full(5, 0.6), np.linspace(0, 1, 5)])
    needed = examples_needed(N, curves, 0.5)
    assert needed[0] == np.inf
    assert needed[1] == -np.inf
    assert needed[2] == pytest.approx(2.0)


def test_one_lucky_point_is_no_threshold() -> None:
    needed = examples_needed(N, np.array([[0.0, 0.6, 0.0, 0.1, 0.9]]), 0.5)
    assert needed[0] > 3.0


def test_error_from_neighbours() -> None:
    n = 10.0 ** np.linspace(1, 5, 400)
    rng = np.random.default_rng(0)
    assert neighbour_error(n, 0.1 * np.log10(n) + rng.normal(0, 0.03, 400)) == pytest.approx(0.03, rel=0.15)
    assert neighbour_error(n, 0.1 * np.log10(n)) == pytest.approx(0, abs=1e-9)
    assert np.isnan(neighbour_error(n[:3], np.zeros(3)))


def test_refuses_sizes_that_do_not_increase() -> None:
    with pytest.raises(InputError, match="increasing sizes"):
        log_weights(np.array([10.0, 10.0]))
