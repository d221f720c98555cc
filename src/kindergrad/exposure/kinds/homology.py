"""Relatives of a sequence: ``{ kind = "homology", query = "ACGT...", share = 0.1 }``.

The 16-letter words of the query, on both strands, are looked for in the corpus. A relative is a place within as many
letters as the query has (at most 480) that holds at least ``share`` of them (and three): about 0.2 for a sequence that
differs in one letter of ten. Which strand it stands on is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kindergrad.core.dna import encode
from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.tally import Hits, reverse_complement

K, FEWEST = 16, 3
REACH = PAD - 2 * K
_BITS = 20


class Spec(Contract):
    query: str
    share: float = Field(default=0.1, gt=0, le=1)


class Query(NamedTuple):
    """Words of a query, sorted (w,), how many must be found, and within how many letters."""

    concept: int
    words: NDArray[np.uint32]
    needed: int
    reach: int


def sketch(text: str, where: str) -> NDArray[np.uint32]:
    """The different 16-letter words of a sequence, the smaller of either strand, sorted.

    Raises
    ------
    InputError
        If the sequence is shorter than 18 letters or holds other letters than A, C, G, T.
    """
    codes = encode(text, where)
    if codes.size < K + FEWEST - 1:
        raise InputError(f"{where}: too short to look for relatives; got {codes.size} letters, expected at least "
                         f"{K + FEWEST - 1}")
    words = codes.astype(np.uint32)
    for step in (1, 2, 4, 8):
        words = (words[:-step] << np.uint32(2 * step)) | words[step:]
    return np.unique(np.minimum(words, reverse_complement(words)))


class Relatives:
    """All queries of a syllabus."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.queries = []
        self._may = np.zeros(2**_BITS, dtype=bool)
        for concept in concepts:
            spec = settings(concept, Spec)
            words = sketch(spec.query, f"query '{concept.name}'")
            needed = max(FEWEST, int(np.ceil(spec.share * min(words.size, REACH - K))))
            self.queries.append(Query(concept.number, words, needed, min(len(spec.query), REACH)))
            self._may[words >> np.uint32(32 - _BITS)] = True

    def scan(self, block: Block) -> list[Hits]:
        """Relatives whose first word stands in the core."""
        words = np.minimum(block.words, reverse_complement(block.words))
        at = np.flatnonzero(self._may[words >> np.uint32(32 - _BITS)])
        if not block.plain:
            at = at[block.broken[at + K] == block.broken[at]]
        found = []
        for query in self.queries:
            place = np.minimum(np.searchsorted(query.words, words[at]), query.words.size - 1)
            hit = at[query.words[place] == words[at]]
            within = np.searchsorted(hit, hit + query.reach) - np.arange(hit.size)
            first = np.concatenate([[True], np.diff(hit) > query.reach]) if hit.size else np.zeros(0, dtype=bool)
            found.append(Hits(query.concept, block.whole(hit[first & (within >= query.needed)], K), K, 0))
        return found

    def chance(self, background: Background) -> dict[int, float]:
        """Not given: three words of 16 letters in one place do not come by chance."""
        return {}


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Relatives:
    """All queries."""
    return Relatives(concepts)
