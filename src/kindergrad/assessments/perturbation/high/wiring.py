"""Which genes regulate this one directly?

Shows: that direct effects are told from those along paths.
Does not show: edges from genes that were never perturbed.
Floor: correlation among control cells, order of variances, and the z score of knock-outs.
Ceiling: the network.
Trap: everything downstream counted as an edge; at the level "indirect" all decoys are upstream by other ways. Decoys
are as correlated with the gene as its regulators, as far as there are such.
Source: simulated; DREAM4, doi:10.1093/bioinformatics/btr373, and Pinna et al. (2010),
doi:10.1371/journal.pone.0012912.
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
from kindergrad.core.response_puts import put_edges
from kindergrad.stats.response_exact import separation
from kindergrad.worlds.response_items import own_genes

Floats = NDArray[np.float64]
REGULATORS, DECOYS = 2, 6


def items(world: Any, n: int, level: str, seed: int) -> Items:
    known = np.unique([own_genes(world, c)[0] for c in world.conditions("seen")])
    away = world.distances[known]
    direct, indirect = away == 1, away > 1
    decoy = indirect if level == "indirect" else ~direct & (known[:, None] != np.arange(away.shape[1]))
    able = np.flatnonzero((direct.sum(axis=0) >= REGULATORS) & (decoy.sum(axis=0) >= DECOYS))
    if not len(able):
        raise NothingToAskError(f"no gene of this world has {REGULATORS} perturbed regulators and {DECOYS} decoys; try "
                                "a larger one")
    alike = np.abs(world.scatter(world.design.contexts[0]).correlation[known])
    rows, targets = [], []
    for rng in seeds.item_streams(n, seed, "wiring", level):
        target = int(able[int(rng.integers(len(able)))])
        own = rng.choice(np.flatnonzero(direct[:, target]), REGULATORS, replace=False)
        left = rng.permutation(np.flatnonzero(decoy[:, target]))
        far = np.abs(alike[left, target][:, None] - alike[own, target]).min(axis=1)
        rows.append(np.concatenate([own, left[np.argsort(far, kind="stable")[:DECOYS]]]))
        targets.append(target)
    names = np.array(world.panel.genes)
    source = names[known[np.array(rows)]]
    ideal = np.zeros(source.shape)
    ideal[:, :REGULATORS] = 1.0
    target = np.repeat(names[targets][:, None], source.shape[1], axis=1)
    return Items(asked={"source": source, "target": target}, ideal=ideal,
                 truth={"edge": ideal, "cluster": names[targets]})


def score(answers: Floats, items: Any) -> Floats:
    return separation(answers, items.truth["edge"] > 0)


def twin(answers: Floats, items: Any) -> Floats:
    best = answers.max(axis=1, keepdims=True)
    first = answers >= best - 1e-12
    return np.asarray((first & (items.truth["edge"] > 0)).sum(axis=1) / first.sum(axis=1))


ASSESSMENT = Assessment(
    skill="perturbation/wiring", version="1.0", items=items, readouts={Readout.EDGES: put_edges}, score=score,
    twin=twin, metric="2 A - 1, A the area under the curve", twin_metric="first is a regulator", chance=0.0,
    needs=("edges", "seen"), cluster="gene", learner="inverse-effects", levels=("indirect", "any"),
    floor=("correlation", "varsortability", "knockout-z"), source="genes with two known regulators and six decoys",
)
