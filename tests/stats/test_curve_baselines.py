"""Baselines recover their own law, and say last value where they should."""

import numpy as np
import pytest

from kindergrad.core.errors import UnknownNameError
from kindergrad.stats.curve_baselines import METHODS, point_forecast

X = np.linspace(4.0, 7.0, 16)
NEW = np.array([7.5, 8.0])
SHAPES = {
    "m1": lambda x: 2.0 - 0.3 * np.log(10) * (x - 4),
    "m2": lambda x: np.log(0.3 + 10 ** (-0.5 * (x - 4))),
    "m3": lambda x: 0.4 * np.log(10 ** (-(x - 7)) + 0.3),
    "logistic": lambda x: np.log(1.0 - 0.7 / (1 + np.exp(-2 * np.log(9) * (x - 5.5) / 2))),
    "bnsl": lambda x: np.log(0.2 + 10 ** (-0.2 * (x - 4)) * (1 + 10 ** ((x - 5.5) / 0.15)) ** (-0.5 * 0.15)),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_recovers_its_own_law(name: str) -> None:
    mean, sd = point_forecast(name, X, SHAPES[name](X), NEW)
    np.testing.assert_allclose(mean, SHAPES[name](NEW), atol=0.03)
    assert np.all(sd < 0.02)


def test_m4_follows_a_curve_that_starts_at_chance() -> None:
    from kindergrad.stats.curve_catalogue import catalogue

    truth = np.array([[0.0, 1.0, 0.2, 1.5, 0.8, 0.6, 7.0]])
    z = catalogue()["m4"].value(np.append(X, NEW), truth)[0]
    mean, _ = point_forecast("m4", X, z[:-2], NEW)
    np.testing.assert_allclose(mean, z[-2:], atol=0.02)


def test_last_value_and_line() -> None:
    z = np.log(3.0 - 0.2 * X)
    mean, sd = point_forecast("last_value", X, z, NEW)
    assert np.all(mean == z[-1]) and sd[1] > sd[0]
    np.testing.assert_allclose(np.exp(point_forecast("linear", X, z, NEW)[0]), 3.0 - 0.2 * NEW, rtol=1e-6)


def test_a_line_that_reaches_zero_stays_positive() -> None:
    z = np.log(np.maximum(3.0 - 0.42 * X, 1e-2))
    assert np.all(np.isfinite(point_forecast("linear", X, z, np.array([12.0]))[0]))


@pytest.mark.parametrize("name", METHODS)
def test_few_points_give_finite_numbers(name: str) -> None:
    mean, sd = point_forecast(name, X[:3], np.array([1.0, 0.8, 0.7]), NEW)
    assert np.all(np.isfinite(mean)) and np.all(sd > 0)


def test_unknown_method_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'bnsl'"):
        point_forecast("bnls", X, X, NEW)
