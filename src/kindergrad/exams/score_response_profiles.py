"""Skills that ask for a whole profile, as a difference from the mean of the training perturbations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored
from kindergrad.exams.score_response_items import Context, Material
from kindergrad.exams.score_response_skills import NO_REFERENCE, SWAPPED, Found, Pool, same, subsets
from kindergrad.stats import response, response_error, response_genes

Floats = NDArray[np.float64]
Wanted = Callable[[Context, str], bool]
_FEWEST_FOR_METADATA = 5
NO_PAIRS = "no two scored pairs whose genes were both trained alone in the same context"


def parts_seen(context: Context, label: str) -> tuple[int, int]:
    """Number of genes of a label, and how many of them were trained alone in this context."""
    parts = label.split("+")
    return len(parts), sum(part in context.training for part in parts)


def unseen_gene(context: Context, label: str) -> bool:
    return "+" not in label and context.home and label not in context.seen_elsewhere


def unseen_gene_and_context(context: Context, label: str) -> bool:
    return "+" not in label and not context.home and label not in context.seen_elsewhere


def other_cell_type(context: Context, label: str) -> bool:
    return label in context.seen_elsewhere and not context.donor


def other_donor(context: Context, label: str) -> bool:
    return label in context.seen_elsewhere and context.donor


def pair(seen: int) -> Wanted:
    """Pairs of which so many genes were trained alone."""
    return lambda context, label: context.home and parts_seen(context, label) == (2, seen)


def profile(wanted: Wanted, absent: str) -> Callable[[Material, str], Found]:
    """Reliability-weighted correlation with the truth of all items of a kind."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        if not any(context.reference is not None for context in material.contexts):
            return NotScored(skill=skill, reason=NO_REFERENCE)
        for context in subsets(material, wanted):
            reference = context.reference if context.reference is not None else context.control
            out = response.against_mean(context.prediction, context.folds, reference, context.weights)
            floors = {name: response.against_mean(x, context.folds, reference, context.weights).value
                      for name, x in named_floors(context, reference).items()}
            pool.add(context, out.value, out.ceiling, weight=out.weight, reliability=out.reliability,
                     floors={"training mean": np.zeros(len(out.value)), SWAPPED: out.swapped, **floors})
            shared = response.shared_control(context.prediction, context.truth, context.control)
            fitted = response.against_control(context.prediction, context.folds, context.controls, context.weights)
            pool.twin(pearson_delta_shared_controls=shared, pearson_delta_cross_fitted=fitted.value,
                      r_art=np.full(len(shared), artefact(context)),
                      top_20_overlap=response_genes.overlap(context.prediction - reference, context.truth - reference),
                      nearest_training_similarity=nearest(context, reference))
        if not pool.value:
            return NotScored(skill=skill, reason=absent)
        return pool.score(skill, "reliability-weighted correlation, perturbed-mean reference")

    return found


def named_floors(context: Context, reference: Floats) -> dict[str, Floats]:
    """Profiles that know a name, a number or a relative, but no biology; each (n, genes)."""
    out = {"control": same(context, context.control), "cells only": by_cells(context, reference),
           "target only": by_target(context, reference)}
    if np.isfinite(context.elsewhere).all():
        out["same perturbation elsewhere"] = reference + context.elsewhere
    singles = [[context.training[p] for p in label.split("+") if p in context.training] for label in context.labels]
    if any("+" in label for label in context.labels) and all(singles):
        size = ((context.known - context.control) ** 2) @ context.weights
        out["strongest single"] = context.known[[max(rows, key=lambda i: size[i]) for rows in singles]]
        out["mean of singles"] = np.stack([context.known[rows].mean(axis=0) for rows in singles])
    return out


def by_cells(context: Context, reference: Floats) -> Floats:
    """What the number of cells tells: training profiles regressed on its logarithm."""
    said = same(context, reference)
    if len(context.known) < _FEWEST_FOR_METADATA or context.known_cells.min() == context.known_cells.max():
        return said
    log = np.log(context.known_cells)
    slope = (log - log.mean()) @ (context.known - context.known.mean(axis=0)) / np.sum((log - log.mean()) ** 2)
    return np.asarray(said + (np.log(context.cells) - log.mean())[:, None] * slope)


