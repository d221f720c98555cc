"""How do the same cells of another donor respond?

Shows: that what was learnt in two donors holds in a third of the same line.
Does not show: transfer to other cells; see new-cell-type.
Floor: the mean of the perturbation over all other contexts, and the mean response.
Ceiling: the exact response of that donor.
Trap: strong effects that all lines share make this look solved.
Source: simulated; Zhao et al. (2021), doi:10.1186/s13073-021-00894-y, for patients.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Perturbations that were seen, in a donor without experiments."""
    return profile_items(world, world.conditions("new-donor"), n, seed, "new-donor")


ASSESSMENT = Assessment(
    skill="perturbation/new-donor", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("new-donor",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "same-elsewhere"),
    source="perturbations seen in two donors of a line, in a third",
)
