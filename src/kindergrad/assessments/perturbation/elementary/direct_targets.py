"""How do the genes that the perturbed one acts on directly respond?

Shows: sign and size one step away.
Does not show: that direct targets are told from indirect ones; they are given.
Floor: the mean response of these genes, and no change.
Ceiling: the exact response.
Trap: genes with many regulators move in most experiments; the mean response takes that out.
Source: simulated; the yeast induction screen of Hackett et al. (2020), doi:10.15252/msb.20199174, is a real one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import NothingToAskError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.worlds.response_items import RESPONSES, agrees, gene_items, own_genes, signs_right

GENES = 3


def items(world: Any, n: int, level: str, seed: int) -> Items:
    edges = world.network.edges
    acts = np.bincount(edges.source, minlength=len(world.panel.genes))
    known = [c for c in world.conditions("seen") if acts[own_genes(world, c)[0]] >= GENES]
    if not known:
        raise NothingToAskError(f"no perturbed gene of this world acts on {GENES} genes; try a larger one")
    chosen, places = [], []
    for rng in seeds.item_streams(n, seed, "direct-targets"):
        condition = known[int(rng.integers(len(known)))]
        own = edges.target[edges.source == own_genes(world, condition)[0]]
        chosen.append(condition)
        places.append(np.sort(rng.choice(own, GENES, replace=False)).tolist())
    return gene_items(world, chosen, places)


ASSESSMENT = Assessment(
    skill="perturbation/direct-targets", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=agrees, twin=signs_right, metric="agreement with the response", twin_metric="share of signs", chance=0.0,
    needs=("seen", "edges"), cluster="pathway", learner="additive", floor=RESPONSES,
    source="three direct targets of genes that were perturbed",
)
