"""Which programmes of genes go up and which go down?

Shows: direction of whole programmes, which pool many genes.
Does not show: single genes.
Floor: the mean response of each programme.
Ceiling: the exact response.
Trap: the stress programme moves under most perturbations; the mean response takes it out.
Source: simulated; programme activity as in decoupleR, doi:10.1093/bioadv/vbac016.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.stats.response_exact import agreement
from kindergrad.worlds.response_items import RESPONSES, draw, gene_items, moved

Floats = NDArray[np.float64]
GENES = 8


def items(world: Any, n: int, level: str, seed: int) -> Items:
    chosen = draw(world, world.conditions("seen"), n, seed, "programme")
    genes, sign = world.regulons(GENES)
    drawn = gene_items(world, chosen, [genes.ravel().tolist()] * n)
    return Items(asked=drawn.asked, ideal=drawn.ideal,
                 truth={**drawn.truth, "sign": np.repeat(sign.ravel()[None], n, axis=0)})


def programmes(answers: Floats, items: Any) -> tuple[Floats, Floats]:
    """Predicted and true activity of each programme, as differences from that of the mean response."""
    predicted, true = ((x * items.truth["sign"]).reshape(len(x), -1, GENES).mean(axis=2)
                       for x in moved(answers, items))
    return predicted, true


def score(answers: Floats, items: Any) -> Floats:
    return agreement(*programmes(answers, items))


def twin(answers: Floats, items: Any) -> Floats:
    predicted, true = programmes(answers, items)
    told = np.ptp(predicted, axis=1) > 1e-9
    return (told & (np.abs(predicted).argmax(axis=1) == np.abs(true).argmax(axis=1))).astype(np.float64)


ASSESSMENT = Assessment(
    skill="perturbation/programme", version="1.0", items=items, readouts={Readout.RESPONSE: put_response}, score=score,
    twin=twin, metric="agreement of activities", twin_metric="strongest programme named", chance=0.0,
    needs=("seen", "pathways"), cluster="pathway", learner="additive", floor=RESPONSES,
    source="regulons of the simulated pathways, signed",
)
