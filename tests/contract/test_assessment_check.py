"""check_assessment can fail: one fault at a time, named with its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import UnknownNameError
from kindergrad.core.items import Items
from kindergrad.exams import catalogue
from kindergrad.stats.scoring import placement
from kindergrad.testing import References, check_assessment, references
from kindergrad.worlds.genome import SyntheticGenome

GOOD = catalogue.assessment("genomics/real-or-shuffled")
LETTERS = catalogue.assessment("genomics/copy")
TOLD = {"pairs-kept": "pairs", "letters-kept": "letters"}


@pytest.fixture(scope="module")
def readers(genome: SyntheticGenome) -> References:
    return references(genome)


def changed(base: Assessment, change: Callable[[Items, int], Items]) -> Assessment:
    """The assessment with other items; still told to be in the same file, for its docstring and its lines."""
    def items(world: Any, n: int, level: str, seed: int) -> Items:
        return change(base.items(world, n, level, seed), n)

    items.__module__, items.__code__ = base.items.__module__, items.__code__.replace(
        co_filename=base.items.__code__.co_filename)
    return replace(base, items=items)


def first_is_true(items: Items, n: int) -> Items:
    """The true candidate always comes first."""
    rows = np.arange(len(items))[:, None]
    order = (items.truth["true"][:, None] + np.arange(4)) % 4
    return Items(asked={k: v[rows, order] for k, v in items.asked.items()},
                 truth={**items.truth, "true": np.zeros(len(items), dtype=np.int64)},
                 ideal=None if items.ideal is None else items.ideal[rows, order])


def rotated(items: Items, n: int) -> Items:
    """The last item comes first: which one depends on how many are asked."""
    return Items(asked={k: np.roll(v, 1, axis=0) for k, v in items.asked.items()}, truth=items.truth, ideal=items.ideal)


def numbered(items: Items, n: int) -> Items:
    return replace(items, asked={**items.asked, "hint": items.truth["true"]})


def shorter(items: Items, n: int) -> Items:
    """False candidates are one letter shorter than the true one."""
    true = np.arange(4)[None, :] == items.truth["true"][:, None]
    target = np.where(true, items.asked["target"], np.array([[t[:-1] for t in row] for row in items.asked["target"]]))
    return replace(items, asked={**items.asked, "target": target})


def helpless(items: Items, n: int) -> Items:
    """An oracle that knows nothing."""
    return replace(items, ideal=np.random.default_rng(0).standard_normal(np.shape(items.ideal))[: len(items)])


def wild(items: Items, n: int) -> Items:
    target = np.array([[t[:-1] + "N" for t in row] for row in items.asked["target"]])
    return replace(items, asked={**items.asked, "target": target})


@pytest.mark.parametrize(("change", "rule"), [
    (first_is_true, "place of the true candidate is not uniform"),
    (rotated, "first items change when more are asked"),
    (numbered, "must hold text"),
    (shorter, "candidates differ in length"),
    (helpless, "cannot be told apart"),
    (wild, "other letters"),
], ids=lambda value: getattr(value, "__name__", None))
def test_faulty_items_are_named_with_the_rule(
    change: Callable[[Items, int], Items], rule: str, genome: SyntheticGenome, readers: References
) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_assessment(changed(GOOD, change), genome, n=100, references=readers, exceptions=TOLD)


def constant(answers: Any, items: Items) -> Any:
    return np.full(len(items), 0.7)


def too_low(answers: Any, items: Items) -> Any:
    """A coin would get less than the chance that the file states."""
    return placement(answers, items.truth["true"]) - 0.6


def upside_down(answers: Any, items: Items) -> Any:
    return placement(-answers, items.truth["true"])


@pytest.mark.parametrize(("fault", "rule"), [
    ({"version": "1"}, "version must be X.Y"),
    ({"learner": "nobody"}, "unknown learner"),
    ({"floor": ("uniform", "wizard")}, "blind engines that do not exist"),
    ({"score": constant}, "guessing scores"),
    ({"score": too_low, "chance": 0.0}, r"guessing scores -0\.(1|09)"),
    ({"score": upside_down}, "cannot be told apart"),
    ({"top": 0.9}, "above the top of the scale"),
    ({"learner": "none-yet"}, "no engine learns it yet, but this does"),
    ({"levels": ("triplets-kept", "letters-kept", "triplets-kept")}, "levels must be different"),
    ({"levels": ("letters-kept", "triplets-kept")}, "hard to easy"),
    ({"metric": ""}, "must be named"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_faulty_declarations_are_named_with_the_rule(
    fault: dict[str, Any], rule: str, genome: SyntheticGenome, readers: References
) -> None:
    faulty = replace(GOOD, **fault)
    told = {level: why for level, why in TOLD.items() if level in faulty.levels}
    with pytest.raises(AssertionError, match=rule):
        check_assessment(faulty, genome, n=150, references=readers, exceptions=told)


def test_unknown_skill_names_the_nearest(genome: SyntheticGenome, readers: References) -> None:
    with pytest.raises(UnknownNameError, match="real-or-shuffled"):
        check_assessment(replace(GOOD, skill="genomics/real-or-shufled"), genome, references=readers)


def test_a_leak_must_be_listed_and_a_listed_level_must_leak(genome: SyntheticGenome, readers: References) -> None:
    with pytest.raises(AssertionError, match=r"letters-kept: the blind engine composition-\d scores"):
        check_assessment(GOOD, genome, references=readers, exceptions={"pairs-kept": TOLD["pairs-kept"]})
    with pytest.raises(AssertionError, match="take it off the list"):
        check_assessment(GOOD, genome, references=readers, exceptions={**TOLD, "triplets-kept": "nothing"})
    with pytest.raises(AssertionError, match="name no level"):
        check_assessment(GOOD, genome, references=readers, exceptions={**TOLD, "mono": "misspelt"})


def test_noise_that_helps_is_found(genome: SyntheticGenome, readers: References) -> None:
    """Answers that are good but not ideal: doubt makes an overconfident oracle better."""
    overconfident = changed(LETTERS, lambda items, n: replace(items, ideal=3.0 * np.asarray(items.ideal)))
    with pytest.raises(AssertionError, match=r"noisier answers score|cannot be told apart"):
        check_assessment(overconfident, genome, references=readers)


def test_a_learner_that_does_not_improve_is_found(genome: SyntheticGenome, readers: References) -> None:
    same = References(readers.blind, {"markov": (readers.learner["markov"][1],) * 2})
    with pytest.raises(AssertionError, match="does not improve with data"):
        check_assessment(GOOD, genome, references=same, exceptions=TOLD)


def test_findings_tell_floor_ceiling_and_learner(genome: SyntheticGenome, readers: References) -> None:
    found = check_assessment(GOOD, genome, references=readers, exceptions=TOLD)
    easy = found["letters-kept"]
    assert easy.floor_engine.startswith("composition") and easy.floor < easy.ceiling <= 1.0
    assert easy.little is not None and easy.much is not None and easy.little < easy.much
