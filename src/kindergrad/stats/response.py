"""How well predicted responses match measured ones, so that what knows nothing of the perturbation earns nothing.

A response is a profile (one number a gene) of one perturbation. Truth is measured in cells, which are dealt into four
folds. Two folds make a half: one half is scored, the other gives weights and gene sets, and every way to do so counts
(3 splits, 2 sides). Three traps are closed here:

* The same controls on both sides correlate without any signal (:func:`shared_control_artefact`). Controls are
  cross-fitted: truth and prediction refer to disjoint halves of them (:func:`against_control`).
* A reference that contains the scored item (leave-one-out, or the grand mean) correlates by +1 or -1. The reference is
  a fixed vector made of training perturbations only, the same for truth and prediction (:func:`against_mean`).
* Whatever does not depend on the label (a constant, a twisted control, noise of the reference) scores the same against
  the truth of *other* perturbations. That score is returned as ``swapped`` and belongs among the floors.

Shows: agreement with this truth. Does not show: why; and halves of one batch share that batch, so that reliability
between them is an upper bound of reliability between batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]

FOLDS = 4
UNANSWERABLE = 0.2
"""Reliability below which an item is named and not averaged: less than a fifth of its variance is signal."""
_FLAT = 1e-6
"""Spread, as a share of the numbers it comes from, below which a profile is flat: rounding of single precision."""


class Response(NamedTuple):
    """One number per item, all of shape (n,). Item values are averaged over splits with the weights of the splits.

    Attributes
    ----------
    value : what the prediction scores, in [-1, 1].
    swapped : what it scores against the other items' truth, in [-1, 1].
    ceiling : what the noise-free truth would score, at most 1; below 0 only by noise.
    weight : reliability by the halves not scored, 0 where below 0.2; for the mean over items.
    reliability : of the half that is scored; see :func:`spearman_brown` for that of all cells.
    """

    value: Floats
    swapped: Floats
    ceiling: Floats
    weight: Floats
    reliability: Floats


class Part(NamedTuple):
    """One split: scores of each prediction (row) with each truth (column), reliability, weights, and the ceiling where
    it is a plain mean over splits."""

    table: Floats
    r: Floats
    weight: Floats
    ceiling: Floats | None = None


def pearson(x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """Correlation of each row of ``x`` with the same row of ``y`` over genes; 0 where either is flat.

    Parameters
    ----------
    x, y : shape (n, genes).
    weights : shape (genes,), not negative; None for equal ones.

    Returns
    -------
    shape (n,), in [-1, 1].
    """
    a, b = standardise(x, weights), standardise(y, weights)
    return np.asarray(np.einsum("ng,ng->n", a, b))


def pearson_table(x: Floats, y: Floats, weights: Floats | None = None) -> Floats:
    """Correlation of every row of ``x`` with every row of ``y``. (n, genes), (m, genes) -> (n, m)."""
    return np.asarray(standardise(x, weights) @ standardise(y, weights).T)


def standardise(x: Floats, weights: Floats | None = None) -> Floats:
    """Rows with weighted mean 0 and length 1, such that products of rows are correlations; flat rows become 0."""
    w = np.ones(x.shape[1]) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (x.shape[1],) or not np.isfinite(w).all() or (w < 0).any() or not w.sum() > 0:
        raise InputError("gene weights must be finite, not negative and not all zero, one per gene; got shape "
                         f"{w.shape} for {x.shape[1]} genes")
    w = w / w.sum()
    centred = (x - (x @ w)[:, None]) * np.sqrt(w)
    size = np.sqrt(np.einsum("ng,ng->n", centred, centred))
    flat = size <= _FLAT * np.sqrt((x * x) @ w)
    return np.asarray(np.where(flat[:, None], 0.0, centred / np.where(flat, 1.0, size)[:, None]))


def spearman_brown(r: Floats | float, times: float = 2.0) -> Floats:
    """Reliability of a measurement ``times`` as long, from that of one (doi:10.1111/j.2044-8295.1910.tb00207.x).

    For metrics with chance 0 only: rescale an area under a curve by 2 A - 1 first.
    """
    r = np.asarray(r, dtype=np.float64)
    below = 1.0 + (times - 1.0) * r
    return np.where(below > 0, times * r / np.where(below > 0, below, 1.0), -1.0)


def shared_control_artefact(n_controls: float, n_cells: float, n_training: float) -> float:
    """Correlation without any signal of the mean of ``n_training`` perturbations with a perturbation, where both are
    differences from the same controls.

    Parameters
    ----------
    n_controls, n_cells : cells of the control and of each perturbation; n_training : perturbations in the mean.

    Notes
    -----
    (1/n_c) / sqrt[(1/n_c + 1/(K n_p)) (1/n_c + 1/n_p)], for genes of equal variance and no shared true effect.
    """
    control, cell = 1.0 / n_controls, 1.0 / n_cells
    return float(control / np.sqrt((control + cell / n_training) * (control + cell)))


def against_mean(prediction: Floats, folds: Floats, reference: Floats, weights: Floats | None = None) -> Response:
    """Reliability-weighted correlation with the truth, both as differences from one fixed reference.

    Parameters
    ----------
    prediction : shape (n, genes), in the scale of the truth.
    folds : shape (4, n, genes), mean of each fold of cells of each scored perturbation.
    reference : shape (genes,) or (n, genes), made of training perturbations, none of which is scored.
    weights : shape (genes,), made without the scored cells.

    Notes
    -----
    The reference is taken as given, hence its own error is no noise of the items: the truth half A = signal + noise has
    reliability corr(A, B), and a noise-free prediction reaches sqrt(corr(A, B)).
    """
    _check(prediction, folds)
    moved = _moved(prediction, reference)
    parts = []
    for a, b, one, two in _splits(folds):
        truth = a - reference
        parts.append(Part(pearson_table(moved, truth, weights), pearson(truth, b - reference, weights),
                           kept_weight(one - reference, two - reference, weights)))
    r = np.mean([part.r for part in parts], axis=0)
    # The sign is kept: cut at 0, reliabilities that are noise around 0 would make a ceiling above 0.
    return pool(parts, np.sign(r) * np.sqrt(np.abs(r)))


def against_control(prediction: Floats, folds: Floats, controls: Floats, weights: Floats | None = None) -> Response:
    """Correlation with the truth, each as a difference from its own half of the controls.

    Parameters
    ----------
    controls : shape (4, genes), mean of each fold of the control cells, or (4, n, genes) where items have controls of
        their own; others as in :func:`against_mean`.

    Notes
    -----
    A noise-free prediction still carries the noise of its controls: it reaches R sqrt(v / (v - e)), where v is the
    variance of a truth half and e that of the noise of its cells.
    """
    _check(prediction, folds)
    parts, clean = [], []
    for (a, b, one, two), (ca, cb, c1, c2) in zip(_splits(folds), _splits(per_item(controls)), strict=True):
        truth, other = a - ca, b - cb
        parts.append(Part(pearson_table(_moved(prediction, cb), truth, weights), pearson(truth, other, weights),
                           kept_weight(one - c1, two - c2, weights)))
        clean.append(1.0 - _variance(a - b, weights) / (_variance(truth, weights) + _variance(other, weights)))
    r = np.mean([part.r for part in parts], axis=0)
    share = np.maximum(np.mean(clean, axis=0), np.maximum(np.abs(r), 1e-3))  # of what is no noise of the cells
    return pool(parts, r / np.sqrt(share))


def shared_control(prediction: Floats, truth: Floats, control: Floats) -> Floats:
    """The field's Pearson-delta, with one control mean on both sides. Shows the artefact; never a score. (n,)."""
    return pearson(prediction - control, truth - control)


