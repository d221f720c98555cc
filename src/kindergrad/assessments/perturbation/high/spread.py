"""How do single cells differ under a perturbation: do all respond, or some?

Shows: that the distribution over cells, not only its mean, is known.
Does not show: which cells respond.
Floor: control cells moved by the mean response, of all perturbations or of this one.
Ceiling: the exact mixture of cells that respond and cells that do not.
Trap: an engine without any variance scores well on means; here its quantiles are wrong.
Source: simulated; mixscape, Papalexi et al. (2021), doi:10.1038/s41588-021-00778-2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import QUANTILES, put_quantiles
from kindergrad.core.responses import asked_columns
from kindergrad.worlds.response_items import clusters, counted, draw

Floats = NDArray[np.float64]
GENES, CLOSE = 10, 0.25


def items(world: Any, n: int, level: str, seed: int) -> Items:
    chosen = draw(world, world.conditions("partial"), n, seed, "spread")
    size = np.abs(world.response(chosen)) * counted(world, chosen)
    at = np.argsort(-size, axis=1, kind="stable")[:, :GENES]
    exact = world.quantiles(chosen, at, QUANTILES)
    idle = world.quantiles([c._replace(perturbation="") for c in chosen], at, QUANTILES)
    return Items(asked={**asked_columns(chosen), "gene": at}, ideal=exact,
                 truth={"quantiles": exact, "controls": idle, "cluster": clusters(world, chosen)})


def score(answers: Floats, items: Any) -> Floats:
    """1 - distance to the true distribution, relative to that of the controls (Wasserstein-1, mean over genes)."""
    away = np.abs(answers - items.truth["quantiles"]).mean(axis=(1, 2))
    return np.asarray(1 - away / np.abs(items.truth["controls"] - items.truth["quantiles"]).mean(axis=(1, 2)))


def twin(answers: Floats, items: Any) -> Floats:
    return (score(answers, items) > 1 - CLOSE).astype(np.float64)


ASSESSMENT = Assessment(
    skill="perturbation/spread", version="1.0", items=items, readouts={Readout.CELLS: put_quantiles}, score=score,
    twin=twin, metric="1 - distance of distributions", twin_metric="within a quarter", chance=0.0,
    needs=("partial", "cells"), cluster="pathway", learner="additive",
    floor=("no-change", "perturbed-mean", "same-elsewhere"), source="guides that work in half of the cells",
)
