"""Labelled sets from files of every kind, and one clear line for every file that cannot be used."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from audit_sets import Draft

from kindergrad.core.errors import InputError
from kindergrad.exchange import labelled_sets
from kindergrad.exchange.labelled_files import Columns

N = 40


@pytest.fixture
def draft() -> Draft:
    return Draft(N)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def fasta(draft: Draft, name: Callable[[int], str], rows: np.ndarray) -> str:
    return "".join(f">{name(i)}\n{draft.sequences[i][:70]}\n{draft.sequences[i][70:]}\n" for i in rows)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt"])
def test_a_table_with_a_label(tmp_path: Path, draft: Draft, ending: str) -> None:
    mark = "," if "csv" in ending else "\t"
    rows = [f"{label}{mark}{s}" for label, s in zip(draft.labels, draft.sequences, strict=True)]
    (found,) = labelled_sets.read([write(tmp_path / f"mine{ending}", "\n".join([f"label{mark}sequence", *rows]))])
    assert found.name == "mine" and found.classes == ("no", "yes") and len(found) == N and found.test is None
    same = draft.made(places=False, published=False)
    np.testing.assert_array_equal(found.labels, same.labels)
    np.testing.assert_array_equal(found.sequences.codes, same.sequences.codes)
    assert found.place(3) == f"mine{ending} row 4"


def test_a_split_column_and_coordinates(tmp_path: Path, draft: Draft) -> None:
    with (tmp_path / "t.csv").open("w") as handle:
        out = csv.writer(handle)
        out.writerow(["#Chrom", "chromStart", "chromEnd", "Class", "split", "Seq"])
        for i in range(N):
            part = "Test" if draft.test[i] else "train"
            out.writerow([draft.chrom[i], draft.start[i], draft.start[i] + 120, draft.labels[i], part,
                          draft.sequences[i]])
    (found,) = labelled_sets.read([tmp_path / "t.csv"])
    np.testing.assert_array_equal(found.test, draft.test)
    np.testing.assert_array_equal(found.intervals.start, draft.start)
    assert found.intervals.text(0) == "chr1:0-120"


def test_columns_that_the_user_names(tmp_path: Path, draft: Draft) -> None:
    rows = [f"{s},{label},7" for label, s in zip(draft.labels, draft.sequences, strict=True)]
    path = write(tmp_path / "t.csv", "\n".join(["window,active,label", *rows]))
    (found,) = labelled_sets.read([path], columns=Columns(sequence="window", label="active"))
    assert found.classes == ("no", "yes")
    with pytest.raises(InputError, match="column 'activ' is missing; got window, active, label"):
        labelled_sets.read([path], columns=Columns(sequence="window", label="activ"))


def test_bed_with_names_and_bed_per_class(tmp_path: Path, draft: Draft) -> None:
    lines = [f"{draft.chrom[i]}\t{draft.start[i]}\t{draft.start[i] + 120}\t{draft.labels[i]}" for i in range(N)]
    named = write(tmp_path / "named.bed", "track name=x\n# a remark\n" + "\n".join(lines))
    for wanted in ("yes", "no"):
        rows = [line.rsplit("\t", 1)[0] for line in lines if line.endswith(f"\t{wanted}")]
        write(tmp_path / f"{wanted}.bed.gz", "\n".join(rows))
    one, two = (labelled_sets.read(paths)[0]
                for paths in ([named], [tmp_path / "yes.bed.gz", tmp_path / "no.bed.gz"]))
    assert one.classes == two.classes == ("no", "yes")
    assert one.sequences is None and one.place(0) == "named.bed row 3"
    assert sorted(one.intervals.start.tolist()) == sorted(two.intervals.start.tolist())


@pytest.mark.parametrize("style", ["{name} label={label}", "{name}|{label}", "{chrom}:{start}-{end}(+) class={label}"])
def test_fasta_headers(tmp_path: Path, draft: Draft, style: str) -> None:
    def header(i: int) -> str:
        return style.format(name=f"s{i}", label=draft.labels[i], chrom=draft.chrom[i], start=draft.start[i],
                            end=draft.start[i] + 120)

    path = write(tmp_path / "x.fa.gz", fasta(draft, header, np.arange(N)))
    (found,) = labelled_sets.read([path])
    assert [found.classes[k] for k in found.labels] == draft.labels
    assert (found.intervals is not None) is ("{chrom}" in style)


def test_a_folder_of_parts_and_the_same_by_options(tmp_path: Path, draft: Draft) -> None:
    labels = np.array(draft.labels)
    for part, inside in (("train", ~draft.test), ("test", draft.test)):
        for label in ("yes", "no"):
            rows = np.flatnonzero(inside & (labels == label))
            write(tmp_path / "mine" / part / f"{label}.fa", fasta(draft, lambda i: f"s{i}", rows))
    write(tmp_path / "mine" / "README.md", "not data")
    (folder,) = labelled_sets.read([tmp_path / "mine"])
    given = labelled_sets.read_split([tmp_path / "mine" / "train"], [tmp_path / "mine" / "test"])
    (above,) = labelled_sets.read([tmp_path])
    for found in (folder, given, above):
        assert found.name == "mine" and found.classes == ("no", "yes")
        assert found.test.sum() == draft.test.sum()
    assert folder.place(len(folder) - 1).startswith("t") and "/yes.fa row " in folder.place(len(folder) - 1)


def test_a_folder_of_single_sequence_files(tmp_path: Path, draft: Draft) -> None:
    for i in range(N):
        part = "test" if draft.test[i] else "train"
        write(tmp_path / "s" / part / draft.labels[i] / f"{i}.txt", draft.sequences[i])
    (found,) = labelled_sets.read([tmp_path / "s"])
    assert found.classes == ("no", "yes") and len(found) == N and found.test.sum() == draft.test.sum()


def test_labelled_files_named_after_parts(tmp_path: Path, draft: Draft) -> None:
    parts = np.where(draft.test, "test", np.where(np.arange(N) % 5 == 0, "dev", "train"))
    parts[:6] = "train"
    for part in ("train", "dev", "test"):
        rows = [f"{draft.sequences[i]},{draft.labels[i]}" for i in np.flatnonzero(parts == part)]
        write(tmp_path / "gue" / f"{part}.csv", "\n".join(["sequence,label", *rows]))
    (found,) = labelled_sets.read([tmp_path / "gue"])
    assert found.name == "gue" and found.test.sum() == draft.test.sum()
    assert "counted as training" in " ".join(found.notes)


def test_tokens_are_joined_and_lower_case_is_told(tmp_path: Path, draft: Draft) -> None:
    def tokens(text: str) -> str:
        return " ".join(text[i : i + 6] for i in range(len(text) - 5))

    rows = [f"{tokens(s.lower())}\t{label}" for label, s in zip(draft.labels, draft.sequences, strict=True)]
    (found,) = labelled_sets.read([write(tmp_path / "t.tsv", "\n".join(["sequence\tlabel", *rows]))])
    np.testing.assert_array_equal(found.sequences.codes, draft.made().sequences.codes)
    assert "joined" in found.notes[0] and "lower case" in found.notes[1]


GOOD = "ACGTTGCAAGTCCATGACGATTACGATCAGGATC"


@pytest.mark.parametrize(("name", "content", "hint"), [
    ("a.csv", "", "a.csv is empty"),
    ("a.csv.gz", "x,y", "named .gz but is not gzip"),
    ("a.csv", "label,sequence\n", "holds no rows"),
    ("a.csv", f"sequence,name\n{GOOD},1\n", "names no classes; its columns are sequence, name; expected a column"),
    ("a.csv", "label,value\n1,2\n", "neither a column 'sequence' nor columns chrom, start, end; got label, value"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n0,ACGU\n", "row 2, column 'sequence', position 4: unknown letter 'U'"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n0,AC-T\n", "gaps mean an alignment"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n0,MKVL\n", "unknown letter 'L'"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n0,\n", "row 2: the sequence is empty"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n,{GOOD}\n", "row 2: the label is empty"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n0,{GOOD},9\n", "expected the same number of columns"),
    ("a.csv", "chrom,start,end,label\nc,1,9,x\nc,5,ten,y\n", "row 2, column 'end': got 'ten'; expected a whole number"),
    ("a.csv", "chrom,start,end,label\nc,1,9,x\nc,5,5,y\n", "row 2: interval 5 to 5 (1 such rows)"),
    ("a.csv", f"label,sequence\n1,{GOOD} {GOOD}\n", "blanks between letters"),
    ("a.csv", f"label,sequence\n1,{GOOD}\n1,{GOOD}\n", "needs two classes or more; got only '1'"),
    ("a.bed", "c\t1\n", "a.bed, row 1: got 2 columns; expected at least 3"),
    ("a.bed", "c\t1\tx\n", "a.bed, row 1, column 'end': got 'x'"),
    ("a.bed", "c\t1\t5\n", "names no classes; expected 2 to 20 different names in column 4"),
    ("a.fa", "ACGT\n", "has no FASTA header; it begins with 'ACGT'"),
    ("a.fa", f">x\n{GOOD}\n", "names no classes; expected headers such as '>name label=1'"),
    ("a.xlsx", "x", "of an unknown kind; expected a name that ends in .csv"),
    ("a.csv", "label,sequence\n\0\n", "binary file"),
])
def test_a_file_that_cannot_be_used(tmp_path: Path, name: str, content: str, hint: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError) as refused:
        labelled_sets.read([tmp_path / name])
    assert hint in str(refused.value), str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_other_inputs_that_cannot_be_used(tmp_path: Path, draft: Draft) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no data"):
        labelled_sets.read([tmp_path / "empty"])
    with pytest.raises(InputError, match="does not exist"):
        labelled_sets.read([tmp_path / "nowhere.csv"])
    whole = gzip.compress(("label,sequence\n" + f"1,{GOOD}\n" * 500).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="broken gzip file"):
        labelled_sets.read([tmp_path / "cut.csv.gz"])
    write(tmp_path / "mixed" / "train" / "yes.fa", fasta(draft, lambda i: f"s{i}", np.arange(10)))
    write(tmp_path / "mixed" / "test" / "yes.bed", "c\t1\t5\n")
    with pytest.raises(InputError, match="expected the same columns in every file"):
        labelled_sets.read([tmp_path / "mixed"])
