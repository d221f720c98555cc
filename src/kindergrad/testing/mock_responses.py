"""An engine for tests of perturbation exams: answers to every ask, drawn at random, that know nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.responses import Condition, Experiment
from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]


class MockResponses:
    """Opinions on responses, cells, edges and experiments, each from a stream of its own.

    Parameters
    ----------
    seed : another seed is another engine.
    """

    name = "mock-responses"
    family = "mock"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._genes = 0

    def learn(self, pieces: Sequence[Experiment]) -> None:
        """Count the genes and learn nothing."""
        self._genes = len(pieces[0].panel.genes)

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Standard normal numbers, shape (n, genes), the same for the same condition."""
        return np.stack([self._stream("response", *map(str, c)).standard_normal(self._genes) for c in conditions])

    def draw_cells(self, conditions: Sequence[Condition], cells: int, seed: int) -> Floats:
        """Standard normal cells, shape (n, cells, genes)."""
        return np.stack([self._stream("cells", seed, *map(str, c)).standard_normal((cells, self._genes))
                         for c in conditions])

    def rank_edges(self, source: Sequence[str], target: Sequence[str]) -> Floats:
        """A random number per pair of genes, shape (n,)."""
        return np.array([self._stream("edge", s, t).standard_normal() for s, t in zip(source, target, strict=True)])

    def worth(self, conditions: Sequence[Condition]) -> Floats:
        """A random number per experiment, shape (n,)."""
        return np.array([self._stream("worth", *map(str, c)).standard_normal() for c in conditions])

    def _stream(self, *names: str | int) -> np.random.Generator:
        return stream(self._seed, "mock-responses", *names)
