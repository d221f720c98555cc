"""Paired comparison: agreement with textbook tests, level and power, and control of many comparisons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kindergrad.core.errors import InputError
from kindergrad.stats.compare import benjamini_hochberg, holm, known_difference, paired_difference, sign_flip

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_one_pair_a_cluster_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.3, 1, 20), rng.normal(0, 1, 20)
    found, textbook = paired_difference(a, b, np.arange(20)), stats.ttest_rel(a, b)
    assert found.p == pytest.approx(textbook.pvalue)
    low, high = textbook.confidence_interval(0.9)
    assert (found.quantile(0.05), found.quantile(0.95)) == (pytest.approx(low), pytest.approx(high))


def test_clusters_widen_the_error_of_alike_pairs() -> None:
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(10), 8)
    shared = rng.normal(0, 1, 10)[cluster] + rng.normal(0, 0.1, 80)
    clustered, naive = (paired_difference(shared, np.zeros(80), c) for c in (cluster, np.arange(80)))
    assert clustered.stderr > 2 * naive.stderr
    assert clustered.n_clusters == 10
    assert clustered.df == 9
    repeated = paired_difference(np.repeat(shared, 3), np.zeros(240), np.repeat(cluster, 3))
    assert repeated.stderr == pytest.approx(clustered.stderr)


def test_level_and_power_are_as_promised() -> None:
    rng = np.random.default_rng(2)
    false = [paired_difference(d, np.zeros(24), np.repeat(np.arange(12), 2)).p <= 0.05
             for d in rng.normal(0, 1, (400, 24))]
    assert 0.02 <= np.mean(false) <= 0.085
    # the true effect that a standard error of 1 / sqrt(24) can detect
    effect = known_difference(0, 0, 1 / np.sqrt(24), 0).detectable()
    effect = paired_difference(rng.normal(size=24), np.zeros(24), np.arange(24))._replace(
        stderr=1 / np.sqrt(24)).detectable() if effect else 0.0
    seen = [paired_difference(d, np.zeros(24), np.arange(24)).p <= 0.05 for d in rng.normal(effect, 1, (400, 24))]
    assert 0.72 <= np.mean(seen) <= 0.88


def test_sign_flips_are_exact_for_few_clusters() -> None:
    assert sign_flip(np.ones(5)) == pytest.approx(2 / 32)
    assert sign_flip(np.array([1.0, -1.0])) == 1.0
    assert sign_flip(np.ones(40), seed=1) < 0.001
    rng = np.random.default_rng(3)
    x = rng.normal(0.4, 1, 12)
    exact = stats.permutation_test((x,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
    assert sign_flip(x) == pytest.approx(exact)


def test_a_difference_that_never_varies_is_not_infinitely_sure() -> None:
    found = paired_difference(np.full(4, 0.3), np.zeros(4), np.arange(4))
    assert found.p == pytest.approx(2 / 16)


def test_known_errors_are_the_normal_test() -> None:
    found = known_difference(0.7, 0.6, 0.03, 0.04)
    assert found.p == pytest.approx(2 * stats.norm.sf(0.1 / 0.05))
    assert found.detectable() == pytest.approx(0.05 * (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)), rel=1e-4)


@given(P_VALUES)
def test_corrections_agree_with_definitions(p: list[float]) -> None:
    raw, m = np.array(p), len(p)
    order = np.argsort(raw)
    by_hand = np.empty(m)
    for rank in range(m):  # Holm: the largest (m - j) p_(j) up to here
        by_hand[order[rank]] = min(1.0, max((m - j) * raw[order[j]] for j in range(rank + 1)))
    np.testing.assert_allclose(holm(p), by_hand)
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(raw))


@given(P_VALUES)
def test_corrected_values_never_fall_below_raw_ones_and_holm_is_the_stricter(p: list[float]) -> None:
    assert (benjamini_hochberg(p) >= np.array(p) - 1e-15).all()
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()


def test_refuses() -> None:
    with pytest.raises(InputError, match="at least 2 clusters"):
        paired_difference([1.0, 2.0], [0.0, 0.0], np.array(["a", "a"]))
    with pytest.raises(InputError, match="one length"):
        paired_difference([1.0, 2.0], [0.0], np.array([0, 1]))
    with pytest.raises(InputError, match="not finite"):
        paired_difference([1.0, np.nan], [0.0, 0.0], np.array([0, 1]))
    with pytest.raises(InputError, match="standard errors"):
        known_difference(0.5, 0.4, 0.0, 0.0)
    with pytest.raises(InputError, match="from 0 to 1"):
        holm([0.5, 1.2])
