"""Single-cell perturbation tables (h5ad): read once, block by block, into sums per perturbation and fold of cells.

Dialects of scPerturb, GEARS, PerturBench, cell-eval and CELLxGENE are told by their columns; combinations are sorted
and joined by ``+``; the scale (counts, or log1p of counts per 10,000) is proven or asked for; what is ambiguous is
refused. Cells of each perturbation are dealt into folds at random, so that disjoint halves can be compared.

Does not do: correct for batch; see guides of one gene apart; read layers or ``raw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.names import ExpressionScale
from kindergrad.core.seeds import stream
from kindergrad.worlds import _expression_scale as scales
from kindergrad.worlds import _h5ad, _perturbation_labels
from kindergrad.worlds._perturbation_labels import CONTROL, Columns, Dialect, normalise

__all__ = ["CONTROL", "Columns", "Dialect", "ExpressionTable", "agree", "labelled", "normalise", "read"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

agree = scales.agree
FOLDS = 4
AS_FOUND = Columns()
_SPLIT = "split"


@dataclass(frozen=True)
class ExpressionTable:
    """Means of expression, in log1p, of each perturbation in each context.

    Attributes
    ----------
    labels, contexts, splits : one a perturbation, shape (n,); controls are labelled ``control``; ``splits`` holds what
        the column 'split' says, or ''.
    sums : shape (folds, n, genes), sums over the cells of a fold; cells : shape (folds, n), their number.
    scale, evidence : scale of the file, and how it is known.
    notes : what a reader should know, counted.
    """

    path: Path
    dialect: Dialect
    scale: ExpressionScale
    evidence: str
    genes: tuple[str, ...]
    labels: tuple[str, ...]
    contexts: tuple[str, ...]
    splits: tuple[str, ...]
    sums: Floats
    cells: NDArray[np.int64]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def n_cells(self) -> NDArray[np.int64]:
        """Cells of each perturbation, shape (n,)."""
        return np.asarray(self.cells.sum(axis=0))

    def means(self, rows: Sequence[int]) -> Floats:
        """Mean over all cells, shape (k, genes)."""
        at = list(rows)
        return np.asarray(self.sums[:, at].sum(axis=0) / self.n_cells[at, None])

    def folds(self, rows: Sequence[int]) -> Floats:
        """Mean of each fold, shape (folds, k, genes). Needs a cell in each: see ``cells``."""
        at = list(rows)
        return np.asarray(self.sums[:, at] / self.cells[:, at, None])


def read(path: Path, *, scale: ExpressionScale | None = None, columns: Columns = AS_FOUND, folds: int = FOLDS,
         seed: int = 0, need_control: bool = True) -> ExpressionTable:
    """Read a file once.

    Parameters
    ----------
    scale : what the numbers are, where they do not prove it.
    columns : column of perturbations, label of the control, column of contexts, where the file does not tell.
    folds : into how many parts the cells of a perturbation are dealt.
    seed : of the dealing.

    Raises
    ------
    InputError
        For what cannot be used, with counts and examples.
    """
    with _h5ad.opened(path) as store:
        genes, symbols = _perturbation_labels.gene_names(path, store.var)
        found = _perturbation_labels.read(path, store.obs, columns, symbols, need_control=need_control)
        splits = _splits(store.obs)
        keys, group = np.unique(np.stack([found.contexts, found.labels, splits]), axis=1, return_inverse=True)
        group = group.ravel()
        _check_splits(path, keys)
        kind, evidence = scales.scale_of(store, scale)
        fold = _deal(group, folds, seed)
        gathered = _Gathered(store, kind, fold * keys.shape[1] + group, folds * keys.shape[1])
        gathered.run()
        notes = [*found.notes, *gathered.notes(), *_doses(store.obs, group)]
    shape = (folds, keys.shape[1])
    return ExpressionTable(
        path, found.dialect, kind, evidence, genes, labels=tuple(map(str, keys[1])), contexts=tuple(map(str, keys[0])),
        splits=tuple(map(str, keys[2])), sums=gathered.sums.reshape(*shape, len(genes)),
        cells=gathered.cells.reshape(shape), notes=tuple(notes))


def labelled(path: Path, columns: Columns = AS_FOUND, *, need_control: bool = True) -> Any:
    """The whole file in memory, as AnnData with normalised labels in ``obs["perturbation"]``, for libraries that need
    cells; checked like :func:`read`, but not rescaled.

    Raises
    ------
    InputError
        For what :func:`read` refuses, and where there are several contexts.
    """
    with _h5ad.opened(path) as store:
        genes, symbols = _perturbation_labels.gene_names(path, store.var)
        found = _perturbation_labels.read(path, store.obs, columns, symbols, need_control=need_control)
    if len(set(found.contexts)) > 1:
        raise InputError(f"{path} holds {len(set(found.contexts))} contexts; expected one; write a file per context")
    import anndata
    import pandas as pd

    values = anndata.read_h5ad(path).X
    return anndata.AnnData(values, obs=pd.DataFrame({"perturbation": found.labels}, index=store.obs.index.astype(str)),
                           var=pd.DataFrame(index=list(genes)))


def _splits(obs: Any) -> NDArray[np.str_]:
    if _SPLIT not in obs.columns:
        return np.full(len(obs), "", dtype=str)
    return np.asarray(obs[_SPLIT].astype(str).str.lower().str.strip(), dtype=str)


def _check_splits(path: Path, keys: NDArray[np.str_]) -> None:
    """One perturbation of one context stands in one part; controls may stand in all."""
    pairs = [tuple(pair) for pair in keys[:2].T if pair[1] != CONTROL]
    double = sorted({pair for pair in pairs if pairs.count(pair) > 1}) if len(set(pairs)) < len(pairs) else []
    if double:
        said = ", ".join(f"'{label}'" + (f" in {context}" if context else "") for context, label in double[:3])
        raise InputError(f"{path}: {len(double):,} perturbations stand in more than one part of obs['split'] (such as "
                         f"{said}); expected each in one, or their cells leak; correct the column")


def _deal(group: NDArray[np.intp], folds: int, seed: int) -> NDArray[np.intp]:
    """Fold of each cell: the cells of each group in random order, dealt in turn."""
    if folds == 1:
        return np.zeros_like(group)
    order = np.lexsort((stream(seed, "folds").random(len(group)), group))
    counts = np.bincount(group)
    place = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    out = np.empty_like(group)
    out[order] = place % folds
    return out


def _doses(obs: Any, group: NDArray[np.intp]) -> list[str]:
    column = next((c for c in ("dose", "dose_value", "dose_val") if c in obs.columns), None)
    if column is None:
        return []
    kinds = np.unique(np.stack([group.astype(str), np.asarray(obs[column].astype(str), dtype=str)]), axis=1)
    several = int((np.unique(kinds[0], return_counts=True)[1] > 1).sum())
    return [f"{several:,} perturbations come in several doses (obs['{column}']), which were pooled"] if several else []


class _Gathered:
    """Sums and counts per group, and what is wrong with the numbers."""

    def __init__(self, store: _h5ad.Store, scale: ExpressionScale, group: NDArray[np.intp], n_groups: int) -> None:
        self.store, self.scale, self.group = store, scale, group
        self.sums = np.zeros((n_groups, store.shape[1]))
        self.cells = np.bincount(group, minlength=n_groups).astype(np.int64)
        self.bad: list[int] = []
        self.n_bad = self.n_negative = self.n_fraction = 0

    def run(self) -> None:
        totals = self._totals() if self.scale is ExpressionScale.COUNTS and self.store.by_columns else None
        for rows, columns, values in self.store.blocks():
            self._look(rows, values)
            if self.scale is ExpressionScale.COUNTS:
                depth = np.asarray(values.sum(axis=1)).ravel() if totals is None else totals[rows]
                with np.errstate(invalid="ignore", divide="ignore"):  # counts below 0 are counted above, refused below
                    values = scales.log1p(values, depth)
            self._add(self.group[rows], columns, values)
        self._refuse()

    def _totals(self) -> Floats:
        out = np.zeros(self.store.shape[0])
        for rows, _, values in self.store.blocks():
            out[rows] += np.asarray(values.sum(axis=1)).ravel()
        return out

    def _look(self, rows: slice, values: Any) -> None:
        data = values.data if hasattr(values, "toarray") else np.asarray(values)
        if data.dtype.kind in "iub":
            self.n_negative += int((data < 0).sum())
            return
        if not np.isfinite(data).all():
            dense = values.toarray() if hasattr(values, "toarray") else data
            wrong = ~np.isfinite(dense)
            self.n_bad += int(wrong.sum())
            self.bad += [rows.start + int(i) for i in np.flatnonzero(wrong.any(axis=1))]
        self.n_negative += int((data < 0).sum())
        if self.scale is ExpressionScale.COUNTS:
            self.n_fraction += int((data != np.round(data)).sum())

    def _add(self, group: NDArray[np.intp], columns: slice, values: Any) -> None:
        from scipy.sparse import csr_array

        met, place = np.unique(group, return_inverse=True)
        ones = csr_array((np.ones(len(group)), (place, np.arange(len(group)))), shape=(len(met), len(group)))
        block = csr_array(values, dtype=np.float64) if hasattr(values, "toarray") else np.asarray(values, np.float64)
        part = ones @ block
        self.sums[met, columns] += part.toarray() if hasattr(part, "toarray") else part

    def _refuse(self) -> None:
        path = self.store.path
        if self.n_bad:
            names = sorted(set(self.bad))
            some = ", ".join(f"'{self.store.obs.index[i]}'" for i in names[:3])
            raise InputError(f"{path}: {self.n_bad:,} numbers in {len(names):,} cells are NaN or infinite (such as "
                             "cells "
                             f"{some}); expected finite numbers; drop or mend these cells")
        if self.scale is ExpressionScale.COUNTS and (self.n_negative or self.n_fraction):
            kind, n = ("negative", self.n_negative) if self.n_negative else ("fractions", self.n_fraction)
            raise InputError(f"{path}: {n:,} of its counts are {kind}; expected whole numbers from 0 on; give raw "
                             "counts, "
                             "or --scale log1p if these are logarithms")

    def notes(self) -> list[str]:
        out = []
        if self.n_negative:
            out.append(f"{self.n_negative:,} numbers are below 0, which log1p of counts never is; they were kept")
        if np.dtype(self.store.matrix.dtype) == np.float16:
            out.append("numbers have half precision (float16), about 3 digits; sums were made in double precision")
        return out
