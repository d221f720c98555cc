"""Real cells dealt into parts: those that engines read, those that are scored, and those that say how well they repeat.

The cells of each perturbation, and the controls, are dealt at random into eight folds. Engines read the first four; the
next two are scored, the last two are the second measurement. Which conditions can be answered at all is decided on the
cells that engines read, never on those that are scored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.responses import Condition, Experiment, Panel
from kindergrad.core.seeds import stream
from kindergrad.stats.response import pearson
from kindergrad.worlds import public
from kindergrad.worlds._real_screen import Twice

Floats = NDArray[np.float64]

CONTROL = ""
"""The perturbation of control cells."""
FOLDS, READ, FIRST, AGAIN = 8, (0, 1, 2, 3), (4, 5), (6, 7)
FEW, HALVES = 6, 20
"""Perturbed cells that an experiment shows, and random halves that reliability is the mean over."""
SMALLEST = 1e-3
"""Added to the variance of a gene, so that one that is hardly ever seen does not count for all others."""


class Cells:
    """Log expression of single cells, dealt into folds.

    Parameters
    ----------
    log : shape (cells, genes), natural log of one plus counts per 10,000.
    perturbations, contexts : of each cell; the perturbation of controls is empty.
    genes : names of the columns.
    """

    def __init__(self, log: Floats, perturbations: Sequence[str], contexts: Sequence[str], genes: Sequence[str],
                 seed: int) -> None:
        self._log, self._seed = log, seed
        self._rows: dict[tuple[str, str], list[NDArray[np.intp]]] = {}
        keys = np.stack([np.array(perturbations), np.array(contexts)])
        for label, context in sorted({(str(p), str(c)) for p, c in keys.T}):
            own = np.flatnonzero((keys[0] == label) & (keys[1] == context))
            own = own[stream(seed, "dealt", label, context).permutation(len(own))]
            self._rows[label, context] = [own[k::FOLDS] for k in range(FOLDS)]
        touched = sorted({part for label, _ in self._rows if label for part in label.split("+")} - set(genes))
        self.panel = Panel((*genes, *touched), ("",) * (len(genes) + len(touched)), len(touched))

    @property
    def conditions(self) -> list[Condition]:
        """All that was done to cells, without the controls."""
        return [Condition(label, context) for label, context in self._rows if label != CONTROL]

    def mean(self, perturbation: str, context: str, folds: Sequence[int]) -> Floats:
        """Mean of some folds, shape (genes of the panel,); genes that were not measured have 0."""
        return self._padded(self._log[self._taken(perturbation, context, folds)].mean(axis=0, dtype=np.float64))

    def experiments(self, conditions: Sequence[Condition]) -> tuple[Experiment, ...]:
        """The parts that engines read, one experiment a condition; control cells are shared out among those of a
        context.
        """
        found = []
        for context in sorted({c.context for c in conditions}):
            own = [c for c in conditions if c.context == context]
            controls = self._taken(CONTROL, context, READ)
            base = self.mean(CONTROL, context, READ)
            for i, condition in enumerate(own):
                cells = self._taken(condition.perturbation, context, READ)
                found.append(Experiment(
                    condition, self.mean(condition.perturbation, context, READ) - base, len(cells),
                    self._shown(cells[:FEW]), self._shown(controls[i::len(own)]), self.panel))
        return tuple(found)

    def twice(self, condition: Condition) -> Twice:
        """The two measurements that engines do not read."""
        label, context = condition.perturbation, condition.context
        read = self.mean(CONTROL, context, READ)
        both = [self.mean(label, context, part) for part in (FIRST, AGAIN)]
        apart = [self.mean(label, context, part) - self.mean(CONTROL, context, part) for part in (FIRST, AGAIN)]
        sizes = []
        for part in (FIRST, AGAIN):
            one, two = (self.mean(label, context, [k]) - self.mean(CONTROL, context, [k]) for k in part)
            sizes.append(float(one @ two))
        return Twice(both[0] - read, both[1] - read, apart[0], apart[1], (sizes[0], sizes[1]))

    @cached_property
    def weights(self) -> Floats:
        """One over the standard deviation of each gene among the control cells that engines read, mean square 1; 0 for
        genes that were not measured. Shape (genes of the panel,).
        """
        contexts = sorted({context for _, context in self._rows})
        read = [self._log[self._taken(CONTROL, context, READ)].var(axis=0, dtype=np.float64) for context in contexts]
        found = 1 / np.sqrt(np.mean(read, axis=0) + SMALLEST)
        return self._padded(found / np.sqrt((found**2).mean()))

    def reliability(self, conditions: Sequence[Condition], centre: Mapping[Condition, Floats]
                    ) -> dict[Condition, float]:
        """Weighted correlation of halves of the cells that engines read, around the mean response, mean over random
        halves. A half has as many cells as are scored.
        """
        found, measured = {}, len(self.panel.genes) - self.panel.unmeasured
        for c in conditions:
            rows = self._taken(c.perturbation, c.context, READ)
            middle = (self.mean(CONTROL, c.context, READ) + centre[c])[:measured]
            rng = stream(self._seed, "halves", c.perturbation, c.context)
            halves = []
            for _ in range(HALVES):
                order = rng.permutation(rows)
                halves.append([self._log[order[k::2]].mean(axis=0, dtype=np.float64) - middle for k in (0, 1)])
            one, two = np.array(halves).swapaxes(0, 1)
            found[c] = float(pearson(one, two, self.weights[:measured] ** 2).mean())
        return found

    def correlations(self, context: str) -> tuple[Floats, Floats, Floats]:
        """Correlation of genes among control cells: of those read, scored, and again; 0 where a gene is constant."""
        out = []
        for part in (READ, FIRST, AGAIN):
            cells = self._log[self._taken(CONTROL, context, part)].astype(np.float64)
            scaled = (cells - cells.mean(axis=0)) / np.maximum(cells.std(axis=0), 1e-9)
            out.append(np.asarray(scaled.T @ scaled / len(cells)))
        return out[0], out[1], out[2]

    def _taken(self, perturbation: str, context: str, folds: Sequence[int]) -> NDArray[np.intp]:
        return np.concatenate([self._rows[perturbation, context][k] for k in folds])

    def _shown(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        return np.hstack([self._log[rows], np.zeros((len(rows), self.panel.unmeasured))]).astype(np.float32)

    def _padded(self, values: Floats) -> Floats:
        return np.concatenate([values, np.zeros(self.panel.unmeasured)])


def table(folder: Path, file: str, columns: Sequence[str]) -> Any:
    """The AnnData of a public set, with these columns of cells.

    Raises
    ------
    InputError
        If the file is not there or lacks a column.
    """
    place = public.present(folder, file)
    import anndata

    found = anndata.read_h5ad(place)
    if lacking := [c for c in columns if c not in found.obs.columns]:
        raise InputError(f"{place} lacks the columns {', '.join(lacking)} of cells; expected the published file")
    return found


def normalised(counts: Floats) -> Floats:
    """Natural log of one plus counts per 10,000, shape (cells, genes)."""
    depth = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    return np.asarray(np.log1p(counts / depth * 1e4))
