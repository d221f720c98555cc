"""E-processes: false alarms stay rare however often one looks, and drift is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.stats import eprocess


def test_the_largest_evidence_ever_seen_under_no_drift_is_rarely_strong() -> None:
    rng = np.random.default_rng(0)
    # Heavy tails and shared noise between the series: neither needs to be known.
    shared = rng.standard_t(2, size=(600, 1, 20))
    series = shared + rng.standard_t(2, size=(600, 4, 20))
    highest = [eprocess.average([eprocess.upward(s) for s in group]).max() for group in series]
    assert np.mean(np.array(highest) >= eprocess.STRONG) <= 0.05


def test_one_step_pays_one_on_average() -> None:
    rng = np.random.default_rng(1)
    last = [eprocess.upward(rng.normal(size=4))[-1] for _ in range(8_000)]
    assert np.mean(last) == pytest.approx(1.0, abs=0.06)


def test_a_slow_drift_is_found_and_a_flat_series_is_not_called_moving() -> None:
    rng = np.random.default_rng(2)
    x = np.arange(17) * 0.25
    found = [eprocess.upward(0.05 * x + rng.normal(0, 0.03, 17))[-1] >= eprocess.STRONG for _ in range(200)]
    assert np.mean(found) > 0.9
    flat = [eprocess.below_slope(x, rng.normal(0, 0.02, 17), 0.05)[-1] >= eprocess.STRONG for _ in range(200)]
    assert np.mean(flat) > 0.9
    moving = [eprocess.below_slope(x, 0.05 * x + rng.normal(0, 0.02, 17), 0.05)[-1] >= eprocess.STRONG
              for _ in range(400)]
    assert np.mean(moving) <= 0.05


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_only_ranks_count_and_ties_are_harmless(values: list[int]) -> None:
    y = np.array(values, dtype=float)
    assert np.allclose(eprocess.upward(y), eprocess.upward(np.exp(y) * 7.0 - 3.0))
    assert np.allclose(eprocess.upward(np.zeros(len(values))), 1.0)
    assert np.all(eprocess.upward(y) >= 0)


def test_no_series_is_no_evidence() -> None:
    assert eprocess.average([]).tolist() == [1.0]
    assert eprocess.average([np.array([1.0, 3.0]), np.array([1.0])]).tolist() == [1.0, 2.0]
