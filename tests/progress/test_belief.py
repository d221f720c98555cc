"""Belief: sane before any result, moved by results, right at the end."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.config import Goal
from kindergrad.core.errors import UnknownNameError
from kindergrad.progress.belief import belief, log_odds
from tests.progress.progress_tables import SCALES, curve_rows, tiers


def test_the_history_starts_with_the_prior_and_has_one_step_per_scale() -> None:
    rows = curve_rows("a/b", 4.5, rng=np.random.default_rng(0), seeds=2)
    answer = belief(rows, Goal.parse("a/b>=0.5@1e6"), seed=0)
    first = answer.history[0]
    assert (first.scale, first.n_records, first.bits) == (None, 0, 0.0)
    assert 0.1 < first.belief < 0.9
    assert [h.scale for h in answer.history[1:]] == pytest.approx(SCALES.tolist())
    assert [h.n_records for h in answer.history] == [2 * i for i in range(len(SCALES) + 1)]
    assert answer.belief == answer.history[-1].belief > 0.99


def test_bits_add_up_to_the_whole_change_of_log_odds() -> None:
    rows = curve_rows("a/b", 5.8, rng=np.random.default_rng(1))
    answer = belief(rows, Goal.parse("a/b>=0.5@1e7"), seed=0)
    total = log_odds(answer.belief) - log_odds(answer.history[0].belief)
    assert sum(h.bits for h in answer.history) == pytest.approx(total)
    assert all(h.stderr < 0.02 for h in answer.history)


def test_a_skill_that_stays_at_the_floor_loses_belief_step_by_step() -> None:
    rows = curve_rows("a/b", 99.0, rng=np.random.default_rng(2))
    history = [h.belief for h in belief(rows, Goal.parse("a/b>=0.5@1e6"), seed=0).history]
    assert history[0] > 0.15
    assert history[-1] < 0.02
    assert np.all(np.diff(history) < 0.05)


def test_common_tiers_raise_the_belief_in_a_rare_one_before_any_sign_of_it() -> None:
    rows = tiers(np.random.default_rng(3))
    answer = belief(rows, Goal.parse("genomics/word[7]>=0.5@1e8"), seed=0)
    at_floor = next(h for h in answer.history if h.scale is not None and h.scale > 9e4)
    assert at_floor.belief > 0.8 > answer.history[0].belief
    impossible = belief(rows, Goal.parse("genomics/word[7]>=0.5@1e5"), seed=0)
    assert impossible.belief < 0.01


def test_belief_is_calibrated_on_simulated_curves() -> None:
    told, happened = [], []
    for seed in range(30):
        rng = np.random.default_rng([seed, 9])
        location = rng.uniform(3.5, 8.0) if rng.random() < 0.8 else 99.0
        rows = curve_rows("a/b", location, rng.uniform(0.6, 1.6), 0.9, rng=rng, scales=SCALES[:11:2])
        answer = belief(rows, Goal.parse("a/b>=0.5@1e6"), seed=seed)
        told.append(answer.belief)
        happened.append(float(location < 6.0))
    p, y = np.array(told), np.array(happened)
    assert np.mean((p - y) ** 2) < 0.8 * np.mean(y) * (1 - np.mean(y))
    assert abs(p.mean() - y.mean()) < 0.15


def test_an_unknown_skill_names_the_nearest() -> None:
    rows = curve_rows("genomics/start-codon", 4.5, rng=np.random.default_rng(0))
    with pytest.raises(UnknownNameError, match="did you mean 'genomics/start-codon'"):
        belief(rows, Goal.parse("genomics/start-kodon>=0.5@1e6"))


def test_where_two_engines_have_the_skill_the_answer_says_which_is_meant() -> None:
    rng = np.random.default_rng(0)
    rows = curve_rows("a/b", 4.5, rng=rng) + curve_rows("a/b", 4.5, rng=rng, engine="other", scales=SCALES[:3])
    assert belief(rows, Goal.parse("a/b>=0.5@1e6")).goal == "a/b>=0.5@1e+06 (markov, answer)"


def test_a_long_ladder_is_thinned_and_ends_with_all_records() -> None:
    rows = curve_rows("a/b", 4.5, rng=np.random.default_rng(0), scales=10.0 ** np.linspace(3, 6, 120))
    history = belief(rows, Goal.parse("a/b>=0.5@1e7")).history
    assert len(history) == 41
    assert history[-1].n_records == 120
