"""A hard skill from easy ones: recovery, calibration, and input that is refused."""

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.stats.curve_link import fit_link


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
    for seed in range(30):
        rng = np.random.default_rng(100 + seed)
        slopes, start = 1.5 * rng.standard_normal(2), 2.0 * rng.standard_normal()
        z, y = engines(25, seed, slopes=slopes, start=start)
        new, truth = engines(20, 1000 + seed, slopes=slopes, start=start)
        low, high = np.quantile(fit_link(z, y).predict(1.5 * new, observation=True), [0.05, 0.95], axis=0)
        latent = 1 / (1 + np.exp(-(start + 1.5 * new @ slopes)))
        truth = latent + 0.02 * rng.standard_normal(20)
        inside.append(np.mean((truth >= low) & (truth <= high)))
    assert 0.82 < np.mean(inside) < 0.98


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
