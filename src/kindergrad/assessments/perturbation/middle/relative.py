"""What does a gene do that was never perturbed, if genes of its pathway were?

Shows: analogy: related genes have related effects.
Does not show: anything about genes without relatives; see stranger.
Floor: the mean response of the pathway, of all, and no change.
Ceiling: the exact response.
Trap: random splits leave paralogs on both sides; here whole genes are held out in all contexts.
Source: simulated; GEARS, Roohani et al. (2024), doi:10.1038/s41587-023-01905-6, asks it of real screens.
"""

from __future__ import annotations

from typing import Any

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, correlates, profile_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes never perturbed, of pathways that were."""
    return profile_items(world, world.conditions("relative"), n, seed, "relative")


ASSESSMENT = Assessment(
    skill="perturbation/relative", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=correlates, twin=top_twenty, metric="correlation with the response", twin_metric="top 20 named", chance=0.0,
    needs=("relative",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "nearest-relative"),
    source="genes never perturbed, of pathways that were",
)
