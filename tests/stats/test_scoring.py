"""Scores between floor and ceiling: ties, no clipping, errors that cover, no ratio of noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kindergrad.stats.scoring import (
    TIE,
    bits_gained,
    cluster_stderr,
    correlation,
    normalise,
    placement,
    rank_first,
    top_found,
)

answers_of = arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(2, 6)),
                    elements=st.integers(-3, 3).map(float))


def test_placement_and_rank_by_hand() -> None:
    answers = np.array([[3.0, 1.0, 2.0, 0.0], [1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 1.0, -1.0], [2.0, 2.0, 1.0, 0.0]])
    true = np.zeros(4, dtype=np.int64)
    assert placement(answers, true) == pytest.approx([1.0, 0.5, 1 / 3, (2 + 0.5) / 3])
    assert rank_first(answers, true) == pytest.approx([1.0, 0.25, 0.0, 0.5])


@given(arrays(np.float64, (3, 6), elements=st.floats(-5, 5).map(lambda x: round(x, 1))))
@settings(max_examples=40)
def test_correlation_is_that_of_numpy_where_there_is_one(answers: np.ndarray) -> None:
    value = np.tile([1.0, 4.0, 2.0, 0.0, 7.0, 3.0], (3, 1))
    for row, found in zip(answers, correlation(answers, value), strict=True):
        expected = 0.0 if np.ptp(row) <= TIE else float(np.corrcoef(row, value[0])[0, 1])
        assert found == pytest.approx(expected, abs=1e-9)


def test_lists_that_are_all_alike_score_nothing_and_the_top_is_shared() -> None:
    value = np.array([[1.0, 2.0, 5.0], [1.0, 1.0, 1.0]])
    assert correlation(np.array([[3.0, 3.0, 3.0], [1.0, 2.0, 3.0]]), value) == pytest.approx([0.0, 0.0])
    assert top_found(np.array([[0.0, 1.0, 1.0], [2.0, 1.0, 0.0]]), value) == pytest.approx([0.5, 1.0])


def test_rounding_does_not_win() -> None:
    answers = np.array([[TIE / 2, 0.0, 0.0], [10 * TIE, 0.0, 0.0]])
    assert placement(answers, np.zeros(2, dtype=np.int64)) == pytest.approx([0.5, 1.0])
    assert rank_first(answers, np.zeros(2, dtype=np.int64)) == pytest.approx([1 / 3, 1.0])


@given(answers_of, st.integers(0, 5))
def test_over_all_true_candidates_the_mean_is_that_of_a_coin(answers: np.ndarray, column: int) -> None:
    n, c = answers.shape
    every = np.stack([placement(answers, np.full(n, j)) for j in range(c)])
    first = np.stack([rank_first(answers, np.full(n, j)) for j in range(c)])
    assert every.mean(axis=0) == pytest.approx(np.full(n, 0.5))
    assert first.sum(axis=0) == pytest.approx(np.ones(n))
    assert (every >= 0).all() and (every <= 1).all()
    shift = placement(answers + 100.0, np.full(n, column % c))
    assert shift == pytest.approx(every[column % c])


def test_placement_is_the_area_under_the_curve() -> None:
    from sklearn.metrics import roc_auc_score

    answers = np.random.default_rng(0).standard_normal((30, 5))
    answers[:10] = answers[:10].round()
    for row in answers:
        label = np.array([1, 0, 0, 0, 0])
        assert placement(row[None], np.array([0]))[0] == pytest.approx(roc_auc_score(label, row))


def test_bits_gained_over_four_equal_letters() -> None:
    letters = np.array([10, 10, 4])
    log_p = np.array([10 * np.log(0.25), 0.0, 4 * np.log(0.5)])
    assert bits_gained(log_p, letters) == pytest.approx([0.0, 2.0, 1.0])


def test_clustered_error_is_that_of_cluster_means_for_equal_clusters() -> None:
    values = np.random.default_rng(1).standard_normal((20, 5))
    clusters = np.repeat([f"c{i}" for i in range(20)], 5)
    expected = values.mean(axis=1).std(ddof=1) / np.sqrt(20)
    assert cluster_stderr(values.ravel(), clusters) == pytest.approx(expected)
    alone = np.array([f"i{i}" for i in range(100)])
    assert cluster_stderr(values.ravel(), alone) == pytest.approx(values.std(ddof=1) / 10)
    assert cluster_stderr(values.ravel(), np.full(100, "one")) == pytest.approx(values.std(ddof=1) / 10)
    assert cluster_stderr(np.full(8, 0.3), np.repeat(["a", "b"], 4)) == pytest.approx(0.0, abs=1e-12)


def test_score_is_never_clipped() -> None:
    clusters = np.array([f"i{i}" for i in range(4)])
    floor, ceiling = np.full(4, 0.5), np.full(4, 0.9)
    for value, expected in ((0.3, -0.5), (0.5, 0.0), (0.9, 1.0), (1.0, 1.25)):
        found = normalise(np.full(4, value), floor, ceiling, clusters)
        assert found.score == pytest.approx(expected)


@settings(max_examples=50)
@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_score_does_not_move_with_the_unit_of_the_metric(scale: float, shift: float) -> None:
    rng = np.random.default_rng(2)
    value, floor, ceiling = rng.normal([[0.6], [0.4], [0.9]], 0.1, (3, 40))
    clusters = np.repeat([f"c{i}" for i in range(10)], 4)
    one = normalise(value, floor, ceiling, clusters)
    other = normalise(*(scale * v + shift for v in (value, floor, ceiling)), clusters)
    assert other.score == pytest.approx(one.score, rel=1e-9) and other.stderr == pytest.approx(one.stderr, rel=1e-6)


def test_unscored_when_ceiling_and_floor_cannot_be_told_apart() -> None:
    rng = np.random.default_rng(3)
    clusters = np.array([f"i{i}" for i in range(50)])
    noise = rng.standard_normal((3, 50))
    for floor, ceiling in ((noise[1], noise[1]), (noise[1], noise[1] - 0.1), (noise[1], noise[1] + 0.01 * noise[2])):
        found = normalise(noise[0], floor, ceiling, clusters)
        assert found.score is None and found.stderr is None
        assert np.isfinite([found.floor, found.floor_stderr, found.ceiling, found.ceiling_stderr]).all()


def test_error_is_paired_on_the_items() -> None:
    """Items that are hard for all move value, floor and ceiling together and say nothing about the score."""
    rng = np.random.default_rng(4)
    hard = rng.normal(0, 0.3, 200)
    clusters = np.array([f"i{i}" for i in range(200)])
    floor = 0.2 + hard
    ceiling = 0.8 + hard
    found = normalise(0.5 + hard, floor, ceiling, clusters)
    assert found.score == pytest.approx(0.5) and found.stderr == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("shared", [0.0, 0.15], ids=["independent items", "items in clusters"])
def test_errors_cover_the_truth(shared: float) -> None:
    """Score ± 1.645 standard errors holds the true score in 90 % of 800 simulated exams."""
    rng = np.random.default_rng(5)
    groups, each, hits, runs = 40, 6, 0, 800
    clusters = np.repeat([f"c{i}" for i in range(groups)], each)
    for _ in range(runs):
        common = np.repeat(rng.normal(0, shared, (3, groups)), each, axis=1)
        value, floor, ceiling = np.array([[0.55], [0.4], [0.9]]) + common + rng.normal(0, 0.2, (3, groups * each))
        found = normalise(value, floor, ceiling, clusters)
        assert found.score is not None and found.stderr is not None
        hits += abs(found.score - 0.3) < 1.645 * found.stderr
    assert 0.86 <= hits / runs <= 0.935


def test_ignoring_the_clusters_would_not_cover() -> None:
    """The same items taken as independent: the intervals are far too short, so the test above can fail."""
    rng = np.random.default_rng(6)
    hits, alone = 0, np.array([f"i{i}" for i in range(240)])
    for _ in range(300):
        common = np.repeat(rng.normal(0, 0.15, (3, 40)), 6, axis=1)
        value, floor, ceiling = np.array([[0.55], [0.4], [0.9]]) + common + rng.normal(0, 0.2, (3, 240))
        found = normalise(value, floor, ceiling, alone)
        hits += found.score is not None and found.stderr is not None and abs(found.score - 0.3) < 1.645 * found.stderr
    assert hits / 300 < 0.8
