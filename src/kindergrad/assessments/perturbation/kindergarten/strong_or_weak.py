"""Which of several perturbations changes the cell most?

Shows: that sizes of responses are told apart from noise.
Does not show: what changes.
Floor: cells left and expression of the target (strong perturbations kill), and the usual response: equal sizes.
Ceiling: the exact sizes; of real cells, a second measurement, both with the noise of few cells taken off.
Trap: few cells look strong; an engine that repeats what it measured overrates them.
Source: simulated; scPerturb, doi:10.1038/s41592-023-02144-y, for the spread of sizes.
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
from kindergrad.core.response_puts import put_strength
from kindergrad.core.responses import asked_columns
from kindergrad.stats.response_exact import correlation
from kindergrad.worlds.response_items import RESPONSES, clusters, sizes

Floats = NDArray[np.float64]
CANDIDATES = 8


def items(world: Any, n: int, level: str, seed: int) -> Items:
    usual = {"dose": 1.0, "batch": "1"} if world.exact else {}
    known = sorted({c._replace(**usual) for c in world.conditions("singles") if "^" not in c.perturbation})
    if len(known) < CANDIDATES:
        raise NothingToAskError(f"this world perturbs {len(known)} genes alone; expected {CANDIDATES} or more")
    rows = [[known[i] for i in rng.choice(len(known), CANDIDATES, replace=False)]
            for rng in seeds.item_streams(n, seed, "strong-or-weak")]
    size = sizes(world, [c for row in rows for c in row]).read(lambda x: x.reshape(n, CANDIDATES))
    return size.items(asked_columns(rows), {"size": size.first,
                                            "cluster": clusters(world, [row[0] for row in rows])})


def score(answers: Floats, items: Any) -> Floats:
    centred = answers - answers.mean(axis=1, keepdims=True)
    return correlation(np.where(np.abs(centred) < 1e-9, 0.0, centred), items.truth["size"])


def twin(answers: Floats, items: Any) -> Floats:
    told = np.ptp(answers, axis=1) > 1e-9
    return (told & (answers.argmax(axis=1) == items.truth["size"].argmax(axis=1))).astype(np.float64)


ASSESSMENT = Assessment(
    skill="perturbation/strong-or-weak", version="1.0", items=items, readouts={Readout.RESPONSE: put_strength},
    score=score, twin=twin, metric="correlation of sizes", twin_metric="strongest of 8 named", chance=0.0,
    needs=("singles",), cluster="pathway", learner="additive", floor=RESPONSES,
    source="genes that were perturbed, at the full dose",
)
