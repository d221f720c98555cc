"""Which newly written genome makes a living phage?

Shows: that a living design is told from dead ones of the same length and likeness to the natural phage.
Does not show: that an engine could write one; and with 16 living designs, the error is large.
Floor: length near that of the natural phage, and likeness to it; composition.
Ceiling: nominal; nobody knows how much of living can be told from the sequence.
Each of the 16 stands in four items, with other dead designs; the standard error counts the 16.
Published: 16 of 302 designs made plaques, of 4,117 to 5,998 bases where the living ones have 5,349 to 5,654.
Trap: an engine that was tuned on relatives of the phage knows likeness, which stands for living; hence the matched
controls, and the floor that is left of likeness within them.
Source: King et al. (2025), doi:10.1101/2025.09.12.675911.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.asks import put_per_letter
from kindergrad.core.assessment import BLIND, Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Living designs taking turns, each with three dead ones; 64 items at most."""
    drawn: Items = world.table("genomes", level).items(n, seed, "new-genome")
    return drawn


ASSESSMENT = Assessment(
    skill="genomics/new-genome", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put_per_letter},
    score=placed, twin=placed_first, metric="placement among 3 dead designs", twin_metric="ranked first of 4",
    chance=0.5, needs=("genomes",), cluster="living design", learner="none-yet",
    floor=(*BLIND, "by-normal_length", "by-likeness"), references=(), world="phage_designs",
    source="302 designs after phiX174, 16 of which live",
)
