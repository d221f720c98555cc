"""Squared errors against a noisy truth: no reference, no correlation, an exact ceiling.

A noise-free prediction has the error of the truth's own noise, which half of the squared difference of two disjoint
halves estimates without bias. Hence 1 - (error - noise) / (error of the floor - noise) is 0 for the floor and 1 for the
truth, whatever the noise.
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.response import UNANSWERABLE, Floats, halves, kept_weight, per_item
from kindergrad.stats.response_retrieval import distances


def errors(prediction: Floats, folds: Floats, weights: Floats) -> Floats:
    """Minus the weighted squared error, averaged over the halves of the truth. (n, genes), (4, n, genes) -> (n,)."""
    w = weights / weights.sum()
    return np.asarray(np.mean([-((prediction - a) ** 2 @ w) for a, _, _, _ in halves(folds)], axis=0))


def swapped(prediction: Floats, folds: Floats, weights: Floats) -> Floats:
    """The same of the other items' predictions, mean over them. (n, genes), (4, n, genes) -> (n,), n above 1."""
    w = weights / weights.sum()
    tables = [distances(prediction, a, w) for a, _, _, _ in halves(folds)]
    table = np.mean(tables, axis=0)
    return np.asarray(-(table.sum(axis=0) - np.diag(table)) / (len(table) - 1))


def noise(folds: Floats, weights: Floats) -> Floats:
    """Minus the squared error of a noise-free prediction. (4, n, genes) -> (n,)."""
    w = weights / weights.sum()
    return np.asarray(np.mean([-((a - b) ** 2 @ w) / 2.0 for a, b, _, _ in halves(folds)], axis=0))


def silent(folds: Floats, controls: Floats, weights: Floats) -> Floats:
    """Share of splits in which the half not scored shows no reliable difference from the controls. (n,) in [0, 1]."""
    quiet = [kept_weight(one - c1, two - c2, weights) < UNANSWERABLE for (_, _, one, two), (_, _, c1, c2)
             in zip(halves(folds), halves(per_item(controls)), strict=True)]
    return np.asarray(np.mean(quiet, axis=0))
