"""Ridge regression of responses on what was touched: genes, pathways, and variation among control cells.

The penalty is chosen by leave-one-out error, which is exact for ridge (Golub, Heath and Wahba 1979,
doi:10.1080/00401706.1979.10489751).
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

PENALTIES = (0.01, 0.1, 1.0, 10.0, 100.0)


class Ridge(Reader):
    """Linear in the features of the genes touched, hence additive.

    Parameters
    ----------
    components : of the variation among control cells.
    """

    name = "response-ridge"
    family = "ridge"

    def __init__(self, components: int = 30, seed: int = 0) -> None:
        super().__init__()
        self.components = components

    def refit(self, read: Read) -> None:
        self._of_gene = np.hstack([np.eye(len(read.panel.genes)), 0.7 * _genes.pathway_of(read),
                                   0.3 * _genes.loadings(read, self.components)])
        x = self._features(read, read.conditions)
        used = np.flatnonzero(np.abs(x).sum(axis=0) > 0)
        u, s, v = np.linalg.svd(x[:, used], full_matrices=False)
        turned = u.T @ read.response
        errors = {}
        for penalty in PENALTIES:
            keep = s**2 / (s**2 + penalty)
            left = read.response - u @ (keep[:, None] * turned)
            leverage = np.minimum((u**2) @ keep, 0.999)
            errors[penalty] = float(((left / (1 - leverage)[:, None]) ** 2).mean())
        best = min(errors, key=lambda p: errors[p])
        self._weights = np.zeros((x.shape[1], read.response.shape[1]))
        self._weights[used] = v.T @ ((s / (s**2 + best))[:, None] * turned)

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        read = self.read
        return np.asarray(self._features(read, conditions) @ self._weights)

    def _features(self, read: Read, conditions: Sequence[Condition]) -> Floats:
        touched = _genes.touched(read, conditions)
        count = np.abs(touched).sum(axis=1, keepdims=True)
        return np.hstack([touched @ self._of_gene, count, 0.5 * count * _genes.contexts(read, conditions)])


ENGINES = (EngineSpec(make=Ridge, id="response-ridge", domain=Domain.PERTURBATION),)
