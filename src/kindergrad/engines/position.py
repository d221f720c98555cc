"""Position-specific linear probe: one weight per letter and place (order 1), or per pair of them (order 2).

Shows: what letters at fixed places add up to.
Does not show: anything about words that move.
Order 1 cannot express that one letter's effect depends on another: on exams of such effects it is the floor.
Source: Stormo et al. (1982), doi:10.1093/nar/10.9.2997 (linear weights by position).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Axis

LONGEST = {1: 2000, 2: 32}
"""Letters that are read, by order; what lies beyond gets no weight."""


class PositionProbe:
    """Logistic (classes) or ridge (values) regression on letters by place, from the first letter on.

    Parameters
    ----------
    order : 1, letters; 2, letters and all pairs of letters at different places.
    penalty : strength of the ridge, in units of the one-hot columns.
    """

    family = "position-probe"

    def __init__(self, order: int = 1, penalty: float = 1.0, seed: int = 0) -> None:
        if order not in LONGEST:
            raise ValueError(f"order must be 1 or 2; got {order}")
        self.order, self.penalty, self.seed = order, penalty, seed
        self.name = "position" if order == 1 else "position-pairs"
        self._length = 0
        self._head: Any = None

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64] | NDArray[np.float64]) -> None:
        """Learn labels 0 and 1, or values if they are floats.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        from sklearn.linear_model import LogisticRegression, Ridge

        self._length = min(max(map(len, sequences)), LONGEST[self.order])
        self._head = Ridge(self.penalty, solver="lsqr", tol=1e-6) if np.asarray(labels).dtype.kind == "f" else \
            LogisticRegression(C=1 / self.penalty, max_iter=1000, random_state=self.seed)
        self._head.fit(self._columns(sequences), labels)

    def decide(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        """Log odds of label 1, or the value, shape (n,)."""
        if not sequences:
            return np.zeros(0)
        told = getattr(self._head, "decision_function", None) or self._head.predict
        return np.asarray(told(self._columns(sequences)), dtype=np.float64)

    def _columns(self, sequences: Sequence[str]) -> Any:
        """One-hot letters, and products of them for order 2, as a sparse matrix."""
        from scipy import sparse

        codes = np.full((len(sequences), self._length), -1, dtype=np.int64)
        for row, text in enumerate(sequences):
            own = encode(text, where=f"sequence {row + 1}")[: self._length]
            codes[row, : len(own)] = own
        hot = _hot(codes, 4)
        if self.order == 1:
            return hot
        first, second = np.triu_indices(self._length, k=1)
        both = np.where((codes[:, first] < 0) | (codes[:, second] < 0), -1, codes[:, first] * 4 + codes[:, second])
        return sparse.hstack([hot, _hot(both, 16)], format="csr")


def _hot(codes: NDArray[np.int64], kinds: int) -> Any:
    """(n, p) codes, negative where there is none -> sparse (n, p * kinds)."""
    from scipy import sparse

    rows, places = np.nonzero(codes >= 0)
    return sparse.csr_matrix((np.ones(len(rows)), (rows, places * kinds + codes[rows, places])),
                             shape=(codes.shape[0], codes.shape[1] * kinds))


ENGINES = (
    EngineSpec(make=PositionProbe, id="position", axis=Axis.EXAMPLES),
    EngineSpec(make=PositionProbe, id="position-pairs", axis=Axis.EXAMPLES, settings={"order": 2}),
)
