"""Occurrences of every concept: how many, in how many different contexts, and how evenly over the corpus."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kindergrad.exposure.background import Background
from kindergrad.exposure.letters import FLANK, PAD, Block
from kindergrad.exposure.quadrats import MOST, Quadrats, joined
from kindergrad.exposure.sketch import Distinct, mixed

Ints = NDArray[np.int64]


class Hits(NamedTuple):
    """Occurrences of one concept in a block.

    Attributes
    ----------
    concept : its number.
    start : (h,) places in the block, in the core, each once.
    length : letters of the occurrence.
    strand : 1 as written, -1 for the reverse complement, 0 where both are the same (palindromes, structures).
    """

    concept: int
    start: Ints
    length: int
    strand: int


class Scanner(Protocol):
    """Looks for all concepts of one kind.

    ``chance`` gives concept -> occurrences per base that composition alone would give, where that is known.
    """

    def scan(self, block: Block) -> list[Hits]: ...

    def chance(self, background: Background) -> dict[int, float]: ...


class Tally:
    """Counts of ``concepts`` concepts."""

    def __init__(self, concepts: int) -> None:
        self.quadrats = Quadrats()
        self.blocks = np.zeros((MOST, concepts))
        self.distinct = [Distinct() for _ in range(concepts)]

    @property
    def counts(self) -> NDArray[np.float64]:
        """Occurrences of each concept, (concepts,)."""
        return np.asarray(self.blocks.sum(axis=0))

    def begin(self, block: Block) -> None:
        """Make room for a block, and count its usable letters."""
        before = self.quadrats.joined
        self.quadrats.reach(block.offset + block.size)
        for _ in range(self.quadrats.joined - before):
            self.blocks = joined(self.blocks)
        self.quadrats.add(block.offset, block.codes[PAD : PAD + block.size] <= 3)

    def add(self, block: Block, hits: Hits) -> None:
        """Count the occurrences of one concept in a block."""
        if not hits.start.size:
            return
        part = self.quadrats.of(hits.start + (block.offset - PAD))
        low = int(part.min())
        counted = np.bincount(part - low)
        self.blocks[low : low + counted.size, hits.concept] += counted
        self.distinct[hits.concept].add(context(block, hits))


def context(block: Block, hits: Hits) -> NDArray[np.uint64]:
    """Hashes of the 16 letters on either side, read along the strand of the occurrence; (h,).

    Letters that are not A, C, G, T count as T.
    """
    left, right = block.words[hits.start - FLANK], block.words[hits.start + hits.length]
    if hits.strand == 1:
        return mixed(_pair(left, right))
    back = _pair(reverse_complement(right), reverse_complement(left))
    return mixed(back if hits.strand == -1 else np.minimum(back, _pair(left, right)))


def _pair(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint64]:
    return np.asarray((left.astype(np.uint64) << np.uint64(32)) | right)


def reverse_complement(word: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Codes of the reverse complements of words of 16 letters."""
    x = ~word
    x = ((x >> np.uint32(2)) & np.uint32(0x33333333)) | ((x & np.uint32(0x33333333)) << np.uint32(2))
    x = ((x >> np.uint32(4)) & np.uint32(0x0F0F0F0F)) | ((x & np.uint32(0x0F0F0F0F)) << np.uint32(4))
    return x.byteswap()
