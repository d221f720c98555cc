"""How does a pair differ from the sum of its genes?

Shows: interaction: what is left of a pair when both genes are taken off.
Does not show: the pair itself; see additive-pair.
Floor: no interaction, and those of a sum that is shrunk or bent, since strong pairs regress to the mean and saturate.
Ceiling: the exact interaction; of real pairs, what the second replicate tells of the first.
Trap: residuals correlate with the sum, so shrinking it looks like knowledge; that is a floor here.
Source: simulated gates (and, or, saturating, suppressing); Norman et al. (2019), doi:10.1126/science.aax4438.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_interaction
from kindergrad.core.responses import conditions
from kindergrad.worlds.response_items import INTERACTIONS, agrees, interaction_items, top_twenty


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Pairs of interacting pathways that were never perturbed together by these genes."""
    drawn = interaction_items(world, world.conditions("gated-pair"), n, seed, "epistasis")
    if not hasattr(world, "gate"):  # where nobody knows the kinds
        return drawn
    kinds = np.array([world.gate(c) for c in conditions(drawn.asked)])
    return Items(asked=drawn.asked, ideal=drawn.ideal, truth={**drawn.truth, "concept": kinds})


ASSESSMENT = Assessment(
    skill="perturbation/epistasis", version="1.1", items=items, readouts={Readout.RESPONSE: put_interaction},
    score=agrees, twin=top_twenty, metric="agreement of the interaction", twin_metric="top 20 named", chance=0.0,
    needs=("gated-pair",), cluster="pathways", learner="response-kernel", floor=INTERACTIONS,
    source="pairs kept back, of pathways that interact",
)
