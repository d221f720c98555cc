"""A skill from other skills: what families add, how forecasts open, floors, gaps, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.errors import InputError
from kindergrad.stats.family_link import SCALES, START, fit_family_link, standardised


def world(seed: int, *, families: int = 8, each: int = 4, far: int = 6, level: float = 1.0):
    """Features, families and true scores: engines that teach, then engines of new families further up."""
    rng = np.random.default_rng(seed)
    name = np.repeat([f"f{i}" for i in range(families)], each)
    new = np.array([f"n{i}" for i in range(far)])
    ability = np.concatenate([rng.normal(0, 1, name.size), rng.uniform(1.5, 3, far)])
    z = ability[:, None] * [0.8, 0.6, 0.3] + 0.3 * rng.standard_normal((ability.size, 3))
    names = np.concatenate([name, new])
    stray = {f: rng.normal(0, level) for f in np.unique(names)}
    log_odds = -2.0 + 1.5 * z @ [0.8, 0.6, 0.3] + [stray[f] for f in names] + 0.4 * rng.standard_normal(names.size)
    seen = np.arange(names.size) < name.size
    return standardised(z, seen), names, expit(log_odds), seen


def test_intervals_hold_their_share_for_families_never_seen_further_up() -> None:
    inside = []
    for seed in range(16):
        z, names, truth, seen = world(seed, level=1.0 + seed % 2)
        score = np.random.default_rng(seed).binomial(300, truth[seen]) / 300
        link = fit_family_link(z[seen], names[seen], score, np.sqrt(score * (1 - score) / 300))
        low, high = np.quantile(link.predict(z[~seen], names[~seen]), [0.05, 0.95], axis=0)
        inside.append(np.mean((truth[~seen] >= low) & (truth[~seen] <= high)))
    assert 0.82 < np.mean(inside) < 0.97


def places(seed: int, *, engines: int = 24, items: int = 200) -> np.ndarray:
    """Truth and data from the prior: where among the draws the truths of a known and of two new families stand."""
    rng = np.random.default_rng(seed)
    names = np.array([f"f{i}" for i in rng.integers(0, 6, engines)] + ["f0", "new", "newer"])
    seen = np.arange(names.size) < engines
    z = standardised(rng.standard_normal((names.size, 4)), seen)
    slope, level, own, rest = (m * np.exp(s * rng.standard_normal()) for m, s in SCALES)
    family = np.unique(names, return_inverse=True)[1]
    log_odds = START * rng.standard_normal() + z @ (slope * rng.standard_normal(4)) + rest * rng.standard_normal(len(z))
    log_odds += level * rng.standard_normal(family.max() + 1)[family]
    log_odds += own * np.sum(rng.standard_normal((family.max() + 1, 4))[family] * z, axis=1)
    right = rng.binomial(items, expit(log_odds[seen]))
    middle = (right + 0.5) / (items + 1)
    link = fit_family_link(z[seen], names[seen], right / items, np.sqrt(middle * (1 - middle) / items))
    return np.mean(link.predict(z[~seen], names[~seen]) < expit(log_odds[~seen]), axis=0)


@pytest.mark.parametrize("truths", [40, pytest.param(300, marks=pytest.mark.slow)])
def test_posterior_is_calibrated_where_data_follow_the_model(truths: int) -> None:
    """Many of these skills stand at their floor or at 1: there the likelihood is one-sided, and a normal one fails."""
    found = np.array([places(seed) for seed in range(truths)])
    error = 3.0 / np.sqrt(truths)
    for level in (0.5, 0.8, 0.9):
        held = np.mean(np.abs(found - 0.5) < level / 2)
        assert abs(held - level) < 0.03 + error * np.sqrt(level * (1 - level)), (level, held)


def width(link, z, names) -> np.ndarray:
    low, high = np.quantile(link.predict(z, names), [0.05, 0.95], axis=0)
    return np.log(high / (1 - high)) - np.log(low / (1 - low))


def test_forecasts_open_with_distance_and_for_a_new_family() -> None:
    z, names, truth, seen = world(3, level=1.5)
    link = fit_family_link(z[seen], names[seen], truth[seen])
    along = z[seen].mean(axis=0) + np.array([0.0, 1.0, 2.0, 4.0])[:, None] * np.ones(3) / np.sqrt(3)
    assert np.all(np.diff(width(link, along, ["n"] * 4)) > 0)
    known, new = width(link, np.array([z[0], z[0]]), [names[0], "n"])
    assert known < 0.8 * new


def test_a_family_that_strays_takes_its_forecasts_along() -> None:
    z, names, _, seen = world(4)
    log_odds = -1.0 + 1.5 * z.sum(axis=1) - 3.0 * (names == "f0")
    link = fit_family_link(z[seen], names[seen], expit(log_odds[seen]))
    own, other = np.median(link.predict([z[0], z[0]], ["f0", "n"]), axis=0)
    assert np.log(own / (1 - own)) < np.log(other / (1 - other)) - 2.0


def test_a_skill_at_its_floor_is_forecast_low_and_not_surely() -> None:
    z, names, _, seen = world(5)
    link = fit_family_link(z[seen], names[seen], np.zeros(seen.sum()))
    assert np.median(link.predict(z[seen], names[seen])) < 0.02
    far = link.predict(4.0 * z[~seen], names[~seen])
    assert np.quantile(far, 0.95, axis=0).max() > 0.1


def test_an_error_of_zero_is_read_as_unknown() -> None:
    z, names, _, seen = world(8)
    nothing = np.zeros(seen.sum())
    one, other = (fit_family_link(z[seen], names[seen], nothing, e) for e in (nothing, None))
    np.testing.assert_array_equal(one.predict(z, names), other.predict(z, names))


def test_same_input_same_answer_whatever_the_order() -> None:
    z, names, truth, seen = world(6)
    at = np.random.default_rng(0).permutation(np.flatnonzero(seen))
    one = fit_family_link(z[seen], names[seen], truth[seen])
    other = fit_family_link(z[at], names[at], truth[at])
    assert one.log_evidence == pytest.approx(other.log_evidence, abs=1e-6)
    np.testing.assert_array_equal(one.predict(z, names), one.predict(z, names))


def test_gaps_take_what_the_other_skills_let_expect() -> None:
    rng = np.random.default_rng(7)
    ability = rng.standard_normal(40)
    table = ability[:, None] * [1.0, 2.0, 0.5] + 0.05 * rng.standard_normal((40, 3))
    seen = np.arange(40) < 20
    full = standardised(table, seen)
    table[35, 1] = np.nan
    assert standardised(table, seen)[35, 1] == pytest.approx(full[35, 1], abs=0.1)
    assert np.sqrt(np.mean(np.sum(full[seen] ** 2, axis=1))) == pytest.approx(1.0)
    flat = standardised(np.column_stack([table[:, 0], np.ones(40)]), seen)
    assert not flat[:, 1].any()


def test_bad_input_gives_one_clear_line() -> None:
    with pytest.raises(InputError, match="one row per engine"):
        fit_family_link([[1.0], [2.0]], ["a"], [0.5, 0.5])
    with pytest.raises(InputError, match="must be finite"):
        fit_family_link([[np.nan]], ["a"], [0.5])
    with pytest.raises(InputError, match="negative or infinite"):
        fit_family_link([[1.0]], ["a"], [0.5], [-0.1])
    with pytest.raises(InputError, match="no score among the engines that teach"):
        standardised([[np.nan], [1.0]], np.array([True, False]))
