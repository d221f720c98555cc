"""Which genes move, and which way: read from a prediction with gene sets from the half of the truth not scored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.stats.response import Floats, Part, Response, halves, kept_weight, pearson, per_item, pool

TOP = 50
"""Genes per perturbation whose direction is asked for."""


def direction(prediction: Floats, folds: Floats, controls: Floats, weights: Floats, top: int = TOP) -> Response:
    """Net share of the movement of the strongest genes that goes the predicted way.

    The genes are those that move most in the half not scored. Each adds its movement in the scored half where the
    predicted sign is right and takes it away where wrong; 0 for "no change", 1 for all. Linear in the scored half, so
    that noise adds nothing on average; a noise-free prediction has all signs right.

    Parameters
    ----------
    prediction : shape (n, genes); folds : shape (4, n, genes); controls : shape (4, genes) or
        (4, n, genes), all in one scale.
    weights : shape (genes,), one over the noise variance of each gene.
    """
    scale, parts = np.sqrt(weights), []
    top = min(top, prediction.shape[1])
    for (a, b, one, two), (ca, cb, c1, c2) in zip(halves(folds), halves(per_item(controls)), strict=True):
        truth, kept = (a - ca) * scale, (b - cb) * scale
        genes = np.argpartition(-np.abs(kept), top - 1, axis=1)[:, :top]
        size = np.take_along_axis(np.abs(kept), genes, axis=1).sum(axis=1)
        moved = np.take_along_axis(truth, genes, axis=1)
        moved /= np.maximum(size, 1e-300)[:, None]
        sure = (np.take_along_axis(np.sign(kept), genes, axis=1) * moved).sum(axis=1)
        parts.append(Part(_signed(np.sign(prediction - cb), genes, moved), pearson(a - ca, b - cb, weights),
                          kept_weight(one - c1, two - c2, weights), sure))
    return pool(parts)


def _signed(sign: Floats, genes: NDArray[np.intp], moved: Floats) -> Floats:
    """Signs of each prediction (row) at the genes of each truth (column), times their movement. (n, n)."""
    return np.stack([sign[:, g] @ m for g, m in zip(genes, moved, strict=True)], axis=1)


def order(prediction: Floats, folds: Floats, controls: Floats, weights: Floats) -> Response:
    """How far up the predicted order of genes the true movement stands, from -1 to 1, 0 for a random order.

    Genes are ranked by the predicted size of change; each place (from -1, last, to 1, first) counts with the product of
    the movements in two disjoint quarters of the cells, which is the squared movement without noise.

    Notes
    -----
    The ceiling ranks by half and by a quarter of the cells, and extends 1 / value, about linear in the noise, to none.
    """
    cells, control = halves(folds), halves(per_item(controls))
    parts, quarters = [], []
    for i, ((a, b, one, two), (ca, cb, c1, c2)) in enumerate(zip(cells, control, strict=True)):
        _, _, left, right = cells[i ^ 1]  # the two folds of half a; splits come in pairs of swapped halves
        _, _, c3, c4 = control[i ^ 1]
        x, y = one - c1, two - c2
        relevance = x * y * weights / np.maximum(((x**2 + y**2) @ weights) / 2.0, 1e-300)[:, None]
        half = (places(a - ca, weights) * relevance).sum(axis=1)
        quarters += [(places(q, weights) * relevance).sum(axis=1) for q in (left - c3, right - c4)]
        parts.append(Part(places(prediction - ca, weights) @ relevance.T, pearson(a - ca, b - cb, weights),
                          kept_weight(left - c3, right - c4, weights), half))
    found = pool(parts)
    ratio = float(np.mean(found.ceiling) / max(float(np.mean(quarters)), 1e-300))
    return found._replace(ceiling=found.ceiling / float(np.clip(2.0 - ratio, 0.5, 1.0)))


def places(change: Floats, weights: Floats) -> Floats:
    """Place of each gene by size of change: 1 for the largest, -1 for the smallest, ties shared. (n, genes)."""
    size = np.abs(change) * np.sqrt(weights)
    return np.stack([_ranks(row) for row in size])


def _ranks(row: Floats) -> Floats:
    """Average ranks, scaled to [-1, 1]."""
    _, index, counts = np.unique(row, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2.0
    return np.asarray((2.0 * middle[index] - 1.0) / len(row) - 1.0)


def overlap(prediction: Floats, truth: Floats, k: int = 20) -> NDArray[np.float64]:
    """Share of the k most changed genes that are among the k most changed of the prediction; a sharp twin. (n,)."""
    k = min(k, truth.shape[1])
    a = np.argpartition(-np.abs(prediction), k - 1, axis=1)[:, :k]
    b = np.argpartition(-np.abs(truth), k - 1, axis=1)[:, :k]
    return np.array([len(np.intersect1d(x, y)) / k for x, y in zip(a, b, strict=True)])
