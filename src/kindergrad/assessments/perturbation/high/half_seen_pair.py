"""What do two genes do together, if one of them was never perturbed?

Shows: addition and analogy at once.
Does not show: which of the two failed.
Floor: the mean of experiments that share the known gene, the known gene alone, and the mean response.
Ceiling: the exact response.
Trap: the known gene alone gives a good score; it is among the floors.
Source: simulated; pairs with one gene seen in Norman et al. (2019), doi:10.1126/science.aax4438.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Pairs of a gene that was never perturbed and one that was."""
    return profile_items(world, world.conditions("half-seen-pair"), n, seed, "half-seen-pair")


ASSESSMENT = Assessment(
    skill="perturbation/half-seen-pair", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("half-seen-pair",), cluster="pathways", learner="response-kernel",
    floor=(*RESPONSES, "matching-mean", "best-single"), source="pairs of an unknown gene and a known one",
)
