"""What is known of a gene before it is perturbed: its name, its pathway, and how it varies among control cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.responses import MORE, Condition, gene
from kindergrad.engines._screen_reader import Read, reached

Floats = NDArray[np.float64]

_RAISED = -0.3
"""What over-expression is taken to be, relative to silencing."""


def loadings(read: Read, most: int) -> Floats:
    """Each gene's place in the variation of control cells, unit length on average. (genes, at most ``most``)."""
    cells = read.controls / np.maximum(read.controls.std(axis=0), 1e-9)
    most = min(most, len(cells) // 4, cells.shape[1])
    if most < 1:
        return np.zeros((cells.shape[1], 1))
    gram = (cells.T @ cells / len(cells)).astype(np.float64)
    _, vectors = np.linalg.eigh(gram)
    found = vectors[:, -most:]
    return np.asarray(found / np.sqrt((found**2).sum(axis=1).mean()))


def pathway_of(read: Read) -> Floats:
    """One column per pathway that is told, shape (genes, pathways)."""
    names = sorted({p for p in read.panel.pathways if p})
    own = np.array(read.panel.pathways)
    return np.stack([(own == name).astype(np.float64) for name in names], axis=1) if names else np.zeros((len(own), 1))


def touched(read: Read, conditions: Sequence[Condition]) -> Floats:
    """Which genes each condition silences, scaled to its dose; those raised count negative. Shape (n, genes)."""
    found = np.zeros((len(conditions), len(read.panel.genes)))
    for row, condition in zip(found, conditions, strict=True):
        for part in condition.parts:
            if gene(part) in read.place:
                row[read.place[gene(part)]] += reached(condition.dose) * (_RAISED if part.endswith(MORE) else 1.0)
    return found


def contexts(read: Read, conditions: Sequence[Condition]) -> Floats:
    """Similarity in [0, 1] of the context of each condition (rows) to those read (columns): by control expression."""
    known = list(read.control_mean)
    profiles = np.stack([read.control_mean[c] for c in known])
    away = ((profiles[:, None, :] - profiles[None, :, :]) ** 2).mean(axis=2)
    usual = float(np.median(away[away > 0])) if (away > 0).any() else 1.0
    alike = np.exp(-away / usual)
    index = {c: i for i, c in enumerate(known)}
    even = alike.mean(axis=0)
    return np.stack([alike[index[c.context]] if c.context in index else even for c in conditions])
