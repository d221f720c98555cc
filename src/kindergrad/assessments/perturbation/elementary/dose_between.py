"""What happens at a dose between two that were seen?

Shows: that two known responses are joined to a third.
Does not show: what lies beyond the doses seen.
Floor: the same perturbation at whatever dose, and the mean response.
Ceiling: the exact response at that dose.
Trap: a correlation would not see the size; the score does.
Source: simulated dose curves; L1000, Subramanian et al. (2017), doi:10.1016/j.cell.2017.10.049, for real ones.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes whose full dose was seen, at a third of it, which was never given."""
    return profile_items(world, world.conditions("between"), n, seed, "dose-between")


ASSESSMENT = Assessment(
    skill="perturbation/dose-between", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("between",), cluster="pathway", learner="additive", floor=(*RESPONSES, "same-elsewhere"),
    source="genes seen at the full dose and in part, at a dose in between",
)
