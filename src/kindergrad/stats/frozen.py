"""A frozen probe: any engine that embeds becomes one that can be fitted, by ridge regression on its embeddings.

The strength of the ridge is chosen by generalised cross-validation (Golub et al. 1979,
doi:10.1080/00401706.1979.10489751).

Shows: what is linearly there in the embeddings.
Does not show: what the engine would learn if its weights could move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import Embed, checked
from kindergrad.core.errors import EngineError
from kindergrad.core.items import Items

Floats = NDArray[np.float64]
_PENALTIES = np.geomspace(1e-3, 1e5, 17)


class Frozen:
    """An engine's embeddings with a linear head; has the methods of the ask ``Fit``.

    Parameters
    ----------
    engine : answers ``embed``; it is never changed.
    """

    def __init__(self, engine: Embed) -> None:
        self._engine = engine
        self._centre = self._weights = np.zeros(0)
        self._offset = 0.0

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64] | Floats) -> None:
        """Fit the head; classes 0 and 1 count as values."""
        x, y = self._embed(sequences), np.asarray(labels, dtype=np.float64)
        self._centre, self._offset = x.mean(axis=0), float(y.mean())
        self._weights = _ridge(x - self._centre, y - self._offset)

    def decide(self, sequences: Sequence[str]) -> Floats:
        return (self._embed(sequences) - self._centre) @ self._weights + self._offset

    def _embed(self, sequences: Sequence[str]) -> Floats:
        found = np.asarray(self._engine.embed(list(sequences)), dtype=np.float64)
        if found.ndim != 2 or len(found) != len(sequences):
            raise EngineError(f"embed returned shape {found.shape}; expected ({len(sequences)}, d), a row per sequence")
        return checked(found, found.shape, "embed") if found.size else found


def _ridge(x: Floats, y: Floats) -> Floats:
    """Ridge weights at the penalty with the smallest generalised cross-validation error; x and y are centred."""
    left, size, right = np.linalg.svd(x, full_matrices=False)
    along = left.T @ y
    errors = []
    for penalty in _PENALTIES:
        shrink = size**2 / (size**2 + penalty)
        rest = float(((y - left @ (shrink * along)) ** 2).sum())
        errors.append(rest / max(len(y) - 1 - float(shrink.sum()), 1e-9) ** 2)
    best = _PENALTIES[int(np.argmin(errors))]
    return np.asarray(right.T @ (size / (size**2 + best) * along))


def frozen(put: Callable[..., Floats]) -> Callable[..., Floats]:
    """The readout PROBE from a readout FIT: the same question to a linear head on frozen embeddings."""
    def put_probe(engine: Embed, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
        return put(Frozen(engine), asked, train)

    return put_probe
