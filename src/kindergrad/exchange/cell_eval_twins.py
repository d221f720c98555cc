"""Metrics of cell-eval (extra ``cells``) on the same files: differential expression by pdex, energy distance, clusters.

The numbers are cell-eval's own, on the perturbations that both files hold, both in log1p of counts per 10,000. They
are shown beside the scores as ``cell_eval/...``, and as twins of the skills that ask the same smoothly: deltas use
shared controls, and gene sets are chosen on the truth that is scored.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core.answers_response import ScoreAnswer
from kindergrad.core.errors import InputError
from kindergrad.core.names import ExpressionScale
from kindergrad.worlds import expression_tables
from kindergrad.worlds.expression_tables import CONTROL, Columns

TWINS = {
    "perturbation/strong-or-weak": ("de_spearman_sig", "pearson_edistance"),
    "perturbation/recognise": ("discrimination_score_l1", "discrimination_score_l2", "discrimination_score_cosine"),
    "perturbation/up-or-down": ("de_direction_match",),
    "perturbation/which-genes-first": ("overlap_at_N", "precision_at_N", "de_sig_genes_recall", "de_spearman_lfc_sig",
                                       "pr_auc", "roc_auc"),
}
"""Which of its metrics stand beside which skill."""

_FEWEST_CELLS = 2
"""cell-eval tests predicted cells against control cells; one row a perturbation has no spread."""


def beside(answer: ScoreAnswer, found: dict[str, float | None]) -> ScoreAnswer:
    """The answer with these metrics among those of the field and among the twins of skills."""
    skills = tuple(one.model_copy(update={"twins": {**one.twins, **{
        name: found[name] for name in (f"cell_eval/{short}" for short in TWINS.get(one.skill, ())) if name in found}}})
        for one in answer.skills)
    return answer.model_copy(update={"skills": skills, "field": {**answer.field, **found}})


def metrics(prediction: Path, truth: Path, columns: Columns = expression_tables.AS_FOUND, *,
            scales: tuple[ExpressionScale | None, ExpressionScale | None] = (None, None)) -> dict[str, float | None]:
    """Means over perturbations of all metrics of cell-eval, ``cell_eval/name`` -> value, None where it is not finite.

    Parameters
    ----------
    scales : of truth and prediction, where they do not prove it.

    Raises
    ------
    InputError
        Without the extra; for files that hold one row a perturbation, or several contexts.
    """
    try:
        from cell_eval import MetricsEvaluator
    except ImportError:
        raise InputError("cell-eval is not installed; expected version 0.8.2 or later; try pip install "
                         "'kindergrad[cells]'") from None
    real, said = _common(expression_tables.labelled(truth, columns, scale=scales[0]),
                         expression_tables.labelled(prediction, columns._replace(control=None), scale=scales[1],
                                                    need_control=False),
                         prediction)
    with tempfile.TemporaryDirectory() as scratch:
        evaluator = MetricsEvaluator(said, real, control_pert=CONTROL, pert_col="perturbation", num_threads=1,
                                     outdir=scratch)
        _, found = evaluator.compute(profile="full", write_csv=False)
    (means,) = [row for row in found.iter_rows(named=True) if row["statistic"] == "mean"]
    return {f"cell_eval/{name}": float(value) if value is not None and math.isfinite(value) else None
            for name, value in means.items() if name != "statistic"}


def _common(real: Any, said: Any, path: Path) -> tuple[Any, Any]:
    """Both tables cut to their common genes and perturbations; the controls of the truth where there are no others."""
    import anndata

    genes = [gene for gene in real.var_names if gene in set(said.var_names)]
    both = (set(real.obs["perturbation"]) & set(said.obs["perturbation"])) | {CONTROL}
    if len(both) < 2 or not genes:
        raise InputError(f"{path} shares {len(both) - 1} perturbations and {len(genes)} genes with the truth; expected "
                         "some of each; use the names of the truth")
    real = real[real.obs["perturbation"].isin(both), genes].copy()
    said = said[said.obs["perturbation"].isin(both), genes].copy()
    counts = said.obs["perturbation"].value_counts()
    if counts.min() < _FEWEST_CELLS:
        raise InputError(f"{path} holds one row for {int((counts < _FEWEST_CELLS).sum()):,} perturbations (such as "
                         f"'{counts.idxmin()}'); cell-eval needs predicted cells; leave --cell-eval out, or predict "
                         "cells")
    if CONTROL not in counts:
        said = anndata.concat([said, real[real.obs["perturbation"] == CONTROL]])
        said.obs_names_make_unique()
    said.X = said.X.astype(np.float32)
    real.X = real.X.astype(np.float32)
    return real, said
