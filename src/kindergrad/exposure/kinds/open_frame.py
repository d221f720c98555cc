"""Open reading frames: ``{ kind = "open_frame", codons = 100 }``, a stop after so many codons without one.

Found without an annotation, by the standard stops. The occurrence is the stop; both strands are searched.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import FLANK, PAD, Block
from kindergrad.exposure.tally import Hits

_STOPS = np.zeros(64, dtype=bool)
_STOPS[[0b110000, 0b110010, 0b111000]] = True  # TAA, TAG, TGA
_BACK = np.zeros(64, dtype=bool)
_BACK[[0b111100, 0b011100, 0b110100]] = True  # TTA, CTA, TCA


class Spec(Contract):
    codons: int = Field(ge=10, le=(PAD - FLANK - 3) // 3)


class OpenFrames:
    """All lengths asked for."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.asked = [(concept.number, settings(concept, Spec).codons) for concept in concepts]

    def scan(self, block: Block) -> list[Hits]:
        """Stops in the core with an open frame before them, read along either strand."""
        codon = block.words >> np.uint32(26)
        found = []
        for number, codons in self.asked:
            open_ = _lonely(np.flatnonzero(_STOPS[codon]), codons, before=True)
            open_ = block.whole(open_, 3)
            whole = block.broken[open_ + 3] == block.broken[open_ - 3 * codons]
            found.append(Hits(number, open_[whole], 3, 1))
            back = block.whole(_lonely(np.flatnonzero(_BACK[codon]), codons, before=False), 3)
            whole = block.broken[back + 3 + 3 * codons] == block.broken[back]
            found.append(Hits(number, back[whole], 3, -1))
        return found

    def chance(self, background: Background) -> dict[int, float]:
        """Not known well: stops of overlapping frames depend on each other."""
        return {}


def _lonely(stops: NDArray[np.int64], codons: int, *, before: bool) -> NDArray[np.int64]:
    """Stops without another one in the same frame within so many codons, before or after."""
    kept = []
    for frame in range(3):
        own = stops[stops % 3 == frame]
        far = np.diff(own) > 3 * codons
        kept.append(own[np.concatenate([[True], far] if before else [far, [True]])] if own.size else own)
    return np.sort(np.concatenate(kept))


def scanner(concepts: Sequence[Numbered], sources: Sources) -> OpenFrames:
    """All lengths."""
    return OpenFrames(concepts)
