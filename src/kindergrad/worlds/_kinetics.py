"""Steady states of a regulatory network under interventions: linear and exact, or with saturating Hill kinetics.

State: natural log of expression relative to the unperturbed cell. An intervention shifts the log production of genes.

Linear: v = shift + v W, so v = shift (I - W)^-1, the total effects of Pearl (2009), doi:10.1017/CBO9780511803161.
Hill: production of a gene is a product over its regulators of (1 + A k x^n) / (1 + k x^n), the thermodynamic law for
independent sites, Bintu et al. (2005), doi:10.1016/j.gde.2005.02.007. The linear network is its limit for small shifts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.worlds._network import Edges

Floats = NDArray[np.float64]

EXPONENT = 2.0
_EXACT, _MOST = 1e-11, 1000
_CASCADE, _DAMPED = 20, 0.4


def slopes(genes: int, edges: Edges) -> Floats:
    """W, shape (genes, genes): slope of the column's log expression on the row's."""
    found = np.zeros((genes, genes))
    found[edges.source, edges.target] = edges.weight
    return found


class Linear:
    """Linear network; exact by one matrix inverse.

    Attributes
    ----------
    effects : (I - W)^-1, shape (genes, genes): total effect of a shift of the row's gene on the column's.
    """

    def __init__(self, genes: int, edges: Edges) -> None:
        self.effects: Floats = np.linalg.inv(np.eye(genes) - slopes(genes, edges))

    def steady(self, shift: Floats) -> Floats:
        """Log expression relative to the unperturbed cell, shape (n, genes), under shifts of that shape."""
        return np.asarray(shift @ self.effects)


class Hill(Linear):
    """Saturating kinetics whose slopes at rest are those of the edges.

    ``effects`` are the total effects of small shifts. Steady states are fixed points, found to 1e-11.
    """

    def __init__(self, genes: int, edges: Edges, seed: int) -> None:
        super().__init__(genes, edges)
        half = np.exp(stream(seed, "hill").uniform(np.log(0.75), np.log(1.3), len(edges.source)))
        occupied = half / (1 + half)
        active = np.clip(edges.weight / EXPONENT + occupied, 0.01, 0.99)
        self._source, self._half = edges.source, half
        self._strength = active / (1 - active)  # A k: the slope at rest is n (Ak / (1 + Ak) - k / (1 + k))
        self._rest = np.log1p(self._strength) - np.log1p(half)
        ones = np.ones(len(edges.source))
        self._onto = sparse.csr_matrix((ones, (edges.target, np.arange(len(ones)))), shape=(genes, len(ones)))

    def steady(self, shift: Floats) -> Floats:
        """As :meth:`Linear.steady`.

        Raises
        ------
        InputError
            If the network does not settle (a positive loop without bound, or oscillation).
        """
        state, moving = np.array(shift, dtype=np.float64), np.arange(len(shift))
        for step in range(_MOST):
            before = state[moving]
            moved = shift[moving] + self.regulation(before) - before
            # A cascade settles in as many whole steps as it is deep; loops that swing need smaller ones.
            state[moving] = before + (1.0 if step < _CASCADE else _DAMPED) * moved
            moving = moving[np.abs(moved).max(axis=1) > _EXACT]
            if not len(moving):
                return state
        raise InputError(f"the network does not settle: {len(moving)} of {len(shift)} conditions still move after "
                         f"{_MOST} steps; expected no positive feedback without bound")

    def regulation(self, state: Floats) -> Floats:
        """Log production that the regulators cause, shape (n, genes)."""
        power = np.exp(EXPONENT * np.clip(state, -30, 30))[:, self._source]
        found = np.log1p(self._strength * power) - np.log1p(self._half * power) - self._rest
        return np.asarray((self._onto @ found.T).T)


def distances(genes: int, edges: Edges) -> NDArray[np.int64]:
    """Steps from the row's gene to the column's along edges; -1 where there is no path. Shape (genes, genes)."""
    from scipy.sparse.csgraph import shortest_path

    links = sparse.csr_matrix((np.ones(len(edges.source)), (edges.source, edges.target)), shape=(genes, genes))
    found = shortest_path(links, unweighted=True)
    return np.where(np.isfinite(found), found, -1).astype(np.int64)
