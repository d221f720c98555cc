"""Landscapes have interactions up to their order and no further, and the corpus follows the fitness."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.core.seeds import stream
from kindergrad.testing import check_world
from kindergrad.worlds import landscape
from kindergrad.worlds.landscape import BETWEEN, ORDERS, SITES, Landscape, interaction

WORLD = Landscape(seed=0)


def test_it_is_a_world() -> None:
    check_world(landscape.make(0, size=20_000), again=landscape.make(0, size=20_000))


def differences(fitness: np.ndarray, sites: int) -> np.ndarray:
    """Differences between the first two letters of the first ``sites`` sites, one after the other."""
    for _ in range(sites):
        fitness = fitness[1] - fitness[0]
    return fitness


@pytest.mark.parametrize(("kind", "order"), list(ORDERS.items()))
def test_no_interaction_beyond_the_order(kind: str, order: int) -> None:
    fitness = WORLD.fitness(kind)
    assert np.abs(differences(fitness, order + 1)).max() < 1e-9
    assert np.abs(differences(fitness, order)).max() > 0.1


def test_interactions_of_pairs_do_not_depend_on_the_other_sites_and_those_of_triples_do() -> None:
    spread = {kind: float(differences(WORLD.fitness(kind), 2).std()) for kind in ORDERS}
    assert spread["pairs"] < 1e-9 < 0.3 < spread["triples"]


def test_without_interaction_all_is_additive() -> None:
    cycles = Landscape(seed=0, strength=0.0).cycles(stream(0, "cycles"), "triples", 50)
    assert np.abs(cycles.interaction).max() < 1e-9


@pytest.mark.parametrize("kind", list(ORDERS))
def test_cycles_change_two_sites_and_their_fitness_is_looked_up(kind: str) -> None:
    cycles = WORLD.cycles(stream(1, "cycles"), kind, 40)
    sites = [BETWEEN + (BETWEEN + 1) * i for i in range(SITES)]
    for codes, fitness in zip(cycles.codes, cycles.fitness, strict=True):
        changed = [np.flatnonzero(codes[i] != codes[0]).tolist() for i in range(4)]
        assert [len(c) for c in changed] == [0, 1, 1, 2] and sorted(changed[1] + changed[2]) == changed[3]
        assert set(changed[3]) <= set(sites)
        assert fitness == pytest.approx([WORLD.fitness(kind)[tuple(row[sites].tolist())] for row in codes])
    assert cycles.interaction == pytest.approx(interaction(cycles.fitness))


def test_forms_are_as_frequent_as_their_fitness_says() -> None:
    small = landscape.make(0, size=500_000)
    length = SITES + (SITES + 1) * BETWEEN
    corpus = small.corpus(0)[0]
    texts = Counter(corpus[i : i + length] for i in range(0, 480_000, length))
    forms = stream(2, "forms").integers(0, 4, (4, SITES))
    common = max(texts, key=lambda t: texts[t])
    for kind in ORDERS:
        every = small.fitness(kind)
        p = np.exp(every) / np.exp(every).sum()
        best = np.array([np.unravel_index(int(p.argmax()), p.shape)])
        expected = 480_000 / length / 2 * p.max()
        assert texts[decode(small.spell(kind, best)[0])] == pytest.approx(expected, rel=0.2)
    assert texts[common] > 20 and small.spell("pairs", forms).shape == (4, length)
