"""Skills read from one table of predictions, from kindergarten to frontier. Each gives a score or says why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_response import NotScored, SkillScore
from kindergrad.core.names import CeilingKind
from kindergrad.exams.score_response_across import joined
from kindergrad.exams.score_response_items import Context, Material, name_of
from kindergrad.stats import response, response_error, response_genes, response_retrieval
from kindergrad.stats.response_retrieval import Retrieved
from kindergrad.stats.response_score import weigh
from kindergrad.worlds.expression_tables import apart

Floats = NDArray[np.float64]
Found = SkillScore | NotScored

SWAPPED = "other labels"
_SURE = 3.0
"""Standard errors by which halves must beat chance in retrieval."""
NO_REFERENCE = "needs a reference: name the training perturbations with --train-perturbations, or in a column 'split'"


@dataclass
class Pool:
    """Items of one skill from all contexts, end to end."""

    value: list[Floats] = field(default_factory=list)
    ceiling: list[Floats] = field(default_factory=list)
    weight: list[Floats] = field(default_factory=list)
    reliability: list[Floats] = field(default_factory=list)
    floors: list[Mapping[str, Floats]] = field(default_factory=list)
    twins: dict[str, list[Floats]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(self, context: Context, value: Floats, ceiling: Floats, *, floors: Mapping[str, Floats],
            weight: Floats | None = None, reliability: Floats | None = None) -> None:
        """Items of one context, all arrays of shape (n,)."""
        self.value.append(value)
        self.ceiling.append(ceiling)
        self.weight.append(np.ones(len(value)) if weight is None else weight)
        self.reliability.append(np.full(len(value), np.nan) if reliability is None else reliability)
        self.floors.append(floors)
        self.labels += context.labels
        self.groups += context.groups

    def twin(self, **values: Floats) -> None:
        for name, value in values.items():
            self.twins.setdefault(name, []).append(value)

    def score(self, skill: str, metric: str, kind: CeilingKind = CeilingKind.RELIABILITY) -> SkillScore:
        """The skill's answer."""
        weight, r = np.concatenate(self.weight), np.concatenate(self.reliability)
        found = weigh(np.concatenate(self.value), self._floors(), np.concatenate(self.ceiling), weights=weight,
                      clusters=self._clusters(weight))
        known = np.isfinite(r)
        low = known & (response.spearman_brown(np.where(known, r, 0.0)) < response.UNANSWERABLE)
        total = float(weight[known].sum())
        return SkillScore(
            skill=skill, score=found.score, stderr=found.stderr, value=found.value, metric=metric, floors=found.floors,
            ceiling=found.ceiling, ceiling_kind=kind, n_items=found.n, n_unanswerable=int(low.sum()),
            unanswerable=tuple(f"{label} in {group}" if group else label for label, group, bad in
                               zip(self.labels, self.groups, low, strict=True) if bad),
            reliability=float(weight[known] @ r[known] / total) if total > 0 else None, reason=found.reason,
            twins={name: _mean(np.concatenate(parts)) for name, parts in self.twins.items()})

    def _floors(self) -> dict[str, Floats]:
        """Every floor over all contexts; where a context lacks one, the highest of its own stands in."""
        stand_in = [max(part.values(), key=lambda floor: float(floor.mean())) for part in self.floors]
        names = dict.fromkeys(name for part in self.floors for name in part)
        return {name: np.concatenate([part.get(name, best) for part, best in zip(self.floors, stand_in, strict=True)])
                for name in names}

    def _clusters(self, weight: Floats) -> NDArray[np.str_]:
        """What is drawn together: a perturbation with all its doses and contexts; with only one, a context."""
        names = np.array([name_of(label) for label in self.labels])
        return names if len(set(names[weight > 0])) > 1 else np.array(self.groups)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) and np.isfinite(values).all() else None


def same(context: Context, profile: Floats) -> Floats:
    """One profile as the prediction of every item, (n, genes)."""
    return np.array(np.broadcast_to(profile, (len(context.labels), len(context.genes))))


def on_target(material: Material, skill: str) -> Found:
    """Expression of the perturbed gene itself; squared error, hence no reference."""
    pool = Pool()
    for context in material.contexts:
        rows, genes = _targets(context)
        if not rows:
            continue
        part = context.subset(rows)
        at, n = np.array(genes), np.arange(len(rows))
        truth = part.folds[:, n, at][:, :, None]
        one = np.ones(1)
        usual = _usual_target(context)
        floors = {"no change": response_error.errors(context.control[at][:, None], truth, one),
                  **({SWAPPED: _swapped_errors(part.prediction[:, at], truth)} if len(rows) > 1 else {})}
        plain = {"training mean": context.reference, "usual effect on a target": None if usual is None
                 else context.control + usual}
        floors |= {name: response_error.errors(profile[at][:, None], truth, one) for name, profile in plain.items()
                   if profile is not None}
        said = part.prediction[n, at]
        value = response_error.errors(said[:, None], truth, one)
        pool.add(part, value, response_error.noise(truth, one), floors=floors)
        pool.twin(sign_right=(np.sign(said - context.control[at]) == np.sign(part.truth[n, at] - context.control[at]))
                  .astype(np.float64))
    if not pool.value:
        return NotScored(skill=skill, reason="no scored single perturbation is of a gene that the table holds")
    return pool.score(skill, "minus squared error of the target's log expression")


