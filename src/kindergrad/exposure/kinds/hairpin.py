"""Hairpins: ``{ kind = "hairpin", stem = 10, loop = [3, 8] }``, an arm, a loop, and the arm's reverse complement.

Perfect pairs only (no G-T). A hairpin counts once, at its innermost pair. Both strands are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.tally import Hits


class Spec(Contract):
    stem: int = Field(ge=4, le=40)
    loop: tuple[int, int]


class Hairpins:
    """All stems and loops asked for."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.asked = [(concept.number, settings(concept, Spec)) for concept in concepts]
        for concept, (_, spec) in zip(concepts, self.asked, strict=True):
            if not 3 <= spec.loop[0] <= spec.loop[1] <= 200:
                raise InputError(f"concept '{concept.name}': a loop has 3 to 200 letters; got {spec.loop}")

    def scan(self, block: Block) -> list[Hits]:
        """Hairpins whose first letter lies in the core."""
        found = []
        for number, spec in self.asked:
            for loop in range(spec.loop[0], spec.loop[1] + 1):
                length = 2 * spec.stem + loop
                found.append(Hits(number, block.whole(_at(block, spec, loop), length), length, 0))
        return found

    def chance(self, background: Background) -> dict[int, float]:
        """Pairs of independent letters, for each loop; an inner pair closes the smaller loop instead."""
        p = float((background.letters * background.letters[::-1]).sum())
        out = {}
        for number, spec in self.asked:
            loops = range(spec.loop[0], spec.loop[1] + 1)
            out[number] = sum(p**spec.stem * (1 - p if loop - 2 >= 3 else 1.0) for loop in loops)
        return out


def _at(block: Block, spec: Spec, loop: int) -> NDArray[np.int64]:
    """Starts of the hairpins with a loop of this size: pairs are compared from the inside out."""
    codes, n = block.codes, block.size
    left, right = PAD + spec.stem - 1, PAD + spec.stem + loop  # innermost pair of the hairpin that begins at PAD
    fits = codes[left : left + n] + codes[right : right + n] == 3
    for k in (1, 2):
        fits &= codes[left - k : left - k + n] + codes[right + k : right + k + n] == 3
    start = np.flatnonzero(fits) + PAD
    for k in range(3, spec.stem):
        start = start[codes[start + spec.stem - 1 - k] + codes[start + spec.stem + loop + k] == 3]
    if loop - 2 >= 3:  # an inner pair would make it a hairpin with a smaller loop
        start = start[codes[start + spec.stem] + codes[start + spec.stem + loop - 1] != 3]
    return start


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Hairpins:
    """All hairpins."""
    return Hairpins(concepts)
