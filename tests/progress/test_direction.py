"""Moving, stalled, or not to be told; and skills above their prerequisites."""

from __future__ import annotations

import numpy as np

from kindergrad.core.config import Goal
from kindergrad.core.names import DirectionVerdict
from kindergrad.core.table import Row
from kindergrad.progress.belief import belief
from kindergrad.progress.direction import direction
from tests.progress.progress_tables import curve_rows


def engine(seed: int, locations: list[float], plateau: float = 0.7) -> list[Row]:
    rng = np.random.default_rng(seed)
    out = []
    for i, location in enumerate(locations):
        out += curve_rows(f"a/skill-{i}", location, 1.0, plateau, rng=rng)
    return out


def test_an_engine_that_learns_is_moving_also_when_most_skills_do_not() -> None:
    answer = direction(engine(0, [4.5, 5.0, 99.0, 99.0, 99.0]))
    assert answer.verdict is DirectionVerdict.MOVING
    assert answer.e_value is not None and answer.e_value >= 20
    assert answer.p is not None and answer.p <= 0.05


def test_an_engine_at_the_floor_is_stalled_and_is_rarely_called_moving() -> None:
    answers = [direction(engine(seed, [99.0] * 5)) for seed in range(20)]
    verdicts = [a.verdict for a in answers]
    assert verdicts.count(DirectionVerdict.STALLED) >= 15
    assert verdicts.count(DirectionVerdict.MOVING) <= 1


def test_an_engine_that_moved_once_and_stands_now_is_stalled() -> None:
    assert direction(engine(1, [3.3, 3.2, 3.4, 3.3], plateau=0.5)).verdict is DirectionVerdict.STALLED


def test_two_scales_say_nothing() -> None:
    rows = [row for row in engine(2, [4.5, 5.0]) if row.scale < 2e3]
    assert direction(rows).verdict is DirectionVerdict.CANNOT_TELL


def test_a_skill_above_its_prerequisite_is_named() -> None:
    rows = engine(3, [4.0, 99.0, 4.2])
    order = {"a/skill-0": ["a/skill-1"], "a/skill-2": ["a/skill-0"]}
    found = direction(rows, prerequisites=order).violations
    assert len(found) == 1
    assert found[0].startswith("a/skill-0 (0.") and "without its prerequisite a/skill-1" in found[0]
    answer = belief(rows, Goal.parse("a/skill-0>=0.5@1e7"), prerequisites=order)
    assert answer.direction.violations == found
    assert answer.direction.verdict is DirectionVerdict.MOVING


def test_of_two_engines_one_can_be_asked_for() -> None:
    rng = np.random.default_rng(4)
    rows = engine(4, [4.5, 5.0]) + curve_rows("a/skill-0", 99.0, rng=rng, engine="other")
    assert direction(rows, engine="markov").verdict is DirectionVerdict.MOVING
    assert direction(rows, engine="other").verdict is not DirectionVerdict.MOVING
