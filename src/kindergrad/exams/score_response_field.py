"""The field's own metrics on means per perturbation, as cell-eval 0.8.2 defines them. Shown beside scores, never "
  "scores.

Shared controls, as published: they carry the artefact that ``r_art`` tells. Names and values are those of cell-eval
(equal within 1e-6; ``benchmarks/beside_cell_eval.py``), save that deltas are made with the controls of the truth, not
with the submitted ones, which can be twisted. With ``own_controls`` the submitted ones are used, as cell-eval does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.stats.response import pearson

Floats = NDArray[np.float64]


def metrics(prediction: Floats, truth: Floats, control: Floats, *, own_controls: Floats | None = None,
            targets: NDArray[np.int64] | None = None) -> dict[str, Floats]:
    """Every metric of every perturbation.

    Parameters
    ----------
    prediction, truth : shape (n, genes), means of cells; control : shape (genes,).
    own_controls : shape (genes,), the prediction's own; None for those of the truth.
    targets : shape (n,), column of the perturbed gene, -1 where it is not measured; left out of the discrimination.

    Returns
    -------
    name -> shape (n,).
    """
    own = control if own_controls is None else own_controls
    said, true = prediction - own, truth - control
    error, moved = prediction - truth, said - true
    out = {"pearson_delta": pearson(said, true), "mse": np.mean(error**2, axis=1),
           "mae": np.mean(np.abs(error), axis=1), "mse_delta": np.mean(moved**2, axis=1),
           "mae_delta": np.mean(np.abs(moved), axis=1)}
    masked = np.full(len(truth), -1) if targets is None else targets
    for metric in ("l1", "l2", "cosine"):
        out[f"discrimination_score_{metric}"] = discrimination(said, true, masked, metric)
    return out


def discrimination(said: Floats, true: Floats, targets: NDArray[np.int64], metric: str) -> Floats:
    """One minus the share of truths nearer to each prediction than its own, without the target gene. (n,)."""
    from scipy.spatial.distance import cdist

    name = {"l1": "cityblock", "l2": "euclidean", "cosine": "cosine"}[metric]
    table = cdist(said, true, name)
    rows = np.flatnonzero(targets >= 0)
    if len(rows):
        table[rows] = _without_target(said, true, targets, rows, metric)
    own = np.diag(table)[:, None]
    return np.asarray(1.0 - (table < own).sum(axis=1) / len(table))


def _without_target(said: Floats, true: Floats, targets: NDArray[np.int64], rows: NDArray[np.intp],
                    metric: str) -> Floats:
    """Distances of some predictions to all truths, the perturbed gene of the prediction left out. (k, n)."""
    from scipy.spatial.distance import cdist

    x, gene = said[rows], targets[rows]
    own, others = x[np.arange(len(rows)), gene][:, None], true[:, gene].T
    if metric == "l1":
        return np.asarray(cdist(x, true, "cityblock") - np.abs(own - others))
    if metric == "l2":
        return np.asarray(np.maximum(cdist(x, true, "sqeuclidean") - (own - others) ** 2, 0.0))
    inner = x @ true.T - own * others
    sizes = np.sqrt(np.maximum((x**2).sum(axis=1)[:, None] - own**2, 0.0)), \
        np.sqrt(np.maximum((true**2).sum(axis=1)[None, :] - others**2, 0.0))
    return np.asarray(1.0 - inner / np.maximum(sizes[0] * sizes[1], 1e-300))
