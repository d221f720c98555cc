"""Genes from annotations, from pyrodigal, and from frames too long to be chance."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core.dna import encode, reverse_complement
from kindergrad.core.errors import SequenceError
from kindergrad.worlds import _annotation, _orf, fasta, gene_calls

RNG = np.random.default_rng(1)
SENSE = [a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT" if a + b + c not in gene_calls.STOPS]


def gene(codons: int) -> str:
    return "ATG" + "".join(RNG.choice(SENSE, codons - 2)) + "TAA"


def random_dna(n: int) -> str:
    return "".join(RNG.choice(list("ACGT"), n))


def write_genome(folder: Path, text: str) -> fasta.Assembly:
    path = folder / "g.fa"
    path.write_text(f">chr.1\n{text}\n")
    return fasta.read(path)


def gff(folder: Path, rows: list[tuple[object, ...]], name: str = "chr.1") -> Path:
    """Rows: (start from 1, end, strand, phase, attributes)."""
    path = folder / "g.gff3"
    lines = [f"{name}\tx\tCDS\t{a}\t{b}\t.\t{s}\t{p}\t{t}" for a, b, s, p, t in rows]
    path.write_text("##gff-version 3\n" + "\n".join(lines) + "\n##FASTA\n>chr.1\nAC\tGT\n")
    return path


@pytest.fixture
def planted(tmp_path: Path) -> tuple[fasta.Assembly, list[tuple[int, int, str]]]:
    """Six genes of 200 codons in random DNA, three on each strand."""
    text, places = random_dna(500), []
    for i in range(6):
        body, strand = gene(200), "+-"[i % 2]
        places.append((len(text) + 1, len(text) + len(body), strand))
        text += (body if strand == "+" else reverse_complement(body)) + random_dna(300)
    return write_genome(tmp_path, text), places


def test_gff_genes_are_found_on_both_strands(planted, tmp_path: Path) -> None:
    assembly, places = planted
    path = gff(tmp_path, [(a, b, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)])
    calls = gene_calls.find(assembly, 0, assembly.codes.size, annotation=path)
    assert [(c.start + 1, c.end, "+" if c.strand > 0 else "-") for c in calls.genes] == places
    assert all(gene_calls.coding(assembly, c).startswith("ATG") for c in calls.genes)
    assert calls.knows_starts
    assert calls.notes == ()


def test_unfit_annotated_genes_are_left_out_and_counted(planted, tmp_path: Path) -> None:
    assembly, places = planted
    rows: list[tuple[object, ...]] = [(a, b, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)]
    rows += [(600, 650, "+", 0, "ID=split"), (700, 760, "+", 0, "ID=split"), (600, 900, "+", 0, "ID=p;pseudo=true"),
             (601, 900, "+", 0, "ID=c;transl_table=4"), (602, 900, "+", 1, "ID=i"),
             (900, 99_999, "+", 0, "ID=far")]
    calls = gene_calls.find(assembly, 0, assembly.codes.size, annotation=gff(tmp_path, rows))
    assert len(calls.genes) == 6
    for why in ("of several exons", "pseudogenes", "genetic code", "incomplete", "past the end"):
        assert sum(why in note and note.endswith(": 1") for note in calls.notes) == 1, why


def test_genes_across_the_edge_are_dropped(planted, tmp_path: Path) -> None:
    assembly, places = planted
    path = gff(tmp_path, [(a, b, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)])
    middle = (places[2][0] + places[2][1]) // 2
    calls = gene_calls.find(assembly, middle, places[4][1], annotation=path)
    assert [c.end for c in calls.genes] == [places[3][1], places[4][1]]


@pytest.mark.parametrize(("shift", "message"), [(-1, "counted from 0"), (17, "another version")])
def test_annotation_that_does_not_fit_is_refused(planted, tmp_path: Path, shift: int, message: str) -> None:
    assembly, places = planted
    both = 0 if shift == -1 else shift
    rows = [(a + shift, b + both, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)]
    with pytest.raises(SequenceError, match=message):
        gene_calls.find(assembly, 0, assembly.codes.size, annotation=gff(tmp_path, rows))


def test_annotation_of_other_records_is_refused(planted, tmp_path: Path) -> None:
    assembly, _ = planted
    with pytest.raises(SequenceError, match=r"got 'chrX'.*expected names such as 'chr.1'"):
        _annotation.features(assembly, gff(tmp_path, [(1, 9, "+", 0, "ID=a")], name="chrX"))
    with pytest.raises(SequenceError, match="holds no CDS"):
        _annotation.features(assembly, gff(tmp_path, []))
    with pytest.raises(SequenceError, match=r"line 2: start and end must be whole numbers; got 'one'"):
        _annotation.features(assembly, gff(tmp_path, [("one", 9, "+", 0, "ID=a")]))


def test_names_match_without_their_version(planted, tmp_path: Path) -> None:
    assembly, places = planted
    path = gff(tmp_path, [(a, b, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)], name="chr")
    assert len(_annotation.features(assembly, path)) == 6


def test_a_real_zero_based_gff_is_recognised(genomes: Path) -> None:
    assembly = fasta.read(genomes / "phix174" / "NC_001422.gbk")
    rows = (genomes / "phix174" / "NC_001422.1_pseudocircular.gff").read_text().split("##FASTA")
    fields = [line.split("\t") for line in rows[0].splitlines() if "\tCDS\t" in line]
    assert len(fields) == 11
    with pytest.raises(SequenceError, match="counted from 0"):
        gene_calls.find(assembly, 0, 5386, annotation=genomes / "phix174" / "NC_001422.1_pseudocircular.gff")


def test_chloroplast_genbank(genomes: Path) -> None:
    path = genomes / "arabidopsis_chloroplast" / "NC_000932.gb"
    assembly = fasta.read(path)
    calls = gene_calls.find(assembly, 0, assembly.codes.size, annotation=path)
    assert len(calls.genes) > 50
    assert any("of several exons" in note for note in calls.notes)
    for call in calls.genes:
        assert "*" not in str(Seq(gene_calls.coding(assembly, call)).translate(table=11))[:-1]


def test_chance_threshold_holds_on_random_genomes() -> None:
    """Expected chance frames < 0.05 a genome: in 40 random genomes of any GC, at most a few in all."""
    found = 0
    for i in range(40):
        gc = (0.3, 0.5, 0.65)[i % 3]
        rng = np.random.default_rng(i)
        codes = rng.choice(4, size=200_000, p=[(1 - gc) / 2, gc / 2, gc / 2, (1 - gc) / 2]).astype(np.uint8)
        found += len(_orf.long_frames(codes, _orf.threshold(gc, codes.size)))
    assert found <= 6  # Poisson of mean at most 2: P(more than 6) < 0.005
    loose = [len(_orf.long_frames(codes, _orf.threshold(gc, codes.size) // 3))]
    assert loose[0] > 0  # the finder does find frames when the threshold is lowered


def test_long_frames_recover_planted_genes() -> None:
    body = gene(400)
    text = random_dna(1000) + body + random_dna(1000) + reverse_complement(body) + random_dna(1000)
    found = _orf.long_frames(encode(text), 300)
    wanted = {(1000 + len(body), 1), (2000 + len(body), -1)}
    assert {(f.end if f.strand > 0 else f.start, f.strand) for f in found} == wanted


def test_threshold_grows_with_gc_and_length() -> None:
    assert _orf.threshold(0.7, 10**6) > _orf.threshold(0.5, 10**6) > _orf.threshold(0.3, 10**6)
    assert _orf.threshold(0.5, 10**7) > _orf.threshold(0.5, 10**5)


def test_open_frames_agree_with_pyrodigal(genomes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames too long to be chance are genes: nearly all end where a called gene ends."""
    assembly = fasta.read(genomes / "barrnap_mix" / "bac.fa.gz")
    called = gene_calls.find(assembly, 0, 300_000)
    monkeypatch.setitem(sys.modules, "pyrodigal", None)
    frames = gene_calls.find(assembly, 0, 300_000)
    assert called.knows_starts
    assert not frames.knows_starts
    assert "kindergrad[genes]" in frames.notes[0]

    def ends(calls: gene_calls.Calls) -> set[tuple[int, int]]:
        return {(c.end if c.strand > 0 else c.start, c.strand) for c in calls.genes}

    assert len(frames.genes) > 80
    assert len(ends(frames) & ends(called)) / len(frames.genes) > 0.97


def test_an_annotation_needs_no_pyrodigal(planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assembly, places = planted
    monkeypatch.setitem(sys.modules, "pyrodigal", None)
    path = gff(tmp_path, [(a, b, s, 0, f"ID=g{i}") for i, (a, b, s) in enumerate(places)])
    assert gene_calls.find(assembly, 0, assembly.codes.size, annotation=path).method == "annotation g.gff3"


@pytest.mark.parametrize("name", ["barrnap_mix/arc.fa.gz", "barrnap_mix/small.fa.gz", "lambda/lambda_virus.fa"])
def test_pyrodigal_is_believed_on_prokaryotes(genomes: Path, name: str) -> None:
    assembly = fasta.read(genomes / name)
    calls = gene_calls.find(assembly, 0, assembly.codes.size)
    assert not calls.missing
    assert len(calls.genes) > 40


def test_pyrodigal_is_not_believed_on_human_dna(genomes: Path) -> None:
    assembly = fasta.read(genomes / "human_chr22_1mb" / "22_20-21M.fa.gz")
    calls = gene_calls.find(assembly, 0, assembly.codes.size)
    assert calls.genes == ()
    assert "annotation" in calls.missing
