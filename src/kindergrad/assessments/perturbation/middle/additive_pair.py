"""What do two genes do together, if they do not interact?

Shows: that known responses are added up.
Does not show: interaction; pairs in which it is more than a twentieth of the response are left out.
Floor: the larger of the two genes, the mean of experiments that share one, and the mean response.
Ceiling: the exact response.
Trap: what additive means depends on the scale: here sums of natural logs.
Source: simulated; Norman et al. (2019), doi:10.1126/science.aax4438; Ahlmann-Eltze et al. (2025),
doi:10.1038/s41592-025-02772-6, for how strong sums are.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Pairs that were never perturbed together, both genes having been seen alone."""
    return profile_items(world, world.conditions("additive-pair"), n, seed, "additive-pair")


ASSESSMENT = Assessment(
    skill="perturbation/additive-pair", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("additive-pair",), cluster="pathways", learner="additive",
    floor=(*RESPONSES, "matching-mean", "best-single"), source="pairs kept back, without interaction",
)
