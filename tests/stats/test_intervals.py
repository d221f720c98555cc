"""Weighted quantiles and cluster-robust errors against independent calculations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import InputError
from kindergrad.stats.intervals import cluster_bootstrap, cluster_mean, weighted_quantiles

finite = st.floats(-1e6, 1e6, allow_nan=False)


@settings(deadline=None)
@given(st.lists(st.tuples(finite, st.integers(0, 5)), min_size=1, max_size=40).filter(lambda v: any(w for _, w in v)),
       st.floats(0, 1))
def test_a_weight_of_k_is_the_same_as_k_copies(pairs: list[tuple[float, int]], level: float) -> None:
    values, weights = zip(*pairs, strict=True)
    copies = np.repeat(values, weights)
    expected = np.quantile(copies, level, method="inverted_cdf")
    got = weighted_quantiles(values, level, weights)[0]
    assert got in copies
    # The two may differ by one place where the level falls exactly on a step.
    place = np.searchsorted(np.sort(copies), [got, expected])
    assert abs(int(place[0]) - int(place[1])) <= max(weights)


def test_quantiles_may_be_infinite_and_are_never_a_mixture() -> None:
    draws = np.array([1.0, 2.0, np.inf, np.inf])
    assert weighted_quantiles(draws, [0.25, 0.5, 0.75]).tolist() == [1.0, 2.0, np.inf]


def test_items_of_their_own_cluster_give_the_ordinary_standard_error() -> None:
    values = np.random.default_rng(0).normal(size=50)
    mean, stderr = cluster_mean(values, np.arange(50))
    assert mean == pytest.approx(values.mean())
    assert stderr == pytest.approx(values.std(ddof=1) / np.sqrt(50))


def test_the_error_holds_its_promise_when_items_of_a_cluster_agree() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(30), 20)
    z = []
    for _ in range(400):
        values = rng.normal(size=30)[clusters] + rng.normal(size=600)
        mean, stderr = cluster_mean(values, clusters)
        z.append(mean / stderr)
    assert np.std(z) == pytest.approx(1.0, abs=0.12)
    naive = values.std(ddof=1) / np.sqrt(600)
    assert stderr > 2.0 * naive


def test_the_bootstrap_agrees_with_the_formula() -> None:
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(40), 5)
    values = rng.normal(size=40)[clusters] + rng.normal(size=200)
    drawn = cluster_bootstrap(lambda rows: float(values[rows].mean()), clusters, draws=2000, seed=3)
    assert drawn.std() == pytest.approx(cluster_mean(values, clusters)[1], rel=0.1)
    assert np.array_equal(drawn, cluster_bootstrap(lambda rows: float(values[rows].mean()), clusters, draws=2000,
                                                   seed=3))


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="NaN"):
        weighted_quantiles([np.nan], [0.5])
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        weighted_quantiles([1.0], [1.5])
    with pytest.raises(InputError, match="weights"):
        weighted_quantiles([1.0], [0.5], [-1.0])
    with pytest.raises(InputError, match="finite"):
        cluster_mean([np.inf], [0])
    with pytest.raises(InputError, match="at least 2"):
        cluster_bootstrap(lambda rows: 0.0, [1, 1, 1])
    assert np.isnan(cluster_mean([1.0, 2.0], ["a", "a"])[1])
