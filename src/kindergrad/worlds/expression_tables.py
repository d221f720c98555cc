"""Single-cell perturbation tables (h5ad): read once, block by block, into sums per perturbation and fold of cells.

Dialects of scPerturb, GEARS, PerturBench, cell-eval and CELLxGENE are told by their columns; combinations are sorted
and joined by ``+``; the scale (counts, or log1p of counts per 10,000) is proven or asked for; what is ambiguous is
refused. Cells of each perturbation are dealt into folds at random, so that disjoint halves can be compared.

Doses of one perturbation are items of their own (``label@dose``).

Does not do: correct for batch; see guides of one gene apart; read layers or ``raw``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.names import ExpressionScale
from kindergrad.core.seeds import stream
from kindergrad.worlds import _doses, _h5ad, _perturbation_labels
from kindergrad.worlds import _expression_scale as scales
from kindergrad.worlds._perturbation_labels import CONTROL, Columns, ContextKind, Dialect

__all__ = ["CONTROL", "Columns", "ContextKind", "Dialect", "ExpressionTable", "Way", "agree", "apart", "glance",
           "labelled", "normalise", "read"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

agree = scales.agree
apart, normalise = _doses.apart, _doses.normalised
FOLDS = 4
AS_FOUND = Columns()
_SPLIT = "split"


class Way(NamedTuple):
    """How a file is read.

    Attributes
    ----------
    folds : into how many parts the cells of a perturbation are dealt; seed : of the dealing.
    need_control : whether a file without controls is refused.
    squares : whether sums of squares are kept too, for the spread between cells.
    doses : whether doses make items of their own; None where a perturbation comes in several.
    """

    folds: int = FOLDS
    seed: int = 0
    need_control: bool = True
    squares: bool = False
    doses: bool | None = None


TRUTH = Way()


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
    squares : like ``sums``, of squared expression; None where it was not asked for.
    depth : shape (n,), counts a cell over all genes, mean; None where the file holds no counts.
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
    squares: Floats | None = None
    depth: Floats | None = None

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

    def variances(self, rows: Sequence[int]) -> Floats:
        """Variance between the cells of each fold, without bias, (folds, k, genes). Needs two cells in each fold."""
        if self.squares is None:
            raise InputError(f"{self.path} was read without sums of squares; expected Way(squares=True)")
        at = list(rows)
        cells = self.cells[:, at, None]
        return np.maximum(self.squares[:, at] - self.sums[:, at] ** 2 / cells, 0.0) / (cells - 1)


def read(path: Path, *, scale: ExpressionScale | None = None, columns: Columns = AS_FOUND, way: Way = TRUTH
         ) -> ExpressionTable:
    """Read a file once.

    Parameters
    ----------
    scale : what the numbers are, where they do not prove it.
    columns : column of perturbations, label of the control, column of contexts, where the file does not tell.
    way : folds, seed, controls, squares, doses.

    Raises
    ------
    InputError
        For what cannot be used, with counts and examples.
    """
    with _h5ad.opened(path) as store:
        genes, symbols = _perturbation_labels.gene_names(path, store.var)
        found = _perturbation_labels.read(path, store.obs, columns, symbols, need_control=way.need_control)
        labels, dosed = _doses.split(found.labels, store.obs, way.doses)
        splits = _splits(store.obs)
        keys, group = np.unique(np.stack([found.contexts, labels, splits]), axis=1, return_inverse=True)
        group = group.ravel()
        _check_splits(path, keys)
        kind, evidence = scales.scale_of(store, scale)
        fold = _deal(group, way.folds, way.seed)
        gathered = _Gathered(store, kind, fold * keys.shape[1] + group, way.folds * keys.shape[1], squares=way.squares)
        gathered.run()
        notes = [*found.notes, *gathered.notes(), *dosed]
    shape = (way.folds, keys.shape[1])
    return ExpressionTable(
        path, found.dialect, kind, evidence, genes, labels=tuple(map(str, keys[1])), contexts=tuple(map(str, keys[0])),
        splits=tuple(map(str, keys[2])), sums=gathered.sums.reshape(*shape, len(genes)),
        cells=gathered.cells.reshape(shape), notes=tuple(notes),
        squares=None if gathered.squares is None else gathered.squares.reshape(*shape, len(genes)),
        depth=None if gathered.totals is None else np.bincount(group, weights=gathered.totals) / np.bincount(group))


class Glance(NamedTuple):
    """What the labels of a file tell before its numbers are read: rows a perturbation (1 where it holds means), and
    the columns of its cells."""

    rows_each: float
    columns: frozenset[str]


def glance(path: Path, columns: Columns = AS_FOUND) -> Glance:
    """Look at the labels of predictions only.

    Raises
    ------
    InputError
        For what :func:`read` refuses before it reads numbers.
    """
    with _h5ad.opened(path) as store:
        _, symbols = _perturbation_labels.gene_names(path, store.var)
        found = _perturbation_labels.read(path, store.obs, columns, symbols, need_control=False)
        labels, _ = _doses.split(found.labels, store.obs, None)
        return Glance(len(labels) / np.unique(np.stack([found.contexts, labels]), axis=1).shape[1],
                      frozenset(map(str, store.obs.columns)))


def labelled(path: Path, columns: Columns = AS_FOUND, *, scale: ExpressionScale | None = None,
             need_control: bool = True) -> Any:
    """The whole file in memory, as AnnData in log1p with normalised labels in ``obs["perturbation"]``, for libraries
    that need cells.

    Raises
    ------
    InputError
        For what :func:`read` refuses before it looks at every number, and where there are several contexts.
    """
    with _h5ad.opened(path) as store:
        genes, symbols = _perturbation_labels.gene_names(path, store.var)
        found = _perturbation_labels.read(path, store.obs, columns, symbols, need_control=need_control)
        kind, _ = scales.scale_of(store, scale)
    if len(set(found.contexts)) > 1:
        raise InputError(f"{path} holds {len(set(found.contexts))} contexts; expected one; write a file per context")
    import anndata
    import pandas as pd

    values = anndata.read_h5ad(path).X
    if kind is ExpressionScale.COUNTS:
        values = scales.log1p(values, np.asarray(values.sum(axis=1), dtype=np.float64).ravel())
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


class _Gathered:
    """Sums and counts per group, and what is wrong with the numbers."""

    def __init__(self, store: _h5ad.Store, scale: ExpressionScale, group: NDArray[np.intp], n_groups: int, *,
                 squares: bool = False) -> None:
        self.store, self.scale, self.group = store, scale, group
        self.sums = np.zeros((n_groups, store.shape[1]))
        self.squares = np.zeros_like(self.sums) if squares else None
        self.totals: Floats | None = None
        self.cells = np.bincount(group, minlength=n_groups).astype(np.int64)
        self.bad: list[int] = []
        self.n_bad = self.n_negative = self.n_fraction = 0

    def run(self) -> None:
        if self.scale is ExpressionScale.COUNTS:
            self.totals = self._totals() if self.store.by_columns else np.zeros(self.store.shape[0])
        for rows, columns, values in self.store.blocks():
            self._look(rows, values)
            if self.totals is not None:
                if not self.store.by_columns:
                    self.totals[rows] = np.asarray(values.sum(axis=1)).ravel()
                with np.errstate(invalid="ignore", divide="ignore"):  # counts below 0 are counted above, refused below
                    values = scales.log1p(values, self.totals[rows])
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
        if self.squares is not None:
            part = ones @ (block.power(2) if hasattr(block, "power") else np.square(block))
            self.squares[met, columns] += part.toarray() if hasattr(part, "toarray") else part

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
