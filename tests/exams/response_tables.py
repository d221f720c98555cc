"""Small simulated screens with known truth: counts or log-normal, with or without signal, as tables or as h5ad."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core.names import ExpressionScale
from kindergrad.exams.score_response_items import Training
from kindergrad.worlds.expression_tables import Dialect, ExpressionTable

DIALECT = Dialect("plain", "perturbation", "control", None, "var_names")


class Screen(NamedTuple):
    """A simulated screen.

    ``means`` is the exact expectation in log1p of each label (k, genes), in the order of ``labels``; the first
    ``n_training`` labels trained.
    """

    genes: tuple[str, ...]
    labels: tuple[str, ...]
    n_training: int
    means: np.ndarray
    control: np.ndarray
    cells: np.ndarray
    names: np.ndarray

    @property
    def training(self) -> Training:
        return Training(frozenset((None, label) for label in self.labels[: self.n_training]), "test")

    @property
    def scored(self) -> tuple[str, ...]:
        return self.labels[self.n_training :]

    def table(self) -> ExpressionTable:
        """The measured cells as the reader would give them."""
        order = ("control", *self.labels)
        folds = np.empty(len(self.names), dtype=int)
        sums, counts = np.zeros((4, len(order), len(self.genes))), np.zeros((4, len(order)), dtype=np.int64)
        for row, label in enumerate(order):
            mine = np.flatnonzero(self.names == label)
            folds[mine] = np.arange(len(mine)) % 4
            for fold in range(4):
                at = mine[folds[mine] == fold]
                sums[fold, row], counts[fold, row] = self.cells[at].sum(axis=0), len(at)
        return table(order, self.genes, sums, counts)

    def training_means(self) -> np.ndarray:
        """What an engine may know: measured means of the training perturbations, (n_training, genes)."""
        return np.stack([self.cells[self.names == label].mean(axis=0) for label in self.labels[: self.n_training]])

    def write(self, path: Path, cells: Any = None, **obs: Any) -> Path:
        import anndata as ad
        import pandas as pd

        frame = pd.DataFrame({"perturbation": self.names, **obs}, index=[f"cell{i}" for i in range(len(self.names))])
        values = self.cells.astype(np.float32) if cells is None else cells
        ad.AnnData(values, obs=frame, var=pd.DataFrame(index=list(self.genes))).write_h5ad(path)
        return path


def table(labels: tuple[str, ...], genes: tuple[str, ...], sums: np.ndarray, cells: np.ndarray) -> ExpressionTable:
    n = len(labels)
    return ExpressionTable(Path("made.h5ad"), DIALECT, ExpressionScale.LOG1P, "log1p, as made", genes, labels=labels,
                           contexts=("",) * n, splits=("",) * n, sums=sums, cells=cells, notes=())


def predicted(labels: tuple[str, ...], genes: tuple[str, ...], means: np.ndarray) -> ExpressionTable:
    """Predictions, one row a perturbation."""
    return table(labels, genes, means[None], np.ones((1, len(labels)), dtype=np.int64))


def screen(seed: int, *, signal: float = 1.0, shared: float = 0.3, counts: bool = True, n_training: int = 20,
           n_scored: int = 24, n_genes: int = 150, n_cells: int = 40, n_controls: int = 160) -> Screen:
    """A screen of single perturbations. Each gene is its own target; noise has eight common factors.

    ``signal`` scales what differs between perturbations, ``shared`` what all have in common against controls.
    """
    rng = np.random.default_rng(seed)
    k = n_training + n_scored
    base = rng.normal(0.0, 0.8, n_genes)
    common = shared * rng.normal(size=n_genes)
    own = signal * rng.normal(size=(k, n_genes)) * (rng.random((k, n_genes)) < 0.2) * rng.gamma(2.0, 0.5, (k, 1))
    own[np.arange(k), np.arange(k)] -= 2.0 * signal
    loads = 0.25 * rng.normal(size=(8, n_genes))
    genes = tuple(f"G{i}" for i in range(n_genes))
    labels = tuple(f"G{i}" for i in range(k))

    def draw(level: np.ndarray, n: int, stream: np.random.Generator) -> np.ndarray:
        log = level + stream.normal(size=(n, 8)) @ loads + 0.4 * stream.normal(size=(n, n_genes))
        if not counts:
            return np.log1p(np.exp(log + 1.0))
        rate = np.exp(log)
        rate *= 1500.0 * stream.lognormal(0.0, 0.3, (n, 1)) / rate.sum(axis=1, keepdims=True)
        drawn = stream.poisson(rate)
        return np.log1p(drawn * 1e4 / np.maximum(drawn.sum(axis=1, keepdims=True), 1))

    cells, names = [draw(base, n_controls, rng)], ["control"] * n_controls
    for label, effect in zip(labels, own, strict=True):
        cells.append(draw(base + common + effect, n_cells, rng))
        names += [label] * n_cells
    exact = [draw(base + common + effect, 2000, np.random.default_rng(10_000 + seed)).mean(axis=0) for effect in own]
    control = draw(base, 2000, np.random.default_rng(seed)).mean(axis=0)
    return Screen(genes, labels, n_training, np.stack(exact), control, np.concatenate(cells), np.array(names))
