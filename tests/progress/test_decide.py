"""Go, wait or stop: the right limits, and regret that adds up."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.table import Row
from kindergrad.progress.decide import Choice, Economics, decide
from tests.progress.progress_tables import curve_rows

GOAL = Goal.parse("a/b>=0.5@1e7")


def rows(location: float, until: float = 1.1e5) -> list[Row]:
    found = curve_rows("a/b", location, 1.0, 0.9, rng=np.random.default_rng(0))
    return [row for row in found if row.scale < until]


def test_what_is_sure_and_worth_it_is_done_at_once() -> None:
    answer = decide(rows(4.3, until=1e7), GOAL, Economics(worth=3e7, cost=1.0))
    assert answer.choice is Choice.GO
    assert answer.belief > 0.95 and answer.break_even == pytest.approx(1 / 3)
    assert answer.sentence.startswith("Go: the belief is > 0.99")


def test_what_costs_more_than_it_is_worth_is_stopped_whatever_the_evidence() -> None:
    answer = decide(rows(4.3, until=1e7), GOAL, Economics(worth=0.5e7, cost=1.0))
    assert answer.choice is Choice.STOP
    assert answer.value[Choice.GO] < 0.0 == answer.value[Choice.STOP]
    assert "whatever the evidence" in answer.sentence


def test_no_sign_of_learning_and_a_dear_goal_is_a_stop_and_a_cheap_look_is_a_wait() -> None:
    assert decide(rows(99.0, until=1e7), GOAL, Economics(worth=1.5e7, cost=1.0)).choice is Choice.STOP
    unsure = decide(rows(5.6), GOAL, Economics(worth=4e7, cost=1.0))
    assert unsure.choice is Choice.WAIT
    assert unsure.flip is not None and unsure.flip.becomes is Choice.GO and 0.0 < unsure.flip.score < 0.9
    assert unsure.wait_scale is not None and 1e5 < unsure.wait_scale < 1e7


def test_a_free_look_is_never_worth_less_than_deciding_now() -> None:
    for location in (4.6, 5.2, 5.8, 99.0):
        answer = decide(rows(location), GOAL, Economics(worth=2e7, cost=1e-9))
        now = max(answer.value[Choice.GO], answer.value[Choice.STOP])
        assert answer.value[Choice.WAIT] >= now - 0.06 * 2e7  # Monte-Carlo error


def test_regret_is_what_a_prophet_would_do_better() -> None:
    stakes = Economics(worth=2e7, cost=1.0)
    answer = decide(rows(5.2), GOAL, stakes)
    price = 1e7
    assert answer.regret[Choice.GO] == pytest.approx((1 - answer.belief) * price)
    assert answer.regret[Choice.STOP] == pytest.approx(answer.belief * (stakes.worth - price))
    assert min(answer.regret, key=lambda c: answer.regret[c]) is answer.choice


def test_stakes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="positive worth"):
        decide(rows(5.2), GOAL, Economics(worth=0.0, cost=1.0))
