"""A labelled set: what an audit looks at. Labels, and sequences or intervals or both, in arrays.

Files are read by :mod:`kindergrad.exchange.labelled_sets`; programs can make a set from lists with :func:`make`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEWEST = 10
"""Rows that every class must have; below, five-fold cross-validation says nothing."""
MOST_CLASSES = 50
OTHER = 4
"""Code of every letter that is not A, C, G, T."""

_CODES = np.full(256, OTHER, dtype=np.uint8)
_CODES[list(b"ACGTacgt")] = [0, 1, 2, 3] * 2


@dataclass(frozen=True)
class Sequences:
    """Letters of all rows, end to end.

    Attributes
    ----------
    codes : shape (letters,), 0..3 for A, C, G, T in any case and 4 for everything else.
    offsets : shape (n + 1,); row i lies at ``codes[offsets[i]:offsets[i + 1]]``.
    """

    codes: NDArray[np.uint8]
    offsets: Ints

    @property
    def lengths(self) -> Ints:
        return np.diff(self.offsets)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Sequences:
        """Codes of texts; letters other than A, C, G, T become 4."""
        raw = np.frombuffer("".join(texts).encode("latin-1", "replace"), dtype=np.uint8)
        sizes = np.fromiter((len(t) for t in texts), dtype=np.int64, count=len(texts))
        return cls(_CODES[raw], np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


@dataclass(frozen=True)
class Intervals:
    """Half-open intervals on named chromosomes, all arrays of shape (n,)."""

    chrom: Ints
    names: tuple[str, ...]
    start: Ints
    end: Ints

    @property
    def lengths(self) -> Ints:
        return self.end - self.start

    def text(self, i: int) -> str:
        return f"{self.names[self.chrom[i]]}:{self.start[i]:,}-{self.end[i]:,}"


@dataclass(frozen=True)
class LabelledSet:
    """Rows with a class each.

    Attributes
    ----------
    labels : shape (n,), index into ``classes``.
    test : shape (n,), True in the published test part; None where the set has no such part.
    files, file, row : where each row came from, for the examples; ``row`` counts from 1.
    notes : what a reader should know about the input (lower case, unknown letters ...).
    """

    name: str
    classes: tuple[str, ...]
    labels: Ints
    sequences: Sequences | None
    intervals: Intervals | None
    test: Bools | None
    files: tuple[str, ...]
    file: Ints
    row: Ints
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def lengths(self) -> Ints:
        """Letters of each row, or bases of its interval, shape (n,)."""
        found = self.sequences if self.sequences is not None else self.intervals
        if found is None:
            raise InputError(f"{self.name} holds neither sequences nor intervals")
        return found.lengths

    @property
    def majority(self) -> float:
        """Share of the most frequent class among the rows that are scored."""
        scored = self.labels if self.test is None else self.labels[self.test]
        return float(np.bincount(scored).max() / len(scored))

    def place(self, i: int) -> str:
        """Where a row came from, such as ``test/negative.csv.gz row 12``."""
        return f"{self.files[self.file[i]]} row {self.row[i]}"


def make(name: str, labels: Sequence[str], *, sequences: Sequence[str] | None = None,
         intervals: tuple[Sequence[str], Ints, Ints] | None = None, test: Bools | None = None,
         origin: tuple[tuple[str, ...], Ints, Ints, tuple[str, ...]] | None = None) -> LabelledSet:
    """A labelled set from lists.

    Parameters
    ----------
    labels : one class a row.
    sequences : one text a row.
    intervals : chromosome names, starts and ends (half open), one a row.
    test : shape (n,), True for the test part.
    origin : file names, file of each row, row in that file, and notes.

    Raises
    ------
    InputError
        If there is nothing to audit: one class only, more than 50, a class with fewer than 10 rows, an empty part, a
        class of the test part that the training part lacks, or neither sequences nor intervals.
    """
    n = len(labels)
    if sequences is None and intervals is None:
        raise InputError(f"{name} holds neither sequences nor intervals; give a sequence, or chromosome, start and end")
    classes, codes = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    part = None if test is None else np.asarray(test, dtype=bool)
    _check(name, classes, codes, part)
    where = None
    if intervals is not None:
        names, chrom = np.unique(np.asarray(intervals[0], dtype=str), return_inverse=True)
        where = Intervals(chrom.astype(np.int64), tuple(map(str, names)), np.asarray(intervals[1], dtype=np.int64),
                          np.asarray(intervals[2], dtype=np.int64))
    files, file, row, notes = origin or ((name,), np.zeros(n, np.int64), np.arange(1, n + 1), ())
    return LabelledSet(name, tuple(map(str, classes)), codes.astype(np.int64),
                       None if sequences is None else Sequences.of(sequences), where, part, files, file, row, notes)


def _check(name: str, classes: NDArray[np.str_], codes: Ints, test: Bools | None) -> None:
    if len(classes) < 2:
        got = f"only '{classes[0]}'" if len(classes) else "no row"
        raise InputError(f"{name}: an audit needs two classes or more; got {got}; give one file per class, or a column "
                         "'label'")
    if len(classes) > MOST_CLASSES:
        raise InputError(f"{name}: the label has {len(classes):,} different values (such as '{classes[0]}', "
                         f"'{classes[1]}'); expected at most {MOST_CLASSES} classes; bin numbers, or name another "
                         "column with --label")
    parts = {"": np.ones(len(codes), dtype=bool)} if test is None else {"training ": ~test, "test ": test}
    for part, rows in parts.items():
        counts = np.bincount(codes[rows], minlength=len(classes))
        few = int(counts.argmin())
        least = FEWEST if part != "test " else 1
        if counts[few] < least:
            raise InputError(f"{name}: class '{classes[few]}' has {counts[few]} rows in the {part or 'whole '}"
                             f"{'part' if part else 'set'}; expected at least {least}; add rows or drop the class")
