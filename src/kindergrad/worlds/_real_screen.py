"""What screens of real cells share: a corpus of measured experiments, and two measurements of each condition asked.

What is true of real cells is never known, but it can be measured twice. Engines read one part of the cells (or wells,
or replicates); of what is left, the first half is scored and the second, from other cells again, gives the ceiling: a
predictor without noise reaches the square root of the agreement of the two. The mean response of training, which every
score is measured against, comes from the part that engines read, and is the same for truth and prediction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.names import Axis
from kindergrad.core.records import Split
from kindergrad.core.responses import Condition, Experiment, Panel, usual, usual_responses
from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]

ANSWERABLE = 0.2
"""Reliability below which a condition is named and not asked: less than a fifth of its variance is signal."""


class Twice(NamedTuple):
    """Two measurements of one condition that no engine reads, shape (genes,) each.

    Attributes
    ----------
    first, again : minus the mean of the controls that engines read. Scores against the mean response of training take
        these: there the controls cancel, whatever their noise.
    first_apart, again_apart : each minus control cells of its own, which nothing else uses: for scores against
        controls.
    sizes : squared length of each, free of the noise of few cells; may be below 0.
    """

    first: Floats
    again: Floats
    first_apart: Floats
    again_apart: Floats
    sizes: tuple[float, float] = (np.nan, np.nan)


@dataclass(frozen=True, kw_only=True, eq=False)
class RealScreen:
    """A screen of real cells. See :class:`kindergrad.core.world.World` for what a study needs of it.

    Attributes
    ----------
    experiments : the corpus.
    asked : kind -> the conditions that exams may ask for.
    twice : every condition that is asked, measured twice; ``reliability``, instead of a second measurement: what share
        of the variance of a condition is no noise, where noise was measured on controls.
    readout, listed : the only column that was measured, where a response is one number, and how many such conditions
        make an item.
    weights : shape (genes,), what each gene counts in scores against the mean response: one over the standard deviation
        of control cells that engines read. None: all count the same.
    named : conditions that are not asked, and why: too little signal, or nothing to compare with.
    edges : (cause, effect), where a network is known from elsewhere.
    correlations : context -> correlations among control cells: of those that engines read, scored, and again.
    also : what it offers besides the kinds of conditions.
    """

    id: str
    sentence: str
    panel: Panel
    experiments: tuple[Experiment, ...]
    asked: Mapping[str, tuple[Condition, ...]]
    twice: Mapping[Condition, Twice] = field(default_factory=dict)
    reliability: Mapping[Condition, float] = field(default_factory=dict)
    readout: str = ""
    listed: int = 0
    weights: Floats | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    edges: tuple[tuple[str, str], ...] = ()
    correlations: Mapping[str, tuple[Floats, Floats, Floats]] = field(default_factory=dict)
    also: frozenset[str] = frozenset()
    missing: Mapping[str, str] = field(default_factory=dict)
    exact = False
    axis = Axis.PERTURBATIONS
    smallest = 2

    @property
    def offers(self) -> frozenset[str]:
        return frozenset(kind for kind, own in self.asked.items() if own) | self.also | {"responses"}

    @property
    def size(self) -> int:
        return len(self.experiments)

    @property
    def notes(self) -> list[str]:
        """What is not asked, and why: for the report."""
        return [f"{name}: not asked, {why}" for name, why in self.named.items()]

    @cached_property
    def split(self) -> Split:
        read = sorted({f"{e.condition.perturbation or 'controls'} in {e.condition.context}: cells read"
                       for e in self.experiments})
        scored = sorted({f"{c.perturbation} in {c.context}: other cells" for own in self.asked.values() for c in own})
        return Split(train=tuple(read), scored=tuple(scored))

    @cached_property
    def digest(self) -> str:
        state = hashlib.blake2b(f"1\x1f{self.id}\x1f{self.sentence}".encode(), digest_size=8)
        for e in self.experiments:
            state.update(repr(e.condition).encode() + np.round(e.response, 9).tobytes())
        for kind, own in sorted(self.asked.items()):
            state.update(f"{kind}{own}".encode())
        return state.hexdigest()

    def corpus(self, seed: int) -> list[Experiment]:
        """All training experiments, in another order for each seed."""
        return [self.experiments[i] for i in stream(seed, self.id, "order").permutation(self.size)]

    def conditions(self, kind: str) -> list[Condition]:
        """The conditions of a kind that exams may ask for."""
        return list(self.asked.get(kind, ()))

    def measured(self, conditions: Sequence[Condition], *, apart: bool = False) -> tuple[Floats, Floats | None]:
        """What is scored, and a second measurement of it if there is one, shape (n, genes) each.

        Parameters
        ----------
        apart : minus control cells of their own each, see :class:`Twice`.
        """
        found = [self.twice[c] for c in conditions]
        first = np.stack([t.first_apart if apart else t.first for t in found])
        if self.reliability:
            return first, None
        return first, np.stack([t.again_apart if apart else t.again for t in found])

    def told(self, conditions: Sequence[Condition]) -> Floats:
        """What engines read of conditions, shape (n, genes)."""
        rows = {e.condition: e.response for e in self.experiments}
        return np.stack([rows[c] for c in conditions])

    def reliable(self, conditions: Sequence[Condition]) -> dict[str, Floats]:
        """The truth column ``reliability`` where noise is known and nothing was measured twice."""
        return {"reliability": np.array([self.reliability[c] for c in conditions])} if self.reliability else {}

    def sizes(self, conditions: Sequence[Condition]) -> tuple[Floats, Floats]:
        """Length of both measurements, noise taken off, shape (n,) each."""
        found = np.array([self.twice[c].sizes for c in conditions])
        first, again = (np.sign(x) * np.sqrt(np.abs(x)) for x in found.T)
        return first, again

    def centroid(self, conditions: Sequence[Condition]) -> Floats:
        """Mean response of the perturbations trained on, from what engines read, shape (n, genes)."""
        return np.stack([usual(self._centroids, c) for c in conditions])

    @cached_property
    def typical(self) -> float:
        """Mean squared length of responses around their centroid, noise taken off, over the conditions seen."""
        seen = self.conditions("seen")
        first, again = self.measured(seen)
        centre, weights = self.centroid(seen), np.ones(first.shape[1]) if self.weights is None else self.weights
        moved = [(x - centre) * weights for x in (first, first if again is None else again)]
        return float((moved[0] * moved[1]).sum(axis=1).mean())

    def cluster(self, condition: Condition) -> str:
        """The unit of standard errors: what was done to the cells."""
        return condition.perturbation

    def groups(self, genes: Sequence[str]) -> NDArray[np.str_]:
        """The unit of standard errors of edges: the cause."""
        return np.array([str(g) for g in genes])

    @cached_property
    def _centroids(self) -> dict[tuple[str, int], Floats]:
        return usual_responses([e.condition for e in self.experiments],
                               np.stack([e.response for e in self.experiments]))
