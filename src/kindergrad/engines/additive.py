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
        """Log expression of cells, shape (n, cells, genes): control cells, each moved along the predicted response.

        By how much follows from the cells shown of this perturbation: some may not respond at all.
        """
        read = self.read
        base = np.mean(list(read.control_mean.values()), axis=0)
        out = np.zeros((len(conditions), cells, len(read.panel.genes)))
        for i, condition in enumerate(conditions):
            rng = stream(seed, "cells", *map(str, condition))
            move = self.predict_response([condition])[0]
            amounts = self._amounts(read, condition, move)
            out[i] = (read.control_mean.get(condition.context, base) + read.controls[rng.integers(
                len(read.controls), size=cells)] + rng.choice(amounts, cells)[:, None] * move)
        return out

    def _amounts(self, read: Read, condition: Condition, move: Floats) -> Floats:
        """How far single cells moved along a response, 1 on average, as far as the cells shown tell. Shape (some,)."""
        found = []
        for r in self._rows.get(condition.perturbation, []):
            own = self._of(read, condition.perturbation, read.conditions[r])
            cells = read.experiments[r].sample - read.control_mean[read.conditions[r].context]
            found.append(cells @ own / max(float(own @ own), 1e-9))
        size = float(move @ move)
        if not found or size <= 0:
            return np.ones(1)
        amounts = np.clip(np.concatenate(found), -1.0, 3.0)
        amounts += 1.0 - amounts.mean()
        # The scatter of control cells along the response is in these amounts, too; it comes again with the controls.
        spread, noise = float(amounts.var()), float((read.controls @ move).var()) / size**2
        return np.asarray(1 + (amounts - 1) * np.sqrt(max(0.0, 1 - noise / max(spread, 1e-12))))

    def _of(self, read: Read, part: str, condition: Condition) -> Floats:
        """The response to one gene: its average, moved to the mean of all as noise demands (James and Stein 1961)."""
        scale = reached(condition.dose)
        usual = read.means([condition._replace(perturbation=part)])[0]
        rows = self._rows.get(part, [])
        if not rows:
            return np.asarray(scale * usual)
        dose = np.array([reached(read.conditions[i].dose) for i in rows])
        near = np.array([1.0 if read.conditions[i].context == condition.context else ELSEWHERE for i in rows])
        weight = near * read.weight[rows]
        total = float(weight @ dose**2)
        own = (weight * dose) @ read.response[rows] / total - usual
        noise = read.noise * float(read.weight.mean()) * float(weight**2 @ (dose**2 / read.weight[rows])) / total**2
        others = np.arange(len(own)) != read.place.get(gene(part), -1)  # the target falls even where nothing follows
        keep = np.where(others, max(0.0, 1 - noise / max(float((own[others] ** 2).mean()), 1e-12)), 1.0)
        return np.asarray(scale * (usual + keep * own))


ENGINES = (EngineSpec(make=Additive, id="additive", domain=Domain.PERTURBATION),)
