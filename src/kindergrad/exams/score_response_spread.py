"""The spread between cells, not only their mean: variance of each gene, where the prediction holds cells.

Variances of disjoint folds are unbiased and average like means, hence the ceiling of squared errors is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored
from kindergrad.exams.score_response_items import Context, Material, Spread
from kindergrad.exams.score_response_skills import SWAPPED, Found, Pool
from kindergrad.stats import response, response_error

Floats = NDArray[np.float64]


def spread(material: Material, skill: str) -> Found:
    """Minus squared error of variances; floors are spreads that know of no perturbation."""
    pool = Pool()
    for context in material.contexts:
        found = context.spread
        if found is None:
            continue
        part = context.subset(found.rows)
        folds, weights = found.folds, found.weights
        floors = {name: response_error.errors(np.tile(x, (len(found.rows), 1)), folds, weights)
                  for name, x in _constants(found).items()}
        pool.add(part, response_error.errors(found.prediction, folds, weights), response_error.noise(folds, weights),
                 floors={**floors, "told by the mean": response_error.errors(_by_mean(part, found), folds, weights),
                         SWAPPED: response_error.swapped(found.prediction, folds, weights)})
        true = folds.mean(axis=0)
        pool.twin(correlation_with_control_spread=response.pearson(found.prediction - found.control,
                                                                   true - found.control),
                  predicted_over_true=np.sqrt(found.prediction.mean(axis=1) / np.maximum(true.mean(axis=1), 1e-300)))
    if not pool.value:
        return NotScored(skill=skill, reason="no three scored perturbations with 8 cells in the truth and 2 in the "
                                             "prediction (which must hold cells, and all genes)")
    return pool.score(skill, "minus squared error of the variance between cells")


def _constants(found: Spread) -> dict[str, Floats]:
    """One spread for all: that of controls, moved by any mean; that of training."""
    return {"spread of controls": found.control} | (
        {} if found.trained is None else {"mean spread of training": found.trained})


def _by_mean(context: Context, found: Spread) -> Floats:
    """What the predicted means alone tell: the spread of controls, moved along the line of variance over mean."""
    level = context.control
    centred = level - level.mean()
    slope = float(centred @ found.control / max(float(centred @ centred), 1e-300))
    return np.asarray(np.maximum(found.control + slope * (context.prediction - level), 0.0))
