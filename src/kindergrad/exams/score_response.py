"""Score predicted responses: one table of predictions, read from kindergarten to frontier.

Shows: what each skill of the perturbation syllabus earns on these perturbations, between floors that know no biology
and the ceiling that the truth's own noise sets.
Does not show: that the engine never saw the scored cells (above the ceiling by more than its error is a sign that it
did); transfer to perturbations of another kind.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kindergrad.core.answers_response import NotScored, ScoreAnswer, SkillScore
from kindergrad.core.names import ExpressionScale
from kindergrad.exams import score_response_combos as combos
from kindergrad.exams import score_response_doses as doses
from kindergrad.exams import score_response_field
from kindergrad.exams import score_response_profiles as profiles
from kindergrad.exams import score_response_sets as sets
from kindergrad.exams import score_response_skills as skills
from kindergrad.exams import score_response_spread as spread
from kindergrad.exams.score_response_items import Material, material, name_of, read_training, training_of
from kindergrad.exams.score_response_skills import Found
from kindergrad.exposure import own_concepts
from kindergrad.stats import response, response_genes
from kindergrad.stats.response_retrieval import Retrieved
from kindergrad.worlds import expression_tables
from kindergrad.worlds.expression_tables import Columns, ContextKind, ExpressionTable, Way

Tell = Callable[[int, int, str], None]


class Files(NamedTuple):
    """What is read: predicted cells or one row a perturbation, measured cells and controls (both h5ad); training
    perturbations, one a line, or None to use the truth's column 'split', if any; gene sets (GMT)."""

    prediction: Path
    truth: Path
    training: Path | None = None
    gene_sets: Path | None = None


class Scales(NamedTuple):
    """What the user declares; None where the numbers shall tell."""

    truth: ExpressionScale | None = None
    prediction: ExpressionScale | None = None


AS_PROVEN = Scales()

SKILLS: dict[str, Callable[[Material, str], Found]] = {
    "perturbation/on-target": skills.on_target,
    "perturbation/nothing": skills.nothing,
    "perturbation/strong-or-weak": skills.strong_or_weak,
    "perturbation/recognise": skills.retrieval(Retrieved.TRUTHS_FOR_PREDICTION),
    "perturbation/up-or-down": skills.genes(
        response_genes.direction, "net share of movement of the 50 strongest genes that goes the predicted way"),
    "perturbation/dose-between": profiles.squared(
        doses.between, "no two scored doses between trained ones of the same perturbation (column 'dose')",
        doses.neighbours),
    "perturbation/another-guide": profiles.profile(
        profiles.seen_in(ContextKind.BATCH), "no two scored perturbations that were trained in another batch "
                                             "(--context batch)"),
    "perturbation/programme": sets.programme,
    "perturbation/relative": sets.relatives(
        1, None, "no two scored single perturbations that are new and have a relative in training"),
    "perturbation/additive-pair": combos.adding(),
    "perturbation/new-donor": profiles.profile(
        profiles.seen_in(ContextKind.DONOR), "no two scored perturbations that were trained in another donor "
                                             "(--context names the column)"),
    "perturbation/which-genes-first": skills.genes(
        response_genes.order, "place of the movement in the predicted order of genes"),
    "perturbation/stranger": sets.stranger,
    "perturbation/half-seen-pair": profiles.profile(
        profiles.pair(1), "no two scored pairs of which one gene was trained alone"),
    "perturbation/new-cell-type": profiles.profile(
        profiles.seen_in(ContextKind.CELLS), "no two scored perturbations that were trained in another context"),
    "perturbation/spread": spread.spread,
    "perturbation/epistasis": combos.beyond(2, "pairs"),
    "perturbation/unseen-pair": profiles.profile(
        profiles.pair(0), "no two scored pairs of which no gene was trained alone"),
    "perturbation/stranger-elsewhere": profiles.profile(
        profiles.unseen_gene_and_context, "no two scored single perturbations that are new, in a context without "
                                          "training"),
    "perturbation/backwards": skills.retrieval(Retrieved.PREDICTIONS_FOR_TRUTH),
    "perturbation/beyond-the-range": profiles.squared(
        doses.beyond, "no two scored doses above all trained ones of the same perturbation (column 'dose')",
        doses.neighbours),
    "perturbation/rare-pathway": sets.relatives(
        1, sets.RARE, f"no two scored single perturbations that are new, with 1 to {sets.RARE} relatives in training"),
    "perturbation/three-at-once": combos.beyond(3, "triples"),
}
"""Skill -> how it is read from a table of predictions, in the order of the syllabus."""

