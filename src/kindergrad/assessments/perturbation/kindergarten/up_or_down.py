"""Do the genes that move most go up or down?

Shows: direction of the strongest effects of what was seen.
Does not show: which genes these are; they are given.
Floor: the signs of the mean response.
Ceiling: the exact response; of real cells, what a second measurement tells of the first. Which genes move most is then
told by the cells that engines read, not by those that are scored.
Trap: a response that all perturbations share gives many signs away, and the floor takes it out.
Source: simulated; direction match in Norman et al. (2019), doi:10.1126/science.aax4438: .73 for the mean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.stats.response_exact import signed
from kindergrad.worlds.response_items import RESPONSES, counted, draw, gene_items, signs_right

Floats = NDArray[np.float64]
GENES, SOFT = 20, 0.1


def items(world: Any, n: int, level: str, seed: int) -> Items:
    chosen = draw(world, world.conditions("seen"), n, seed, "up-or-down")
    told = world.response(chosen) if world.exact else world.told(chosen)
    size = np.abs(told) * counted(world, chosen)
    return gene_items(world, chosen, np.argsort(-size, axis=1, kind="stable")[:, :GENES].tolist())


def score(answers: Floats, items: Any) -> Floats:
    return signed(answers, items.truth["response"], SOFT)


ASSESSMENT = Assessment(
    skill="perturbation/up-or-down", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=score, twin=signs_right, metric="weighted agreement of signs", twin_metric="share of signs", chance=0.0,
    needs=("seen",), cluster="pathway", learner="additive", floor=RESPONSES, source="the 20 genes that move most",
)
