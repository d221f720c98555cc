"""One curve: evidence against brute force, calibration against simulated truth, and odd input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logsumexp
from scipy.stats import kstest, multivariate_normal

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats import curve
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_evidence import Data, fit_law, spread_quantile
from kindergrad.stats.laws._law import Design
from kindergrad.testing.check_law import draw_parameters

X = np.linspace(3.0, 7.0, 9)


def logistic(x, low, high, location, width):
    return low + (high - low) * expit(2 * np.log(9) * (x - location) / width)


def noisy(y, stderr, seed):
    return y + stderr * np.random.default_rng(seed).standard_normal(y.size)


def brute_force(law, data, n, seed):
    """Evidence by plain Monte Carlo over the whole prior except the linear part, with dense covariances."""
    rng = np.random.default_rng(seed)
    u = (np.arange(n)[:, None] + rng.random((n, law.n_nonlinear + 1))) / n
    u = np.column_stack([rng.permutation(column) for column in u.T])
    theta, sigma = law.nonlinear(u[:, :-1], data.design), spread_quantile(u[:, -1], data.spread)
    basis = law.basis(data.x, theta, data.design)
    parts = []
    for k in range(n):
        noise = np.diag(data.stderr**2 + sigma[k] ** 2)
        for prior in law.prior:
            covariance = noise + basis[k] @ np.diag(np.square(prior.sd)) @ basis[k].T
            log_density = multivariate_normal.logpdf(data.y, basis[k] @ np.array(prior.mean), covariance)
            parts.append(log_density + np.log(prior.weight) - np.log(n))
    return logsumexp(parts)


@pytest.mark.parametrize("name", ["flat", "line", "logistic", "step"])
def test_evidence_agrees_with_brute_force(name: str) -> None:
    data, _ = curve.checked(X, noisy(logistic(X, 0.0, 0.5, 5.2, 1.2), 0.08, 1), np.full(9, 0.08))
    law = catalogue()[name]
    free = law if law.capped is None else law.__class__(**{**law.__dict__, "capped": None})
    assert fit_law(free, data).log_evidence == pytest.approx(brute_force(free, data, 1500, 2), abs=0.2)


def test_ceiling_of_the_plateau_enters_the_evidence_exactly() -> None:
    """One point, one law: the truncated prior predictive has a closed form by simulation."""
    law = catalogue()["step"]
    data = Data(np.array([5.0]), np.array([0.9]), np.array([0.05]), 1e-6, Design(5.0, 5.0))
    parameters = draw_parameters(law, 400_000, 0, data.design)
    latent = law.value(data.x, parameters)[:, 0]
    density = np.mean(np.exp(-0.5 * ((0.9 - latent) / 0.05) ** 2)) / (0.05 * np.sqrt(2 * np.pi))
    assert np.exp(fit_law(law, data).log_evidence) == pytest.approx(density, rel=0.03)


def test_simulation_based_calibration() -> None:
    """Ranks of the truth among the draws are uniform when truth comes from the prior (arXiv:1804.06788)."""
    design = Design(3.0, 7.0)
    ranks = {"future": [], "spread": [], "location": []}
    for seed in range(150):
        rng = stream(seed, "sbc")
        name = rng.choice(["flat", "line", "logistic", "step"], p=[0.25, 0.2, 0.4, 0.15])
        law = catalogue()[name]
        u = rng.random((1, law.n_nonlinear))
        truth = draw_parameters(law, 1, seed, design)
        truth[:, law.n_linear :] = law.nonlinear(u, design)
        spread = float(spread_quantile(rng.random(), curve.KNOWN_SPREAD))
        y = law.value(X, truth)[0] + np.hypot(0.03, spread) * rng.standard_normal(9)
        if np.max(y) > 1.0 or spread > 1:
            continue  # the ceiling would be moved to fit such data
        posterior = curve.fit(X, y, np.full(9, 0.03), seed=seed, draws=500)
        noise = 1e-9 * rng.standard_normal(500)
        ranks["future"].append(np.mean(posterior.predict([8.0])[:, 0] + noise < law.value(np.array([8.0]), truth)[0]))
        ranks["spread"].append(np.mean(posterior.spread < spread))
        if "location" in law.parameters:
            ranks["location"].append(np.mean(posterior.location < truth[0, 2]))
    for values in ranks.values():
        assert kstest(values, "uniform").pvalue > 0.01


def test_recovers_a_known_curve() -> None:
    y = noisy(logistic(X, 0.0, 0.8, 5.0, 1.5), 0.01, 0)
    posterior = curve.fit(X, y, np.full(9, 0.01))
    # a fall beyond the data is beyond them to rule out: peaked keeps about its prior share
    assert posterior.probabilities["logistic"] + posterior.probabilities["peaked"] > 0.99
    assert posterior.probabilities["logistic"] > 0.8
    assert np.median(posterior.width) == pytest.approx(1.5, abs=0.15)
    assert np.median(posterior.location) == pytest.approx(5.0, abs=0.05)
    assert np.median(posterior.crossing(0.4)) == pytest.approx(5.0, abs=0.05)
    assert np.median(posterior.predict([8.0])) == pytest.approx(0.8, abs=0.02)
    assert posterior.p_learning == 1.0


def test_step_and_smooth_rise_are_told_apart() -> None:
    jump = curve.fit(X, noisy(np.where(X > 5.2, 0.7, 0.0), 0.02, 1), np.full(9, 0.02))
    smooth = curve.fit(X, noisy(logistic(X, 0, 0.7, 5.2, 2.0), 0.02, 1), np.full(9, 0.02))
    assert np.mean(jump.width <= 0.3) > 0.9
    assert np.mean(smooth.width <= 0.3) < 0.001


def test_all_at_the_floor_stays_wide_and_honest() -> None:
    posterior = curve.fit(X, noisy(np.zeros(9), 0.02, 3), np.full(9, 0.02), horizon=9.0)
    assert posterior.p_learning < 0.1
    assert posterior.probabilities["flat"] > 0.4
    later = posterior.predict([9.0])
    assert np.quantile(later, 0.5) < 0.1 < np.quantile(later, 0.95), "a later rise must stay possible"
    assert 0.5 < np.mean(np.isinf(posterior.crossing(0.5))) < 0.99


def test_a_falling_curve_below_the_target_has_not_reached_it() -> None:
    falling = curve.fit(X, noisy(-0.06 * (X - X[0]), 0.01, 3), np.full(9, 0.01))
    assert np.mean(np.isinf(falling.crossing(0.5))) > 0.9
    above = curve.fit(X, noisy(0.9 - 0.02 * (X - X[0]), 0.01, 3), np.full(9, 0.01))
    assert np.all(above.crossing(0.5) == X[0])


def test_one_and_two_points() -> None:
    one = curve.fit([5.0], [0.1], [0.02])
    assert 0.1 < one.p_learning < 0.6
    assert one.resolution == np.inf
    assert np.ptp(np.quantile(one.predict([7.0]), [0.05, 0.95])) > 0.5
    two = curve.fit([5.0, 6.0], [0.1, 0.3], [0.02, 0.02])
    assert 0.8 < two.p_learning < 0.99


@pytest.mark.parametrize("stderr", [np.zeros(9), None, np.array([np.nan, *[0.01] * 8])])
def test_missing_and_zero_errors_are_stated(stderr) -> None:
    posterior = curve.fit(X, noisy(logistic(X, 0, 0.6, 5, 1.5), 0.01, 4), stderr)
    assert posterior.assumptions
    assert np.median(posterior.location) == pytest.approx(5.0, abs=0.2)


def test_all_equal_scores() -> None:
    posterior = curve.fit(X, np.full(9, 0.3), np.zeros(9))
    assert posterior.p_learning < 0.01
    assert np.median(posterior.predict([7.5])) == pytest.approx(0.3, abs=0.01)


def test_twelve_decades_and_scores_outside_0_and_1() -> None:
    x = np.linspace(1.0, 13.0, 13)
    y = noisy(logistic(x, -0.1, 1.3, 7.0, 4.0), 0.02, 5)
    posterior = curve.fit(x, y, np.full(13, 0.02))
    assert "above 1" in posterior.assumptions[0]
    assert np.median(posterior.location) == pytest.approx(7.0, abs=0.3)


def test_order_of_rows_does_not_matter_and_same_seed_same_draws() -> None:
    y = noisy(logistic(X, 0, 0.6, 5, 1.5), 0.03, 6)
    a, b = curve.fit(X, y, np.full(9, 0.03)), curve.fit(X[::-1], y[::-1], np.full(9, 0.03))
    assert a.log_evidence == pytest.approx(b.log_evidence, abs=1e-9)
    np.testing.assert_array_equal(a.predict([8.0]), curve.fit(X, y, np.full(9, 0.03)).predict([8.0]))


def test_a_repeated_seed_sharpens() -> None:
    y = noisy(logistic(X, 0, 0.6, 5, 1.5), 0.05, 7)
    one = curve.fit(X, y, np.full(9, 0.05))
    twice = curve.fit(np.tile(X, 2), np.tile(y, 2), np.full(18, 0.05))
    assert np.std(twice.location) < np.std(one.location)


@settings(max_examples=25, deadline=None)
@given(shift=st.floats(-3, 6), scale_of_errors=st.floats(0.005, 0.2), seed=st.integers(0, 1000))
def test_unit_of_the_scale_does_not_matter(shift: float, scale_of_errors: float, seed: int) -> None:
    y = noisy(logistic(X, 0, 0.6, 5, 1.5), scale_of_errors, seed)
    here = curve.fit(X, y, np.full(9, scale_of_errors), draws=200)
    there = curve.fit(X + shift, y, np.full(9, scale_of_errors), draws=200)
    assert there.log_evidence == pytest.approx(here.log_evidence, abs=1e-6)
    assert np.median(there.location) - shift == pytest.approx(np.median(here.location), abs=1e-6)


def test_resolution_follows_spacing_and_errors() -> None:
    fine, coarse = np.linspace(3, 7, 33), np.linspace(3, 7, 9)
    make = lambda x, s: curve.fit(x, noisy(logistic(x, 0, 0.7, 5, 1.0), s, 8), np.full(x.size, s)).resolution  # noqa: E731
    assert make(fine, 0.02) < make(coarse, 0.02) < make(coarse, 0.1)


def test_observation_is_wider_than_the_latent_curve() -> None:
    posterior = curve.fit(X, noisy(logistic(X, 0, 0.7, 5, 1.0), 0.08, 9), np.full(9, 0.01))
    latent, observed = posterior.predict([7.5]), posterior.predict([7.5], observation=True)
    assert np.std(observed) > 1.5 * np.std(latent)


@pytest.mark.parametrize(
    ("x", "y", "stderr", "message"),
    [
        ([3.0, 4.0], [0.1, np.nan], None, "y .score. must be finite; got nan at position 1"),
        ([3.0, np.inf], [0.1, 0.2], None, "x .log10 scale. must be finite"),
        ([3.0], [0.1, 0.2], None, "same length"),
        ([], [], None, "same length, at least 1"),
        ([3.0, 4.0], [0.1, 0.2], [0.1, -0.1], "standard error is negative"),
        ([3.0, 4.0], [0.1, 0.2], [0.1], "one value per score"),
        ([[3.0, 4.0]], [0.1, 0.2], None, "one-dimensional"),
    ],
)
def test_bad_input_gives_one_clear_line(x, y, stderr, message) -> None:
    with pytest.raises(InputError, match=message):
        curve.fit(x, y, stderr)


def test_opening_widens_beyond_the_data_only() -> None:
    posterior = curve.fit(X, noisy(logistic(X, 0, 0.7, 5, 1.0), 0.02, 9), np.full(9, 0.02))
    x = [8.0, 5.0, 7.0, 9.0]
    closed, opened = posterior.predict(x), posterior.predict(x, opening=True)
    np.testing.assert_array_equal(closed[:, 1:3], opened[:, 1:3])
    grown = opened.std(axis=0) - closed.std(axis=0)
    assert grown[3] > grown[0] > 0.01


def test_a_law_of_ones_own_can_be_given() -> None:
    law = catalogue()["logistic"]
    sure = law.__class__(**{**law.__dict__, "prior": tuple(p._replace(mean=(0.0, 1.0), sd=(0.05, 0.01))
                                                           for p in law.prior)})
    posterior = curve.fit(X[:4], np.array([0.0, 0.05, 0.15, 0.3]), np.full(4, 0.02), laws=(sure,))
    assert np.median(posterior.predict([12.0])) > 0.95


def test_errors_that_are_all_zero_count_as_unknown() -> None:
    y = noisy(logistic(X, 0.0, 0.5, 5.2, 1.2), 0.08, 1)
    zero, said = curve.checked(X, y, np.zeros(X.size))
    assert zero.spread == curve.checked(X, y, None)[0].spread
    assert said == ("no standard errors: all scatter is taken as extra spread",)