def _targets(context: Context) -> tuple[list[int], list[int]]:
    """Items whose perturbed gene is measured, and its column."""
    names = list(map(name_of, context.labels))
    hit = [(i, context.place[name]) for i, name in enumerate(names) if name in context.place]
    return [i for i, _ in hit], [g for _, g in hit]


def _usual_target(context: Context) -> float | None:
    """Median effect of training perturbations on their own gene."""
    moves = target_moves(context)
    return float(np.median(moves)) if len(moves) >= 3 else None


def target_moves(context: Context) -> list[float]:
    """Effect of each training perturbation on its own gene."""
    at = [(i, context.place[name_of(p)]) for p, i in context.training.items() if name_of(p) in context.place]
    return [float(context.known[i, gene] - context.control[gene]) for i, gene in at]


def with_target(context: Context, profiles: Floats, usual: float | None = None) -> Floats:
    """What the name tells: profiles with the usual effect on the perturbed genes themselves, (n, genes)."""
    usual = _usual_target(context) if usual is None else usual
    said = profiles.copy()
    if usual is not None:
        for row, label in zip(said, context.labels, strict=True):
            at = [context.place[part] for part in name_of(label).split("+") if part in context.place]
            row[at] = context.control[at] + usual
    return said


def _named(context: Context) -> dict[str, Floats]:
    """One profile for all, with the perturbed genes moved far the way in which such genes move: they stand in the
    question. The way is that of training, else of the scored truth itself."""
    rows, genes = _targets(context)
    moves = target_moves(context) or [float(context.truth[i, g] - context.control[g]) for i, g in
                                      zip(rows, genes, strict=True)]
    base = context.truth.mean(axis=0) if context.reference is None else context.reference
    if not moves:
        return {}
    return {"target first": with_target(context, same(context, base), 10.0 * float(np.median(moves)))}


def _swapped_errors(table: Floats, truth: Floats) -> Floats:
    """Mean over the other items' predictions (rows) of minus the squared error at each item's gene (columns)."""
    n = len(table)
    each = np.mean([-((table - a[:, 0]) ** 2) for a, _, _, _ in response.halves(truth)], axis=0)
    return np.asarray((each.sum(axis=0) - np.diag(each)) / (n - 1))


def strong_or_weak(material: Material, skill: str) -> Found:
    """Order of perturbations by the size of their effect; Spearman, one factor an item."""
    pool = Pool()
    for context in material.contexts:
        if len(context.labels) < 5:
            continue
        a = _sizes(context, (0, 1))
        b = _sizes(context, (2, 3))
        said = np.sqrt(((context.prediction - context.control) ** 2) @ context.weights)
        agree = float((a * b).mean())
        true = (a + b) / 2.0
        cells, depth = _ranks(context.cells.astype(np.float64)), _ranks(context.cells * context.depth)
        floors = {"no order": np.zeros(len(a)), "more cells": cells * true, "fewer cells": -cells * true,
                  "more counts": depth * true, "fewer counts": -depth * true,
                  "more genes, larger dose": _ranks(np.array([_amount(label) for label in context.labels])) * true}
        rows, genes = _targets(context)
        if len(rows) == len(context.labels):
            level = _ranks(context.control[genes])
            floors |= {"target expressed more": level * true, "target expressed less": -level * true}
        pool.add(context, _ranks(said) * true, a * b / np.sqrt(max(agree, 1e-2)), floors=floors)
        pool.twin(strongest_found=np.array([float(said.argmax() == true.argmax())]))
    if not pool.value:
        return NotScored(skill=skill, reason="no context has 5 scored perturbations to put in order")
    return pool.score(skill, "rank correlation of effect sizes")


def _amount(label: str) -> float:
    """What a label alone tells of the size of an effect: the number of genes, then the dose."""
    name, dose = apart(label)
    share = 0.0 if dose is None else dose / (1.0 + dose)
    return name.count("+") + share


