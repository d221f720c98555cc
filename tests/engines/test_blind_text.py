"""Blind engines of text, against counts made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.engines.blind_text import TextComposition, TextLocal, TextUniform, TextWords


def test_uniform() -> None:
    assert TextUniform().log_likelihood(["12", ""], ["345", ""]) == pytest.approx([-3 * np.log(96), 0.0])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_composition_counts_what_follows(order: int) -> None:
    text = "abcabdabc" * 20
    engine = TextComposition(order=order)
    engine.learn([text[:50], text[50:]])
    context, letter = "xab", "c"
    before = context[len(context) - order :]
    places = [i for i in range(order, len(text)) if text[i - order : i] == before]
    hits = sum(text[i] == letter for i in places)
    expected = np.log((hits + 1 / 96) / (len(places) + 1))
    assert engine.log_likelihood([context], [letter])[0] == pytest.approx(expected)


def test_local_follows_the_text_so_far() -> None:
    engine = TextLocal(weight=16.0)
    expected = np.log((2 + 16 / 96) / (4 + 16)) + np.log((3 + 16 / 96) / (5 + 16))
    assert engine.log_likelihood(["7a7b", "zzz"], ["77", "7"])[0] == pytest.approx(expected)


def test_words_know_how_often_a_number_is_written_and_nothing_before_it() -> None:
    engine = TextWords()
    engine.learn(["15 15 15 14 2\n"])
    same = engine.log_likelihood(["7+8 = ", "1 and "], ["15", "15"])
    assert same[0] == pytest.approx(same[1])
    assert engine.log_likelihood([""], ["15"])[0] > engine.log_likelihood([""], ["14"])[0]
    expected = np.log((4 + 1 / 96) / 6) + np.log((3 + 1 / 96) / 5) + np.log((3 / 2 + 1 / 96) / 4)
    assert engine.log_likelihood(["x "], ["15 "])[0] == pytest.approx(expected)
