"""Audit measured responses before any model is scored: which perturbations can be answered, and what an artefact earns.

Shows: how well halves of the cells agree, with disjoint controls, and what the mean of all other perturbations
correlates with each, with shared and with disjoint controls.
Does not show: differences between batches, guides or donors, which halves of the same cells share.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import MeanBaseline, ResponseAudit, ResponseReliability
from kindergrad.core.errors import InputError
from kindergrad.core.names import ExpressionScale
from kindergrad.exams.score_response_items import FEWEST_CELLS
from kindergrad.stats import response
from kindergrad.worlds import expression_tables
from kindergrad.worlds.expression_tables import CONTROL, Columns, ExpressionTable, Way

Floats = NDArray[np.float64]
_FALSE = 0.05
"""False discovery rate (Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x)."""


def audit_file(path: Path, *, scale: ExpressionScale | None = None, columns: Columns = expression_tables.AS_FOUND
               ) -> ResponseAudit:
    """Read a file and audit it.

    Raises
    ------
    InputError
        One line with counts and examples of what cannot be used.
    """
    return audit(expression_tables.read(path, scale=scale, columns=columns, way=Way(squares=True)))


def audit(table: ExpressionTable) -> ResponseAudit:
    """Reliability of each perturbation in each context, and the mean baseline of each context."""
    items: list[ResponseReliability] = []
    baselines: list[MeanBaseline] = []
    notes = list(table.notes)
    for context in dict.fromkeys(table.contexts):
        here = [i for i, c in enumerate(table.contexts) if c == context]
        control = [i for i in here if table.labels[i] == CONTROL]
        rows = [i for i in here if table.labels[i] != CONTROL]
        cells = table.cells[:, control].sum(axis=1)
        if not rows:
            continue
        if cells.min(initial=0 if not control else 1) < 1:
            notes.append(f"context '{context}' has fewer than {FEWEST_CELLS} control cells and was left out "
                         f"({len(rows):,} perturbations)")
            continue
        controls = table.sums[:, control].sum(axis=1) / cells[:, None]
        items += _reliabilities(table, rows, control, controls)
        full = [i for i in rows if table.cells[:, i].min() >= 1]
        if len(full) >= 2:
            baselines.append(_baseline(table, full, controls, int(cells.sum())))
    if not items:
        raise InputError(f"{table.path}: no context has both perturbations and {FEWEST_CELLS} controls; got "
                         f"{len(set(table.contexts))} contexts; name their column with --context, or the control with "
                         "--control")
    below = [item for item in items if not item.answerable]
    sizes = np.array([b.n_perturbations for b in baselines], dtype=np.float64)
    return ResponseAudit(
        perturbations=tuple(items), share_below=len(below) / len(items), mean_baseline=tuple(baselines),
        below=tuple(f"{i.perturbation} in {i.context}" if i.context else i.perturbation for i in below),
        r_art=float(np.array([b.r_art_all_controls for b in baselines]) @ sizes / sizes.sum()) if baselines else None,
        dialect=table.dialect.name, read=f"{table.dialect}; {table.evidence}", notes=tuple(notes))


def _reliabilities(table: ExpressionTable, rows: list[int], control: list[int], controls: Floats
                   ) -> list[ResponseReliability]:
    full = [i for i in rows if table.cells[:, i].min() >= 1]
    found: dict[int, float] = {}
    if full:
        split = [response.pearson(a - ca, b - cb) for (a, b, _, _), (ca, cb, _, _) in
                 zip(response.halves(table.folds(full)), response.halves(controls[:, None, :]), strict=True)]
        found = dict(zip(full, response.spearman_brown(np.mean(split, axis=0)).tolist(), strict=True))
    changed, n_controls = _changed(table, rows, control), int(table.n_cells[control].sum())
    out = []
    for i in rows:
        r = found.get(i)
        out.append(ResponseReliability(
            perturbation=table.labels[i], context=table.contexts[i], n_cells=int(table.n_cells[i]),
            n_controls=n_controls, reliability=r, ceiling=None if r is None or r < 0 else float(np.sqrt(r)),
            answerable=r is not None and r >= response.UNANSWERABLE, n_changed=changed.get(i)))
    return out


def _changed(table: ExpressionTable, rows: list[int], control: list[int]) -> dict[int, int]:
    """Number of genes that differ from the controls, for perturbations with at least 2 cells."""
    if table.squares is None:
        return {}
    from scipy import stats

    base = _moments(table, control)
    out = {}
    for i in rows:
        if table.n_cells[i] < 2:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):  # genes that never vary
            p = stats.ttest_ind_from_stats(*_moments(table, [i]), *base, equal_var=False).pvalue
        out[i] = int((stats.false_discovery_control(np.nan_to_num(p, nan=1.0)) < _FALSE).sum())
    return out


def _moments(table: ExpressionTable, rows: list[int]) -> tuple[Floats, Floats, int]:
    """Mean, standard deviation and number of all cells of some rows, the first two of shape (genes,)."""
    n = int(table.n_cells[rows].sum())
    total = table.sums[:, rows].sum(axis=(0, 1))
    squares = np.asarray(table.squares)[:, rows].sum(axis=(0, 1))
    return total / n, np.sqrt(np.maximum(squares - total**2 / n, 0.0) / max(n - 1, 1)), n


def _baseline(table: ExpressionTable, rows: list[int], controls: Floats, n_controls: int) -> MeanBaseline:
    truth = table.means(rows)
    others = (truth.sum(axis=0) - truth) / (len(rows) - 1)
    halves = response.halves(controls[:, None, :])
    shared = [response.shared_control(others, truth, a[0]).mean() for a, _, _, _ in halves]
    fitted = [response.pearson(others - b, truth - a).mean() for a, b, _, _ in halves]
    n_cells = float(np.median(table.n_cells[rows]))
    known = len(rows) - 1
    return MeanBaseline(
        context=table.contexts[rows[0]], n_perturbations=len(rows), n_controls=n_controls, n_cells=n_cells,
        shared_controls=float(np.mean(shared)), cross_fitted_controls=float(np.mean(fitted)),
        r_art=response.shared_control_artefact(n_controls / 2.0, n_cells, known),
        shared_all_controls=float(response.shared_control(others, truth, controls.mean(axis=0)).mean()),
        r_art_all_controls=response.shared_control_artefact(n_controls, n_cells, known))
