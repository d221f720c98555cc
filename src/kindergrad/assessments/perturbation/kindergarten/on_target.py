"""How far does the expression of the perturbed gene itself move?

Shows: that direction and strength of a perturbation are read.
Does not show: anything about other genes.
Floor: the usual fall of a target in training, and no change.
Ceiling: the exact change, with feedback of the network on its own gene.
Trap: an engine that is told the target need only repeat it; what is left to learn are guides and feedback.
Source: simulated; Dixit et al. (2016), doi:10.1016/j.cell.2016.11.038: 6 of 8 targets are their own minimum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, draw, gene_items, own_genes

Floats = NDArray[np.float64]
USUAL, CLOSE = 2.0, 0.2
"""Natural logs: an error of this size costs one; and the error, as a share of it, that passes the sharp twin."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    chosen = draw(world, [c for c in world.conditions("singles") if c.dose == 1.0], n, seed, "on-target")
    return gene_items(world, chosen, [own_genes(world, c) for c in chosen])


def score(answers: Floats, items: Any) -> Floats:
    truth = items.truth["response"]
    return np.asarray(1 - np.abs(answers - truth)[:, 0] / USUAL)


def twin(answers: Floats, items: Any) -> Floats:
    return (score(answers, items) > 1 - CLOSE).astype(np.float64)


ASSESSMENT = Assessment(
    skill="perturbation/on-target", version="1.0", items=items, readouts={Readout.RESPONSE: put_response}, score=score,
    twin=twin, metric="1 - error at the target / 2 natural logs", twin_metric="within 0.4 natural logs", chance=0.0,
    needs=("singles", "targets"), cluster="pathway", learner="additive", floor=RESPONSES,
    source="perturbations of one gene, up and down",
)
