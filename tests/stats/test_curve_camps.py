"""Runs in two camps: evidence against brute force, recovery, and the scatter of new runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.stats import curve
from kindergrad.stats.curve_camps import fit_camps, tellable
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_evidence import Data, spread_quantile
from kindergrad.stats.laws._law import Design

LAW = catalogue()["mixture"]
X = np.repeat(np.linspace(3.0, 6.0, 7), 6)


def camps(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    odds = expit(2.0 * np.log(9.0) * (X - 4.5) / 2.0)
    return 0.8 * (rng.random(X.size) < odds) + 0.02 * rng.standard_normal(X.size)


def test_evidence_agrees_with_a_plain_average_over_the_prior() -> None:
    """Few points and a coarse error, so that brute force converges."""
    rng = np.random.default_rng(0)
    data = Data(np.array([3.0, 3.0, 5.0, 5.0]), np.array([0.0, 0.3, 0.7, 0.1]), np.full(4, 0.2), 0.05, Design(3.0, 5.0))
    n = 400_000
    component = rng.choice(len(LAW.prior), n, p=[p.weight for p in LAW.prior])
    mean, sd = (np.array([getattr(p, what) for p in LAW.prior])[component] for what in ("mean", "sd"))
    low, high = (mean + sd * rng.standard_normal(mean.shape)).T
    while np.any(over := high > 1.0):
        high[over] = mean[over, 1] + sd[over, 1] * rng.standard_normal(over.sum())
    location, width = LAW.nonlinear(rng.random((n, 2)), data.design).T
    variance = data.stderr**2 + spread_quantile(rng.random(n), data.spread)[:, None] ** 2
    odds = expit(2.0 * np.log(9.0) * (data.x - location[:, None]) / width[:, None])
    parts = [p * np.exp(-0.5 * (data.y - level[:, None]) ** 2 / variance)
             for p, level in ((1.0 - odds, low), (odds, high))]
    likelihood = np.prod((parts[0] + parts[1]) / np.sqrt(2.0 * np.pi * variance), axis=1)
    assert fit_camps(LAW, data).log_evidence == pytest.approx(np.log(likelihood.mean()), abs=0.05)


def test_two_camps_are_recognised_and_recovered() -> None:
    found = curve.fit(X, camps(1), np.full(X.size, 0.02))
    assert found.probabilities["mixture"] > 0.99
    floor, plateau, location, width = np.median(found.parameters[-1], axis=0)
    assert (floor, plateau) == pytest.approx((0.0, 0.8), abs=0.05)
    assert location == pytest.approx(4.5, abs=0.4)
    assert 0.7 < width < 4.0


def test_new_runs_stand_in_one_camp_or_the_other() -> None:
    found = curve.fit(X, camps(1), np.full(X.size, 0.02))
    runs = found.predict([4.5], observation=True)[:, 0]
    assert np.mean((np.abs(runs) < 0.15) | (np.abs(runs - 0.8) < 0.15)) > 0.95
    assert 0.25 < np.mean(runs > 0.4) < 0.75
    assert np.std(found.predict([4.5])[:, 0]) < 0.15


def test_ordinary_scatter_is_no_mixture() -> None:
    rng = np.random.default_rng(4)
    y = 0.8 * expit(2.0 * np.log(9.0) * (X - 4.5) / 2.0) + 0.05 * rng.standard_normal(X.size)
    assert curve.fit(X, y, np.full(X.size, 0.02)).probabilities["mixture"] < 0.01


def test_without_seeds_nobody_asks() -> None:
    assert tellable(X) and not tellable(np.unique(X)) and not tellable(np.repeat([3.0, 4.0], [5, 2]))
    assert "mixture" not in curve.fit(np.unique(X), np.linspace(0, 0.5, 7)).probabilities
