"""Accuracy and area under the ROC curve of class probabilities, with standard errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.exams.audit_set import Ints

Floats = NDArray[np.float64]


class Score(NamedTuple):
    """What a shortcut reaches on the scored rows.

    ``accuracy`` and ``auroc`` lie in [0, 1]; ``auroc`` is the mean over classes, one against the rest, and None where
    only one class is scored. ``lift`` is 0 for guessing and 1 for perfect: the larger of
    (accuracy - majority) / (1 - majority) and 2 auroc - 1. ``sure``: the one that gave ``lift`` lies three standard
    errors above guessing.
    """

    accuracy: float
    stderr: float
    auroc: float | None
    auroc_stderr: float | None
    lift: float
    sure: bool
    n: int


def score(probability: Floats, labels: Ints, majority: float) -> Score:
    """Score class probabilities, (n, classes), against labels, (n,)."""
    n = len(labels)
    accuracy = float((probability.argmax(axis=1) == labels).mean())
    stderr = float(np.sqrt(accuracy * (1 - accuracy) / n))
    area, area_stderr = auroc(probability, labels)
    gain = (accuracy - majority) / (1 - majority) if majority < 1 else 0.0
    guessing = float(np.sqrt(majority * (1 - majority) / n))
    lift, sure = gain, accuracy - majority > 3 * max(stderr, guessing)
    if area is not None and area_stderr is not None and 2 * area - 1 > gain:
        lift, sure = 2 * area - 1, area - 0.5 > 3 * max(area_stderr, 0.5 / np.sqrt(3 * n))
    return Score(accuracy, stderr, area, area_stderr, lift, bool(sure), n)


def auroc(probability: Floats, labels: Ints) -> tuple[float | None, float | None]:
    """Mean over classes of the area under the ROC curve, one against the rest, and its standard error.

    Notes
    -----
    Each row contributes its structural components (DeLong et al. 1988, doi:10.2307/2531595); those of one row are
    added over classes before they are squared, so that the classes need not be independent.
    """
    areas, influence = [], np.zeros(len(labels))
    for k in range(probability.shape[1]):
        own = labels == k
        yes, no = probability[own, k], probability[~own, k]
        if not len(yes) or not len(no):
            continue
        beats, beaten = _wins(yes, no), 1 - _wins(no, yes)
        area = float(beats.mean())
        areas.append(area)
        influence[own] += (beats - area) / len(yes)
        influence[~own] += (beaten - area) / len(no)
    if not areas:
        return None, None
    return float(np.mean(areas)), float(np.sqrt((influence**2).sum()) / len(areas))


def _wins(mine: Floats, others: Floats) -> Floats:
    """Share of the others that each of mine beats, ties one half."""
    ordered = np.sort(others)
    below, upto = np.searchsorted(ordered, mine, side="left"), np.searchsorted(ordered, mine, side="right")
    return np.asarray((below + upto) / (2 * len(others)), dtype=np.float64)
