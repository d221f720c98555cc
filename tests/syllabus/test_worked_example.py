"""Worked items are real items: their answers give the scores that are printed, and the right one is marked."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.names import CeilingKind, Domain
from kindergrad.exams import catalogue
from kindergrad.exams import worked_example as working
from kindergrad.exams.worked_example import Option, WorkedExample, worked_example
from kindergrad.stats.scoring import placement

SYNTHETIC = [a.id for a in catalogue.assessments().values() if working.place(a) is not None]


def example(name: str) -> WorkedExample:
    found = worked_example(name)
    assert found is not None
    return found


def test_most_ready_skills_have_one() -> None:
    assert len(SYNTHETIC) >= 14


@pytest.mark.parametrize("name", SYNTHETIC)
def test_answers_give_the_scores_printed(name: str) -> None:
    found = example(name)
    long = name == "genomics/long-range-recall"  # whose texts are few
    assert found.items == (20 if long else working.ITEMS) and 1 <= found.item <= found.items
    right = [o.right for o in found.options]
    if found.metric.startswith("correlation"):
        assert right == [None] * len(right) and all(o.measured is not None for o in found.options)
    elif len(right) == 1:
        assert right == [None]
    else:
        assert right.count(True) == 1 and right.count(False) == len(right) - 1
    if found.metric.startswith("placement"):
        for sitter, answers in ((found.oracle, [o.oracle for o in found.options]),
                                (found.blind, [o.blind for o in found.options])):
            assert sitter is not None
            assert placement(np.array([answers], dtype=float), np.array([right.index(True)]))[0] == sitter.score


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_oracle_knows_and_the_blind_engine_does_not(name: str) -> None:
    found = example(name)
    assert found.oracle and found.blind
    assert found.oracle.score > found.blind.score and found.oracle.mean > found.blind.mean
    if catalogue.assessment(name).ceiling is CeilingKind.EXACT and found.chance == 0.5:
        assert found.oracle.mean > 0.75 and found.blind.mean < 0.75


def test_the_item_is_the_one_of_the_assessment() -> None:
    found = example("genomics/base-pairing")
    world = working._world(Domain.GENOMICS)
    items = catalogue.assessment("genomics/base-pairing").items(world, working.ITEMS, "fold", working.SEED)
    assert [o.asked["target"] for o in found.options] == items.asked["target"][found.item - 1].tolist()
    assert [o.right for o in found.options].index(True) == items.truth["true"][found.item - 1]


def test_another_level_can_be_asked_for() -> None:
    easy = worked_example("genomics/copy", "identical")
    assert easy is not None and easy.level == "identical" and example("genomics/copy").level == "diverged"


def test_hints_point_at_the_copy_and_at_the_partner() -> None:
    copy, stem = example("genomics/copy"), worked_example("genomics/base-pairing", "hairpin")
    assert stem is not None
    assert copy.hint.startswith("the same letters stand at letters")
    assert stem.hint.startswith("its reverse complement stands at letters")
    start = int(stem.hint.split("at letters ")[1].split()[0])
    arm = next(o for o in stem.options if o.right).asked["target"]
    assert stem.options[0].asked["context"][start - 1 :][: len(arm)] == stem.hint.split(": ")[1].split()[0]


def test_there_is_no_hint_where_nothing_repeats() -> None:
    option = Option(asked={"context": "ACGGATTTCACCATAGA", "target": "GTTTTTTTTT"}, right=None, oracle=None, blind=None)
    assert working._hint((option,)) == ""


def test_a_skill_without_an_assessment_has_none() -> None:
    assert worked_example("genomics/new-genome") is None


def test_a_long_text_is_cut_in_the_middle() -> None:
    text = working._cut("A" * 5_000)
    assert text == "A" * 300 + "[4,400 letters]" + "A" * 300 and working._cut("ACGT") == "ACGT"


def test_an_item_with_distinct_options_is_preferred() -> None:
    one, other = np.array([0.5, 0.5]), np.array([1.0, 1.0])
    assert working._typical(other, one, np.array([True, True])) == 0
    assert working._typical(other, one, np.array([False, True])) == 1
    assert working._typical(np.array([0.2, 1.0]), one, np.array([True, True])) == 1