def _sizes(context: Context, folds: tuple[int, int]) -> Floats:
    """Ranks of squared effects, free of noise: the product of two disjoint folds, each with its own controls."""
    one, two = (context.folds[k] - context.controls[k] for k in folds)  # controls of a context: one row for all
    return _ranks(np.einsum("ng,ng,g->n", one, two, context.weights))


def _ranks(values: Floats) -> Floats:
    """Ranks with mean 0 and variance 1, ties shared; 0 where all are equal."""
    ranks = response_genes.places(values[:, None].T - values.min(), np.ones(len(values)))[0]
    spread = float(ranks.std())
    return np.asarray((ranks - ranks.mean()) / spread) if spread > 1e-12 else np.zeros(len(values))


def retrieval(direction: Retrieved) -> Callable[[Material, str], Found]:
    """Pick the right one among all scored perturbations of a context, without their target genes."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        for context in material.contexts:
            n = len(context.labels)
            if n < 5:
                continue
            _, targets = _targets(context)
            weights = context.weights.copy()
            if len(targets) < len(weights) / 2:
                weights[targets] = 0.0
            value = response_retrieval.beaten(context.prediction, context.folds, direction, weights)
            known = response_retrieval.replicate(context.folds, direction, weights)
            sure = known.mean() - 0.5 > _SURE * known.std(ddof=1) / np.sqrt(n)  # else there is nothing to extend
            top = response_retrieval.ceiling(context.folds, direction, weights) if sure else known.mean()
            pool.add(context, value, known - known.mean() + top, floors={"chance": np.full(n, 0.5)})
            table = response_retrieval.distances(context.prediction, context.truth, weights)
            pool.twin(found_first=_first(table, direction), chance_of_rank_1=np.full(n, 1.0 / n),
                      a_disjoint_half=known)
        if not pool.value:
            return NotScored(skill=skill, reason="no context has 5 scored perturbations to choose from")
        return pool.score(skill, f"share of candidates further away ({direction.value})")

    return found


def _first(table: Floats, direction: Retrieved) -> Floats:
    from kindergrad.core.seeds import stream

    rank = response_retrieval.rank(table, direction, stream(0, "ties", direction.value))
    return (rank == 1).astype(np.float64)


def genes(read: Callable[..., response.Response], metric: str) -> Callable[[Material, str], Found]:
    """Direction or order of genes, as differences from cross-fitted controls."""

    def found(material: Material, skill: str) -> Found:
        pool = Pool()
        for context in joined(material.contexts, fewest=3):
            folds, controls, weights = context.folds, context.controls, context.weights
            out = read(context.prediction, folds, controls, weights)
            plain = {"mean of what is scored": context.truth.mean(axis=0)}
            if context.reference is not None:
                plain["training mean"] = context.reference
            profiles = {**{name: same(context, x) for name, x in plain.items()}, **_named(context)}
            floors = {name: read(x, folds, controls, weights).value for name, x in profiles.items()}
            pool.add(context, out.value, out.ceiling, weight=out.weight, reliability=out.reliability,
                     floors={"no change": np.zeros(len(out.value)), SWAPPED: out.swapped, **floors})
            pool.twin(top_20_overlap=response_genes.overlap(context.prediction - context.control,
                                                            context.truth - context.control))
        if not pool.value:
            return NotScored(skill=skill, reason="fewer than 3 scored perturbations")
        return pool.score(skill, metric)

    return found


def nothing(material: Material, skill: str) -> Found:
    """Perturbations without a reliable effect: is nothing predicted? Silence is told by the half not scored."""
    pool = Pool()
    for context in material.contexts:
        if context.reference is None:
            continue
        weight = response_error.silent(context.folds, context.controls, context.weights)
        floor = response_error.errors(same(context, context.reference), context.folds, context.weights)
        pool.add(context, response_error.errors(context.prediction, context.folds, context.weights),
                 response_error.noise(context.folds, context.weights), floors={"training mean": floor}, weight=weight)
        moved = ((context.prediction - context.control) ** 2) @ context.weights
        usual = float(((context.reference - context.control) ** 2) @ context.weights)
        pool.twin(predicted_size_over_training_mean=moved[weight > 0.5] / max(usual, 1e-300))
    if not pool.value:
        return NotScored(skill=skill, reason=NO_REFERENCE)
    return pool.score(skill, "minus squared error where nothing happens")


def subsets(material: Material, wanted: Callable[[Context, str], bool], *, across: bool = False) -> Sequence[Context]:
    """Contexts with at least two items of a kind, cut down to them; with ``across``, single ones are put together."""
    out = []
    for context in material.contexts:
        rows = [i for i, label in enumerate(context.labels) if wanted(context, label)]
        if rows and context.reference is not None:
            out.append(context.subset(rows))
    return joined(out, fewest=2) if across else [context for context in out if len(context.labels) >= 2]
