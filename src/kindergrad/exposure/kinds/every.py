"""Every stretch of so many letters: ``{ kind = "every", length = 100 }``, one after the other; for skills that all of a
corpus shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import FLANK, PAD, Block
from kindergrad.exposure.tally import Hits


class Spec(Contract):
    length: int = Field(ge=1, le=PAD - FLANK)


class Stretches:
    """Stretches that lie side by side."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.lengths = {concept.number: settings(concept, Spec).length for concept in concepts}

    def scan(self, block: Block) -> list[Hits]:
        """Those that begin in the core and hold only A, C, G, T."""
        return [Hits(number, block.whole(np.arange(PAD + -block.offset % length, PAD + block.size, length), length),
                     length, 0) for number, length in self.lengths.items()]

    def chance(self, background: Background) -> dict[int, float]:
        """One per length: nothing here depends on the letters."""
        return {}


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Stretches:
    """All lengths."""
    return Stretches(concepts)
