"""What does an unknown gene do in an unknown cell line?

Shows: two generalisations at once: to a gene without relatives in training, in a line known by nothing.
Does not show: which of the two fails; see stranger and new-cell-type.
Floor: the mean response, no change, and the usual fall of the target.
Ceiling: the exact response of that line.
Trap: measured against controls, the response that all perturbations share looks like knowledge.
Source: simulated; PerturBench, arXiv:2408.10609, for splits by context.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, correlates, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes of pathways that were never perturbed, in a line without experiments."""
    return profile_items(world, world.conditions("stranger-elsewhere"), n, seed, "stranger-elsewhere")


ASSESSMENT = Assessment(
    skill="perturbation/stranger-elsewhere", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=correlates, twin=top_twenty, metric="correlation with the response", twin_metric="top 20 named", chance=0.0,
    needs=("stranger-elsewhere",), cluster="pathway", learner="none-yet", floor=RESPONSES,
    source="genes of pathways that no experiment touched, in a fourth line",
)
