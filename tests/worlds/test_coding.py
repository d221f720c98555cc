"""Codons: the standard code, proper probabilities, no stop inside a frame."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core.seeds import stream
from kindergrad.worlds import _coding


@pytest.fixture(scope="module")
def coding() -> _coding.Coding:
    return _coding.build(stream(0, "test"))


def test_amino_acids_are_those_of_the_standard_code() -> None:
    amino = _coding.amino_acids()
    letters = [str(Seq(codon).translate()) for codon in _coding.CODONS]
    for (i, a), (j, b) in itertools.combinations(enumerate(letters), 2):
        assert (amino[i] == amino[j]) == (a == b)
    assert [_coding.CODONS[i] for i in np.flatnonzero(amino < 0)] == sorted(_coding.STOPS)


def test_probabilities_are_proper_and_stops_never_follow(coding: _coding.Coding) -> None:
    stops = [_coding.CODONS.index(stop) for stop in _coding.STOPS]
    assert coding.first.sum() == pytest.approx(1.0) and coding.step.sum(axis=1) == pytest.approx(np.ones(64))
    assert (coding.first[stops] == 0).all() and (coding.step[:, stops] == 0).all()
    pairs = np.array(list(itertools.product(range(64), repeat=2)))
    assert np.exp(coding.log_p(pairs)).sum() == pytest.approx(1.0, abs=1e-9)
    before = np.full(64, 7)
    assert np.exp(coding.log_p(np.arange(64)[:, None], before)).sum() == pytest.approx(1.0, abs=1e-9)


def test_a_stop_is_impossible_and_finite(coding: _coding.Coding) -> None:
    stop = _coding.CODONS.index("TAA")
    assert coding.log_p(np.array([[0, stop, 0]]))[0] <= _coding.IMPOSSIBLE
    assert np.isfinite(coding.log_p(np.array([[stop, stop, stop]]))).all()


def test_draws_have_the_frequencies_of_the_chain(coding: _coding.Coding) -> None:
    drawn = coding.sample(stream(1, "test").random((5000, 2)))
    count = np.bincount(drawn[:, 0], minlength=64)
    sense = coding.first > 0
    expected = coding.first[sense] * len(drawn)
    assert count[~sense].sum() == 0
    assert float(((count[sense] - expected) ** 2 / expected).sum()) < 60 + 5 * np.sqrt(120)
    most = int(count.argmax())
    after = np.bincount(drawn[drawn[:, 0] == most, 1], minlength=64) / count[most]
    assert np.abs(after - coding.step[most]).max() < 5 * np.sqrt(0.25 / count[most])


def test_codons_and_letters_are_two_ways_to_write_the_same() -> None:
    codons = np.arange(64).reshape(4, 16)
    codes = _coding.codes_of(codons)
    assert codes.shape == (4, 48) and (_coding.codons_of(codes) == codons).all()
    assert (_coding.codons_of(codes[:, :47]) == codons[:, :15]).all()  # letters of a broken codon are left out
    assert "".join("ACGT"[c] for c in codes[0, :6]) == "AAAAAC"
