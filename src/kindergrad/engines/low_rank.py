"""Bilinear: response = gene embedding x matrix x embedding of what was perturbed.

Genes are embedded by the leading components of the responses read; a perturbed gene by its own place among them and
among control cells. So a gene that was never perturbed has an embedding, too. It is the linear baseline of
Ahlmann-Eltze, Huber and Anders (2025), doi:10.1038/s41592-025-02772-6.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.engines import _genes
from kindergrad.engines._screen_reader import Read, Reader

Floats = NDArray[np.float64]


class LowRank(Reader):
    """Least squares for the matrix in between, with a ridge penalty.

    Parameters
    ----------
    rank : most components of the responses and of the control cells.
    penalty : relative to the mean squared embedding.
    """

    name = "low-rank"
    family = "low-rank"

    def __init__(self, rank: int = 30, penalty: float = 0.1, seed: int = 0) -> None:
        super().__init__()
        self.rank, self.penalty = rank, penalty

    def refit(self, read: Read) -> None:
        centred = read.response - read.mean
        _, s, v = np.linalg.svd(centred, full_matrices=False)
        # Components that noise alone would give (the edge of its spectrum) are left out.
        n, genes = centred.shape
        edge = np.sqrt(read.noise) * (np.sqrt(n) + np.sqrt(genes))
        rank = int(min(self.rank, max(1, (s > edge).sum())))
        self._genes = v[:rank].T
        own = self._genes * s[:rank] / np.sqrt(n)
        own = own / max(float(np.sqrt((own**2).sum(axis=1).mean())), 1e-12)
        self._of_gene = np.hstack([own, _genes.loadings(read, self.rank)])
        p = _genes.touched(read, read.conditions) @ self._of_gene
        size = self.penalty * max(float((p**2).sum(axis=1).mean()), 1e-9) * np.sqrt(n)
        self._between = np.linalg.solve(p.T @ p + size * np.eye(p.shape[1]), p.T @ (centred @ self._genes))

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        read = self.read
        touched = _genes.touched(read, conditions)
        moved = (touched @ self._of_gene) @ self._between @ self._genes.T
        return np.asarray(np.where(touched.any(axis=1)[:, None], read.mean + moved, 0.0))


ENGINES = (EngineSpec(make=LowRank, id="low-rank", domain=Domain.PERTURBATION),)
