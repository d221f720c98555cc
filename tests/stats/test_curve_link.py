"""A hard skill from easy ones: recovery, calibration, and input that is refused."""

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.errors import InputError
from kindergrad.stats.curve_link import _log_density, fit_link


def engines(n, seed, top=1.0, slopes=(1.5, -0.5), start=-1.0, noise=0.02):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n, 2))
    return z, top / (1 + np.exp(-(start + z @ np.array(slopes)))) + noise * rng.standard_normal(n)


def test_recovers_the_weights() -> None:
    fit = fit_link(*engines(60, 0))
    np.testing.assert_allclose(fit.slopes @ fit.weight, [-1.0, 1.5, -0.5], atol=0.15)
    assert fit.top @ fit.weight > 0.97


def test_a_plateau_below_the_ceiling_is_seen() -> None:
    fit = fit_link(*engines(80, 1, top=0.5, start=1.0))
    assert fit.top @ fit.weight == pytest.approx(0.5, abs=0.05)


def test_intervals_hold_their_share_beyond_the_data() -> None:
    inside = []
    for seed in range(16):
        rng = np.random.default_rng(100 + seed)
        slopes, start = 1.5 * rng.standard_normal(2), 2.0 * rng.standard_normal()
        z, y = engines(25, seed, slopes=slopes, start=start)
        new, truth = engines(20, 1000 + seed, slopes=slopes, start=start)
        low, high = np.quantile(fit_link(z, y).predict(1.5 * new, observation=True), [0.05, 0.95], axis=0)
        latent = 1 / (1 + np.exp(-(start + 1.5 * new @ slopes)))
        truth = latent + 0.02 * rng.standard_normal(20)
        inside.append(np.mean((truth >= low) & (truth <= high)))
    assert 0.82 < np.mean(inside) < 0.98


def test_scatter_inside_the_sigmoid_is_integrated_as_on_a_fine_grid() -> None:
    rng, errors = np.random.default_rng(0), []
    for _ in range(60):
        odds, top = rng.normal(0.0, 3.0), rng.uniform(0.2, 1.0)
        sigma, scatter = 0.02 * np.exp(0.5 * rng.normal()), 0.7 * np.exp(0.5 * rng.normal())
        y = top * expit(odds + scatter * rng.normal()) + sigma * rng.normal()
        grid = np.linspace(odds - 12.0 * scatter, odds + 12.0 * scatter, 20001)
        inner = -0.5 * ((grid - odds) / scatter) ** 2 - 0.5 * ((y - top * expit(grid)) / sigma) ** 2
        exact = np.log(np.trapezoid(np.exp(inner), grid) / (2.0 * np.pi * sigma * scatter))
        found = _log_density(np.array([y]), *(np.array([[v]]) for v in (odds, top, sigma, scatter)))[0, 0]
        errors.append(abs(found - exact))
    assert np.quantile(errors, 0.9) < 0.03 and max(errors) < 0.3


def test_a_score_that_contradicts_everything_stays_finite() -> None:
    odd = _log_density(np.array([-5.0, 9.0]), *(np.array([[v]]) for v in (40.0, 0.01, 0.001, 0.05)))
    assert np.all(np.isfinite(odd)) and np.all(odd < -1e3)


def test_same_input_same_answer() -> None:
    z, y = engines(20, 2)
    np.testing.assert_array_equal(fit_link(z, y).predict(z), fit_link(z, y).predict(z))


@pytest.mark.parametrize(
    ("z", "y", "message"),
    [([[1.0], [2.0]], [0.5], "one row per score"), ([[np.nan]], [0.5], "must be finite"), ([1.0], [0.5], "one row")],
)
def test_bad_input_gives_one_clear_line(z, y, message) -> None:
    with pytest.raises(InputError, match=message):
        fit_link(z, y)
