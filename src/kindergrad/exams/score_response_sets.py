"""Skills that need gene sets (pathways, complexes): relatives of a gene, rare pathways, programmes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored
from kindergrad.exams.score_response_items import Context, Material, name_of
from kindergrad.exams.score_response_profiles import Wanted, named_floors, profile, unseen_gene
from kindergrad.exams.score_response_skills import NO_REFERENCE, SWAPPED, Found, Pool
from kindergrad.stats import response

Floats = NDArray[np.float64]
Sets = Mapping[str, NDArray[np.int64]]
NO_SETS = "needs gene sets: name a GMT file with --gene-sets"
FEWEST_SETS = 10
RARE = 2
"""Training perturbations of a pathway up to which it is rare."""


def relatives(fewest: int, most: int | None, absent: str) -> Callable[[Material, str], Found]:
    """Genes that never trained, of whose gene sets so many others did; their mean is a floor."""

    def found(material: Material, skill: str) -> Found:
        if not material.sets:
            return NotScored(skill=skill, reason=NO_SETS)
        kin = Kin(material.sets)

        def wanted(context: Context, label: str) -> bool:
            n = len(kin.rows(context, label))
            return unseen_gene(context, label) and fewest <= n and (most is None or n <= most)

        return profile(wanted, absent, kin.floors)(material, skill)

    return found


def stranger(material: Material, skill: str) -> Found:
    """Genes that never trained; with gene sets, only those none of whose sets did."""
    kin = Kin(material.sets)
    wanted: Wanted = unseen_gene if not material.sets else \
        lambda context, label: unseen_gene(context, label) and not kin.rows(context, label)
    return profile(wanted, "no two scored single perturbations that are new, in a context with training"
                   + (", and share no gene set with it" if material.sets else ""))(material, skill)


class Kin:
    """Which genes stand in a set together."""

    def __init__(self, sets: Sets) -> None:
        self._of: dict[int, set[int]] = {}
        for genes in sets.values():
            for gene in genes.tolist():
                self._of.setdefault(gene, set()).update(genes.tolist())

    def rows(self, context: Context, label: str) -> list[int]:
        """Training singles of this context whose gene shares a set with that of the label."""
        mine = self._of.get(context.place.get(name_of(label), -1), set())
        return [row for known, row in context.training.items()
                if "+" not in known and context.place.get(name_of(known), -1) in mine]

    def floors(self, context: Context) -> dict[str, Floats]:
        rows = [self.rows(context, label) for label in context.labels]
        return {"mean of relatives": np.stack([context.known[at].mean(axis=0) for at in rows])} if all(rows) else {}


def programme(material: Material, skill: str) -> Found:
    """Which gene sets go up and which down, on average over their genes, against the mean of training."""
    if len(material.sets) < FEWEST_SETS:
        return NotScored(skill=skill, reason=NO_SETS if not material.sets else
                         f"fewer than {FEWEST_SETS} gene sets are measured")
    pool = Pool()
    for context in material.contexts:
        if context.reference is None or len(context.labels) < 2:
            continue
        mean, weights = _means(material.sets, len(context.genes), context.weights)
        said, folds = context.prediction @ mean, context.folds @ mean
        reference = context.reference @ mean
        out = response.against_mean(said, folds, reference, weights)
        floors = {name: response.against_mean(x @ mean, folds, reference, weights).value
                  for name, x in named_floors(context, context.reference).items()}
        pool.add(context, out.value, out.ceiling, weight=out.weight, reliability=out.reliability,
                 floors={"training mean": np.zeros(len(out.value)), SWAPPED: out.swapped, **floors})
        move, true = said - reference, folds.mean(axis=0) - reference
        most = np.abs(true).argmax(axis=1)[:, None]
        pool.twin(strongest_programme_right_way=(np.take_along_axis(move, most, 1) * np.take_along_axis(true, most, 1)
                                                 > 0)[:, 0].astype(np.float64))
    if not pool.value:
        return NotScored(skill=skill, reason=NO_REFERENCE)
    return pool.score(skill, "reliability-weighted correlation over programmes, perturbed-mean reference")


def _means(sets: Sets, genes: int, weights: Floats) -> tuple[Floats, Floats]:
    """Mean over the genes of each set, each in units of its noise, (genes, sets); and a weight of each set."""
    out = np.zeros((genes, len(sets)))
    for column, at in enumerate(sets.values()):
        out[at, column] = np.sqrt(weights[at]) / len(at)
    sizes = np.array([len(at) for at in sets.values()], dtype=np.float64)
    return out, sizes  # the noise of a mean falls with the number of genes
