"""Looks up what each gene did, and adds up the genes of a combination.

What a gene did is averaged over its experiments, those of other contexts for less, scaled to the dose, and shrunk to
the mean response as noise demands. A gene without experiments is expected to do what the mean of all does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition, gene
from kindergrad.core.seeds import stream
from kindergrad.engines._screen_reader import Read, Reader, reached

Floats = NDArray[np.float64]

ELSEWHERE = 0.3
"""What an experiment counts in another context, relative to one in the same."""


class Additive(Reader):
    """Averages and sums."""

    name = "additive"
    family = "additive"

    def refit(self, read: Read) -> None:
        signal = max(float((read.response**2).mean()) - read.noise, 1e-6)
        self._prior = read.noise * float(read.weight.mean()) / signal  # in cells
        self._rows: dict[str, list[int]] = {}
        for i, condition in enumerate(read.conditions):
            if len(condition.parts) == 1:
                self._rows.setdefault(condition.perturbation, []).append(i)

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        read = self.read
        found = np.zeros((len(conditions), len(read.panel.genes)))
        for row, condition in zip(found, conditions, strict=True):
            for part in condition.parts:
                if gene(part) in read.place:
                    row += self._of(read, part, condition)
        return found

    def draw_cells(self, conditions: Sequence[Condition], cells: int, seed: int) -> Floats:
        """Log expression of cells, shape (n, cells, genes): cells that were seen, drawn again and again.

        Of a perturbation that was shown, its own cells; of others, control cells moved by the predicted response.
        """
        read = self.read
        usual = np.mean(list(read.control_mean.values()), axis=0)
        out = np.zeros((len(conditions), cells, len(read.panel.genes)))
        for i, condition in enumerate(conditions):
            rng = stream(seed, "cells", *map(str, condition))
            base = read.control_mean.get(condition.context, usual)
            rows = self._rows.get(condition.perturbation, []) if condition.parts else []
            if rows:
                shown = np.concatenate([read.experiments[r].sample - read.control_mean[read.conditions[r].context]
                                        for r in rows])
            else:
                shown = read.controls + (self.predict_response([condition])[0] if condition.parts else 0.0)
            out[i] = base + shown[rng.integers(len(shown), size=cells)]
        return out

    def _of(self, read: Read, part: str, condition: Condition) -> Floats:
        rows = self._rows.get(part, [])
        dose = np.array([reached(read.conditions[i].dose) for i in rows])
        near = np.array([1.0 if read.conditions[i].context == condition.context else ELSEWHERE for i in rows])
        weight = near * read.weight[rows]
        mean = read.mean_in.get(condition.context, read.mean)
        total = (weight * dose) @ read.response[rows] + self._prior * mean if rows else self._prior * mean
        return np.asarray(reached(condition.dose) * total / (float(weight @ dose**2) + self._prior))


ENGINES = (EngineSpec(make=Additive, id="additive", domain=Domain.PERTURBATION),)
