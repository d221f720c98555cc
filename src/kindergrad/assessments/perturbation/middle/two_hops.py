"""What happens two and three steps away from a gene that was never perturbed?

Shows: that known steps are put together along paths.
Does not show: what happens one step away; those genes do not count here.
Floor: the mean response, no change, and an answer for the target alone.
Ceiling: the exact response.
Trap: paths may cancel; genes that are reached in one and in two steps count as one step.
Source: simulated; Pearl (2009), doi:10.1017/CBO9780511803161, for effects along paths.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, draw, own_genes, top_twenty, whole_profiles

STEPS = {"three-steps": 3, "two-steps": 2}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes never perturbed, of pathways that were; only genes so many steps away count."""
    apart = world.distances == STEPS[level]
    known = [c for c in world.conditions("relative") if apart[own_genes(world, c)[0]].sum() > 5]
    chosen = draw(world, known, n, seed, "two-hops", level)
    drawn = whole_profiles(world, chosen)
    mask = np.stack([apart[own_genes(world, c)[0]] for c in chosen]).astype(np.float64)
    return Items(asked=drawn.asked, ideal=drawn.ideal, truth={**drawn.truth, "counted": mask})


ASSESSMENT = Assessment(
    skill="perturbation/two-hops", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=top_twenty, metric="agreement with the response", twin_metric="top 20 named", chance=0.0,
    needs=("relative", "edges"), cluster="pathway", learner="response-kernel", floor=RESPONSES, levels=tuple(STEPS),
    source="genes two or three steps from one that was never perturbed",
)
