"""What all engines of responses keep of the experiments that they have read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import EngineError
from kindergrad.core.responses import Condition, Experiment, Panel, gene, usual, usual_responses

Floats = NDArray[np.float64]

HALF_SATURATED = 0.3
"""Dose at which an engine that knows no better expects half of the full response."""


class Read:
    """The experiments so far, as arrays. Made anew whenever more are read.

    Attributes
    ----------
    response : shape (n, genes). weight : shape (n,), cells behind each.
    """

    def __init__(self, experiments: Sequence[Experiment]) -> None:
        self.experiments = list(experiments)
        self.panel: Panel = experiments[0].panel
        self.conditions = [e.condition for e in experiments]
        self.response: Floats = np.stack([e.response for e in experiments])
        self.weight: Floats = np.array([float(e.cells) for e in experiments])

    @property
    def place(self) -> dict[str, int]:
        return self._place

    @cached_property
    def _place(self) -> dict[str, int]:
        return self.panel.place

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """Experiments on one gene of the panel, shape (n,)."""
        return np.array([len(c.parts) == 1 and gene(c.perturbation) in self.place for c in self.conditions])

    @cached_property
    def usual(self) -> dict[tuple[str, int], Floats]:
        """Mean response by context and number of genes; each perturbation counts once."""
        return usual_responses(self.conditions, self.response)

    @cached_property
    def mean(self) -> Floats:
        """Mean response to single perturbations, shape (genes,)."""
        return usual(self.usual, Condition(""))

    def means(self, conditions: Sequence[Condition]) -> Floats:
        """The mean response in the context of each condition, of as many genes. Shape (n, genes)."""
        return np.stack([usual(self.usual, c) for c in conditions])

    @cached_property
    def noise(self) -> float:
        """Variance of a response that cells of one experiment cause, mean over genes: from the cells shown."""
        several = [e.controls for e in self.experiments if len(e.controls) > 1]
        free = np.array([len(cells) - 1 for cells in several])
        within = np.array([cells.var(axis=0, ddof=1).mean() for cells in several])
        return float(free @ within / max(1, free.sum()) / self.weight.mean())

    @cached_property
    def controls(self) -> Floats:
        """All control cells shown, each minus the mean of its context, shape (cells, genes)."""
        each = [np.concatenate(cells) for cells in self._by_context.values()]
        return np.concatenate([cells - cells.mean(axis=0) for cells in each])

    @cached_property
    def control_mean(self) -> dict[str, Floats]:
        """Mean log expression of the control cells of each context, shape (genes,)."""
        return {c: np.concatenate(cells).mean(axis=0, dtype=np.float64) for c, cells in self._by_context.items()}

    @cached_property
    def correlation(self) -> Floats:
        """Correlation of genes among control cells, shape (genes, genes)."""
        sd = np.maximum(self.controls.std(axis=0), 1e-9)
        scaled = (self.controls / sd).astype(np.float64)
        return np.asarray(scaled.T @ scaled / len(scaled))

    @cached_property
    def _by_context(self) -> dict[str, list[NDArray[np.float32]]]:
        found: dict[str, list[NDArray[np.float32]]] = {}
        for e in self.experiments:
            found.setdefault(e.condition.context, []).append(e.controls)
        return found


class Reader:
    """Base of the engines here: collects experiments, and refuses to answer before it has read any."""

    def __init__(self) -> None:
        self._experiments: list[Experiment] = []
        self._read: Read | None = None

    def learn(self, pieces: Sequence[Experiment]) -> None:
        """Read more experiments."""
        self._experiments.extend(pieces)
        self._read = None

    @property
    def read(self) -> Read:
        """Everything read so far.

        Raises
        ------
        EngineError
            If nothing was read yet.
        """
        if not self._experiments:
            raise EngineError(f"{type(self).__name__} has read no experiment yet; expected at least one before it is "
                              "asked")
        if self._read is None:
            self._read = Read(self._experiments)
            self.refit(self._read)
        return self._read

    def refit(self, read: Read) -> None:
        """Called once after more was read."""


def reached(dose: float) -> float:
    """Share of the full response that is expected at a dose: a Hill curve, 1 at dose 1."""
    return dose / (HALF_SATURATED + dose) * (1 + HALF_SATURATED)
