"""Which genes vary together in cells that were left alone?

Shows: that modules of genes are seen in control cells.
Does not show: what causes what; hidden causes and effects look alike here.
Floor: independent genes with the right means and variances.
Ceiling: the exact correlations, without the noise of counting; of real cells, those of other cells again. Which pairs
are asked is then told by the cells that engines read.
Trap: counting noise pulls correlations to 0; the score asks for their pattern, not their size.
Source: simulated; Langfelder and Horvath (2008), doi:10.1186/1471-2105-9-559.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_correlations
from kindergrad.core.responses import Condition, asked_columns
from kindergrad.stats.response_exact import correlation
from kindergrad.worlds.response_items import Known, correlations

Floats = NDArray[np.float64]
PAIRS, ALIKE = 20, 0.25


def items(world: Any, n: int, level: str, seed: int) -> Items:
    contexts = world.design.contexts if world.exact else sorted(world.correlations)
    chosen, left, right, exact, again = [], [], [], [], []
    for i, rng in enumerate(seeds.item_streams(n, seed, "cell-state")):
        table, *scored = correlations(world, contexts[i % len(contexts)])
        strong = np.argwhere(np.triu(np.abs(table) > ALIKE, 1))
        any_pair = np.sort(rng.integers(len(table) - 1, size=(PAIRS, 2)), axis=1) + np.array([0, 1])
        pairs = np.vstack([strong[rng.integers(len(strong), size=PAIRS)], any_pair])
        chosen.append(Condition("", contexts[i % len(contexts)]))
        left.append(pairs[:, 0])
        right.append(pairs[:, 1])
        exact.append(scored[0][pairs[:, 0], pairs[:, 1]])
        again.append(scored[-1][pairs[:, 0], pairs[:, 1]])
    found = Known(np.array(exact), None if world.exact else np.array(again), world.exact, {})
    asked = {**asked_columns(chosen), "gene": np.array(left), "other": np.array(right)}
    return found.items(asked, {"correlation": found.first, "cluster": np.array([f"item-{i}" for i in range(n)])})


def score(answers: Floats, items: Any) -> Floats:
    return correlation(answers, items.truth["correlation"])


def twin(answers: Floats, items: Any) -> Floats:
    truth = items.truth["correlation"]
    right = (np.abs(answers) > ALIKE) & (np.sign(answers) == np.sign(truth))
    return np.asarray(right[:, :PAIRS].mean(axis=1))


ASSESSMENT = Assessment(
    skill="perturbation/cell-state", version="1.0", items=items, readouts={Readout.CELLS: put_correlations},
    score=score, twin=twin, metric="correlation of correlations", twin_metric="share of correlated pairs found",
    chance=0.0, needs=("correlations",), cluster="item", learner="additive", floor=("no-change",),
    source="pairs of genes among control cells, half of them correlated",
)
