"""One number per item whose mean is r or the area, with the right error; and what noisy truth allows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kindergrad.core.items import Items
from kindergrad.stats import correlation
from kindergrad.stats.scoring import cluster_stderr

ONE = np.full(400, "one")


def drawn(seed: int, r: float = 0.6, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return x, r * x + np.sqrt(1 - r * r) * rng.normal(size=n)


@given(arrays(np.float64, st.integers(3, 40), elements=st.floats(-100, 100, width=32)), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_mean_is_exactly_r(values: np.ndarray, seed: int) -> None:
    answers = np.random.default_rng(seed).normal(size=len(values))
    found = correlation.correlation_values(answers, values, np.full(len(values), "a"))
    flat = np.ptp(values) < 1e-6
    expected = 0.0 if flat else np.corrcoef(answers, values)[0, 1]
    assert found.mean() == pytest.approx(expected, abs=1e-6)


def test_mean_is_exactly_the_area() -> None:
    from sklearn.metrics import roc_auc_score

    x, y = drawn(1)
    labels = (y > 0.8).astype(np.int64)
    tied = np.round(x, 1)
    assert correlation.area_values(tied, labels, ONE).mean() == pytest.approx(roc_auc_score(labels, tied), abs=1e-12)


@pytest.mark.parametrize("kind", ["r", "area"])
def test_the_clustered_error_is_that_of_the_statistic(kind: str) -> None:
    """Over 300 repeated draws the spread of the statistic is what one draw says of itself."""
    means, errors = [], []
    for seed in range(300):
        x, y = drawn(seed)
        labels = (y > 0.5).astype(np.int64)
        values = correlation.correlation_values(x, y, ONE) if kind == "r" else correlation.area_values(x, labels, ONE)
        means.append(values.mean())
        errors.append(cluster_stderr(values, np.arange(400).astype(str)))
    assert np.std(means) == pytest.approx(np.mean(errors), rel=0.12)


def test_groups_are_never_pooled() -> None:
    """Two elements of different level, nothing within: pooled r would be large."""
    rng = np.random.default_rng(0)
    level = np.repeat([0.0, 10.0], 200)
    x, y = level + rng.normal(size=400), level + rng.normal(size=400)
    groups = np.repeat(["a", "b"], 200)
    assert np.corrcoef(x, y)[0, 1] > 0.9
    assert abs(correlation.correlation_values(x, y, groups).mean()) < 0.1


def test_the_same_answer_everywhere_scores_nothing() -> None:
    x, y = drawn(0)
    same = np.full(400, 0.1) + 1e-15 * x
    assert (correlation.correlation_values(same, y, ONE) == 0).all()
    assert (correlation.same_side(same * 0, y, ONE) == 0.5).all()
    assert (correlation.area_values(same, np.ones(400, dtype=np.int64), ONE) == 0.5).all()


@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_noise_free_is_what_the_truth_itself_scores(noise: float) -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(size=4000)
    first, second = (truth + noise * rng.normal(size=4000) for _ in range(2))
    groups = np.full(4000, "a")
    told = correlation.noise_free(correlation.correlation_values(second, first, groups), 0.0, 1.0)
    assert told.mean() == pytest.approx(np.corrcoef(truth, first)[0, 1], abs=0.02)
    from_errors = correlation.from_errors(first, np.full(4000, noise), groups)
    assert from_errors.mean() == pytest.approx(np.corrcoef(truth, first)[0, 1], abs=0.02)


def test_lists_share_one_variance() -> None:
    """Lists of eight, each around a level of its own: the level is no signal within a list."""
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(500, 8)) + 10 * rng.normal(size=(500, 1))
    values = truth + 0.7 * rng.normal(size=truth.shape)
    found = correlation.from_errors(values, np.full(values.shape, 0.7), np.zeros(0))
    assert found.shape == (500,)
    assert found.mean() == pytest.approx(np.sqrt(1 / 1.49), abs=0.02)


def test_noise_free_of_nothing_is_chance() -> None:
    assert (correlation.noise_free(np.array([-0.1, 0.05]), 0.0, 1.0) == 0.0).all()
    assert correlation.noise_free(np.full(9, 0.625), 0.5, 1.0).mean() == pytest.approx(0.75)
    assert (correlation.from_errors(np.arange(5.0), np.full(5, 9.0), np.full(5, "a")) == 0).all()


def test_sharp_twin_counts_sides() -> None:
    truth = {"value": np.array([1.0, 2.0, 3.0, 4.0]), "group": np.full(4, "a"), "cluster": np.full(4, "a")}
    items = Items(asked={}, truth=truth)
    assert correlation.side_within(np.array([0.0, 1.0, 5.0, 9.0]), items).tolist() == [1.0] * 4
    assert correlation.side_within(np.array([9.0, 1.0, 5.0, 0.0]), items).tolist() == [0.0, 1.0, 1.0, 0.0]
    assert correlation.r_within(-truth["value"], items).mean() == pytest.approx(-1.0)


def test_rank_correlation_is_that_of_scipy() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    left, right = rng.integers(0, 4, (6, 12)).astype(float), rng.standard_normal((6, 12))
    expected = [spearmanr(a, b).statistic for a, b in zip(left, right, strict=True)]
    assert correlation.rank_correlation(left, right) == pytest.approx(expected)
    assert correlation.rank_correlation(np.ones((1, 3)), right[:1, :3]) == pytest.approx([0.0])