def mode_collapse(prediction: Floats, folds: Floats, weights: Floats | None = None) -> float | None:
    """Variance between predicted perturbations over that between true ones; 0 where all predictions are the same.

    The true variance is that between disjoint halves, hence free of noise. None where it is not above 0.
    """
    _check(prediction, folds)
    w = np.ones(prediction.shape[1]) if weights is None else weights
    said = prediction - prediction.mean(axis=0)
    true = [float(np.einsum("ng,ng,g->", a - a.mean(axis=0), b - b.mean(axis=0), w)) for a, b, _, _ in _splits(folds)]
    total = float(np.mean(true))
    return float(np.einsum("ng,ng,g->", said, said, w)) / total if total > 0 else None


def halves(folds: Floats) -> list[tuple[Floats, Floats, Floats, Floats]]:
    """The six ways to score one half and keep the other: (half scored, half not scored, its two folds).

    Parameters
    ----------
    folds : shape (4, ...).
    """
    return list(_splits(folds))


def per_item(controls: Floats) -> Floats:
    """Folds of controls with an axis of items: (4, genes) -> (4, 1, genes); with one, as they are."""
    return controls[:, None, :] if controls.ndim == 2 else controls


def _splits(folds: Floats) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
    for partner in (1, 2, 3):
        first = folds[0], folds[partner]
        rest = [folds[k] for k in range(1, FOLDS) if k != partner]
        for scored, kept in ((first, (rest[0], rest[1])), ((rest[0], rest[1]), first)):
            yield (scored[0] + scored[1]) / 2.0, (kept[0] + kept[1]) / 2.0, kept[0], kept[1]


