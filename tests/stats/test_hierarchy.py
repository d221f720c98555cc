"""The exposure law: known truth is recovered, intervals hold what they promise, odd input gets a sane answer."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from kindergrad.stats import hierarchy
from kindergrad.stats.hierarchy import Curve

SCALES = np.arange(3.0, 5.51, 0.25)
SMALL = hierarchy.Size(particles=128, atoms=256)


class Study:
    """Curves with known truth: onset = log10 kappa - log10 frequency, a tenth never learnt."""

    def __init__(self, seed: int, n: int = 12, *, tau: float = 0.25, stderr: float = 0.03) -> None:
        rng = np.random.default_rng(seed)
        self.offset = rng.uniform(2.0, 6.0, n)
        self.never = rng.random(n) < 0.1
        self.location = np.where(self.never, np.inf, self.offset + rng.normal(1.0, tau, n))
        self.width = 0.9 * np.exp(rng.normal(0.0, 0.2, n))
        self.plateau = 1.1 * expit(rng.normal(1.5, 0.6, n))
        self.floor = rng.normal(0.0, 0.02, n)
        self.spread = 0.02 * np.exp(rng.normal(0.0, 0.3, n))
        self.rng, self.stderr = rng, stderr
        self.curves = [self.curve(s) for s in range(n)]

    def score(self, s: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
        g = expit(2.0 * np.log(9.0) * (x - self.location[s]) / self.width[s])
        return self.floor[s] * (1.0 - g) + self.plateau[s] * g

    def curve(self, s: int, x: NDArray[np.float64] = SCALES) -> Curve:
        noise = self.rng.normal(0.0, np.hypot(self.stderr, self.spread[s]), x.size)
        return Curve(x, self.score(s, x) + noise, np.full(x.size, self.stderr), float(self.offset[s]))

    def threshold(self, s: int, target: float = 0.5) -> float:
        if self.never[s] or self.plateau[s] <= target:
            return np.inf
        odds = (target - self.floor[s]) / (self.plateau[s] - target)
        return float(self.location[s] + self.width[s] * np.log(odds) / (2.0 * np.log(9.0)))


def test_coverage_of_thresholds_and_future_scores_up_to_three_decades_beyond_the_data() -> None:
    inside, held, errors = [], [], []
    for seed in range(24):
        study = Study(seed)
        posterior = hierarchy.fit(study.curves, seed=seed, size=SMALL)
        for s in range(len(study.curves)):
            low, middle, high = np.quantile(posterior.crossing(s, 0.5), [0.05, 0.5, 0.95], method="inverted_cdf")
            truth = study.threshold(s)
            if truth < 8.5:
                inside.append(low <= truth <= high)
                errors.append(abs(middle - truth))
            a, b = np.quantile(posterior.predict(s, [7.0])[:, 0], [0.05, 0.95])
            held.append(a <= study.score(s, np.array([7.0]))[0] + study.rng.normal(0.0, study.spread[s]) <= b)
    assert 0.82 <= np.mean(inside) <= 0.97
    assert 0.82 <= np.mean(held) <= 0.97
    assert np.median(errors) < 0.15


def test_a_rare_skill_is_placed_by_its_frequency_before_any_signal_of_it() -> None:
    study = Study(3, tau=0.1)
    rare = Curve(SCALES, np.zeros(SCALES.size), np.full(SCALES.size, 0.03), 5.5)
    unseen = Curve(np.empty(0), np.empty(0), np.empty(0), 6.5)
    posterior = hierarchy.fit([*study.curves, rare, unseen], seed=1, size=SMALL)
    for s, expected in ((12, 6.5), (13, 7.5)):
        location = posterior.location[:, s]
        low, high = np.quantile(location[np.isfinite(location)], [0.05, 0.95])
        assert low < expected < high
        assert high - low < 2.0
    assert posterior.score(13, SCALES).shape == (SMALL.particles * SMALL.per, SCALES.size)


def test_a_skill_that_stays_at_its_floor_far_beyond_its_onset_is_called_never_learnt() -> None:
    study = Study(5)
    flat = Curve(SCALES, np.random.default_rng(0).normal(0.0, 0.03, SCALES.size), np.full(SCALES.size, 0.03), 2.0)
    posterior = hierarchy.fit([*study.curves, flat], seed=0, size=SMALL)
    assert posterior.never[-1] > 0.95
    assert np.all(posterior.never[:12][study.location < 4.5] < 0.01)
    assert np.isinf(posterior.crossing(12, 0.5)).mean() > 0.9


def test_the_order_of_points_and_the_unit_of_the_scale_do_not_matter() -> None:
    study = Study(7, n=6)
    first = hierarchy.fit(study.curves, seed=2, size=SMALL)
    turned = hierarchy.fit([Curve(c.x[::-1], c.y[::-1], c.stderr[::-1], c.offset) for c in study.curves], seed=2,
                           size=SMALL)
    assert np.array_equal(first.location, turned.location)
    # kilobases instead of bases: scales and frequencies move together, the exposures needed do not.
    moved = hierarchy.fit([Curve(c.x - 3.0, c.y, c.stderr, c.offset - 3.0) for c in study.curves], seed=2, size=SMALL)
    assert np.median(moved.exposures) == pytest.approx(np.median(first.exposures), abs=0.05)


def test_one_new_result_updates_one_row_and_agrees_with_starting_again() -> None:
    study = Study(11, n=8)
    before = hierarchy.fit(study.curves, seed=4)
    s = int(np.argmin(np.abs(np.where(study.never, 99.0, study.location) - 5.8)))
    longer = study.curve(s, np.append(SCALES, [5.75, 6.0, 6.25]))
    updated = hierarchy.update(before, s, longer)
    curves = list(study.curves)
    curves[s] = longer
    again = hierarchy.fit(curves, seed=5)
    at = [np.quantile(p.crossing(s, 0.4), [0.1, 0.5, 0.9], method="inverted_cdf") for p in (updated, again)]
    assert at[0] == pytest.approx(at[1], abs=0.12)
    assert updated.exposures.mean() == pytest.approx(again.exposures.mean(), abs=0.1)
    assert updated.log_evidence - again.log_evidence == pytest.approx(0.0, abs=4.0)


def test_features_move_locations_and_are_shrunk() -> None:
    rng = np.random.default_rng(0)
    grade = np.repeat([-1.0, 0.0, 1.0], 5)
    x = np.arange(3.0, 8.1, 0.5)
    curves = [Curve(x, 0.8 * expit(4.4 * (x - 5.5 - g - rng.normal(0, 0.1))) + rng.normal(0, 0.02, x.size),
                    np.full(x.size, 0.02)) for g in grade]
    prior = hierarchy.Prior(location=(5.5, 2.0, 0.5, 0.8))
    features = np.column_stack([grade, rng.standard_normal(15)])
    posterior = hierarchy.fit(curves, prior=prior, features=features, seed=0, size=SMALL)
    slope, nothing = posterior.phi[:, -2:].mean(axis=0)
    assert slope == pytest.approx(1.0, abs=0.2)
    assert abs(nothing) < 0.2


@pytest.mark.parametrize(
    ("y", "stderr"),
    [([0.1], [0.0]), ([0.0, 0.0], [0.0, 0.0]), ([-0.4, -0.3], [0.1, 0.1]), ([0.2, 3.0], [0.05, 0.05])],
)
def test_few_or_odd_points_get_a_wide_finite_answer(y: list[float], stderr: list[float]) -> None:
    x = np.linspace(0.0, 12.0, len(y))
    posterior = hierarchy.fit([Curve(x, np.array(y), np.array(stderr), 3.0)], seed=0, size=SMALL)
    future = posterior.predict(0, [12.5])
    assert np.isfinite(future).all()
    assert np.ptp(np.quantile(future, [0.05, 0.95])) > 0.02
    assert 0.0 < posterior.never[0] < 1.0


def test_points_that_cannot_be_used_are_refused_in_words() -> None:
    good = np.array([1.0, 2.0])
    with pytest.raises(ValueError, match="not finite"):
        hierarchy.fit([Curve(good, np.array([np.nan, 0.0]), good)])
    with pytest.raises(ValueError, match="negative"):
        hierarchy.fit([Curve(good, good, -good)])
    with pytest.raises(ValueError, match="one shape"):
        hierarchy.fit([Curve(good, good[:1], good)])
    with pytest.raises(ValueError, match="no curves"):
        hierarchy.fit([])


def test_a_curve_that_starts_far_below_the_blind_engines_is_followed() -> None:
    study = Study(2, n=6)
    low = [c._replace(y=c.y - 1.0 / (1.0 + np.exp(4.0 * (c.x - study.location[s])))) for s, c in
           enumerate(study.curves)]
    posterior = hierarchy.fit(low, seed=0, size=SMALL)
    seen = [s for s in range(6) if study.location[s] < 4.8]
    assert seen
    for s in seen:
        assert np.median(posterior.floor[:, s]) == pytest.approx(-1.0, abs=0.2)
        assert np.median(posterior.score(s, [5.5])) == pytest.approx(low[s].y[-1], abs=0.15)


def test_a_curve_that_breaks_the_law_is_an_exception_and_does_not_bend_it() -> None:
    study = Study(8, n=8)
    odd = study.curve(int(np.argmin(study.location)))
    odd = odd._replace(offset=odd.offset - 3.0)  # as if it had needed a thousand times the exposures
    lawful = hierarchy.fit(study.curves, seed=0, size=SMALL)
    posterior = hierarchy.fit([*study.curves, odd], seed=0, size=SMALL)
    assert posterior.exception[-1] > 0.9 > 0.3 > posterior.exception[:8][study.location < 5.0].max()
    assert posterior.exposures.mean() == pytest.approx(lawful.exposures.mean(), abs=0.15)
    assert np.median(posterior.tau) < 0.5
    assert posterior.crossing(8, 0.4).mean() == pytest.approx(posterior.crossing(int(np.argmin(study.location)), 0.4)
                                                              .mean(), abs=0.2)


def test_few_skills_that_obey_the_law_promise_less_than_many() -> None:
    """A skill that has not shown itself, half a decade rarer than any that has: it may be an exception."""
    p_never = {}
    for n in (4, 40):
        study = Study(1, n=n, tau=0.1)
        study.offset, study.never = np.linspace(2.0, 4.0, n), np.zeros(n, dtype=bool)
        study.location = study.offset + 1.0
        hidden = Curve(SCALES, np.zeros(SCALES.size), np.full(SCALES.size, 0.03), 5.0)
        posterior = hierarchy.fit([*(study.curve(s) for s in range(n)), hidden], seed=0, size=SMALL)
        p_never[n] = float(posterior.never[-1])
    assert 0.14 < p_never[4] < 0.5
    assert p_never[40] < 0.7 * p_never[4]


@pytest.mark.slow
def test_sixty_skills_at_twelve_scales_in_under_three_seconds() -> None:
    import time

    study = Study(0, n=60)
    start = time.process_time()
    hierarchy.fit(study.curves, seed=0)
    assert time.process_time() - start < 3.0


def test_a_population_of_all_but_equal_spreads_has_a_finite_likelihood() -> None:
    """A particle may say that all curves have one spread, between two nodes of the grid of spreads."""
    posterior = hierarchy.fit(Study(0, n=3).curves, seed=0, size=SMALL)
    alike = posterior.phi.copy()
    alike[:, 7] = -9.0
    assert np.all(np.isfinite(hierarchy.smc.total(posterior.evidence, alike)))
