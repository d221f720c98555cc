"""Items of exams on responses: conditions drawn from a world, with exact truth beside them, or two measurements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.errors import NothingToAskError
from kindergrad.core.items import Items
from kindergrad.core.response_puts import match, put_interaction
from kindergrad.core.responses import Condition, asked_columns, gene
from kindergrad.stats.response_exact import agreement, bits_of_choice, correlation, top_overlap
from kindergrad.stats.scoring import rank_first

Floats = NDArray[np.float64]

WIDTH = 8.0
"""Candidates are told apart on the scale of this part of a typical squared response."""
TOP = 20
"""Genes of the sharp twin of most scores."""
RESPONSES = ("no-change", "perturbed-mean", "on-target", "metadata")
"""The floors of every exam on responses; others are named beside them."""

INTERACTIONS = ("no-change", "perturbed-mean", "shrunk-additive", "curved-additive", "matching-mean")
"""The floors of exams on interactions."""


class Known(NamedTuple):
    """What a world knows of the right answers: they themselves, or two measurements of them.

    Attributes
    ----------
    first : exact, or what is scored. again : a second measurement, or None. exact : which of the two it is.
    more : columns of the truth that tell how reliable the first is, where it was not measured again.
    """

    first: Floats
    again: Floats | None
    exact: bool
    more: dict[str, Floats]

    def read(self, reading: Callable[[Floats], Floats]) -> Known:
        """The same of what is read off the responses."""
        return self._replace(first=reading(self.first), again=None if self.again is None else reading(self.again))

    def minus(self, other: Known) -> Known:
        """The difference of both measurements."""
        again = None if self.again is None or other.again is None else self.again - other.again
        return self._replace(first=self.first - other.first, again=again)

    def items(self, asked: dict[str, NDArray[Any]], truth: dict[str, NDArray[Any]]) -> Items:
        """Items with an oracle where the world is exact, else with a second measurement, from which the ceiling comes.
        """
        again = {} if self.again is None else {"replicate": self.again}
        return Items(asked=asked, truth=truth | again | self.more, ideal=self.first if self.exact else None)


def known(world: Any, chosen: Sequence[Condition], *, apart: bool = False) -> Known:
    """Responses of conditions; ``apart``: of real cells, minus controls that nothing else uses."""
    if world.exact:
        return Known(world.response(chosen), None, True, {})
    first, again = world.measured(chosen, apart=apart)
    return Known(first, again, False, world.reliable(chosen))


def sizes(world: Any, chosen: Sequence[Condition]) -> Known:
    """Length of responses."""
    if world.exact:
        return Known(np.sqrt((world.response(chosen) ** 2).sum(axis=1)), None, True, {})
    return Known(*world.sizes(chosen), False, {})


def correlations(world: Any, context: str) -> tuple[Floats, ...]:
    """Correlations among control cells, shape (genes, genes): as told to whoever chooses items, and as they are scored,
    twice in a real world.
    """
    if world.exact:
        return (world.scatter(context).correlation,) * 2
    return tuple(world.correlations[context])


def draw(world: Any, conditions: Sequence[Condition], n: int, seed: int, *names: str) -> list[Condition]:
    """``n`` conditions with replacement, each from a stream of its own; in a real world each once, in random order.

    Raises
    ------
    NothingToAskError
        If there is none to draw from.
    """
    if not conditions:
        raise NothingToAskError(f"this world has no condition for {'/'.join(names)}; try a larger one")
    if not world.exact:
        return [conditions[i] for i in seeds.stream(seed, *names).permutation(len(conditions))[:n]]
    return [conditions[int(rng.integers(len(conditions)))] for rng in seeds.item_streams(n, seed, *names)]


def profile_items(world: Any, conditions: Sequence[Condition], n: int, seed: int, name: str) -> Items:
    """Items that ask for a whole response. The perturbed genes themselves do not count.

    Where a response is one number, an item is a list of combinations that share a gene.
    """
    if not world.exact and world.readout:
        return _lists(world, lists(world, conditions, n, seed, name))
    return whole_profiles(world, draw(world, conditions, n, seed, name))


def whole_profiles(world: Any, chosen: Sequence[Condition]) -> Items:
    """As :func:`profile_items`, of given conditions."""
    found = known(world, chosen)
    return found.items(asked_columns(chosen), {
        "response": found.first, "reference": world.centroid(chosen), "counted": counted(world, chosen),
        "cluster": clusters(world, chosen)})


def interaction_items(world: Any, conditions: Sequence[Condition], n: int, seed: int, name: str) -> Items:
    """Items that ask what combinations do beyond smaller ones; see ``put_interaction``. Of real cells, only where a
    response is one number: differences of whole responses to three conditions are mostly noise.
    """
    if not world.exact:
        return _lists(world, lists(world, conditions, n, seed, name), interaction=True)
    chosen = draw(world, conditions, n, seed, name)
    exact = put_interaction(_Exact(world), asked_columns(chosen))
    return Items(asked=asked_columns(chosen), ideal=exact, truth={
        "response": exact, "reference": np.zeros_like(exact), "counted": counted(world, chosen),
        "cluster": clusters(world, chosen)})


class _Exact:
    """Answers with the truth of a world."""

    def __init__(self, world: Any) -> None:
        self.predict_response = world.response


def lists(world: Any, conditions: Sequence[Condition], n: int, seed: int, name: str) -> list[list[Condition]]:
    """Combinations that share a gene, ``world.listed`` each; each combination stands in one list at most.

    Raises
    ------
    NothingToAskError
        If no gene has enough combinations.
    """
    left: dict[tuple[str, str], list[Condition]] = {}
    for condition in sorted(conditions):
        for part in condition.parts:
            left.setdefault((part, condition.context), []).append(condition)
    found: list[list[Condition]] = []
    while left and len(left[most := max(left, key=lambda k: (len(left[k]), k))]) >= world.listed:
        order = seeds.stream(seed, name, "lists", len(found)).permutation(len(left[most]))[: world.listed]
        found.append([left[most][i] for i in np.sort(order)])
        for condition in found[-1]:
            for part in condition.parts:
                left[part, condition.context].remove(condition)
    if not found:
        raise NothingToAskError(f"no gene of this world has {world.listed} combinations for {name}; try a larger one")
    return [found[i] for i in seeds.stream(seed, name, "lists").permutation(len(found))[:n]]


def _lists(world: Any, rows: list[list[Condition]], *, interaction: bool = False) -> Items:
    flat, shape, at = [c for row in rows for c in row], (len(rows), world.listed), world.panel.place[world.readout]

    def numbers(wanted: Sequence[Condition]) -> Known:
        return known(world, wanted).read(lambda x: x[:, at].reshape(shape))

    found, reference = numbers(flat), world.centroid(flat)[:, at].reshape(shape)
    if interaction:
        for k in (0, 1):
            found = found.minus(numbers([c.alone()[k] for c in flat]))
        reference = np.zeros(shape)
    shared = [min(set.intersection(*(set(c.parts) for c in row))) for row in rows]
    return found.items({**asked_columns(rows), "gene": np.full(shape, at)}, {
        "response": found.first, "reference": reference, "counted": np.ones(shape), "cluster": np.array(shared)})


def gene_items(world: Any, chosen: Sequence[Condition], places: Sequence[Sequence[int]]) -> Items:
    """Items that ask for the response of some genes only, as many for each condition; of real cells, minus controls
    that nothing else uses.
    """
    at = np.array(places, dtype=np.int64)
    found = known(world, chosen, apart=True).read(lambda x: np.take_along_axis(x, at, axis=1))
    return found.items({**asked_columns(chosen), "gene": at}, {
        "response": found.first, "reference": np.take_along_axis(world.centroid(chosen), at, axis=1),
        "counted": np.ones(at.shape), "cluster": clusters(world, chosen)})


def match_items(world: Any, candidates: Sequence[Sequence[Condition]], seed: int, name: str) -> Items:
    """Items that ask which candidate made a profile of fresh cells; the first of each row did, and is moved.

    In a real world the fresh cells are those that are scored, and the second measurement of all candidates is the best
    answer there is.
    """
    streams = seeds.item_streams(len(candidates), seed, name, "cells")
    place = np.array([int(rng.integers(len(row))) for rng, row in zip(streams, candidates, strict=True)])
    rows = [[*row[1 : at + 1], row[0], *row[at + 1 :]] for row, at in zip(candidates, place, strict=True)]
    flat = [c for row in rows for c in row]
    found = known(world, flat).read(lambda x: x.reshape(len(rows), len(rows[0]), -1))
    profile = found.first[np.arange(len(rows)), place]
    if world.exact:
        fresh = [world.scatter(row[0].context).draw(1, rng)[0] for row, rng in zip(rows, streams, strict=True)]
        profile = profile + np.stack(fresh) / np.sqrt(world.cells)
    ignored = 1 - counted(world, flat).reshape(found.first.shape).min(axis=1)
    width = np.full(len(rows), world.typical / WIDTH)
    asked = {**asked_columns(rows), "profile": profile, "ignored": ignored, "width": width}
    own = np.array([row[0].perturbation for row in candidates])
    return found.read(lambda x: match(x, asked)).items(asked, {"true": place, "cluster": own})


def candidates_of(world: Any, known: Sequence[Condition], count: int, rng: np.random.Generator, *,
                  alike: bool) -> list[Condition]:
    """Different perturbations in one context: of one pathway, or each of another one.

    Raises
    ------
    NothingToAskError
        If no pathway and context has enough.
    """
    groups: dict[tuple[str, str], list[Condition]] = {}
    for condition in known:
        groups.setdefault((condition.context, world.cluster(condition)), []).append(condition)
    if alike:
        large = [own for own in groups.values() if len(own) >= count]
        if not large:
            raise NothingToAskError(f"no pathway has {count} perturbations in one context; try more experiments")
        own = large[int(rng.integers(len(large)))]
        return [own[i] for i in rng.choice(len(own), count, replace=False)]
    rich = sorted({c for c, _ in groups if sum(context == c for context, _ in groups) >= count})
    if not rich:
        raise NothingToAskError(f"no context has perturbations of {count} pathways; try more experiments")
    context = rich[int(rng.integers(len(rich)))]
    pathways = [own for (where, _), own in groups.items() if where == context]
    return [pathways[i][int(rng.integers(len(pathways[i])))] for i in rng.choice(len(pathways), count, replace=False)]


def counted(world: Any, conditions: Sequence[Condition]) -> Floats:
    """0 for the perturbed genes of each condition and for those not measured; for all others 1, or the weights of a
    real world. Shape (n, genes).
    """
    found = np.ones((len(conditions), len(world.panel.genes)))
    for row, condition in zip(found, conditions, strict=True):
        row[[world.panel.place[gene(p)] for p in condition.parts if gene(p) in world.panel.place]] = 0.0
    if world.panel.unmeasured:
        found[:, -world.panel.unmeasured :] = 0.0
    return found if world.exact or world.weights is None else found * world.weights


def clusters(world: Any, conditions: Sequence[Condition]) -> NDArray[np.str_]:
    """Pathways touched: the unit of the standard error."""
    return np.array([world.cluster(c) for c in conditions])


def moved(answers: Floats, items: Any) -> tuple[Floats, Floats]:
    """Prediction and truth as differences from the mean of training, on the genes that count. Shapes (n, genes)."""
    reference, counted = items.truth["reference"], items.truth["counted"]
    return (answers - reference) * counted, (items.truth["response"] - reference) * counted


def agrees(answers: Floats, items: Any) -> Floats:
    """Agreement in direction and size: 1 for the truth, 0 for the mean of training. (n,) in [-1, 1]."""
    return agreement(*moved(answers, items))


def correlates(answers: Floats, items: Any) -> Floats:
    """Correlation over genes: 1 for the truth, 0 for the mean of training. (n,) in [-1, 1]."""
    return correlation(*moved(answers, items))


def top_twenty(answers: Floats, items: Any) -> Floats:
    """The sharp twin: share of the twenty genes that move most that are named; of short lists, a quarter. (n,)."""
    predicted, true = moved(answers, items)
    return top_overlap(predicted, true, k=min(TOP, max(1, true.shape[1] // 4)))


def signs_right(answers: Floats, items: Any) -> Floats:
    """The sharp twin where few genes are asked about: share of them that go the right way. (n,) in [0, 1]."""
    return np.asarray((np.sign(answers) == np.sign(items.truth["response"])).mean(axis=1))


def gained_bits(answers: Floats, items: Any) -> Floats:
    """Bits gained about which candidate made the profile: 0 for a guess. (n,)."""
    return bits_of_choice(answers, items.truth["true"])


def named_first(answers: Floats, items: Any) -> Floats:
    """The sharp twin: 1 where the true candidate is first, 1/k in a tie of k. (n,)."""
    return rank_first(answers, items.truth["true"])


def own_genes(world: Any, condition: Condition) -> list[int]:
    """Places of the perturbed genes in the panel."""
    return [world.panel.place[gene(p)] for p in condition.parts if gene(p) in world.panel.place]
