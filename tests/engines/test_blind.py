"""Blind engines know what they say they know, and no more."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.dna import reverse_complement
from kindergrad.engines.blind import Composition, LocalComposition, Uniform


def test_uniform_holds_all_letters_equal() -> None:
    assert Uniform().log_likelihood(["", "ACG"], ["ACGT", "T"]) == pytest.approx([4 * np.log(0.25), np.log(0.25)])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_composition_is_the_share_of_each_word_on_both_strands(order: int) -> None:
    text = "ACGTTGCATTACGGATCCAGTTA"
    engine = Composition(order=order)
    engine.learn([text])
    for word in map("".join, itertools.product("ACGT", repeat=order + 1)):
        both = [t[i : i + order + 1] for t in (text, reverse_complement(text)) for i in range(len(t) - order)]
        after = [w for w in both if w[:order] == word[:order]]
        expected = (after.count(word) + 1) / (len(after) + 4)  # one of each to begin with
        assert engine.log_likelihood([word[:order]], [word[order]])[0] == pytest.approx(np.log(expected))


def test_composition_does_not_care_how_the_corpus_is_cut_but_for_the_cuts() -> None:
    whole, parts = Composition(order=0), Composition(order=0)
    whole.learn(["ACGTTGCATTACGG"])
    parts.learn(["ACGTTGC"])
    parts.learn(["ATTACGG"])
    assert whole.log_likelihood([""], ["GATTACA"]) == pytest.approx(parts.log_likelihood([""], ["GATTACA"]))


def test_local_composition_follows_the_letters_so_far() -> None:
    engine = LocalComposition(weight=16.0)
    after = engine.log_likelihood(["A" * 16, ""], ["A", "A"])
    assert np.exp(after) == pytest.approx([(16 + 4) / 32, 4 / 16])
