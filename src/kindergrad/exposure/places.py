"""Occurrences that another file names: places of features or variants in the records of the corpus."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import SequenceError
from kindergrad.exposure.background import Background
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.tally import Hits

LONGEST = 300
"""Letters of an occurrence beyond which its context begins all the same."""


class Place(NamedTuple):
    """A named occurrence: ``length`` letters of a record from ``start`` on, and the strand (0: both)."""

    record: str
    concept: int
    start: int
    length: int
    strand: int


class Places:
    """The occurrences of one file; every place is counted when the block with its first letter comes by."""

    def __init__(self, places: Iterable[Place], source: Path) -> None:
        grouped: dict[str, dict[tuple[int, int, int], set[int]]] = {}
        for p in places:
            key = (p.concept, min(p.length, LONGEST), p.strand)
            grouped.setdefault(p.record, {}).setdefault(key, set()).add(p.start)
        self._places = {record: {key: np.array(sorted(starts), dtype=np.int64) for key, starts in own.items()}
                        for record, own in grouped.items()}
        self._source, self._met, self._names = source, False, ""

    def scan(self, block: Block) -> list[Hits]:
        """Places whose first letter lies in the core."""
        ends = [*(s.at for s in block.stretches[1:]), block.codes.size]
        found = []
        for stretch, end in zip(block.stretches, ends, strict=True):
            self._names = self._names or stretch.record
            own = self._of(stretch.record)
            self._met = self._met or bool(own)
            shift = stretch.at - stretch.start
            low, high = max(stretch.at, PAD), min(end, PAD + block.size)
            for (concept, length, strand), starts in own.items():
                here = starts[np.searchsorted(starts, low - shift) : np.searchsorted(starts, high - shift)] + shift
                if here.size:
                    found.append(Hits(concept, here, length, strand))
        return found

    def _of(self, record: str) -> dict[tuple[int, int, int], NDArray[np.int64]]:
        """The places of a record, by its name, or by its name without version."""
        return self._places.get(record) or self._places.get(record.rsplit(".", 1)[0]) or {}

    def chance(self, background: Background) -> dict[int, float]:
        """Not known: the file names them."""
        return {}

    def check(self) -> None:
        """Refuse a file that speaks of another corpus.

        Raises
        ------
        SequenceError
            If it names none of the records that were read.
        """
        if self._places and not self._met:
            near = difflib.get_close_matches(self._names, self._places, n=1, cutoff=0.0)
            raise SequenceError(f"{self._source} names none of the records of the corpus; got '{near[0]}', expected "
                                f"names such as '{self._names}'; use the file of the same download")


def rows(path: Path, columns: int, what: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the lines of a tab-separated file, plain or gzip, without comments.

    Raises
    ------
    SequenceError
        If the file cannot be read, or its first line has fewer columns.
    """
    from kindergrad.worlds import fasta

    first = True
    for number, line in enumerate(fasta.read_text(path, what).splitlines(), start=1):
        if line.startswith("##FASTA"):
            return
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if first and len(cells) < columns:
            raise SequenceError(f"{path}, line {number}: got {len(cells)} columns, expected {what} with at least "
                                f"{columns}, separated by tabs")
        first = False
        if len(cells) >= columns:
            yield number, cells
