"""Combinations whose genes were all trained alone: what adds up, and what two or three do beyond that.

Squared error, since a correlation cannot tell a sum from a mean, and errors against one truth share no noise.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored
from kindergrad.exams.score_response_items import Context, Material
from kindergrad.exams.score_response_profiles import Wanted, parts_seen, squared
from kindergrad.exams.score_response_skills import Found, Pool, subsets
from kindergrad.stats import response, response_error

Floats = NDArray[np.float64]


def known_parts(n: int) -> Wanted:
    """Combinations of n genes, all of which were trained alone in the same context."""
    return lambda context, label: context.home and parts_seen(context, label) == (n, n)


def absent(kind: str) -> str:
    return f"no two scored {kind} whose genes were all trained alone in the same context"


def adding() -> Callable[[Material, str], Found]:
    """Pairs whose genes were both trained alone."""
    return squared(known_parts(2), absent("pairs"), beside=lambda context: {"sum_of_singles": additive(context)})


def beyond(n: int, kind: str) -> Callable[[Material, str], Found]:
    """What n genes do beyond the sum of what is known of them; of three, the trained pairs among them are known too."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        for context in subsets(material, known_parts(n)):
            folds, weights = context.folds, context.weights
            total = additive(context)
            sums = {"sum of singles": total, **({"sum of pairs less singles": pairwise(context)} if n > 2 else {})}
            parts = [{name: floor for label, x in sums.items()
                      for name, floor in _fitted_floors(context, label, x, a, b).items()}
                     for a, b, _, _ in response.halves(folds)]
            floors = {name: np.mean([part[name] for part in parts], axis=0) for name in parts[0]}
            plain = {name: response_error.errors(x, folds, weights) for name, x in sums.items()}
            pool.add(context, response_error.errors(context.prediction, folds, weights),
                     response_error.noise(folds, weights), floors={**plain, **floors})
            said, true = context.prediction - total, context.truth - total
            pool.twin(residual_correlation_shared_singles=response.pearson(said, true, weights))
        if not pool.value:
            return NotScored(skill=skill, reason=absent(kind))
        return pool.score(skill, "minus squared error, where the sum of what is known is the floor")

    return found


def additive(context: Context) -> Floats:
    """Control plus the effects of all singles, (n, genes), for combinations with all singles in training."""
    return np.stack([context.control + _moves(context, label.split("+")).sum(axis=0) for label in context.labels])


def pairwise(context: Context) -> Floats:
    """Control, the effects of all singles, and the interactions of those pairs that were trained. (n, genes)."""
    out = additive(context)
    for row, label in zip(out, context.labels, strict=True):
        for pair in combinations(label.split("+"), 2):
            if "+".join(pair) in context.training:
                row += _moves(context, ["+".join(pair)])[0] - _moves(context, list(pair)).sum(axis=0)
    return out


def _moves(context: Context, labels: list[str]) -> Floats:
    """Effects of training perturbations, (k, genes)."""
    return np.asarray(context.known[[context.training[label] for label in labels]] - context.control)


def _fitted_floors(context: Context, name: str, total: Floats, scored: Floats, kept: Floats) -> dict[str, Floats]:
    """A sum shrunk or stretched by one factor, and moved by one profile, both fitted to the half not scored."""
    w = context.weights / context.weights.sum()
    move, found = total - context.control, kept - context.control
    factor = float(np.sum(move * found * w) / max(float(np.sum(move * move * w)), 1e-300))
    usual = (kept - total).mean(axis=0)
    return {f"{name}, scaled": -((context.control + factor * move - scored) ** 2 @ w),
            f"{name}, and the usual interaction": -((total + usual - scored) ** 2 @ w)}
