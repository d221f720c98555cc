"""Short units repeated at once: ``{ kind = "tandem", unit = 2, letters = 12 }``, runs of period 2, 12 letters or more.

A run counts once, under its smallest period. Both strands are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.tally import Hits


class Spec(Contract):
    unit: int = Field(ge=1, le=16)
    letters: int = Field(ge=6, le=200)


class Tandems:
    """Runs of all units asked for."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.asked = [(concept.number, settings(concept, Spec)) for concept in concepts]

    def scan(self, block: Block) -> list[Hits]:
        """Runs that begin in the core."""
        found = []
        for number, spec in self.asked:
            start = _begins(block, spec.unit, spec.letters)
            for smaller in (d for d in range(1, spec.unit) if spec.unit % d == 0):
                start = start[~_periodic(block, start, smaller, spec.letters)]
            found.append(Hits(number, block.whole(start, spec.letters), spec.letters, 0))
        return found

    def chance(self, background: Background) -> dict[int, float]:
        """Not known: slippage makes runs, chance hardly ever does."""
        return {}


def _begins(block: Block, unit: int, letters: int) -> NDArray[np.int64]:
    """Where runs of a period begin: ``letters - unit`` places in a row equal those a unit later."""
    same = block.codes[unit:] == block.codes[:-unit]
    wide, run = 1, same
    while wide < letters - unit:  # AND over windows of 1, 2, 4 ... places
        step = min(wide, letters - unit - wide)
        run = run[:-step] & run[step:]
        wide += step
    inside = run[PAD - 1 : PAD + block.size]
    return np.flatnonzero(inside[1:] & ~inside[:-1]) + PAD


def _periodic(block: Block, start: NDArray[np.int64], unit: int, letters: int) -> NDArray[np.bool_]:
    """Whether the run at each start has a smaller period too."""
    window = start[:, None] + np.arange(letters - unit)[None, :]
    return np.asarray((block.codes[window] == block.codes[window + unit]).all(axis=1))


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Tandems:
    """All units."""
    return Tandems(concepts)
