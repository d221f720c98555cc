"""The arithmetic syllabus: fourteen skills that can be sat, three that need data, from counting to proofs."""

from __future__ import annotations

from collections import Counter

import pytest

from kindergrad.core.names import Domain
from kindergrad.exams import catalogue
from kindergrad.exams.worked_example import worked_example
from kindergrad.syllabus.skills import Skill, syllabus

SKILLS = syllabus(Domain.ARITHMETIC)
SIZES = {"kindergarten": 3, "elementary": 3, "middle": 2, "high": 4, "college": 3, "frontier": 2}


def test_every_grade_has_its_skills() -> None:
    assert Counter(s.grade.value for s in SKILLS.values()) == SIZES
    assert sum(s.needs_data is None for s in SKILLS.values()) == 14


@pytest.mark.parametrize("skill", SKILLS.values(), ids=lambda s: s.id)
def test_a_skill_says_all_that_a_reader_needs(skill: Skill) -> None:
    for text in (skill.question, skill.why, skill.item, skill.exposure, skill.floor, skill.ceiling, skill.trap,
                 skill.dials):
        assert len(text) > 5
    assert len(skill.question) < 130 and skill.question.count("?") == 1 and skill.references
    assert (skill.id in catalogue.assessments()) is (skill.needs_data is None)


def test_an_item_is_shown_worked_with_the_right_answer_marked() -> None:
    shown = worked_example("arithmetic/multiplication")
    assert shown is not None and shown.hint == "" and shown.oracle is not None and shown.oracle.mean > 0.999
    (right,) = [o for o in shown.options if o.right]
    a, b = (int(part) for part in right.asked["context"].removeprefix("quiz. ").removesuffix(" = ").split("*"))
    assert int(right.asked["target"]) == a * b
