"""Labelled sets from files: CSV, TSV, BED or FASTA, gz or not, or a folder with train/ and test/ and a file per class.

A file that names a class in every row (a column, the name field of a BED, the header of a FASTA) is a set of its own.
Files that do not are classes of one set, named by the file. ``train`` and ``test`` in names of folders or files
(``train/positive.csv``, ``dev.csv``, ``test_enhancer.bed``) make the published split; dev and validation count as
training where there is a test part, else as test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kindergrad.core.errors import InputError
from kindergrad.exams.audit_set import LabelledSet, make
from kindergrad.exchange import labelled_files
from kindergrad.exchange.labelled_files import PARTS, Columns, Table

TRAIN, TEST, DEV = "train", "test", "dev"


class _Piece(NamedTuple):
    """A file with the part that its name tells (or None), the rest of its name, and its class if a folder names it."""

    path: Path
    part: str | None
    rest: str
    folder_class: str | None = None


def read(paths: Sequence[Path], *, columns: Columns = labelled_files.ANY) -> list[LabelledSet]:
    """All sets in some files and folders.

    Raises
    ------
    InputError, TableError, SequenceError
        One line that names the file, the row and the column of what cannot be used.
    """
    files = [p for p in paths if not p.is_dir()]
    out = [one for folder in paths if folder.is_dir() for one in _folder(folder, columns)]
    return _unique([*out, *_group(files, columns, name=None)] if files else out)


def read_split(train: Sequence[Path], test: Sequence[Path], *, columns: Columns = labelled_files.ANY) -> LabelledSet:
    """One set whose training and test parts are given apart, each as files or as a folder with a file per class."""
    pieces = [piece for part, paths in ((TRAIN, train), (TEST, test)) for path in paths
              for piece in _pieces(path, part)]
    return _join(pieces, _load(pieces, columns), name=_own_name(test[0]))


def _folder(folder: Path, columns: Columns) -> list[LabelledSet]:
    inside = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    parts = [p for p in inside if p.is_dir() and p.name.lower() in PARTS]
    name = folder.resolve().name
    if {PARTS[p.name.lower()] for p in parts} >= {TRAIN, TEST} or {PARTS[p.name.lower()] for p in parts} >= {
            TRAIN, DEV}:
        pieces = [piece for p in parts for piece in _pieces(p, PARTS[p.name.lower()])]
        return [_join(pieces, _load(pieces, columns), name=name)]
    out = [one for p in inside if p.is_dir() for one in (_folder(p, columns) if _holds_data(p) else [])]
    files = [p for p in inside if p.is_file() and labelled_files.known(p)]
    if files:
        out += _group(files, columns, name=name)
    if not out:
        raise InputError(f"{folder} holds no data; expected CSV, TSV, BED or FASTA files, gz or not, or train/ and "
                         "test/ with one file per class")
    return out


def _holds_data(folder: Path) -> bool:
    return any(labelled_files.known(p) for p in folder.rglob("*") if p.is_file())


def _pieces(path: Path, part: str) -> list[_Piece]:
    """Files of one part: a file, or a folder with a file (or a folder of files) per class."""
    if not path.is_dir():
        return [_Piece(path, part, _split_name(path)[1])]
    out = []
    for inner in sorted(path.iterdir()):
        if inner.is_dir():
            out += [_Piece(f, part, inner.name, inner.name) for f in sorted(inner.iterdir())
                    if f.is_file() and labelled_files.known(f)]
        elif labelled_files.known(inner):
            out.append(_Piece(inner, part, labelled_files.stem(inner)))
    if not out:
        raise InputError(f"{path} holds no data; expected one file per class (CSV, TSV, BED or FASTA, gz or not)")
    return out


def _split_name(path: Path) -> tuple[str | None, str]:
    """Part and rest of a file name: ``test_positive.bed`` -> (test, positive)."""
    words = re.split(r"[-_.]", labelled_files.stem(path))
    at = next((i for i, word in enumerate(words) if word.lower() in PARTS), None)
    if at is None:
        return None, labelled_files.stem(path)
    return PARTS[words[at].lower()], "_".join(words[:at] + words[at + 1 :])


def _group(files: Sequence[Path], columns: Columns, name: str | None) -> list[LabelledSet]:
    """Files side by side: sets of their own where they name classes, else classes of one set."""
    pieces = [_Piece(path, *_split_name(path)) for path in files]
    tables = _load(pieces, columns)
    out: list[LabelledSet] = []
    labelled: dict[str, list[int]] = {}
    for i, table in enumerate(tables):
        if table.labels is not None:
            labelled.setdefault(pieces[i].rest, []).append(i)
    for rest, members in labelled.items():
        parts = {pieces[i].part for i in members}
        if len(members) > 1 and TRAIN in parts and len(parts) > 1 and None not in parts:
            own = (name if rest == "" else rest) or _home(pieces[members[0]].path)
            out.append(_join([pieces[i] for i in members], [tables[i] for i in members], name=own))
            continue
        alone = name is not None and len(tables) == 1
        for i in members:
            one = pieces[i]._replace(part=None)
            out.append(_join([one], [tables[i]], name=name if alone and name else _own_name(one.path)))
    bare = [i for i, table in enumerate(tables) if table.labels is None]
    if len({pieces[i].rest for i in bare}) == 1:
        path = pieces[bare[0]].path
        raise InputError(f"{path} names no classes; {labelled_files.hint(tables[bare[0]])}; or give one file per class")
    if bare:
        parts = {pieces[i].part for i in bare}
        split = TRAIN in parts and len(parts) > 1 and None not in parts
        kept = [pieces[i] if split else pieces[i]._replace(part=None, rest=labelled_files.stem(pieces[i].path))
                for i in bare]
        own = name or _home(kept[0].path)
        out.append(_join(kept, [tables[i] for i in bare], name=own))
    return out


def _own_name(path: Path) -> str:
    """Name of a file or folder; that of its folder where it only says 'test' or 'dev'."""
    name = path.resolve().name if path.is_dir() else labelled_files.stem(path)
    return _home(path) if name.lower() in PARTS else name


def _home(path: Path) -> str:
    """The name of a set that several files make: that of their folder."""
    return path.resolve().parent.name


def _load(pieces: Sequence[_Piece], columns: Columns) -> list[Table]:
    return [labelled_files.read(piece.path, columns) for piece in pieces]


def _join(pieces: Sequence[_Piece], tables: Sequence[Table], name: str) -> LabelledSet:
    """One set from tables that hold the same kind of rows."""
    sequences = _all_or_none([(p.path, t.sequences) for p, t in zip(pieces, tables, strict=True)], "sequences")
    chroms = _all_or_none([(p.path, t.chrom) for p, t in zip(pieces, tables, strict=True)], "coordinates",
                          drop=sequences is not None)
    labels: list[str] = []
    parts: list[str | None] = []
    file, row, notes = [], [], []
    for number, (piece, table) in enumerate(zip(pieces, tables, strict=True)):
        labels += [piece.folder_class or piece.rest] * table.n if table.labels is None or piece.folder_class \
            else table.labels
        parts += table.parts or ([piece.part] * table.n)
        file += [number] * table.n
        row += table.rows
        notes += [f"{piece.path.name}: {note}" for note in table.notes]
    test = _test(parts, notes)
    places = None
    if chroms is not None:
        places = (chroms, np.concatenate([t.start for t in tables]), np.concatenate([t.end for t in tables]))
    files = tuple(f"{p.path.parent.name}/{p.path.name}" if len(pieces) > 1 else p.path.name for p in pieces)
    origin = (files, np.array(file, dtype=np.int64), np.array(row, dtype=np.int64), tuple(notes))
    return make(name, labels, sequences=sequences, intervals=places, test=test, origin=origin)


def _all_or_none(columns: list[tuple[Path, list[str] | None]], what: str, drop: bool = False) -> list[str] | None:
    have = [(path, column) for path, column in columns if column is not None]
    if not have or (drop and len(have) < len(columns)):
        return None
    if len(have) < len(columns):
        lacking = next(path for path, column in columns if column is None)
        raise InputError(f"{lacking} holds no {what}, but {have[0][0]} does; expected the same columns in every file "
                         "of a set; audit them apart, or add the column")
    return [value for _, column in have for value in column or ()]


def _test(parts: Sequence[str | None], notes: list[str]) -> np.ndarray | None:
    """Which rows are scored, or None without a published test part."""
    known = set(parts)
    if len(known - {None}) < 2:
        return None
    if None in known:
        raise InputError("some rows say neither train nor test while others do; fill the column, or audit them apart")
    scored = TEST if TEST in known else DEV
    if scored == TEST and DEV in known:
        notes.append("the dev or validation part is counted as training")
    return np.array([part == scored for part in parts])


def _unique(found: Iterable[LabelledSet]) -> list[LabelledSet]:
    """Sets with names apart: a second 'dev' becomes 'dev (2)'."""
    import dataclasses

    out: list[LabelledSet] = []
    seen: dict[str, int] = {}
    for one in found:
        seen[one.name] = seen.get(one.name, 0) + 1
        out.append(one if seen[one.name] == 1 else dataclasses.replace(one, name=f"{one.name} ({seen[one.name]})"))
    return out
