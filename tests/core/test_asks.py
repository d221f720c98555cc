"""Putting questions to engines that write: exact where it is written to the letter, near where it nearly is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kindergrad.core.asks import APART, put_generation, put_written
from kindergrad.core.errors import EngineError
from kindergrad.core.items import Items
from kindergrad.stats.scoring import bits_gained, placed_first, preference, preferred


class Says:
    """Writes the same text after every question."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        return list(self.texts)


ONE = Items(asked={"context": np.array([["a = "] * 3]), "target": np.array([["15", "13", "25"]])},
            truth={"true": np.array([1]), "cluster": np.array(["x"])})


@pytest.mark.parametrize(("written", "exact", "smooth"), [
    ("13", 1.0, 1.0), ("15", 0.0, 0.25), ("25", 0.0, 0.0), ("93", 0.0, 1.0), ("95", 0.0, 0.0), ("", 0.0, 0.5),
    ("1", 0.0, 0.75), ("zz", 0.0, 0.5),
])
def test_what_is_written_is_compared_letter_by_letter(written: str, exact: float, smooth: float) -> None:
    answers = put_generation(Says(written), ONE.asked)
    assert answers.shape == (1, 4)
    assert placed_first(answers, ONE) == pytest.approx([exact])
    assert preferred(answers, ONE) == pytest.approx([smooth], abs=1e-6)


def test_too_few_texts_are_refused() -> None:
    with pytest.raises(EngineError, match="generate returned 2 texts; expected 1"):
        put_generation(Says("13", "15"), ONE.asked)


def test_preference_is_the_probability_against_one_other() -> None:
    answers = np.log(np.array([[0.6, 0.2, 0.2], [0.1, 0.3, 0.1]]))
    assert preference(answers, np.array([0, 2])) == pytest.approx([0.75, (0.5 + 0.25) / 2])
    assert preference(np.array([[0.0, -APART * 100], [-1e5, 0.0]]), np.array([0, 0])) == pytest.approx([1.0, 0.0])


class Repeats:
    """Writes the beginning of one text after every question."""

    def __init__(self, text: str) -> None:
        self.text = text

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        return [self.text[:length]] * len(context)


def test_what_is_written_is_worth_the_information_that_it_gives() -> None:
    """Of a channel that is right with chance f: two bits when always right, none at a quarter, a loss below."""
    target = "ACGTACGTACGTACGTACGT"
    wrong = str.maketrans("ACGT", "CGTA")
    for right in (20, 17, 5, 0):
        written = target[:right] + target[right:].translate(wrong)
        asked = {"context": np.array(["A", "CC"]), "target": np.array([target, target])}
        found = bits_gained(put_written(Repeats(written), asked), np.full(2, 20))
        f = right / 20
        expected = 2 + sum(p * np.log2(p / k) for p, k in ((f, 1), (1 - f, 3)) if p > 0)
        assert found == pytest.approx([expected if f >= 0.25 else -expected] * 2)
    both = {"context": np.array(["A", "C"]), "target": np.array(["ACGT", "AC"])}
    assert put_written(Repeats("ACGT"), both) == pytest.approx([0.0, 0.0]), "each length is asked for alone"
    with pytest.raises(EngineError, match=r"generate returned 1 texts of \[3\] letters; expected 1 of 4"):
        put_written(Repeats("ACG"), {"context": np.array(["A"]), "target": np.array(["ACGT"])})
