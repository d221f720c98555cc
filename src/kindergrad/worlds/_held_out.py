"""How a real genome is cut, and its held-out part: what may be asked, because training never saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import decode, decode_rows, reverse_complement_codes
from kindergrad.core.errors import InputError
from kindergrad.worlds import _kmers, fasta

HELD_OUT, REFERENCE = 0.15, 0.05
"""Shares of the usable bases; the rest trains."""
GUARD = 1_000
"""Bases on both sides of a cut that nobody uses; a third of the reference part where that is shorter."""
MOST_SHARED = 0.5
"""Largest share of 32-mers that an offered stretch may have in common with the training part."""
BLOCK = 10_000
"""Bases of a cluster, the unit of the standard error; a tenth of the region where that is shorter."""

Texts = NDArray[np.str_]


class Parts(NamedTuple):
    """Joined positions (start, end) of the three parts, without their guards."""

    held_out: tuple[int, int]
    reference: tuple[int, int]
    train: tuple[int, int]


def cut(assembly: fasta.Assembly) -> Parts:
    """Cut by usable bases: held-out, reference, training, with guards between."""
    runs = assembly.runs(0, assembly.codes.size)
    before = np.concatenate([[0], np.cumsum(runs[:, 1] - runs[:, 0])])

    def position(share: float) -> int:
        target = int(share * before[-1])
        run = int(np.searchsorted(before, target, side="right")) - 1
        return int(runs[run, 0]) + target - int(before[run])

    first, second = position(HELD_OUT), position(HELD_OUT + REFERENCE)
    guard = min(GUARD, int(REFERENCE * before[-1]) // 3)
    return Parts((0, first - guard), (first + guard, max(first + guard, second - guard)),
                  (second + guard, assembly.codes.size))


def names(assembly: fasta.Assembly, part: tuple[int, int]) -> tuple[str, ...]:
    """Names of the stretches of records in a part, from 1; one name for all where there are more than twenty."""
    out = []
    for name, offset, length in zip(assembly.names, assembly.offsets.tolist(), assembly.lengths.tolist(), strict=True):
        low, high = max(part[0], offset), min(part[1], offset + length)
        if low < high:
            out.append(f"{name}:{low - offset + 1}-{high - offset}")
    return tuple(out) if len(out) <= 20 else (f"{out[0]} to {out[-1]} ({len(out)} records)",)


class HeldOut:
    """Stretches of [start, end) that hold only A, C, G, T and share at most half of their 32-mers with training."""

    def __init__(self, assembly: fasta.Assembly, start: int, end: int, seen: _kmers.Seen) -> None:
        self.assembly, self.start, self.end = assembly, start, end
        self.codes = assembly.codes[start:end]
        self._broken = np.concatenate([[0], np.cumsum(self.codes == fasta.BREAK, dtype=np.int64)])
        self._seen = np.concatenate([[0], np.cumsum(seen.flags(self.codes), dtype=np.int64)])
        self.bases = int(self.codes.size - self._broken[-1])
        self._block = int(min(BLOCK, max(100, self.codes.size // 10)))

    def unseen(self, at: NDArray[np.int64], length: int) -> NDArray[np.bool_]:
        """Which stretches of one length, beginning ``at`` (from the start of the region), may be offered.

        A stretch shorter than 32 is judged by the 32-mer around it.
        """
        fits = (at >= 0) & (at + length <= self.codes.size)
        if not self.codes.size:
            return fits
        low = np.clip(at, 0, self.codes.size)
        plain = self._broken[np.clip(at + length, 0, self.codes.size)] == self._broken[low]
        words, last = max(1, length - _kmers.K + 1), self._seen.size - 1
        first = np.clip(at - max(0, (_kmers.K - length) // 2), 0, max(0, last - words))
        shared = (self._seen[np.clip(first + words, 0, last)] - self._seen[first]) / words
        return np.asarray(fits & plain & (shared <= MOST_SHARED))

    def places(self, length: int) -> NDArray[np.int64]:
        """Every beginning of a stretch that may be offered, from the start of the region."""
        every = np.arange(max(0, self.codes.size - length + 1), dtype=np.int64)
        return every[self.unseen(every, length)]

    def seen_bases(self, length: int = 100) -> int:
        """Plain windows of a length that are not offered because training saw them."""
        every = np.arange(max(0, self.codes.size - length + 1), dtype=np.int64)
        plain = int(np.count_nonzero(self._broken[length:] == self._broken[: every.size]))
        return plain - int(self.places(length).size)

    def clusters(self, middle: NDArray[np.int64]) -> Texts:
        """Names of the blocks in which positions lie, such as ``chr1:20,001-30,000``."""
        joined = self.start + middle
        record = np.searchsorted(self.assembly.offsets, joined, side="right") - 1
        block = (joined - self.assembly.offsets[record]) // self._block
        return np.array([f"{self.assembly.names[r]}:{b * self._block + 1}-{(b + 1) * self._block}"
                         for r, b in zip(record.tolist(), block.tolist(), strict=True)], dtype=np.str_)

    def draw(
        self, streams: Sequence[np.random.Generator], places: NDArray[np.int64], strands: NDArray[np.int64], length: int
    ) -> tuple[Texts, Texts]:
        """One of the places per stream, read on its strand, and its cluster.

        Raises
        ------
        InputError
            If there is no place at all.
        """
        if not places.size:
            raise InputError(f"the held-out part ({self.bases:,} bases) has no stretch of {length:,} plain bases "
                             "that training never saw; try a larger genome or shorter items")
        drawn = np.array([int(rng.integers(places.size)) for rng in streams], dtype=np.int64)
        at = places[drawn]
        rows = self.codes[at[:, None] + np.arange(length)]
        turned = strands[drawn] < 0
        rows[turned] = reverse_complement_codes(rows[turned])
        return decode_rows(rows), self.clusters(at + length // 2)

    def around(self, word: str, before: int, after: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where a word stands on either strand, with letters before and after it: beginnings and strands.

        The stretch has ``before + len(word) + after`` letters, read on the strand of the word.
        """
        size, asked = len(word), _kmers.word_code(word)
        codes = _kmers.word_codes(self.codes, size)
        turned = _kmers.word_code(decode(reverse_complement_codes(np.array(
            ["ACGT".index(letter) for letter in word], dtype=np.uint8))))
        ahead, behind = np.flatnonzero(codes == asked), np.flatnonzero(codes == turned)
        places = np.concatenate([ahead - before, behind - after])
        strands = np.repeat([1, -1], [ahead.size, behind.size])
        fine = self.unseen(places, before + size + after)
        return places[fine], strands[fine]