_FEW_ITEMS = 5
"""Items below which a standard error says little about itself."""
_CELLS = 4.0
"""Rows a perturbation from which predictions are cells, whose spread can be scored."""


def score_files(files: Files, *, scales: Scales = AS_PROVEN, columns: Columns = expression_tables.AS_FOUND,
                tell: Tell = lambda done, planned, what: None) -> ScoreAnswer:
    """Read the files and score.

    Parameters
    ----------
    scales : of truth and prediction, where they do not prove it.

    Raises
    ------
    InputError
        One line with counts and examples of what cannot be used.
    """
    declared = None if files.training is None else read_training(files.training)
    named = {} if files.gene_sets is None else {one.name: one.settings["genes"]
                                                for one in own_concepts.gmt(files.gene_sets)}
    own = columns._replace(control=None)
    seen = expression_tables.glance(files.prediction, own)
    tell(0, 2 + len(SKILLS), f"reading {files.truth.name}")
    true = expression_tables.read(files.truth, scale=scales.truth, columns=columns,
                                  way=Way(squares=seen.rows_each >= _CELLS))
    tell(1, 2 + len(SKILLS), f"reading {files.prediction.name}")
    if true.dialect.context in seen.columns:
        own = own._replace(context=true.dialect.context)
    said = expression_tables.read(
        files.prediction, scale=scales.prediction, columns=own,
        way=Way(folds=1, need_control=False, squares=true.squares is not None, doses=_dosed(true)))
    return score(said, true, material(said, true, declared or training_of(true), named), tell=tell)


def _dosed(truth: ExpressionTable) -> bool:
    return any(name_of(label) != label for label in truth.labels)


def score(prediction: ExpressionTable, truth: ExpressionTable, found: Material, *,
          tell: Tell = lambda done, planned, what: None) -> ScoreAnswer:
    """Score aligned tables."""
    scored: list[SkillScore] = []
    refused: list[NotScored] = []
    for step, (skill, read) in enumerate(SKILLS.items()):
        tell(2 + step, 2 + len(SKILLS), skill)
        one = read(found, skill)
        if isinstance(one, SkillScore):
            scored.append(one)
        else:
            refused.append(one)
    tell(2 + len(SKILLS), 2 + len(SKILLS), "")
    return ScoreAnswer(
        skills=tuple(scored), r_art=_weighted(found, profiles.artefact), mode_collapse=_collapse(found),
        dialect=truth.dialect.name, field=_field(found), n_scored=found.n_scored, n_predicted=found.n_predicted,
        n_training=found.n_training, not_scored=tuple(refused), notes=_notes(found, scored),
        read={"truth": f"{truth.dialect}; {truth.evidence}", "prediction": f"{prediction.dialect}; "
                                                                           f"{prediction.evidence}"})


def _weighted(found: Material, of: Callable[..., float]) -> float:
    sizes = np.array([len(c.labels) for c in found.contexts], dtype=np.float64)
    return float(np.array([of(c) for c in found.contexts]) @ sizes / sizes.sum())


def _collapse(found: Material) -> float | None:
    ratios = [(response.mode_collapse(c.prediction, c.folds, c.weights), len(c.labels))
              for c in found.contexts if len(c.labels) > 1]
    known = [(ratio, n) for ratio, n in ratios if ratio is not None]
    return sum(r * n for r, n in known) / sum(n for _, n in known) if known else None


def _field(found: Material) -> dict[str, float | None]:
    parts: dict[str, list[float]] = {}
    for context in found.contexts:
        targets = np.array([context.place.get(name_of(label), -1) for label in context.labels])
        for name, values in score_response_field.metrics(context.prediction, context.truth, context.control,
                                                         targets=targets).items():
            parts.setdefault(name, []).extend(values.tolist())
    return {name: float(np.mean(values)) for name, values in parts.items()}


def _notes(found: Material, scored: list[SkillScore]) -> tuple[str, ...]:
    notes = list(found.notes)
    if found.few_cells:
        notes.append(f"{len(found.few_cells):,} perturbations have fewer than 4 cells and were left out: "
                     + ", ".join(found.few_cells[:5]))
    if not found.declared:
        notes.append("no training perturbations are declared: skills that need a reference were not scored")
    thin = [one.skill for one in scored if one.score is not None and one.n_items < _FEW_ITEMS]
    if thin:
        notes.append(f"fewer than {_FEW_ITEMS} items: the standard error itself is hardly known for {', '.join(thin)}")
    for one in scored:
        if one.score is not None and one.stderr is not None and one.score > 1.0 + 3.0 * one.stderr + 0.2:
            notes.append(f"{one.skill} lies above its ceiling: has the engine seen the scored cells?")
    return tuple(notes)
