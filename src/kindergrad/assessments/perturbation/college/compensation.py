"""Where does the cell make good, or more than good, for what is lost?

Shows: that a sign is known where following the network step by step gives the other one.
Does not show: how well the other genes are known; only those that turn count.
Floor: no answer, which gets 0; the mean response, and that of the pathway, which is the step-by-step answer.
Ceiling: the exact response.
Trap: an average over all genes hides the few that turn.
Source: simulated paralogs; El-Brolosy and Stainier (2017), doi:10.1371/journal.pgen.1006780.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.stats.response_exact import signed
from kindergrad.worlds.response_items import RESPONSES, gene_items, own_genes, signs_right

Floats = NDArray[np.float64]
GENES, SOFT, LEAST = 4, 0.1, 0.1


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Genes two or more steps away whose sign is not that of the same network without the paralog."""
    known = world.conditions("compensated")
    exact, stepwise = world.response(known), world.uncompensated(known)
    far = np.stack([world.distances[own_genes(world, c)[0]] > 1 for c in known])
    turned = far & (exact * stepwise < 0) & (np.minimum(np.abs(exact), np.abs(stepwise)) > LEAST)
    able = np.flatnonzero(turned.sum(axis=1) >= GENES)
    chosen, places = [], []
    for rng in seeds.item_streams(n, seed, "compensation"):
        at = int(able[int(rng.integers(len(able)))])
        chosen.append(known[at])
        places.append(np.sort(rng.choice(np.flatnonzero(turned[at]), GENES, replace=False)).tolist())
    return gene_items(world, chosen, places)


def score(answers: Floats, items: Any) -> Floats:
    return signed(answers, items.truth["response"], SOFT)


ASSESSMENT = Assessment(
    skill="perturbation/compensation", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=score, twin=signs_right, metric="weighted agreement of signs", twin_metric="share of signs", chance=0.0,
    needs=("compensated", "edges"), cluster="pathway", learner="none-yet", floor=(*RESPONSES, "nearest-relative"),
    source="genes whose sign turns because a paralog takes over",
)
