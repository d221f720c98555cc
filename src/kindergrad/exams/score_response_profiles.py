"""Skills that ask for a whole profile, as a difference from the mean of the training perturbations."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored
from kindergrad.exams.score_response_items import Context, Material, name_of
from kindergrad.exams.score_response_skills import NO_REFERENCE, SWAPPED, Found, Pool, same, subsets, with_target
from kindergrad.stats import response, response_error, response_genes
from kindergrad.worlds.expression_tables import ContextKind

Floats = NDArray[np.float64]
Wanted = Callable[[Context, str], bool]
Further = Callable[[Context], Mapping[str, Floats]]
"""Further profiles by name, each (n, genes)."""


def nothing_more(context: Context) -> Mapping[str, Floats]:
    return {}


_FEWEST_FOR_METADATA = 5


def parts_seen(context: Context, label: str) -> tuple[int, int]:
    """Number of genes of a label, and how many of them were trained alone in this context."""
    parts = label.split("+")
    return len(parts), sum(part in context.training for part in parts)


def new_gene(context: Context, label: str) -> bool:
    """A single perturbation that did not train, at any dose, in any context."""
    return "+" not in label and name_of(label) not in context.trained_names | set(map(name_of, context.seen_elsewhere))


def unseen_gene(context: Context, label: str) -> bool:
    return context.home and new_gene(context, label)


def unseen_gene_and_context(context: Context, label: str) -> bool:
    return not context.home and new_gene(context, label)


def seen_in(kind: ContextKind) -> Wanted:
    """Perturbations that trained in other contexts, which are of a kind."""
    return lambda context, label: label in context.seen_elsewhere and context.kind is kind


def pair(seen: int) -> Wanted:
    """Pairs of which so many genes were trained alone."""
    return lambda context, label: context.home and parts_seen(context, label) == (2, seen)


def profile(wanted: Wanted, absent: str, more: Further = nothing_more) -> Callable[[Material, str], Found]:
    """Reliability-weighted correlation with the truth of all items of a kind, against ``more`` floors."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        if not any(context.reference is not None for context in material.contexts):
            return NotScored(skill=skill, reason=NO_REFERENCE)
        for context in subsets(material, wanted, across=True):
            reference = context.reference if context.reference is not None else context.control
            out = _read(context, context.prediction, reference)
            named = {**named_floors(context, reference), **more(context)}
            floors = {name: _read(context, x, reference).value for name, x in named.items()}
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


def _read(context: Context, profiles: Floats, reference: Floats) -> response.Response:
    """Agreement with the truth, as differences from the reference.

    Items of several contexts refer to the usual effect on their own controls. These are cross-fitted, or a prediction
    that is the same in every context would share their noise with the truth.
    """
    if not context.several:
        return response.against_mean(profiles, context.folds, reference, context.weights)
    usual = reference - context.control
    return response.against_control(profiles - usual, context.folds - usual, context.controls, context.weights)


def squared(wanted: Wanted, absent: str, more: Further = nothing_more, beside: Further = nothing_more
            ) -> Callable[[Material, str], Found]:
    """Squared error of all items of a kind, where size counts as much as direction; ``beside`` are twins."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        if not any(context.reference is not None for context in material.contexts):
            return NotScored(skill=skill, reason=NO_REFERENCE)
        for context in subsets(material, wanted):
            folds, weights = context.folds, context.weights
            reference = context.reference if context.reference is not None else context.control
            named = {"training mean": same(context, reference), **named_floors(context, reference), **more(context)}
            floors = {name: response_error.errors(x, folds, weights) for name, x in named.items()}
            pool.add(context, response_error.errors(context.prediction, folds, weights),
                     response_error.noise(folds, weights),
                     floors={SWAPPED: response_error.swapped(context.prediction, folds, weights), **floors})
            plain = response.against_mean(context.prediction, folds, reference, weights)
            pool.twin(correlation=plain.value, top_20_overlap=response_genes.overlap(context.prediction - reference,
                                                                                     context.truth - reference),
                      **{name: response_error.errors(x, folds, weights) for name, x in beside(context).items()})
        if not pool.value:
            return NotScored(skill=skill, reason=absent)
        return pool.score(skill, "minus squared error")

    return found


def named_floors(context: Context, reference: Floats) -> dict[str, Floats]:
    """Profiles that know a name, a number or a relative, but no biology; each (n, genes)."""
    out = {"control": same(context, context.control), "cells only": by_cells(context, reference),
           "target only": with_target(context, same(context, reference))}
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
