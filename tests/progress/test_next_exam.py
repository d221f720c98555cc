"""What to sit next: information is bounded, grows with items, and lies where the goal is decided."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.table import Row
from kindergrad.progress.belief import belief
from kindergrad.progress.next_exam import Candidate, next_exam
from tests.progress.progress_tables import curve_rows, tiers

GOAL = Goal.parse("genomics/word[7]>=0.5@1e8")


@pytest.fixture(scope="module")
def early() -> list[Row]:
    rows = tiers(np.random.default_rng(0)) + curve_rows("a/b", 5.5, rng=np.random.default_rng(1))
    return [row for row in rows if row.scale < 1.1e5]


def test_information_lies_between_nothing_and_the_whole_entropy(early: list[Row]) -> None:
    answer = next_exam(early, GOAL)
    assert 0.0 < answer.entropy <= 1.0
    assert all(0.0 <= w.bits <= answer.entropy + 3 * w.bits_stderr for w in answer.exams)
    assert [w.bits_per_cost for w in answer.exams] == sorted((w.bits_per_cost for w in answer.exams), reverse=True)
    assert {w.exam.skill for w in answer.exams} == {f"genomics/word[{k}]" for k in range(8)}


def test_more_items_and_nearer_the_goal_tell_more(early: list[Row]) -> None:
    skill = "a/b"
    goal = Goal.parse("a/b>=0.5@1e7")
    few, many, near = next_exam(early, goal, candidates=[
        Candidate(skill=skill, scale=3e5, items=0.02), Candidate(skill=skill, scale=3e5, items=4.0),
        Candidate(skill=skill, scale=5e6, items=4.0)]).exams[::-1]
    assert (few.exam.items, many.exam.scale, near.exam.scale) == (0.02, 3e5, 5e6)
    assert few.bits < many.bits < near.bits


def test_costs_decide_between_equals_and_what_does_not_bear_on_the_goal_is_worth_nothing(early: list[Row]) -> None:
    cheap = Candidate(skill="genomics/word[7]", scale=3e6, cost=1.0)
    dear = Candidate(skill="genomics/word[7]", scale=3e6, cost=5.0)
    other = Candidate(skill="a/b", scale=3e5)
    ranked = next_exam(early, GOAL, candidates=[other, dear, cheap]).exams
    assert [w.exam.cost for w in ranked[:2]] == [1.0, 5.0]
    assert ranked[0].bits == ranked[1].bits
    assert ranked[2].exam.skill == "a/b" and ranked[2].bits == 0.0


def test_the_promised_information_is_what_results_bring_on_average() -> None:
    """Expected entropy after the exam, as promised, against the entropy after real results."""
    goal = Goal.parse("a/b>=0.5@1e7")
    promised, brought = [], []
    for seed in range(12):
        rng = np.random.default_rng([seed, 5])
        rows = curve_rows("a/b", rng.uniform(4.5, 7.0), 1.0, 0.9, rng=rng)
        before = [row for row in rows if row.scale < 1.1e5]
        answer = next_exam(before, goal, candidates=[Candidate(skill="a/b", scale=1e6)])
        promised.append(answer.entropy - answer.exams[0].bits)
        p = belief([*before, rows[-1]], goal).belief
        brought.append(-p * np.log2(p) - (1 - p) * np.log2(1 - p))
    assert np.mean(brought) == pytest.approx(np.mean(promised), abs=0.25)


def test_a_candidate_without_a_cost_is_refused(early: list[Row]) -> None:
    with pytest.raises(InputError, match="positive cost"):
        next_exam(early, GOAL, candidates=[Candidate(skill="genomics/word[7]", scale=1e6, cost=0.0)])
