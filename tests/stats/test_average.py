"""Weights are learnt from what predicts well; conformal factors give intervals their share."""

import numpy as np
import pytest
from scipy.stats import norm

from kindergrad.stats.average import (
    Members,
    Weights,
    band,
    cdf,
    conformal_factors,
    learn,
    log_score,
    log_weights,
    quantiles,
    raw_quantiles,
)
from kindergrad.stats.curve_scores import GRID, crps, interval_score, paired_interval

N = 3000


@pytest.fixture(scope="module")
def archive():
    """Member 1 is right near the data, member 2 far from it; member 0 is always poor. Stated errors are too small."""
    rng = np.random.default_rng(0)
    ratio = rng.uniform(0.0, 2.0, N)
    truth = rng.standard_normal(N)
    error = np.stack([np.full(N, 2.0), np.where(ratio < 1, 0.1, 2.0), np.where(ratio < 1, 2.0, 0.1)])
    mean = truth + error * rng.standard_normal((3, N))
    return Members(mean, np.full((3, N), 0.1), np.zeros((3, N)), ratio), truth


def test_weights_follow_the_ratio(archive) -> None:
    members, truth = archive
    weights = learn(members, truth, np.full(N, 1.0 / N), ("poor", "near", "far"))
    near, far = (np.exp(log_weights(members, weights))[:, members.ratio < 0.5].mean(axis=1),
                 np.exp(log_weights(members, weights))[:, members.ratio > 1.5].mean(axis=1))
    assert near[1] > 0.8 and far[2] > 0.8
    even = weights._replace(intercept=(0.0,) * 3, slope=(0.0,) * 3)
    assert log_score(members, truth, weights).mean() > log_score(members, truth, even).mean()


def test_conformal_factors_repair_coverage(archive) -> None:
    members, truth = archive
    half = members.ratio[: N // 2], slice(N // 2, N)
    one = Weights(("a", "b", "c"), (0.0, 5.0, 0.0), (0.0, 0.0, 0.0), 0.1, 0.1, (0.3,) * 3, (), {})
    first = Members(*(f[..., : half[0].size] for f in members))
    second = Members(*(f[..., half[1]] for f in members))
    weights = one._replace(factor=conformal_factors(first, truth[: half[0].size], one))
    for level in (0.5, 0.8, 0.9):
        low, high = quantiles([0.5 - level / 2, 0.5 + level / 2], second, weights)
        inside = np.mean((truth[half[1]] >= low) & (truth[half[1]] <= high))
        assert inside == pytest.approx(level, abs=0.04)


def test_quantiles_invert_the_cdf(archive) -> None:
    members = Members(*(f[..., :5] for f in archive[0]))
    weights = Weights(("a", "b", "c"), (0.0, 1.0, 0.0), (0.0, 0.0, 0.5), 0.1, 0.5, (1.0,) * 3, ((1.0,) * 7,) * 3, {})
    shift = raw_quantiles([0.5], members, weights)[0]
    at = raw_quantiles([0.2, 0.9], members, weights)
    plain = weights._replace(power=0.5)
    level = cdf(at - (shift - _unshrunk(members, plain)), members, plain)
    np.testing.assert_allclose(level, np.array([[0.2], [0.9]]) * np.ones(5), atol=1e-6)


def _unshrunk(members, weights):
    """Median of the mixture itself, found by bisection."""
    low, high = np.full(members.ratio.size, -100.0), np.full(members.ratio.size, 100.0)
    for _ in range(80):
        middle = 0.5 * (low + high)
        below = cdf(middle, members, weights) < 0.5
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low


def test_bands() -> None:
    assert band(np.array([0.0, 0.1, 0.2, 0.3, 5.0])).tolist() == [0, 0, 0, 1, 6]


def test_crps_of_a_normal_forecast() -> None:
    """Closed form of the normal distribution (doi:10.1198/016214506000001437)."""
    truth = np.array([-1.0, 0.0, 2.0])
    grid = norm.ppf(np.array(GRID))[:, None] * np.ones(3)
    exact = truth * (2 * norm.cdf(truth) - 1) + 2 * norm.pdf(truth) - 1 / np.sqrt(np.pi)
    np.testing.assert_allclose(crps(grid, truth), exact, rtol=0.03)


def test_interval_score_punishes_misses() -> None:
    got = interval_score(np.zeros(3), np.ones(3), np.array([0.5, 1.5, -0.5]), 0.8)
    np.testing.assert_allclose(got, [1.0, 6.0, 6.0])


def test_paired_interval_covers_the_truth() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        mean, low, high = paired_interval(0.3 + rng.standard_normal(40), draws=300)
        assert low <= mean <= high
        hits += low <= 0.3 <= high
    assert 0.8 < hits / 200 < 0.97


def test_groups_are_drawn_together() -> None:
    value = np.repeat(np.random.default_rng(2).standard_normal(10), 20)
    alone, grouped = paired_interval(value), paired_interval(value, np.repeat(np.arange(10.0), 20))
    assert grouped[2] - grouped[1] > 2 * (alone[2] - alone[1])
