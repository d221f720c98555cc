"""Items of exams on responses: conditions drawn from a world, with exact truth beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.errors import InputError
from kindergrad.core.items import Items
from kindergrad.core.response_puts import match, put_interaction
from kindergrad.core.responses import Condition, asked_columns, gene
from kindergrad.stats.response_exact import agreement, bits_of_choice, correlation, top_overlap
from kindergrad.stats.scoring import rank_first

if TYPE_CHECKING:
    from kindergrad.worlds.gene_network import GeneNetwork

Floats = NDArray[np.float64]

WIDTH = 8.0
"""Candidates are told apart on the scale of this part of a typical squared response."""
TOP = 20
"""Genes of the sharp twin of most scores."""
RESPONSES = ("no-change", "perturbed-mean", "on-target", "metadata")
"""The floors of every exam on responses; others are named beside them."""

INTERACTIONS = ("no-change", "perturbed-mean", "shrunk-additive", "matching-mean")
"""The floors of exams on interactions."""


def draw(conditions: Sequence[Condition], n: int, seed: int, *names: str) -> list[Condition]:
    """``n`` conditions with replacement, each from a stream of its own.

    Raises
    ------
    InputError
        If there is none to draw from.
    """
    if not conditions:
        raise InputError(f"this world has no condition for {'/'.join(names)}; try a larger one")
    return [conditions[int(rng.integers(len(conditions)))] for rng in seeds.item_streams(n, seed, *names)]


def profile_items(world: GeneNetwork, conditions: Sequence[Condition], n: int, seed: int, name: str) -> Items:
    """Items that ask for a whole response. The perturbed genes themselves do not count."""
    return whole_profiles(world, draw(conditions, n, seed, name))


def whole_profiles(world: GeneNetwork, chosen: Sequence[Condition]) -> Items:
    """As :func:`profile_items`, of given conditions."""
    response = world.response(chosen)
    return Items(
        asked=asked_columns(chosen), ideal=response,
        truth={"response": response, "reference": world.centroid(chosen), "counted": counted(world, chosen),
               "cluster": clusters(world, chosen)},
    )


def interactions(world: GeneNetwork, chosen: Sequence[Condition]) -> Items:
    """Items that ask what combinations do beyond smaller ones; see ``put_interaction``."""
    exact = put_interaction(_Exact(world), asked_columns(chosen))
    return Items(
        asked=asked_columns(chosen), ideal=exact,
        truth={"response": exact, "reference": np.zeros_like(exact), "counted": counted(world, chosen),
               "cluster": clusters(world, chosen)},
    )


class _Exact:
    """Answers with the truth of a world."""

    def __init__(self, world: GeneNetwork) -> None:
        self.predict_response = world.response


def gene_items(world: GeneNetwork, chosen: Sequence[Condition], places: Sequence[Sequence[int]]) -> Items:
    """Items that ask for the response of some genes only, as many for each condition."""
    at = np.array(places, dtype=np.int64)
    response = np.take_along_axis(world.response(chosen), at, axis=1)
    return Items(
        asked={**asked_columns(chosen), "gene": at}, ideal=response,
        truth={"response": response, "reference": np.take_along_axis(world.centroid(chosen), at, axis=1),
               "counted": np.ones(at.shape), "cluster": clusters(world, chosen)},
    )


def match_items(world: GeneNetwork, candidates: Sequence[Sequence[Condition]], seed: int, name: str) -> Items:
    """Items that ask which candidate made a profile of fresh cells; the first of each row did, and is moved."""
    streams = seeds.item_streams(len(candidates), seed, name, "cells")
    place = np.array([int(rng.integers(len(row))) for rng, row in zip(streams, candidates, strict=True)])
    rows = [[*row[1 : at + 1], row[0], *row[at + 1 :]] for row, at in zip(candidates, place, strict=True)]
    flat = [c for row in rows for c in row]
    exact = world.response(flat).reshape(len(rows), len(rows[0]), -1)
    noise = np.stack([world.scatter(row[0].context).draw(1, rng)[0] for row, rng in zip(rows, streams, strict=True)])
    profile = exact[np.arange(len(rows)), place] + noise / np.sqrt(world.cells)
    ignored = 1 - counted(world, flat).reshape(exact.shape).min(axis=1)
    width = np.full(len(rows), world.typical / WIDTH)
    asked = {**asked_columns(rows), "profile": profile, "ignored": ignored, "width": width}
    ideal = match(exact, asked)
    own = np.array([row[0].perturbation for row in candidates])
    return Items(asked=asked, ideal=ideal, truth={"true": place, "cluster": own})


def candidates_of(world: GeneNetwork, known: Sequence[Condition], count: int, rng: np.random.Generator, *,
                  alike: bool) -> list[Condition]:
    """Different perturbations in one context: of one pathway, or each of another one.

    Raises
    ------
    InputError
        If no pathway and context has enough.
    """
    groups: dict[tuple[str, str], list[Condition]] = {}
    for condition in known:
        groups.setdefault((condition.context, world.cluster(condition)), []).append(condition)
    if alike:
        large = [own for own in groups.values() if len(own) >= count]
        if not large:
            raise InputError(f"no pathway has {count} perturbations in one context; try more experiments")
        own = large[int(rng.integers(len(large)))]
        return [own[i] for i in rng.choice(len(own), count, replace=False)]
    rich = sorted({c for c, _ in groups if sum(context == c for context, _ in groups) >= count})
    if not rich:
        raise InputError(f"no context has perturbations of {count} pathways; try more experiments")
    context = rich[int(rng.integers(len(rich)))]
    pathways = [own for (where, _), own in groups.items() if where == context]
    return [pathways[i][int(rng.integers(len(pathways[i])))] for i in rng.choice(len(pathways), count, replace=False)]


def counted(world: GeneNetwork, conditions: Sequence[Condition]) -> Floats:
    """0 for the perturbed genes of each condition, 1 for all others. Shape (n, genes)."""
    found = np.ones((len(conditions), len(world.panel.genes)))
    for row, condition in zip(found, conditions, strict=True):
        row[[world.panel.place[gene(p)] for p in condition.parts if gene(p) in world.panel.place]] = 0.0
    return found


def clusters(world: GeneNetwork, conditions: Sequence[Condition]) -> NDArray[np.str_]:
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
    """The sharp twin: share of the twenty genes that move most that are named. (n,) in [0, 1]."""
    return top_overlap(*moved(answers, items), k=TOP)


def signs_right(answers: Floats, items: Any) -> Floats:
    """The sharp twin where few genes are asked about: share of them that go the right way. (n,) in [0, 1]."""
    return np.asarray((np.sign(answers) == np.sign(items.truth["response"])).mean(axis=1))


def gained_bits(answers: Floats, items: Any) -> Floats:
    """Bits gained about which candidate made the profile: 0 for a guess. (n,)."""
    return bits_of_choice(answers, items.truth["true"])


def named_first(answers: Floats, items: Any) -> Floats:
    """The sharp twin: 1 where the true candidate is first, 1/k in a tie of k. (n,)."""
    return rank_first(answers, items.truth["true"])


def own_genes(world: GeneNetwork, condition: Condition) -> list[int]:
    """Places of the perturbed genes in the panel."""
    return [world.panel.place[gene(p)] for p in condition.parts if gene(p) in world.panel.place]
