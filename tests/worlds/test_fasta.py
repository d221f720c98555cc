"""Reading genomes: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import KindergradError, SequenceError
from kindergrad.worlds import fasta

DNA = "".join(np.random.default_rng(0).choice(list("ACGT"), 3000))


def write(folder: Path, text: str | bytes, name: str = "g.fa") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def letters(assembly: fasta.Assembly) -> list[str]:
    return [assembly.text(a, b) for a, b in assembly.runs(0, assembly.codes.size)]


@pytest.mark.parametrize("form", ["plain", "lower", "crlf", "cr", "lines", "gzip", "bom", "spaces"])
def test_harmless_forms_read_the_same(tmp_path: Path, form: str) -> None:
    lines = "\n".join(DNA[i : i + 60] for i in range(0, len(DNA), 60))
    text = f">chr one\n{DNA}\n>two\n{DNA[::-1]}\n"
    forms: dict[str, str | bytes] = {
        "plain": text, "lower": text.replace(DNA, DNA.lower()), "crlf": text.replace("\n", "\r\n"),
        "cr": text.replace("\n", "\r"), "lines": text.replace(DNA, lines), "gzip": gzip.compress(text.encode()),
        "bom": b"\xef\xbb\xbf" + text.encode(), "spaces": "\n\n" + text.replace(DNA, DNA[:10] + " " + DNA[10:])}
    found = fasta.read(write(tmp_path, forms[form], "g.fa.gz" if form == "gzip" else "g.fa"))
    assert found.names == ("chr", "two")
    assert letters(found) == [DNA, DNA[::-1]]
    assert found.digest == fasta.read(write(tmp_path, text)).digest
    assert bool(found.notes) == (form == "lower")


def test_runs_of_n_and_iupac_codes_split_and_are_counted(tmp_path: Path) -> None:
    found = fasta.read(write(tmp_path, f">a\nNN{DNA}NNNN{DNA}RY{DNA}n\n"))
    assert letters(found) == [DNA] * 3
    assert "4 runs of N or IUPAC codes, 9 bases (N 7, R 1, Y 1), split the corpus" in found.notes
    only_n = fasta.read(write(tmp_path, f">a\n{DNA}{'N' * 1204}{DNA}\n>b\n{DNA}\n"))
    assert only_n.notes == ("1 run of N, 1,204 bases, splits the corpus",)


def test_records_never_touch_and_positions_lead_back(tmp_path: Path) -> None:
    found = fasta.read(write(tmp_path, f">a\n{DNA}\n>empty\n>b\n{DNA[:500]}\n"))
    assert found.names == ("a", "b")
    assert found.notes == ("record 'empty' is empty and left out",)
    assert found.runs(0, found.codes.size).tolist() == [[0, 3000], [3001, 3501]]
    assert found.where(2999) == ("a", 2999)
    assert found.where(3001) == ("b", 0)
    assert found.where(3500) == ("b", 499)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ACGTacgtNRYK", min_size=1, max_size=300), min_size=1, max_size=5))
def test_pieces_are_what_splitting_by_hand_gives(tmp_path_factory: pytest.TempPathFactory, records: list[str]) -> None:
    records = [DNA, *records]
    text = "".join(f">r{i}\n{r}\n" for i, r in enumerate(records))
    expected = [p for r in records for p in "".join(c if c in "ACGT" else " " for c in r.upper()).split()]
    assert letters(fasta.read(write(tmp_path_factory.mktemp("g"), text))) == expected


PROTEIN = "MKLVINLDEFQRSTWYACGHIP" * 200
BAD: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", "g.fa", "is empty"),
    "blank": ("\n \n", "g.fa", "is empty"),
    "empty gz": (gzip.compress(b""), "g.fa.gz", "is empty"),
    "no header": (DNA, "g.fa", "has no FASTA header"),
    "fastq": (f"@read\n{DNA}\n+\n{'I' * 3000}\n", "g.fa", "has no FASTA header; it begins with '@read'"),
    "truncated gz": (gzip.compress(f">a\n{DNA}".encode())[:-30], "g.fa.gz", "truncated gzip"),
    "damaged gz": (gzip.compress(f">a\n{DNA}".encode())[:40] + b"\xff" * 400, "g.fa.gz", "gzip file"),
    "gz that is none": (f">a\n{DNA}\n", "g.fa.gz", "is named .gz but is not gzip"),
    "zip": (b"PK\x03\x04" + b"x" * 100, "g.fa", "is a zip file"),
    "binary": (b"\x7fELF\0\0\0" + bytes(range(256)), "g.fa", "binary"),
    "utf-16": (f">a\n{DNA}\n".encode("utf-16"), "g.fa", "binary"),
    "protein": (f">a\n{DNA}\n>p1 kinase\n{PROTEIN}\n", "g.faa", "letter 'L' in record 'p1' at position 3 is of a pro"),
    "rna": (f">a\n{DNA.replace('T', 'U')}\n", "g.fa", "U found"),
    "alignment": (f">a\n{DNA}--{DNA}\n", "g.fa", "letter '-' in record 'a' at position 3,001 is a gap"),
    "digits": (f">a\n{DNA}12{DNA}\n", "g.fa", "letter '1' in record 'a' at position 3,001 is not a nucleotide"),
    "accents": (f">a\n{DNA}é{DNA}\n", "g.fa", "letter 'é' in record 'a' at position 3,001"),
    "duplicates": (f">a\n{DNA}\n>b\n{DNA}\n>a\n{DNA}\n", "g.fa", "the record name 'a' stands 2 times"),
    "too short": (f">a\n{DNA[:1204]}\n", "g.fa", "got 1,204 usable bases (A, C, G, T), expected at least 2,000"),
    "only n": (f">a\n{'N' * 5000}\n", "g.fa", "got 0 usable bases"),
    "only headers": (">a\n>b\n", "g.fa", "got 0 usable bases"),
    "half a genbank": ("LOCUS       X  30 bp    DNA\nFEATURES\n", "g.gb", "not a complete GenBank file"),
}


@pytest.mark.parametrize("case", BAD)
def test_unusable_files_are_one_clear_line(tmp_path: Path, case: str) -> None:
    content, name, message = BAD[case]
    path = write(tmp_path, content, name)
    with pytest.raises(SequenceError) as caught:
        fasta.read(path)
    text = str(caught.value)
    assert message in text
    assert str(path) in text
    assert "\n" not in text
    assert isinstance(caught.value, KindergradError)


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="does not exist"):
        fasta.read(tmp_path / "none.fa")
    with pytest.raises(SequenceError, match="is a folder"):
        fasta.read(tmp_path)
    with pytest.raises(SequenceError, match="cannot read"):
        fasta.read(write(tmp_path, DNA) / "below.fa")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = write(tmp_path, f">a\n{DNA}\n")
    path.chmod(0)
    with pytest.raises(SequenceError, match=r"cannot read .* check its permissions"):
        fasta.read(path)


def test_genbank_and_fasta_of_one_genome_agree(genomes: Path) -> None:
    left = fasta.read(genomes / "phix174" / "NC_001422.gbk")
    right = fasta.read(genomes / "phix174" / "NC_001422_1.fna")
    assert left.digest == right.digest
    assert left.bases == 5386


def test_known_lengths(genomes: Path) -> None:
    assert fasta.read(genomes / "ecoli_o157" / "GCF_000008865.2.fna.gz").lengths.tolist() == [5498578, 92721, 3306]
    human = fasta.read(genomes / "human_chr22_1mb" / "22_20-21M.fa.gz")
    assert human.bases == 900_000
    assert human.notes == ("1 run of N, 100,000 bases, splits the corpus",)
