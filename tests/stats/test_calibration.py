"""Every posterior ranks truths from its own prior uniformly, and a fault behind its back is seen.

A short version of ``benchmarks/calibration.py`` (Talts et al. 2018, arXiv:1804.06788); the slow tests run it in full.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from calibration import POSTERIORS, Replication, judge, rank, replicate, suspects

SHORT = {"curve": 15, "curve, power": 80, "curve, peaked": 15, "camps": 40, "walk, m3": 50, "drift, m3": 40, "link": 15,
         "two axes": 20, "conjunction": 20, "hierarchy": 15, "ability": 5}
"""Replications that fit into the everyday suite: faults by a factor are seen, small ones are left to the slow tests."""
FAULTY = {"curve, power": 80, "camps": 40, "walk, m3": 40, "link": 15, "two axes": 15, "hierarchy": 10}
"""The conjunction fits its own noise and scatter, and takes four times as much for what it is."""
SLOW_FAULTY = ("curve", "curve, peaked", "ability")


@pytest.mark.parametrize("name", SHORT)
def test_truth_ranks_evenly(name: str) -> None:
    judged = judge(replicate(name, SHORT[name]), bins=4)
    assert not suspects(judged), judged


@pytest.mark.parametrize("name", FAULTY)
def test_noise_four_times_as_large_as_the_model_says_is_seen(name: str) -> None:
    judged = judge(replicate(name, FAULTY[name], wrong=4.0), bins=4)
    assert suspects(judged), judged


def test_every_posterior_is_checked_somewhere() -> None:
    assert set(SHORT) <= set(POSTERIORS) and set(FAULTY) | set(SLOW_FAULTY) <= set(SHORT) | {"curve, peaked"}


def test_even_ranks_pass_and_narrow_wide_or_shifted_ones_do_not() -> None:
    rng = np.random.default_rng(0)
    for shape, sound in (((1.0, 1.0), True), ((0.5, 0.5), False), ((2.5, 2.5), False), ((1.6, 1.0), False)):
        seen = judge([Replication({"a": float(u)}, {}) for u in rng.beta(*shape, 300)])
        assert bool(suspects(seen)) is not sound


def test_bets_that_come_true_too_often_are_seen() -> None:
    rng = np.random.default_rng(0)
    for share, sound in ((0.3, True), (0.5, False)):
        seen = judge([Replication({}, {"step": (0.3, bool(rng.random() < share))}) for _ in range(200)])
        assert bool(suspects(seen)) is not sound


def test_ties_and_weights_enter_the_rank() -> None:
    rng = np.random.default_rng(0)
    assert rank(np.array([1.0, 2.0, 3.0]), 2.5, rng) == pytest.approx(2 / 3)
    assert rank(np.array([1.0, 2.0]), 1.5, rng, np.array([0.9, 0.1])) == pytest.approx(0.9)
    tied = [rank(np.zeros(10), 0.0, rng) for _ in range(400)]
    assert np.mean(tied) == pytest.approx(0.5, abs=0.06) and min(tied) < 0.1 < 0.9 < max(tied)


@pytest.mark.slow
@pytest.mark.parametrize("name", POSTERIORS)
def test_truth_ranks_evenly_in_full(name: str) -> None:
    judged = judge(replicate(name, POSTERIORS[name][1]))
    assert not suspects(judged), judged


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_FAULTY)
def test_noise_four_times_as_large_is_seen_by_the_dear_ones_too(name: str) -> None:
    assert suspects(judge(replicate(name, 60, wrong=4.0)))
