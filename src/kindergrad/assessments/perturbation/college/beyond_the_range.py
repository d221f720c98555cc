"""What happens at a dose far beyond those that were seen?

Shows: that a response is continued to five times the highest dose seen.
Does not show: whether its shape changes; the score asks for direction and size together.
Floor: the last response seen, and the mean response.
Ceiling: the exact response to the full dose.
Trap: where responses saturate, the last one is unbeatable; here a fifth of the dose lies on the slope.
Source: simulated dose curves; L1000, doi:10.1016/j.cell.2017.10.049, for real ones.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes seen at a tenth and a fifth of the dose only, at the full one."""
    return profile_items(world, world.conditions("beyond"), n, seed, "beyond-the-range")


ASSESSMENT = Assessment(
    skill="perturbation/beyond-the-range", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("beyond",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "same-elsewhere"),
    source="genes seen at low doses, at the full one",
)