def by_target(context: Context, reference: Floats) -> Floats:
    """What the name tells: the training mean, with the usual effect on the target's own gene."""
    said = same(context, reference)
    moves = [context.known[i, context.place[p]] - context.control[context.place[p]]
             for p, i in context.training.items() if p in context.place]
    if len(moves) >= 3:
        for i, label in enumerate(context.labels):
            for part in label.split("+"):
                if part in context.place:
                    gene = context.place[part]
                    said[i, gene] = context.control[gene] + np.median(moves)
    return said


def additive(context: Context) -> Floats:
    """Control plus the effects of both singles, (n, genes), for pairs with both singles in training."""
    rows = np.array([[context.training[p] for p in label.split("+")] for label in context.labels])
    return np.asarray(context.control + (context.known[rows] - context.control).sum(axis=1))


def nearest(context: Context, reference: Floats) -> Floats:
    """Correlation of each truth with the training profile that is nearest to it; a dial, not a score."""
    if not len(context.known):
        return np.zeros(len(context.labels))
    return np.asarray(response.pearson_table(context.truth - reference, context.known - reference, context.weights)
                      .max(axis=1))


def artefact(context: Context) -> float:
    """Expected correlation of the training mean without signal, with all controls on both sides."""
    known = max(len(context.known), 1)
    return response.shared_control_artefact(context.n_controls, float(np.median(context.cells)), known)


def adding(material: Material, skill: str) -> Found:
    """Pairs whose genes were both trained alone: squared error, since a correlation cannot tell a sum from a mean."""
    pool = Pool()
    for context in subsets(material, pair(2)):
        folds, weights = context.folds, context.weights
        reference = context.reference if context.reference is not None else context.control
        named = {"training mean": same(context, reference), **named_floors(context, reference)}
        floors = {name: response_error.errors(x, folds, weights) for name, x in named.items()}
        pool.add(context, response_error.errors(context.prediction, folds, weights),
                 response_error.noise(folds, weights),
                 floors={SWAPPED: response_error.swapped(context.prediction, folds, weights), **floors})
        found = response.against_mean(context.prediction, folds, reference, weights)
        pool.twin(correlation=found.value, sum_of_singles=response_error.errors(additive(context), folds, weights),
                  top_20_overlap=response_genes.overlap(context.prediction - reference, context.truth - reference))
    if not pool.value:
        return NotScored(skill=skill, reason=NO_PAIRS)
    return pool.score(skill, "minus squared error")


def epistasis(material: Material, skill: str) -> Found:
    """What a pair does beyond the sum of its singles: squared error against that of the sum, hence no shared noise."""
    pool = Pool()
    for context in subsets(material, pair(2)):
        folds, weights = context.folds, context.weights
        total = additive(context)
        value = response_error.errors(context.prediction, folds, weights)
        parts = [_interaction_floors(context, total, a, b) for a, b, _, _ in response.halves(folds)]
        floors = {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]}
        pool.add(context, value, response_error.noise(folds, weights),
                 floors={"sum of singles": response_error.errors(total, folds, weights), **floors})
        said, true = context.prediction - total, context.truth - total
        pool.twin(residual_correlation_shared_singles=response.pearson(said, true, weights))
    if not pool.value:
        return NotScored(skill=skill, reason=NO_PAIRS)
    return pool.score(skill, "minus squared error, where the sum of singles is the floor")


def _interaction_floors(context: Context, total: Floats, scored: Floats, kept: Floats) -> dict[str, Floats]:
    """The sum shrunk or stretched by one factor, and moved by one profile, both fitted to the half not scored."""
    w = context.weights / context.weights.sum()
    move, found = total - context.control, kept - context.control
    factor = float(np.sum(move * found * w) / max(float(np.sum(move * move * w)), 1e-300))
    usual = (kept - total).mean(axis=0)
    return {"scaled sum": -((context.control + factor * move - scored) ** 2 @ w),
            "sum and the usual interaction": -((total + usual - scored) ** 2 @ w)}
