"""Members follow the shares of their sites, and the harm of a change is what it costs in share."""

from __future__ import annotations

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core.dna import decode
from kindergrad.core.seeds import stream
from kindergrad.testing import check_world
from kindergrad.worlds import _coding, families
from kindergrad.worlds.families import AMINO, Families

WORLD = Families(seed=0)
LETTERS = "ACDEFGHIKLMNPQRSTVWY"


def test_it_is_a_world() -> None:
    check_world(families.make(0, size=40_000), again=families.make(0, size=40_000))


def test_members_follow_the_shares_of_their_sites() -> None:
    rows = WORLD.members(stream(0, "members"), 3, 4000)
    proteins = [str(Seq(decode(row)).translate()) for row in rows[:50]]
    assert all(p.startswith("M") and p.endswith("*") and p.count("*") == 1 for p in proteins)
    amino = AMINO[_coding.codons_of(rows[:, 3:-3])]
    found = np.stack([(amino == a).mean(axis=0) for a in range(20)], axis=1)
    assert np.abs(found - WORLD.profiles[3]).max() < 0.05
    assert [LETTERS[a] for a in amino[0, :5]] == list(proteins[0][1:6])


def test_codons_follow_the_usage() -> None:
    codons = _coding.codons_of(WORLD.members(stream(1, "usage"), 0, 4000)[:, 3:-3]).ravel()
    for amino in range(20):
        own = families.CODONS_OF[amino]
        counts = np.bincount(codons, minlength=64)[own]
        assert WORLD.usage[own].sum() == pytest.approx(1.0)
        if counts.sum() > 2000:
            assert np.abs(counts / counts.sum() - WORLD.usage[own]).max() < 0.05


def test_harm_by_translation() -> None:
    gene = WORLD.members(stream(2, "harm"), 5, 1)[0]
    text, every = decode(gene), WORLD.changes(5, gene)
    protein = str(Seq(text).translate())
    for change in every[::37]:
        changed = text[: change.place] + "ACGT"[change.kind[2]] + text[change.place + 1 :]
        new, site = str(Seq(changed).translate()), change.place // 3
        assert text[change.place] == "ACGT"[change.kind[1]] and change.place % 3 == change.kind[0]
        assert [i for i, (a, b) in enumerate(zip(protein, new, strict=True)) if a != b] == [site]
        shares = WORLD.profiles[5, site - 1]
        assert change.harm == pytest.approx(float(np.log(shares[LETTERS.index(protein[site])]
                                                         / shares[LETTERS.index(new[site])])))
    assert len(every) > 300


def test_genes_that_exams_ask_for_are_not_in_the_corpus() -> None:
    small = families.make(0, size=60_000)
    corpus = small.corpus(0)[0]
    genes = small.genes()
    assert len(genes) == small.families * families.HELD_OUT
    assert not any(gene.coding in corpus for gene in genes[::10])
    log_p = small.amino_log_p(genes[::50], [1, 5, 9, 80, 2, 3, 4, 6])
    assert np.exp(log_p).sum(axis=1) == pytest.approx(np.ones(8))


def test_more_kept_sites_mean_more_agreement() -> None:
    agree = [float((Families(kept=k).profiles ** 2).sum(axis=2).mean()) for k in (0.1, 0.5, 0.9)]
    assert agree[0] < agree[1] < agree[2]
