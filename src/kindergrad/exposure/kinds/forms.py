"""A concept with many forms: ``{ kind = "forms", pattern = "NNNGYNNNN" }``, each of which is met or not.

The forms are the words that a pattern of IUPAC codes allows, up to 16 letters; on either strand, and where the pattern
is its own reverse complement a form and its reverse complement are the same. Which form was met in which part of the
corpus is kept for a random share of the forms, so small that memory stays bounded; all numbers are for all forms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract
from kindergrad.exposure.concepts import Numbered, settings
from kindergrad.exposure.kinds.word import HEAD, masks, reversed_complement
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.quadrats import Quadrats
from kindergrad.exposure.sketch import different
from kindergrad.exposure.tally import reverse_complement
from kindergrad.stats.discovery import Incidence

MOST_PAIRS = 300_000
"""(Form, part) pairs that are kept."""
LONGEST = 16


class Spec(Contract):
    pattern: str


class Forms:
    """The forms of one concept, met so far."""

    def __init__(self, concept: Numbered, quadrats: Quadrats) -> None:
        self.name, self.skill = concept.name, concept.skill
        self._masks = masks(settings(concept, Spec).pattern, concept.name)
        if not HEAD // 2 <= len(self._masks) <= LONGEST:
            raise InputError(f"concept '{concept.name}': a pattern of forms has {HEAD // 2} to {LONGEST} letters; got "
                             f"{len(self._masks)}")
        self._same = reversed_complement(self._masks) == self._masks
        self._quadrats, self._joined = quadrats, quadrats.joined
        self._pairs: list[NDArray[np.uint64]] = []
        self._size, self.shift = 0, 0
        self.occurrences = 0

    @property
    def forms(self) -> int:
        """How many forms there are."""
        every = int(np.prod([mask.bit_count() for mask in self._masks], dtype=object))
        k = len(self._masks)
        own = int(np.prod([m.bit_count() for m in self._masks[: k // 2]], dtype=object)) if k % 2 == 0 else 0
        return (every + own) // 2 if self._same else every

    def scan(self, block: Block) -> None:
        """Count the forms in the core."""
        at = np.arange(PAD, PAD + block.size)
        shift = np.uint32(32 - 2 * len(self._masks))
        words = block.words[PAD : PAD + block.size] >> shift
        back = reverse_complement(block.words[PAD : PAD + block.size]) & np.uint32(4 ** len(self._masks) - 1)
        if self._same:
            self._add(block, at, np.minimum(words, back))
        else:
            self._add(block, at, words)
            self._add(block, at, back)

    def _add(self, block: Block, at: NDArray[np.int64], words: NDArray[np.uint32]) -> None:
        k = len(self._masks)
        kept = np.ones(at.size, dtype=bool)
        for place, mask in enumerate(self._masks):
            if mask != 15:
                kept &= np.right_shift(mask, (words >> np.uint32(2 * (k - 1 - place))) & 3) & 1 == 1
        if not block.plain:
            kept &= block.broken[at + k] == block.broken[at]
        self.occurrences += int(np.count_nonzero(kept))
        if self.shift:
            kept &= _sampled(words, self.shift)
        part = self._quadrats.of(at[kept] + (block.offset - PAD))
        self._pairs.append((words[kept].astype(np.uint64) << np.uint64(8)) | part.astype(np.uint64))
        self._size += self._pairs[-1].size
        if self._size > 2 * MOST_PAIRS:
            self._merge()

    def join(self) -> None:
        """Follow the parts of the corpus, where neighbours were joined."""
        while self._joined < self._quadrats.joined:
            self._pairs = [((p >> np.uint64(8)) << np.uint64(8)) | ((p & np.uint64(255)) >> np.uint64(1))
                           for p in self._pairs]
            self._joined += 1

    def _merge(self) -> None:
        whole = different(np.concatenate([np.zeros(0, dtype=np.uint64), *self._pairs]))
        while whole.size > MOST_PAIRS:
            self.shift += 1
            whole = whole[_sampled((whole >> np.uint64(8)).astype(np.uint32), self.shift)]
        self._pairs, self._size = [whole], whole.size

    @property
    def sampled(self) -> float:
        """Share of the forms that is followed."""
        self._merge()
        return float(2.0**-self.shift)

    def incidence(self) -> Incidence:
        """Which followed form was met in which part of the corpus."""
        self._merge()
        pairs = self._pairs[0]
        return Incidence((pairs >> np.uint64(8)).astype(np.int64), (pairs & np.uint64(255)).astype(np.int64),
                         self._quadrats.sizes)


def _sampled(words: NDArray[np.uint32], shift: int) -> NDArray[np.bool_]:
    """Whether each form is among the one in 2^shift that is followed: by a hash, so that the choice never changes."""
    x = words * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0xC2B2AE35)
    return np.asarray((x ^ (x >> np.uint32(13))) >> np.uint32(32 - shift) == 0)
