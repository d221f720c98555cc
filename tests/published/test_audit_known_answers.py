"""Shortcuts and leaks of popular benchmarks that are known from their public files, and clean copies of the same sets.

Sources: interval coordinates of ML-Bioinfo-CEITEC/genomic_benchmarks (commit 605d853), published train and test parts;
UCI splice junctions (through mlbench) and E. coli promoters. Expected figures were computed from the coordinates with
other tools (a data-frame interval join, scikit-learn) before this auditor was written. Tolerance 0.002.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from kindergrad.exams.audit import audit
from kindergrad.exams.audit_answers import Finding, Judgement, Kind
from kindergrad.exams.audit_set import LabelledSet, make
from kindergrad.exchange import labelled_sets

TOLERANCE = 0.002


def one(path: Path) -> LabelledSet:
    (found,) = labelled_sets.read([path])
    return found


def findings(found: LabelledSet) -> dict[Kind, Finding]:
    return {f.kind: f for f in audit([found]).findings}


@pytest.fixture(scope="module")
def coords(shared_data: Path) -> Path:
    return shared_data / "genomics" / "genomic_benchmarks_coords"


def test_length_alone_solves_the_regulatory_set(coords: Path) -> None:
    found = findings(one(coords / "human_ensembl_regulatory"))[Kind.LENGTH]
    assert found.score == pytest.approx(0.915, abs=TOLERANCE) and found.majority == pytest.approx(0.37, abs=TOLERANCE)
    assert found.verdict is Judgement.SHORTCUT and found.n == 57_713


@pytest.mark.parametrize(("name", "score"), [("human_nontata_promoters", 0.997), ("human_enhancers_ensembl", 0.875)])
def test_coordinates_alone_solve_two_sets(coords: Path, name: str, score: float) -> None:
    found = findings(one(coords / name))
    assert found[Kind.COORDINATES].score == pytest.approx(score, abs=TOLERANCE)
    assert found[Kind.COORDINATES].verdict is found[Kind.OVERLAP].verdict is Judgement.LEAK
    assert found[Kind.SPLIT].score == 1.0
    assert found[Kind.LENGTH].verdict is Judgement.CLEAN


def test_shares_of_overlap(coords: Path) -> None:
    promoters = findings(one(coords / "human_nontata_promoters"))[Kind.OVERLAP]
    assert "'negative' 4,086 of 4,119" in promoters.detail  # 99.2 %
    enhancers = findings(one(coords / "human_enhancers_ensembl"))[Kind.OVERLAP]
    assert "'positive' 11,705 of 15,485" in enhancers.detail  # 75.6 %
    flies = findings(one(coords / "drosophila_enhancers_stark"))[Kind.OVERLAP]
    assert "Any overlap at all: 460" in flies.detail and flies.n == 1_730  # 27 %


def test_no_set_of_the_suite_is_split_by_chromosome(coords: Path) -> None:
    sets = labelled_sets.read([coords])
    assert len(sets) == 7
    answer = audit(sets)
    split = [f for f in answer.findings if f.kind is Kind.SPLIT]
    assert [f.score for f in split] == [1.0] * 7
    assert answer.verdict is Judgement.LEAK


def test_copies_among_splice_junctions(shared_data: Path) -> None:
    found = findings(one(shared_data / "genomics" / "splice_uci"))
    assert found[Kind.DUPLICATES].count == 185 and found[Kind.DUPLICATES].n == 3_186
    assert "1 of the repeated ones stand under different classes" in found[Kind.DUPLICATES].detail
    assert found[Kind.DUPLICATES].verdict is Judgement.LEAK
    assert found[Kind.GC].score < found[Kind.DUPLICATES].majority + 0.03


def test_promoter_negatives_overlap_each_other(shared_data: Path) -> None:
    found = findings(one(shared_data / "genomics" / "ecoli_promoters_uci" / "promoters.csv"))
    assert "'0' 48 of 53" in found[Kind.OVERLAP].detail and found[Kind.OVERLAP].verdict is Judgement.LEAK
    assert found[Kind.NEIGHBOUR].score > 0.9


def test_tokens_and_letters_are_the_same_set(shared_data: Path) -> None:
    plain, tokens = labelled_sets.read([shared_data / "genomics" / "dnabert_prom"])
    np.testing.assert_array_equal(plain.sequences.codes, tokens.sequences.codes)
    assert [f.score for f in audit([plain]).findings] == [f.score for f in audit([tokens]).findings]


@pytest.mark.parametrize("name", ["human_nontata_promoters", "human_enhancers_ensembl"])
def test_a_copy_without_overlaps_split_by_chromosome_is_clean(coords: Path, name: str) -> None:
    whole = one(coords / name)
    order = np.lexsort((whole.intervals.start, whole.intervals.chrom))
    kept, chrom, end = [], -1, -1
    for i in order:  # greedily, no two overlap
        if whole.intervals.chrom[i] != chrom or whole.intervals.start[i] >= end:
            kept.append(i)
            chrom, end = whole.intervals.chrom[i], whole.intervals.end[i]
    names = [whole.intervals.names[whole.intervals.chrom[i]] for i in kept]
    copy = make("copy", [whole.classes[whole.labels[i]] for i in kept],
                intervals=(names, whole.intervals.start[kept], whole.intervals.end[kept]),
                test=np.isin(names, ["chr8", "chr9"]))
    answer = audit([copy])
    assert answer.verdict is Judgement.CLEAN
    assert {f.verdict for f in answer.findings} == {Judgement.CLEAN}
    assert audit([whole]).verdict is Judgement.LEAK


def test_splice_junctions_without_copies_have_no_duplicates_left(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "genomics" / "splice_uci" / "splice.csv.gz", "rt") as handle:
        rows = {row["sequence"]: row["label"] for row in csv.DictReader(handle)}
    path = tmp_path / "splice.csv"
    path.write_text("\n".join(["label,sequence", *(f"{label},{text}" for text, label in rows.items())]))
    answer = audit([one(path)])
    left = {f.kind: f for f in answer.findings}
    assert left[Kind.DUPLICATES].count == 0 and answer.verdict is Judgement.CLEAN
    assert left[Kind.OVERLAP].verdict is Judgement.WARNING  # neighbouring junctions still share letters