def kept_weight(one: Floats, two: Floats, weights: Floats | None) -> Floats:
    """Reliability of the half not scored, from its own two folds, 0 where unanswerable. (n, genes) twice -> (n,)."""
    r = spearman_brown(pearson(one, two, weights))
    return np.where(r >= UNANSWERABLE, r, 0.0)


def _moved(prediction: Floats, reference: Floats) -> Floats:
    """Difference from the reference, exactly 0 where it is no more than rounding."""
    moved = prediction - reference
    size = np.sqrt(np.mean(moved**2, axis=1)), np.sqrt(np.mean(prediction**2, axis=1))
    return np.where((size[0] <= _FLAT * size[1])[:, None], 0.0, moved)


def _variance(x: Floats, weights: Floats | None) -> Floats:
    w = np.full(x.shape[1], 1.0 / x.shape[1]) if weights is None else weights / weights.sum()
    return np.asarray(((x - (x @ w)[:, None]) ** 2) @ w)


def pool(parts: list[Part], ceiling: Floats | None = None) -> Response:
    """Average over splits, each item with the weights that the splits give it."""
    weight = np.array([part.weight for part in parts])
    total = weight.sum(axis=0)
    share = np.where(total > 0, weight / np.where(total > 0, total, 1.0), 1.0 / len(parts))
    own = np.array([np.diag(part.table) for part in parts])
    others = (np.array([part.table.sum(axis=0) for part in parts]) - own) / (len(total) - 1)
    if ceiling is None:
        ceiling = np.sum(share * np.array([part.ceiling for part in parts]), axis=0)
    return Response(value=np.sum(share * own, axis=0), swapped=np.sum(share * others, axis=0),
                    ceiling=np.asarray(ceiling), weight=total / len(parts),
                    reliability=np.mean([part.r for part in parts], axis=0))


def _check(prediction: Floats, folds: Floats) -> None:
    if folds.shape != (FOLDS, *prediction.shape):
        raise InputError(f"truth must come as {FOLDS} folds of the predicted items and genes; got shape {folds.shape} "
                         f"for predictions of shape {prediction.shape}")
    if len(prediction) < 2:
        raise InputError("one item cannot show that perturbations are told apart; expected at least 2")
    for name, values in (("predictions", prediction), ("truth", folds)):
        if not np.isfinite(values).all():
            raise InputError(f"{name} must be finite; got {int((~np.isfinite(values)).sum())} numbers that are not")
