"""Scores of predicted responses against exact truth, one number per item.

Every score is 1 for the truth, 0 for the reference (whatever is predicted for every perturbation), and smooth. Twins
(``top_overlap`` and the like) are sharp. Noisy truth is scored in :mod:`kindergrad.stats.response`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.stats.response import pearson

Floats = NDArray[np.float64]

_NOTHING = 1e-9
"""Norm relative to the truth's below which a prediction is no prediction."""


def agreement(predicted: Floats, truth: Floats) -> Floats:
    """2 x.y / (x.x + y.y) of each row: 1 only where direction and size are right, 0 for nothing. (n, g) -> (n,).

    Against a reference, hand in the differences from it. In [-1, 1]: noise cannot push it below -1, as it can R2. It is
    the concordance coefficient of Lin (1989), doi:10.2307/2532051, around a fixed mean.
    """
    own = (predicted**2).sum(axis=1) + (truth**2).sum(axis=1)
    return np.asarray(2 * (predicted * truth).sum(axis=1) / np.where(own > 0, own, 1.0))


def correlation(predicted: Floats, truth: Floats) -> Floats:
    """Pearson correlation of each row, 0 where the prediction is as good as none. (n, g) -> (n,) in [-1, 1]."""
    size, true_size = np.abs(predicted).max(axis=1), np.abs(truth).max(axis=1)
    found = pearson(predicted, truth)
    return np.where(size <= _NOTHING * np.maximum(true_size, 1e-12), 0.0, found)


def signed(predicted: Floats, truth: Floats, soft: float) -> Floats:
    """Agreement of signs, weighted by the true size: sum |y| sign(y) tanh(x / soft) / sum |y|. (n, g) -> (n,).

    ``soft`` is the predicted effect at which a sign counts three quarters.
    """
    total = np.abs(truth).sum(axis=1)
    return np.asarray((truth * np.tanh(predicted / soft)).sum(axis=1) / np.where(total > 0, total, 1.0))


def separation(values: Floats, positive: NDArray[np.bool_]) -> Floats:
    """2 A - 1, A the chance that a positive has a larger value than a negative, ties one half. (n, m) -> (n,)."""
    out = np.zeros(len(values))
    for i, (row, mine) in enumerate(zip(values, positive, strict=True)):
        more = np.sign(row[mine][:, None] - row[~mine][None, :])
        out[i] = more.mean() if more.size else 0.0
    return out


def bits_of_choice(log_odds: Floats, true: NDArray[np.int64]) -> Floats:
    """Bits gained about which candidate is true, 0 for a guess, log2(c) for certainty. (n, c), (n,) -> (n,)."""
    shifted = log_odds - log_odds.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    own = np.take_along_axis(log_p, true[:, None], axis=1)[:, 0]
    return np.asarray((own + np.log(log_odds.shape[1])) / np.log(2))


def top_overlap(predicted: Floats, truth: Floats, k: int) -> Floats:
    """Share of the ``k`` genes that change most that are among the ``k`` predicted to. (n, g) -> (n,) in [0, 1].

    A prediction that is the same for all genes names none.
    """
    out = np.zeros(len(truth))
    for i, (x, y) in enumerate(zip(np.abs(predicted), np.abs(truth), strict=True)):
        if np.ptp(x) > _NOTHING * max(float(y.max()), 1e-12):
            out[i] = len(set(np.argsort(-x, kind="stable")[:k]) & set(np.argsort(-y, kind="stable")[:k])) / k
    return out
