"""Retrieval between predicted and true profiles. The two directions differ, and each has its name.

* truths for a prediction: rank all truths by their distance to one prediction; is its own truth near?
* predictions for a truth: rank all predictions by their distance to one truth; is its own prediction near? This is the
  backward question ("which perturbation made this profile?"), and the one in which collapsed predictions show.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from kindergrad.core.errors import InputError
from kindergrad.stats.response import Floats, halves

_TIE = 1e-9
"""Distances that differ by less, as a share, are equal."""


class Retrieved(StrEnum):
    """What is ranked."""

    TRUTHS_FOR_PREDICTION = "truths for a prediction"
    PREDICTIONS_FOR_TRUTH = "predictions for a truth"


def chance(n: int) -> float:
    """Expected rank of a guess among n candidates, as a share of n: (n + 1) / 2n."""
    return (n + 1) / (2.0 * n)


def distances(prediction: Floats, truth: Floats, weights: Floats | None = None) -> Floats:
    """Squared distance of each prediction (row) to each truth (column). (n, genes), (m, genes) -> (n, m)."""
    w = np.ones(prediction.shape[1]) if weights is None else weights
    x, y = prediction * np.sqrt(w), truth * np.sqrt(w)
    middle = y.mean(axis=0)  # far from the origin, squares would eat the digits
    x, y = x - middle, y - middle
    return np.asarray(np.maximum((x**2).sum(1)[:, None] + (y**2).sum(1)[None, :] - 2.0 * x @ y.T, 0.0))


def share_beaten(table: Floats, direction: Retrieved) -> Floats:
    """Share of the other candidates that lie further away than the true one, ties one half.

    Parameters
    ----------
    table : shape (n, n), distances with the prediction in the row and the truth in the column.

    Returns
    -------
    shape (n,), in [0, 1]; 0.5 on average for a guess and for predictions that are all the same.
    """
    further, ties = _compared(table, direction)
    return np.asarray((further + 0.5 * ties) / (len(table) - 1))


def rank(table: Floats, direction: Retrieved, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rank of the true candidate, 1 (found) to n, ties broken at random; the sharp twin. (n, n) -> (n,)."""
    further, ties = _compared(table, direction)
    return np.asarray(len(table) - further - ties + rng.integers(0, ties + 1))


def beaten(prediction: Floats, folds: Floats, direction: Retrieved, weights: Floats | None = None) -> Floats:
    """:func:`share_beaten`, averaged over the halves of the truth. (n, genes), (4, n, genes) -> (n,) in [0, 1]."""
    shares = [share_beaten(distances(prediction, a, weights), direction) for a, _, _, _ in halves(folds)]
    return np.asarray(np.mean(shares, axis=0))


def replicate(folds: Floats, direction: Retrieved, weights: Floats | None = None) -> Floats:
    """What the half not scored reaches as a prediction. (4, n, genes) -> (n,) in [0, 1]."""
    shares = [share_beaten(distances(b, a, weights), direction) for a, b, _, _ in halves(folds)]
    return np.asarray(np.mean(shares, axis=0))


def ceiling(folds: Floats, direction: Retrieved, weights: Floats | None = None) -> float:
    """What noise-free predictions would reach, estimated from the truth's own halves and quarters. In [0.5, 1].

    Notes
    -----
    A pair is told apart where a difference of squared distances has the right sign: with probability Phi(z). Where
    truths are ranked, 1/z**2 is linear in the noise of the prediction, so that halves and quarters of the cells as
    predictions give the value at no noise. Where predictions are ranked it is not (lengths of noise enter); there the
    truth is shrunk to its signal and measured again, with the differences of its halves as noise.
    """
    if direction is Retrieved.PREDICTIONS_FOR_TRUTH:
        return float(np.mean([share_beaten(distances(known, seen, weights), direction).mean()
                              for known, seen in _measured_again(folds)]))
    half, quarter = [], []
    for a, b, one, two in halves(folds):
        half.append(share_beaten(distances(b, a, weights), direction).mean())
        quarter += [share_beaten(distances(x, a, weights), direction).mean() for x in (one, two)]
    z = np.maximum(ndtri(np.clip([np.mean(half), np.mean(quarter)], 0.5, 1.0 - 1e-9)), 1e-6)
    clean = 2.0 / z[0] ** 2 - 1.0 / z[1] ** 2
    return float(ndtr(max(clean, 1e-3) ** -0.5))


def _measured_again(folds: Floats) -> list[tuple[Floats, Floats]]:
    """Pairs of a known signal, as large as that of the truth, and a noisy measurement of it, as noisy as a half."""
    out = []
    for a, b, _, _ in halves(folds):  # (b, a) comes too, hence noise of either sign
        centre = (a + b).mean(axis=0) / 2.0
        whole = (a + b) / 2.0 - centre
        signal = float(np.sum((a - a.mean(axis=0)) * (b - b.mean(axis=0))))
        known = centre + whole * np.sqrt(max(signal, 0.0) / np.maximum(np.sum(whole**2), 1e-300))
        out.append((known, known + (a - b) / np.sqrt(2.0)))
    return out


def _compared(table: Floats, direction: Retrieved) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    n = len(table)
    if table.shape != (n, n) or n < 2:
        raise InputError(f"retrieval needs a square table of at least 2 items; got shape {table.shape}")
    table = table if direction is Retrieved.TRUTHS_FOR_PREDICTION else table.T
    own = np.diag(table)[:, None]
    same = np.abs(table - own) <= _TIE * np.abs(own)
    return ((table > own) & ~same).sum(axis=1), same.sum(axis=1) - 1
