"""Parameters and data together: recovery, calibration, and input that is refused."""

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.stats.curve_two_axes import fit_two_axes

N, D = (a.ravel() for a in np.meshgrid([8.3, 8.6, 8.9, 9.1], [9.6, 10.0, 10.4, 10.8]))


def truth(n, d, e=0.6, a=0.34, b=0.28):
    return e + 10 ** (-a * (n - 8.0)) + 10 ** (-b * (d - 9.5))


def test_recovers_and_extrapolates() -> None:
    rng = np.random.default_rng(0)
    fitted = fit_two_axes(N, D, truth(N, D) * np.exp(0.002 * rng.standard_normal(N.size)))
    future = fitted.predict([9.8], [12.0])[:, 0]
    low, middle, high = np.quantile(future, [0.05, 0.5, 0.95])
    assert low < np.log(truth(9.8, 12.0)) < high
    assert middle == pytest.approx(np.log(truth(9.8, 12.0)), abs=0.08)
    assert np.median(fitted.sigma) < 0.006


def test_intervals_hold_their_share() -> None:
    inside = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        e, a, b = rng.uniform(0.1, 1.5), 0.35 * np.exp(0.5 * rng.standard_normal()), rng.uniform(0.15, 0.6)
        loss = truth(N, D, e, a, b) * np.exp(0.01 * rng.standard_normal(N.size))
        low, high = np.quantile(fit_two_axes(N, D, loss).predict([9.6], [11.3])[:, 0], [0.1, 0.9])
        inside.append(low < np.log(truth(9.6, 11.3, e, a, b)) < high)
    assert 0.6 < np.mean(inside) <= 1.0


def test_unit_of_the_loss_drops_out() -> None:
    loss = truth(N, D) * np.exp(0.01 * np.random.default_rng(1).standard_normal(N.size))
    one, other = fit_two_axes(N, D, loss), fit_two_axes(N, D, 1000.0 * loss)
    np.testing.assert_allclose(other.predict([9.8], [12.0]) - np.log(1000.0), one.predict([9.8], [12.0]), atol=1e-6)


def test_same_seed_same_draws() -> None:
    fitted = fit_two_axes(N, D, truth(N, D))
    np.testing.assert_array_equal(fitted.predict([9.5], [11.0], seed=3), fitted.predict([9.5], [11.0], seed=3))


@pytest.mark.parametrize(
    ("n", "d", "loss", "message"),
    [([9.0], [10.0, 11.0], [1.0], "one length"), ([9.0], [10.0], [-1.0], "positive"), ([], [], [], "one length"),
     ([np.nan], [10.0], [1.0], "finite")],
)
def test_bad_input_gives_one_clear_line(n, d, loss, message) -> None:
    with pytest.raises(InputError, match=message):
        fit_two_axes(n, d, loss)
