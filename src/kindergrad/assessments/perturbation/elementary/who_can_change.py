"""Which genes can change at all when this one is perturbed?

Shows: that reach along the network is known, near and far.
Does not show: direction or size.
Floor: how much each gene usually moves; equal answers for all get 0.
Ceiling: the exact response, which is exactly 0 outside the reach.
Trap: genes that move in most experiments are downstream of most genes; the others have about as many causes.
Source: simulated; reach as in Pearl (2009), doi:10.1017/CBO9780511803161.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import NothingToAskError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.stats.response_exact import separation
from kindergrad.worlds.response_items import RESPONSES, gene_items, own_genes

Floats = NDArray[np.float64]
GENES = 10
STEPS = {"far": (3, 5), "near": (1, 2)}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    low, high = STEPS[level]
    apart = world.distances
    causes = (apart > 0).sum(axis=0)
    known = [c for c in world.conditions("seen") if _between(apart[own_genes(world, c)[0]], low, high).sum() >= GENES]
    if not known:
        raise NothingToAskError(f"no perturbed gene of this world has {GENES} genes so far down; try a larger one")
    chosen, places = [], []
    for rng in seeds.item_streams(n, seed, "who-can-change", level):
        condition = known[int(rng.integers(len(known)))]
        away = apart[own_genes(world, condition)[0]]
        reached = rng.choice(np.flatnonzero(_between(away, low, high)), GENES, replace=False)
        chosen.append(condition)
        places.append([*reached, *_alike(reached, np.flatnonzero(away < 0), causes, rng)])
    return gene_items(world, chosen, places)


def score(answers: Floats, items: Any) -> Floats:
    positive = np.zeros(answers.shape, dtype=bool)
    positive[:, :GENES] = True
    return separation(np.abs(answers), positive)


def twin(answers: Floats, items: Any) -> Floats:
    """Share of the genes within reach among the ten that move most; ties count as wrong."""
    worst = np.sort(np.abs(answers), axis=1)[:, GENES - 1 : GENES]
    return np.asarray((np.abs(answers[:, :GENES]) > worst).mean(axis=1))


def _alike(genes: NDArray[np.int64], others: NDArray[np.int64], causes: NDArray[np.int64], rng: np.random.Generator
           ) -> list[int]:
    """For each gene another one that has about as many causes, in random order of genes."""
    left = [int(o) for o in rng.permutation(others)]
    found = []
    for at in genes:
        near = min(left, key=lambda o: abs(int(causes[o]) - int(causes[at])))
        left.remove(near)
        found.append(near)
    return found


def _between(away: NDArray[np.int64], low: int, high: int) -> NDArray[np.bool_]:
    return (away >= low) & (away <= high)


ASSESSMENT = Assessment(
    skill="perturbation/who-can-change", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=score, twin=twin, metric="2 A - 1, A the area under the curve", twin_metric="share among the first ten",
    chance=0.0, needs=("seen", "edges"), cluster="pathway", learner="additive", levels=tuple(STEPS),
    floor=(*RESPONSES, "typical-size"), source="ten genes downstream, and ten that are not",
)
