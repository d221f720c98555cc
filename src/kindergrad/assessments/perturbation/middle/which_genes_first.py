"""Which genes move most, in order?

Shows: that genes are ordered by the size of their response to this perturbation.
Does not show: direction.
Floor: how much each gene usually moves, and the mean response.
Ceiling: the exact sizes.
Trap: a cut on a false-discovery rate makes a step out of a slope; the twin shows it.
Source: simulated; numbers of changed genes in scPerturb, doi:10.1038/s41592-023-02144-y.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.stats.response_exact import correlation, top_overlap
from kindergrad.worlds.response_items import RESPONSES, TOP, profile_items

Floats = NDArray[np.float64]


def items(world: Any, n: int, level: str, seed: int) -> Items:
    return profile_items(world, world.conditions("relative"), n, seed, "which-genes-first")


def score(answers: Floats, items: Any) -> Floats:
    """Correlation of the roots of the sizes over genes, so that no single gene decides."""
    mask = items.truth["counted"]
    return correlation(np.sqrt(np.abs(answers)) * mask, np.sqrt(np.abs(items.truth["response"])) * mask)


def twin(answers: Floats, items: Any) -> Floats:
    return top_overlap(answers * items.truth["counted"], items.truth["response"] * items.truth["counted"], TOP)


ASSESSMENT = Assessment(
    skill="perturbation/which-genes-first", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=score, twin=twin, metric="correlation of the sizes", twin_metric="top 20 named", chance=0.0,
    needs=("relative",), cluster="pathway", learner="response-kernel", floor=(*RESPONSES, "typical-size"),
    source="genes never perturbed, of pathways that were",
)
