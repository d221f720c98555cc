"""New concepts in a further part: unbiased up to one corpus, a rational function and Pitman-Yor beyond."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats import pitman_yor, rational, richness, unseen


def worlds(seed: int, t: float) -> tuple[richness.Spectrum, int]:
    """4,000 concepts of log-normal rates: counts of one corpus, and what ``t`` more would show that is new."""
    rng = stream(seed, "worlds")
    rates = rng.lognormal(-0.5, 1.2, size=4000)
    first = rng.poisson(rates)
    return richness.spectrum(first), int(np.count_nonzero((first == 0) & (rng.poisson(t * rates) > 0)))


@pytest.mark.parametrize("t", [0.5, 1.0])
def test_good_toulmin_is_unbiased_and_its_interval_holds(t: float) -> None:
    found = [(unseen.good_toulmin(seen, t), new) for seen, new in (worlds(s, t) for s in range(60))]
    z = [(new - one.value) / ((one.high - one.value) / unseen.Z90) for one, new in found]
    assert abs(np.mean(z)) < 3 / np.sqrt(60)
    assert 0.8 <= np.mean([one.low <= new <= one.high for one, new in found]) <= 0.98


def test_smoothing_reaches_a_little_beyond() -> None:
    off = []
    for seed in range(20):
        seen, new = worlds(seed, 2.0)
        off.append(unseen.good_toulmin(seen, 2.0).value / new)
    assert 0.8 < np.mean(off) < 1.2
    assert np.std(off) < 0.2


def test_taper_keeps_near_terms_and_drops_far_ones() -> None:
    w = unseen.taper(np.array([1, 2, 3, 12, 24, 25, 1000]), 1.0)
    assert w[:3] == pytest.approx([1, -1, 1], abs=1e-3)
    assert abs(w[3]) < 0.7 and abs(w[4]) < 1e-6 and w[5] == w[6] == 0.0


def test_a_part_without_size_is_refused() -> None:
    with pytest.raises(InputError, match="must have a size"):
        unseen.good_toulmin(richness.spectrum([1]), 0.0)


def test_continued_fraction_agrees_with_its_series() -> None:
    """log(1 + t) / t = 1 - t/2 + t^2/3 ..., whose fraction converges far beyond the series."""
    fraction = rational.continued_fraction([(-1) ** k / (k + 1) for k in range(12)])
    for t in (0.1, 1.0, 5.0, 10.0):
        assert float(rational.evaluate(fraction, t)) == pytest.approx(np.log1p(t), rel=3e-3)
    assert rational.continued_fraction([]).size == rational.continued_fraction([0.0, 1.0]).size == 0


def test_rational_functions_rise_ever_more_slowly() -> None:
    seen, _ = worlds(3, 1.0)
    value = rational.new_concepts(seen, [1.0, 2.0, 4.0, 8.0, 100.0])
    assert value is not None
    slopes = np.diff(value) / np.diff([1.0, 2.0, 4.0, 8.0, 100.0])
    assert (slopes > 0).all() and (np.diff(slopes) < 0).all()


@pytest.mark.parametrize("t", [1.0, 9.0])
def test_rational_functions_are_near(t: float) -> None:
    off = []
    for seed in range(10):
        seen, new = worlds(seed, t)
        value = rational.new_concepts(seen, t)
        off.append(np.nan if value is None else float(value[0]) / new)
    assert np.isfinite(off).sum() >= 8
    assert 0.85 < np.nanmean(off) < 1.15


def test_bootstrap_covers() -> None:
    inside = []
    for seed in range(12):
        seen, new = worlds(seed, 1.0)
        draws = rational.interval(seen, 1.0, seed=seed, bootstraps=40)
        assert draws is not None
        inside.append(np.quantile(draws, 0.03) <= new <= np.quantile(draws, 0.97))
    assert np.mean(inside) > 0.7


def partition(alpha: float, theta: float, n: int, seed: int) -> tuple[np.ndarray, int]:
    """Counts of a Pitman-Yor process after n draws, and how many new names 2 n more show."""
    rng = stream(seed, "partition")
    counts: list[int] = []
    owner = np.zeros(3 * n, dtype=np.int64)
    met = 0
    for i in range(3 * n):
        if i == n:
            met = len(counts)
            frozen = np.array(counts)
        if rng.random() * (theta + i) < theta + alpha * len(counts):
            owner[i] = len(counts)
            counts.append(1)
        else:
            while True:  # an old name, in proportion to its count less alpha
                name = owner[rng.integers(i)]
                if rng.random() * counts[name] < counts[name] - alpha:
                    break
            owner[i] = name
            counts[name] += 1
    return frozen, len(counts) - met


def test_pitman_yor_recovers_its_law_and_predicts() -> None:
    counts, new = partition(0.5, 20.0, 3000, 1)
    seen = richness.spectrum(counts)
    posterior = pitman_yor.fit(seen)
    assert abs(posterior.alpha.mean() - 0.5) < 3 * posterior.alpha.std() + 0.01
    low, high = np.quantile(pitman_yor.new_concepts(seen, [2.0]), [0.01, 0.99])
    assert low < new < high


def test_pitman_yor_needs_occurrences_and_rising_sizes() -> None:
    with pytest.raises(InputError, match="nothing was met"):
        pitman_yor.fit(richness.spectrum([0]))
    with pytest.raises(InputError, match="must be positive and rise"):
        pitman_yor.new_concepts(richness.spectrum([1, 2]), [2.0, 1.0])
