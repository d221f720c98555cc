"""What does a knock-out do, if only half a knock-down was seen?

Shows: that a response is scaled up by the right factor.
Does not show: how responses change shape with dose, unless the network saturates.
Floor: the response as it was at half dose, and the mean response.
Ceiling: the exact response to the full dose.
Trap: a correlation would not see the factor; the score does.
Source: simulated; DREAM4, Schaffter et al. (2011), doi:10.1093/bioinformatics/btr373: knock-down and knock-out r .55.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes seen at half dose only, at the full one."""
    return profile_items(world, world.conditions("half-to-full"), n, seed, "half-to-full")


ASSESSMENT = Assessment(
    skill="perturbation/half-to-full", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("half-to-full",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "same-elsewhere"),
    source="genes seen at half dose, at the full one",
)
