"""The hidden Markov model is one, its posterior is exact and calibrated, and genes read as genes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.core.seeds import stream
from kindergrad.testing import check_world
from kindergrad.worlds import gene_structure
from kindergrad.worlds.gene_structure import CLASSES, MEMORY, GeneStructure

WORLD = GeneStructure(seed=0)
STATES = np.arange(len(WORLD.steps))


def test_it_is_a_world() -> None:
    check_world(gene_structure.make(0, size=20_000), again=gene_structure.make(0, size=20_000))


def test_tables_are_probabilities() -> None:
    assert WORLD.steps.sum(axis=1) == pytest.approx(np.ones(len(STATES)))
    assert np.abs(WORLD.letters.sum(axis=2) - 1).max() < 1e-9
    assert WORLD.long_run @ WORLD.steps == pytest.approx(WORLD.long_run, abs=1e-9)


def test_exons_are_whole_codons_between_signals() -> None:
    states = WORLD.held_out.states
    text, kinds = decode(WORLD.held_out.codes), WORLD.classes(states)
    edges = np.flatnonzero(kinds[1:] != kinds[:-1]) + 1
    checked = 0
    for start, end in zip(edges[1:-1].tolist(), edges[2:].tolist(), strict=True):
        if CLASSES[kinds[start]] == "exon":
            exon, after = text[start:end], CLASSES[kinds[end]]
            assert len(exon) % 3 == 0
            assert after == "intron" or exon[-3:] in ("TAA", "TAG", "TGA")
            assert CLASSES[kinds[start - 1]] == "intron" or exon.startswith("ATG")
            inner = [exon[i : i + 3] for i in range(0, len(exon) - 3, 3)]
            assert not {"TAA", "TAG", "TGA"} & set(inner)
            checked += 1
        elif CLASSES[kinds[start]] == "intron":
            assert text[start : start + 2] == "GT" and text[end - 2 : end] == "AG"
    assert checked > 100


def test_posterior_by_all_paths() -> None:
    """The last three letters of a window: all paths through the states, one by one."""
    codes = WORLD.windows([1000, 5050, 20_004], MEMORY + 3)
    for row, found in zip(codes, WORLD.posterior(codes, MEMORY + 1), strict=True):
        past = [int(sum(int(row[i - back]) * 4 ** (back - 1) for back in range(1, MEMORY + 1)))
                for i in range(MEMORY, MEMORY + 3)]
        total = np.zeros(len(CLASSES))
        for path in itertools.product(STATES.tolist(), repeat=3):
            p = WORLD.long_run[path[0]] * WORLD.steps[path[0], path[1]] * WORLD.steps[path[1], path[2]]
            if p > 0:
                for i, state in enumerate(path):
                    p *= WORLD.letters[state, past[i], row[MEMORY + i]]
                total[WORLD.classes(np.array([path[1]]))[0]] += p
        assert found == pytest.approx(total / total.sum(), abs=1e-9)


def test_posterior_is_calibrated() -> None:
    starts = stream(0, "starts").integers(0, 99_000, 600)
    share = WORLD.posterior(WORLD.windows(starts.tolist(), 80), 40)
    kinds = WORLD.classes(WORLD.held_out.states)[starts + 40]
    for c in range(len(CLASSES)):
        assert share[:, c].mean() == pytest.approx((kinds == c).mean(), abs=0.04)
        likely = (share[:, c] > 0.2) & (share[:, c] < 0.8)
        if likely.sum() > 40:
            assert (kinds[likely] == c).mean() == pytest.approx(share[likely, c].mean(), abs=0.2)
    assert (np.argmax(share, axis=1) == kinds).mean() > 0.75
