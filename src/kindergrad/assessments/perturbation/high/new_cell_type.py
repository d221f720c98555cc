"""How does another cell line respond to a perturbation that was seen elsewhere?

Shows: that a response is carried over to cells known by their controls only.
Does not show: what the line does to perturbations seen nowhere.
Floor: the same perturbation elsewhere, and the mean response.
Ceiling: the exact response of that line.
Trap: the other lines are the best published feature; an engine must beat their mean.
Source: simulated; K562, RPE1 and T cells (agreement .30), Replogle et al. (2022), doi:10.1016/j.cell.2022.05.013.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Perturbations that were seen, in a line without experiments."""
    return profile_items(world, world.conditions("new-line"), n, seed, "new-cell-type")


ASSESSMENT = Assessment(
    skill="perturbation/new-cell-type", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("new-line",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "same-elsewhere"),
    source="perturbations seen in three lines, in a fourth",
)
