"""Shuffles keep every word of their length, and are uniform over all sequences that do."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.seeds import stream
from kindergrad.worlds.shuffles import distinct_shuffles, shuffle


def words(text: str, length: int) -> Counter[str]:
    return Counter(text[i : i + length] for i in range(len(text) - length + 1))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ACGT", min_size=0, max_size=60), st.integers(1, 4), st.integers(0, 99))
def test_every_shuffle_keeps_the_words_of_its_length_and_shorter(text: str, let: int, seed: int) -> None:
    found = shuffle(text, let, stream(seed, "test"))
    assert len(found) == len(text)
    for length in range(1, let + 1):
        assert words(found, length) == words(text, length)
    if let > 1 and text:
        assert found[: let - 1] == text[: let - 1] and found[-let + 1 :] == text[-let + 1 :]


@pytest.mark.parametrize(("text", "let"), [
    ("AACAGACCGA", 2), ("ACACGTACTGAC", 2), ("AACAATAACGAACAA", 3), ("AACGT", 1),
])
def test_uniform_over_all_sequences_with_these_words(text: str, let: int) -> None:
    possible = sorted({"".join(p) for p in itertools.permutations(text)} if let == 1 else walks(text, let))
    assert len(possible) > 2
    rng = stream(0, "uniform", text)
    draws = 200 * len(possible)
    count = Counter(shuffle(text, let, rng) for _ in range(draws))
    assert set(count) == set(possible)
    statistic = sum((count[t] - 200) ** 2 / 200 for t in possible)
    degrees = len(possible) - 1
    assert statistic < degrees + 5 * np.sqrt(2 * degrees)


def walks(text: str, let: int) -> set[str]:
    """All sequences with the words of ``text``, by trying every next letter."""
    left = words(text, let)
    found: set[str] = set()

    def go(so_far: str) -> None:
        if len(so_far) == len(text):
            found.add(so_far)
            return
        for letter in "ACGT":
            word = (so_far + letter)[-let:]
            if left[word]:
                left[word] -= 1
                go(so_far + letter)
                left[word] += 1

    go(text[: let - 1])
    return found


def test_distinct_shuffles_differ_from_the_sequence() -> None:
    text = "ACGTTGCATTACGGATCCAG"
    found = distinct_shuffles(text, 2, 7, stream(0, "test"))
    assert len(found) == 7 and text not in found
    assert all(words(t, 2) == words(text, 2) for t in found)


def test_where_no_other_order_keeps_the_pairs_the_letters_are_kept() -> None:
    found = distinct_shuffles("AAAC", 2, 3, stream(0, "test"))  # AAAC is the only one with its pairs
    assert len(found) == 3 and "AAAC" not in found
    assert all(Counter(t) == Counter("AAAC") for t in found)
    assert distinct_shuffles("AAAA", 2, 3, stream(0, "test")) == ["AAAA"] * 3
