"""What does a gene do that has no relative in training?

Shows: that effects are read from how a gene varies and responds, not from its name.
Does not show: how far from training it still works.
Floor: the mean response, no change, and the usual fall of the target.
Ceiling: the exact response.
Trap: measured against controls, the mean response alone looks good; the reference here is that mean.
Source: simulated; Ahlmann-Eltze et al. (2025), doi:10.1038/s41592-025-02772-6.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, correlates, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes of pathways that were never perturbed."""
    return profile_items(world, world.conditions("stranger"), n, seed, "stranger")


ASSESSMENT = Assessment(
    skill="perturbation/stranger", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=correlates, twin=top_twenty, metric="correlation with the response", twin_metric="top 20 named", chance=0.0,
    needs=("stranger",), cluster="pathway", learner="none-yet", floor=RESPONSES,
    source="genes of pathways that no experiment touched",
)
