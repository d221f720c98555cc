"""Coverage and Chao's bound: hand-computed cases, worlds of known size, and what cannot be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats import richness


def test_spectrum_counts_counts() -> None:
    found = richness.spectrum([3, 0, 1, 1, 7, 3])
    assert found.times.tolist() == [1, 3, 7] and found.concepts.tolist() == [2, 2, 1]
    assert (found.occurrences, found.met, found.f(3), found.f(2)) == (15, 5, 2, 0)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_bounds_hold_for_any_counts(counts: list[int]) -> None:
    found = richness.spectrum(counts)
    most = richness.chao1(found)
    assert 0 <= richness.coverage(found) <= 1
    assert found.met <= most.low <= most.value + 1e-9 and most.value <= most.high + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_equal_frequencies_are_counted_right(seed: int) -> None:
    """Where all concepts are alike, Chao's bound is the number itself."""
    counts = stream(seed, "richness").poisson(1.0, size=5000)
    most = richness.chao1(richness.spectrum(counts))
    assert abs(most.value - 5000) < 4 * most.stderr and most.low < 5000 < most.high * 1.03


def test_coverage_is_the_chance_of_a_known_concept() -> None:
    rng = stream(0, "coverage")
    p = 1.0 / np.arange(1, 3001)
    p /= p.sum()
    counts = rng.multinomial(4000, p)
    assert richness.coverage(richness.spectrum(counts)) == pytest.approx(p[counts > 0].sum(), abs=0.02)


def test_edges() -> None:
    nothing, once, often = (richness.spectrum(c) for c in ([0, 0], [1, 1, 1], [5, 6]))
    assert richness.coverage(nothing) == 0.0 and richness.chao1(nothing).value == 0.0
    assert richness.coverage(once) == pytest.approx(1 / 3 * (1 - 0) * 0 + 1 - 1 * 2 * 2 / (2 * 2 + 2))
    assert richness.chao1(once).value == pytest.approx(3 + 2 / 3 * 3)
    assert richness.coverage(often) == 1.0 and richness.chao1(often)[:3] == (2.0, 0.0, 2.0)


@pytest.mark.parametrize("bad", [[-1], [1.5], [np.nan]])
def test_counts_that_are_none(bad: list[float]) -> None:
    with pytest.raises(InputError, match="whole numbers, and not negative"):
        richness.spectrum(bad)


@pytest.mark.parametrize(("times", "concepts"), [([0], [1]), ([1, 1], [1, 2]), ([1, 2], [1]), ([1], [-1.0])])
def test_tables_that_are_none(times: list[int], concepts: list[float]) -> None:
    with pytest.raises(InputError):
        richness.from_table(times, concepts)
