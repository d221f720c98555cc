"""Rates of single concepts, and the corpus to be read until one is met: exact, calibrated, honest where never met."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats import waiting


def test_rates_cover_poisson_counts() -> None:
    rng = stream(0, "rates")
    counts = rng.poisson(8.0, size=4000).astype(float)
    found = waiting.rate(waiting.evidence(counts, 2.0), counts, 2.0)
    assert 0.86 < np.mean((found.low <= 4.0) & (found.high >= 4.0)) < 0.95
    never = waiting.rate(waiting.evidence([0.0], 100.0), [0.0], 100.0)
    assert never.value[0] == never.low[0] == 0.0 and 0.01 < never.high[0] < 0.03


def test_clustered_counts_need_the_dispersion() -> None:
    """Each occurrence brings four copies into its block: its variance is five times that of single ones."""
    rng = stream(1, "clusters")
    blocks = 5.0 * rng.poisson(0.5, size=(64, 400))
    phi = waiting.dispersion(blocks, np.ones(64))
    assert 4.0 < np.mean(phi) < 6.0
    counts = blocks.sum(axis=0)
    wide, narrow = (waiting.rate(waiting.evidence(counts, 64.0, p), counts, 64.0) for p in (phi, 1.0))
    assert 0.83 < np.mean((wide.low <= 2.5) & (wide.high >= 2.5)) < 0.97
    assert np.mean((narrow.low <= 2.5) & (narrow.high >= 2.5)) < 0.7


def test_dispersion_of_nothing_is_one() -> None:
    assert waiting.dispersion(np.zeros((1, 2)), [1.0]).tolist() == [1.0, 1.0]
    assert waiting.dispersion(np.zeros((5, 1)), np.ones(5)).tolist() == [1.0]


@pytest.mark.parametrize("kappa", [1.0, 10.0])
def test_waiting_times_agree_with_simulation(kappa: float) -> None:
    found = waiting.evidence([6.0], 3.0)
    rng = stream(2, "waiting")
    rate = rng.standard_gamma(6.5, size=200_000) / 3.0
    drawn = rng.standard_gamma(kappa, size=200_000) / rate
    exact = waiting.until_met(found, [0.05, 0.5, 0.95], kappa)[0]
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx(exact, rel=0.03)


def test_first_met_in_closed_form() -> None:
    """P(not met within t) = (N / (N + t))^(n + 1/2)."""
    at = waiting.until_met(waiting.evidence([2.0], 10.0), [0.5])[0, 0]
    assert (10.0 / (10.0 + at)) ** 2.5 == pytest.approx(0.5)


def test_the_prior_by_chance_learns_how_much_chance_tells() -> None:
    rng = stream(4, "chance")
    chance = rng.uniform(1e-4, 1e-3, size=60)
    close = waiting.by_chance(rng.poisson(1e5 * chance), 1e5, chance)
    far = waiting.by_chance(rng.poisson(1e5 * chance * rng.gamma(0.1, 10.0, size=60)), 1e5, chance)
    assert float(np.asarray(close.shape)) == pytest.approx(1.0) and float(np.asarray(far.shape)) == 0.5
    assert np.asarray(close.shape) / np.asarray(close.amount) == pytest.approx(chance)


def test_what_cannot_be_used() -> None:
    for bad in (lambda: waiting.evidence([1.0], 0.0), lambda: waiting.evidence([-1.0], 1.0),
                lambda: waiting.evidence([1.0], 1.0, 0.5), lambda: waiting.until_met(waiting.evidence([1.0], 1.0),
                                                                                     [0.5], 0.0)):
        with pytest.raises(InputError):
            bad()
