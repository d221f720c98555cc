"""Which scale the numbers of an expression table are in: proven by the numbers, declared by the user, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core.errors import InputError
from kindergrad.core.names import ExpressionScale
from kindergrad.worlds._h5ad import Store

DEPTH = 10_000.0
"""Counts are divided by the counts of their cell, multiplied by this, and given to log1p (CP10k)."""
_LARGEST_LOG = 20.0
"""log1p of half a billion counts; larger numbers with fractions are no logarithms."""
_LOOK = 512
"""Rows looked at, at the start, in the middle and at the end."""


def scale_of(store: Store, asked: ExpressionScale | None) -> tuple[ExpressionScale, str]:
    """The scale, and how it is known.

    Raises
    ------
    InputError
        Where numbers and declaration disagree, or where the numbers fit neither.
    """
    sample = _sample(store)
    whole = bool((sample == np.round(sample)).all())
    top, low = float(sample.max(initial=0.0)), float(sample.min(initial=0.0))
    ask = "give --scale counts or --scale log1p"
    if asked is ExpressionScale.COUNTS and not whole:
        raise InputError(f"{store.path}: --scale counts, but X holds fractions (such as {_fraction(sample):.4g}); "
                         "expected "
                         "whole numbers; give --scale log1p if they are logarithms")
    if asked is ExpressionScale.LOG1P and top > _LARGEST_LOG:
        raise InputError(f"{store.path}: --scale log1p, but X reaches {top:,.4g}; expected at most {_LARGEST_LOG:g}; "
                         "give --scale counts, or take log1p of counts per 10,000")
    if asked is not None:
        return asked, f"{asked.value}, as declared"
    if whole and store.log1p:
        raise InputError(f"{store.path}: X holds whole numbers up to {top:g}, yet the file says they are logarithms "
                         f"(uns['log1p']); expected one or the other; {ask}")
    if whole and low < 0:
        raise InputError(f"{store.path}: X holds whole numbers below 0 (down to {low:g}), which are neither counts nor "
                         "log1p; expected counts from 0 on; give raw counts")
    if whole:
        return ExpressionScale.COUNTS, f"counts: whole numbers up to {top:,.0f}"
    if top <= _LARGEST_LOG:
        said = ", and the file says so" if store.log1p else ""
        return ExpressionScale.LOG1P, f"log1p: fractions from {low:.3g} to {top:.3g}{said}"
    raise InputError(f"{store.path}: X holds numbers from {low:.4g} to {top:,.4g}, which are neither counts nor "
                     "log1p; "
                     "expected one of them; write raw counts, or log1p of counts per 10,000")


def agree(truth: ExpressionScale, prediction: ExpressionScale, where: Path) -> str | None:
    """What is done where the truth holds counts and the prediction logarithms; None where both are alike.

    Raises
    ------
    InputError
        If the prediction holds counts and the truth logarithms, whose depth is not known.
    """
    if truth is prediction:
        return None
    if prediction is ExpressionScale.LOG1P:
        return (f"the truth holds counts and was given log1p of counts per {DEPTH:,.0f}; {where.name} must be in that "
                "scale")
    raise InputError(f"mixed scales: {where} holds counts, the truth holds log1p; expected one scale; write the "
                     "prediction as log1p in the way the truth was made")


def log1p(values: Any, totals: Any) -> Any:
    """Counts of cells -> log1p of counts per 10,000; a cell without counts stays 0.

    Parameters
    ----------
    values : (cells, genes), dense or sparse; totals : (cells,), counts of each cell over all genes.
    """
    factor = DEPTH / np.maximum(totals, 1.0)
    if hasattr(values, "toarray"):
        from scipy.sparse import csr_array

        part = csr_array(values, dtype=np.float64)
        part.data = np.log1p(part.data * np.repeat(factor, np.diff(part.indptr)))
        return part
    return np.log1p(np.asarray(values, dtype=np.float64) * factor[:, None])


def _sample(store: Store) -> Any:
    cells, _ = store.shape
    if store.by_columns:
        parts = [store.dense(slice(0, cells), slice(0, min(64, store.shape[1])))]
    else:
        parts = [store.first(start, _LOOK) for start in sorted({0, cells // 2, max(0, cells - _LOOK)})]
    values = np.concatenate([np.asarray(p, dtype=np.float64).ravel() for p in parts])
    return values[np.isfinite(values)]


def _fraction(sample: Any) -> float:
    return float(sample[sample != np.round(sample)][0])
