"""What do three genes do beyond what their pairs do?

Shows: an interaction of three: the response minus those of the pairs, plus those of the genes.
Does not show: the response to the triple itself.
Floor: no interaction, and that of a shrunken sum.
Ceiling: the exact interaction.
Trap: saturation alone gives interactions of three; they count, since they are real.
Source: simulated gates of three pathways; Kuzmin et al. (2018), doi:10.1126/science.aao1729, in yeast.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_interaction
from kindergrad.worlds.response_items import INTERACTIONS, agrees, interaction_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Triples of pathways that act at three, never perturbed together by these genes."""
    return interaction_items(world, world.conditions("triple"), n, seed, "three-at-once")


ASSESSMENT = Assessment(
    skill="perturbation/three-at-once", version="1.1", items=items, readouts={Readout.RESPONSE: put_interaction},
    score=agrees, twin=top_twenty, metric="agreement of the interaction", twin_metric="top 20 named", chance=0.0,
    needs=("triple",), cluster="pathways", learner="none-yet", floor=INTERACTIONS,
    source="triples kept back, of pathways that act at three",
)
