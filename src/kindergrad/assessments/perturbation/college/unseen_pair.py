"""What do two genes do together that were never perturbed, alone or together?

Shows: analogy twice, and then a sum.
Does not show: genes without relatives, or interactions.
Floor: the mean response to pairs, the mean of both pathways, and the usual fall of two targets.
Ceiling: the exact response; of real pairs, what the second replicate tells of the first.
Trap: the response that all pairs share is large; the reference takes it out.
Source: simulated; Norman et al. (2019), doi:10.1126/science.aax4438, split by the number of genes seen, for real pairs.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Pairs of genes never perturbed, of two pathways that were."""
    return profile_items(world, world.conditions("unseen-pair"), n, seed, "unseen-pair")


ASSESSMENT = Assessment(
    skill="perturbation/unseen-pair", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("unseen-pair",), cluster="pathways", learner="response-kernel", floor=(*RESPONSES, "nearest-relative"),
    source="pairs of two genes that were never perturbed",
)
