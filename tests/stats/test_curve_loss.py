"""Averaged loss forecasts: invariances, humility, and input that is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import InputError
from kindergrad.stats.average import BANDS, LEVELS, shipped
from kindergrad.stats.curve_loss import MEMBERS, forecast

X = np.linspace(5.0, 8.0, 13)
NEW = np.array([8.3, 9.0, 10.0])


def power(x, offset=0.3, exponent=0.3):
    return offset + 10.0 ** (-exponent * (x - 5.0))


def noisy(x, sd, seed):
    return power(x) * np.exp(sd * np.random.default_rng(seed).standard_normal(x.size))


def test_shipped_weights_fit_the_members() -> None:
    weights = shipped()
    assert weights.members == MEMBERS
    assert len(weights.factor) == len(LEVELS) and all(len(row) == len(BANDS) - 1 for row in weights.factor)
    assert len(weights.archive["lcdb_sha256"]) == 64


def test_forecast_of_a_power_law() -> None:
    made = forecast(X, noisy(X, 0.005, 0), NEW)
    np.testing.assert_allclose(made.median, power(NEW), rtol=0.06)
    low, high = made.quantile([0.05, 0.95])
    assert np.all((low < power(NEW)) & (power(NEW) < high))
    assert np.all(np.diff(np.log(high / low)) > 0), "the interval must open with distance"


@settings(max_examples=10, deadline=None)
@given(unit=st.floats(1e-6, 1e6), shift=st.floats(-3, 3), seed=st.integers(0, 100))
def test_units_and_order_do_not_matter(unit: float, shift: float, seed: int) -> None:
    loss = noisy(X, 0.02, seed)
    order = np.random.default_rng(seed).permutation(X.size)
    here = forecast(X, loss, NEW).quantile([0.1, 0.5, 0.9])
    there = forecast(X[order] + shift, unit * loss[order], NEW + shift).quantile([0.1, 0.5, 0.9])
    np.testing.assert_allclose(there / unit, here, rtol=1e-5)


def test_quantiles_never_cross() -> None:
    levels = np.linspace(0.01, 0.99, 99)
    made = forecast(X, noisy(X, 0.05, 3), NEW).quantile(levels)
    assert np.all(np.diff(made, axis=0) > 0)


def test_noise_without_trend_stays_at_the_last_value() -> None:
    loss = np.exp(0.02 * np.random.default_rng(4).standard_normal(13))
    made = forecast(X, loss, [8.2])
    assert abs(np.log(made.median[0])) < 0.03


def test_weights_sum_to_one_and_name_the_members() -> None:
    weight = forecast(X, noisy(X, 0.02, 5), NEW).weight
    np.testing.assert_allclose(sum(weight.values()), 1.0)
    assert "last_value" in weight


def test_few_and_odd_points() -> None:
    for n in (1, 2, 3):
        low, high = forecast(X[:n], power(X[:n]), NEW).quantile([0.05, 0.95])
        assert np.all(np.isfinite(high)) and np.all(high > low)
    zero = forecast(X, np.append(power(X[:-1]), 0.0), NEW)
    assert "lifted" in zero.assumptions[0]
    same = forecast(X, np.full(13, 2.0), NEW)
    np.testing.assert_allclose(same.median, 2.0, rtol=0.01)
    wide = np.linspace(1, 13, 13)
    assert np.all(np.isfinite(forecast(wide, power(wide, 0.1, 0.1), [14.0]).median))


def test_known_errors_widen_the_forecast() -> None:
    loss = power(X)
    sharp = forecast(X, loss, [8.2], np.full(13, 0.001)).quantile([0.1, 0.9])
    blunt = forecast(X, loss, [8.2], 0.1 * loss).quantile([0.1, 0.9])
    assert np.ptp(np.log(blunt)) > np.ptp(np.log(sharp))


@pytest.mark.parametrize(
    ("x", "loss", "new", "stderr", "message"),
    [
        ([1.0, 2.0], [1.0, -1.0], [3.0], None, "must be positive"),
        ([1.0, 2.0], [0.0, 0.0], [3.0], None, "must be positive"),
        ([1.0, 2.0], [1.0, np.nan], [3.0], None, "must be finite"),
        ([1.0], [1.0, 2.0], [3.0], None, "same length"),
        ([1.0, 2.0], [1.0, 0.9], [np.nan], None, "scales to predict must be finite"),
        ([1.0, 2.0], [1.0, 0.9], [3.0], [0.1, -0.1], "stderr must have one value"),
    ],
)
def test_bad_input_gives_one_clear_line(x, loss, new, stderr, message) -> None:
    with pytest.raises(InputError, match=message):
        forecast(x, loss, new, stderr)
