"""The n-gram engine of text: Witten-Bell against brute force, reading in parts, and writing."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import SequenceError
from kindergrad.core.text import CHARACTERS
from kindergrad.engines.ngram import Ngram

WORDS = st.text("ab1+= \n", min_size=1, max_size=60)


def brute_force(text: str, context: str, letter: str, order: int) -> float:
    """P(letter | context) by its definition, from dictionaries."""
    p = 1.0 / len(CHARACTERS)
    for k in range(min(order, len(context)) + 1):
        followers: dict[str, int] = defaultdict(int)
        before = context[len(context) - k :]
        for i in range(k, len(text)):
            if text[i - k : i] == before:
                followers[text[i]] += 1
        total, kinds = sum(followers.values()), len(followers)
        if kinds:
            p = (followers[letter] + kinds * p) / (total + kinds)
    return p


@settings(max_examples=40, deadline=None)
@given(WORDS, WORDS, st.integers(0, 5))
def test_probabilities_follow_the_definition(text: str, asked: str, order: int) -> None:
    engine = Ngram(max_order=order)
    engine.learn([text])
    expected = sum(np.log(brute_force(text, asked[:i], letter, order)) for i, letter in enumerate(asked))
    assert engine.log_likelihood([""], [asked])[0] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), WORDS)
def test_reading_in_parts_is_reading_at_once(pieces: list[str], asked: str) -> None:
    once, parts = Ngram(max_order=4), Ngram(max_order=4)
    once.learn(["".join(pieces)])
    for piece in pieces:
        parts.learn([piece])
    assert parts.parameters == once.parameters
    assert parts.log_likelihood([""], [asked])[0] == pytest.approx(once.log_likelihood([""], [asked])[0])


def test_it_writes_what_is_most_probable() -> None:
    text = "3+4 = 7. 3+5 = 8. 2+2 = 4. " * 3
    engine = Ngram(max_order=8)
    engine.learn([text])
    assert engine.generate(["quiz. 3+5 = ", "2+2 = "], 2, 0) == ["8.", "4."]
    context = "xyz 3+"
    written = engine.generate([context], 6, 0)[0]
    for i, letter in enumerate(written):
        every = engine.log_likelihood([context + written[:i]] * 96, list(CHARACTERS))
        assert every[CHARACTERS.index(letter)] == pytest.approx(every.max())


def test_untaught_all_characters_are_equal_and_it_still_writes() -> None:
    engine = Ngram(max_order=3)
    assert engine.log_likelihood(["a"], ["bcd"])[0] == pytest.approx(-3 * np.log(96))
    assert [len(text) for text in engine.generate(["", "abc"], 4, 0)] == [4, 4] and engine.generate([], 3, 0) == []


def test_what_it_refuses() -> None:
    with pytest.raises(ValueError, match="max_order must lie in 0 to 32; got 33"):
        Ngram(max_order=33)
    with pytest.raises(SequenceError, match="piece 2: unknown character 'ß' at position 3"):
        Ngram().learn(["abc", "abß"])
