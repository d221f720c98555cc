"""Kernel regression (a Gaussian process): conditions are alike that touch the same, or related, genes.

Two genes are alike for being the same, for standing in one pathway, and for varying alike among control cells; two
contexts for alike control expression. Genes of a combination add up, and pairs of pathways have a term of their own,
so that interactions can be learnt. Rasmussen and Williams (2006), ISBN 978-0-262-18253-9, chapter 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.engines import _genes
from kindergrad.engines._screen_reader import Read, Reader

Floats = NDArray[np.float64]

SAME_GENE, SAME_PATHWAY, ALIKE_CELLS, ANY = 0.4, 0.35, 0.15, 0.1
"""Shares of the variance of a response that are owed to each likeness."""
ANY_CONTEXT = 0.6
"""Likeness of the same condition in two contexts that have nothing in common."""
PAIR = 0.4
"""Variance of the interaction of two pathways, relative to that of a single gene."""


class Kernel(Reader):
    """Posterior mean of responses, and what an experiment would tell.

    Parameters
    ----------
    interactions : whether pairs of pathways have a term of their own; without it, combinations are additive.
    components : of the variation among control cells.
    """

    name = "response-kernel"
    family = "kernel"

    def __init__(self, interactions: bool = True, components: int = 30, seed: int = 0) -> None:
        super().__init__()
        self.interactions, self.components = interactions, components

    def refit(self, read: Read) -> None:
        cells = _genes.loadings(read, self.components)
        cells = cells / np.maximum(np.sqrt((cells**2).sum(axis=1, keepdims=True)), 1e-9)
        self._pathways = _genes.pathway_of(read)
        genes = len(read.panel.genes)
        self._of_gene = np.hstack([np.sqrt(SAME_GENE) * np.eye(genes), np.sqrt(SAME_PATHWAY) * self._pathways,
                                   np.sqrt(ALIKE_CELLS) * cells, np.full((genes, 1), np.sqrt(ANY))])
        self._known = self._features(read, read.conditions)
        signal = max(float((read.response**2).mean()) - read.noise, 0.05 * read.noise)
        noise = read.noise * read.weight.mean() / read.weight / signal
        self._factor = cho_factor(self._kernel(self._known, self._known) + np.diag(noise), lower=True)
        self._weights = cho_solve(self._factor, read.response)
        self._noise = float(noise.mean())

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        read = self.read
        return np.asarray(self._kernel(self._features(read, conditions), self._known) @ self._weights)

    def worth(self, conditions: Sequence[Condition]) -> Floats:
        """Expected fall of the variance at single genes of the panel, all in turn, from one more experiment. (n,)."""
        read = self.read
        asked = self._features(read, conditions)
        contexts = [c.context for c in conditions]
        aims = self._features(read, [Condition(g, contexts[0]) for g in read.panel.genes])
        a, b = (solve_triangular(self._factor[0], self._kernel(x, self._known).T, lower=True) for x in (asked, aims))
        shared = self._kernel(asked, aims) - a.T @ b
        own = np.array([self._kernel(self._row(asked, i), self._row(asked, i))[0, 0] for i in range(len(conditions))])
        return np.asarray((shared**2).sum(axis=1) / (own - (a**2).sum(axis=0) + self._noise))

    def _features(self, read: Read, conditions: Sequence[Condition]) -> tuple[Floats, Floats, Floats]:
        touched = _genes.touched(read, conditions)
        several = (np.abs(touched) > 0).sum(axis=1, keepdims=True) > 1
        return touched @ self._of_gene, (touched @ self._pathways) * several, self._context(read, conditions)

    def _context(self, read: Read, conditions: Sequence[Condition]) -> Floats:
        """Rows whose products are likenesses of contexts: from likenesses to the contexts that were read."""
        known = [Condition("", c) for c in read.control_mean]
        among = _genes.contexts(read, known)
        values, vectors = np.linalg.eigh((among + among.T) / 2)
        root = vectors / np.sqrt(np.maximum(values, 1e-6))
        return np.asarray(_genes.contexts(read, conditions) @ root)

    def _kernel(self, left: tuple[Floats, Floats, Floats], right: tuple[Floats, Floats, Floats]) -> Floats:
        found = left[0] @ right[0].T
        if self.interactions:
            product = left[1] @ right[1].T
            both = (left[1] ** 2) @ (right[1].T ** 2)
            found = found + PAIR * np.maximum(product**2 - both, 0.0) / 2
        return np.asarray(found * (ANY_CONTEXT + (1 - ANY_CONTEXT) * left[2] @ right[2].T))

    @staticmethod
    def _row(features: tuple[Floats, Floats, Floats], i: int) -> tuple[Floats, Floats, Floats]:
        return features[0][i : i + 1], features[1][i : i + 1], features[2][i : i + 1]


ENGINES = (EngineSpec(make=Kernel, id="response-kernel", domain=Domain.PERTURBATION),)
