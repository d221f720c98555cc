"""The stream of letters: every letter in one core, whatever the file looks like; and files that cannot be used."""

from __future__ import annotations

import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from exposure_small import fasta, random_text

from kindergrad.core.errors import SequenceError
from kindergrad.exposure import letters
from kindergrad.worlds import fasta as reader


def joined(corpus: letters.Corpus, core: int | None = None, monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    """The cores end to end, ``|`` for whatever is no A, C, G, T."""
    if core and monkeypatch:
        monkeypatch.setattr(letters, "CORE", core)
        monkeypatch.setattr(letters, "_READ", 97)
    out = []
    for block in letters.blocks(corpus, defaultdict(int)):
        codes = block.codes[letters.PAD : letters.PAD + block.size]
        out.append("".join("ACGT"[c] if c < 4 else "|" for c in codes))
        assert block.offset == sum(map(len, out[:-1]))
    return "".join(out)


RECORDS = {"a": random_text(5000, 1), "b": "ACGTN" + random_text(700, 2).lower() + "RYNN", "c": random_text(3, 3)}
TEXT = "|".join(r.upper().replace("N", "|").replace("R", "|").replace("Y", "|") for r in RECORDS.values())


@pytest.mark.parametrize("core", [600, 1000, 4096, 1 << 18])
def test_every_letter_once_whatever_the_size_of_blocks(tmp_path: Path, core: int, monkeypatch: pytest.MonkeyPatch
                                                       ) -> None:
    assert joined(fasta(tmp_path / "x.fa", RECORDS), core, monkeypatch) == TEXT


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_and_gzip(tmp_path: Path, ends: str) -> None:
    raw = fasta(tmp_path / "x.fa", RECORDS).read_text().replace("\n", ends).encode()
    (tmp_path / "y.fa").write_bytes(b"\xef\xbb\xbf" + raw)
    (tmp_path / "y.fa.gz").write_bytes(gzip.compress(raw))
    assert joined(tmp_path / "y.fa") == joined(tmp_path / "y.fa.gz") == TEXT


def test_a_folder_is_read_by_name_and_texts_as_they_are(tmp_path: Path) -> None:
    for name, text in RECORDS.items():
        fasta(tmp_path / f"{name}.fna", {name: text})
    (tmp_path / "notes.txt").write_text("not a sequence")
    assert joined(tmp_path) == joined(list(RECORDS.values())) == TEXT


def test_genbank(shared_data: Path) -> None:
    path = shared_data / "genomics" / "phix174" / "NC_001422.gbk"
    whole = reader.read(path)
    assert joined(path) == whole.text(0, 5386)


def test_blocks_know_where_their_letters_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CORE", 700)
    for block in letters.blocks(fasta(tmp_path / "x.fa", RECORDS), defaultdict(int)):
        ends = [*(s.at for s in block.stretches[1:]), letters.PAD + block.size]
        for stretch, end in zip(block.stretches, ends, strict=True):
            for at in range(max(stretch.at, letters.PAD), min(end, letters.PAD + block.size) - 1, 101):
                letter = RECORDS[stretch.record][stretch.start + at - stretch.at].upper()
                assert letter not in "ACGT" or "ACGT"[block.codes[at]] == letter


def test_words_of_sixteen_letters() -> None:
    (block,) = letters.blocks([RECORDS["a"]], defaultdict(int))
    for at in (0, 17, 4000):
        word = RECORDS["a"][at : at + 16]
        assert int(block.words[letters.PAD + at]) == int("".join(str("ACGT".index(c)) for c in word), 4)


@pytest.mark.parametrize(("name", "raw", "said"), [
    ("cut.fa.gz", gzip.compress(b">a\n" + random_text(200_000).encode(), mtime=0)[:-9000], "truncated gzip"),
    ("bad.fa.gz", gzip.compress(b">a\nACGT", mtime=0)[:12] + b"\xff" * 30, "gzip"),
    ("plain.fa.gz", b">a\nACGT\n", "is not gzip"),
    ("protein.fa", b">p\nMKLVINGKTLKGEITVEGEQ\n", "of a protein"),
    ("rna.fa", b">r\nACGU\n", "convert to T"),
    ("gaps.fa", b">r\nAC--GT\n", "remove the gaps"),
    ("empty.fa", b"", "is empty"),
    ("blank.fa", b" \n\n", "is empty"),
    ("binary.fa", b"\x89HDF\r\n\x1a\n\0\0\0", "binary"),
    ("zip.fa", b"PK\x03\x04....", "zip file"),
    ("text.fa", b"hello world\n", "no FASTA header"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_files_that_cannot_be_used(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(SequenceError, match=said):
        joined(tmp_path / name)


def test_a_wrong_letter_is_named_with_its_place(tmp_path: Path) -> None:
    text = "ACGT" * 600_000
    (tmp_path / "x.fa").write_text(f">first\nACGT\n>long\n{text[:2_345_677]}Q\n{text[2_345_678:]}\n")
    with pytest.raises(SequenceError, match=r"letter 'Q' in record 'long' at position 2,345,678"):
        joined(tmp_path / "x.fa")


def test_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="does not exist"):
        joined(tmp_path / "none.fa")
    with pytest.raises(SequenceError, match="holds no sequence file"):
        joined(tmp_path)


def test_whole_places_only() -> None:
    (block,) = letters.blocks(["ACGTNACGTACGT" * 100], defaultdict(int))
    start = letters.PAD + np.arange(13)
    assert (block.whole(start, 4) - letters.PAD).tolist() == [0, 5, 6, 7, 8, 9, 10, 11, 12]
