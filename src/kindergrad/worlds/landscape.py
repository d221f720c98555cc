"""Fitness landscapes of six sites with interactions of order two or three, complete and known.

Every form of the sites has a fitness: a sum of terms for single sites, for pairs, and for triples, each drawn at
random. The sites stand in a fixed scaffold, with three letters between neighbours, so that short words hold one site
only. The corpus holds forms as often as their fitness allows (Gibbs sampling of all forms, exact).

Source: orders of interaction as in Weinreich et al. (2013), doi:10.1016/j.gde.2013.10.007.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode_rows
from kindergrad.worlds._background import Codes, Floats
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds._types import DoubleChanges

WORLD = "landscape"
SITES, BETWEEN = 6, 3
ORDERS = {"pairs": 2, "triples": 3}
"""Largest order of interaction of each landscape."""


class Cycles(NamedTuple):
    """Double changes: a form without either change, with the left, with the right, and with both.

    Attributes
    ----------
    codes : shape (n, 4, length), in that order.
    fitness : shape (n, 4).
    """

    codes: Codes
    fitness: Floats

    @property
    def interaction(self) -> Floats:
        """What the two changes do beyond the sum of each, shape (n,)."""
        return interaction(self.fitness)


def interaction(values: Floats) -> Floats:
    """none - left - right + both along the last axis, (..., 4) -> (...)."""
    return np.asarray(values @ np.array([1.0, -1.0, -1.0, 1.0]))


@dataclass(frozen=True, kw_only=True)
class Landscape(Simulator):
    """Landscapes of pairs and of triples.

    Attributes
    ----------
    strength : standard deviation of a term of an interaction; single sites have 1.
    noise : standard deviation of a measured fitness.
    """

    strength: float = 0.7
    noise: float = 0.3

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"landscapes"})

    @property
    def told(self) -> str:
        orders = " and ".join(map(str, ORDERS.values()))
        return f"complete landscapes of {SITES} sites with interactions of order {orders}"

    def fitness(self, kind: str) -> Floats:
        """Fitness of every form, shape (4,) * SITES."""
        return _fitness(self.seed, kind, self.strength)

    def spell(self, kind: str, forms: NDArray[np.int64]) -> Codes:
        """Forms in their scaffold, (n, SITES) -> (n, length)."""
        rng = seeds.stream(self.seed, WORLD, "scaffold", kind)
        scaffold = rng.integers(0, 4, (SITES + 1, BETWEEN)).astype(np.uint8)
        parts = [np.tile(scaffold[0], (len(forms), 1))]
        for site in range(SITES):
            parts += [forms[:, site : site + 1].astype(np.uint8), np.tile(scaffold[site + 1], (len(forms), 1))]
        return np.concatenate(parts, axis=1)

    def cycles(self, rng: np.random.Generator, kind: str, n: int) -> Cycles:
        """n double changes of random sites in random forms."""
        forms = np.repeat(rng.integers(0, 4, (n, 1, SITES)), 4, axis=1)
        for own in forms:
            left, right = rng.choice(SITES, 2, replace=False)
            shift = rng.integers(1, 4, 2)
            own[[1, 3], left] = (own[0, left] + shift[0]) % 4
            own[[2, 3], right] = (own[0, right] + shift[1]) % 4
        flat = forms.reshape(-1, SITES)
        fitness = self.fitness(kind)[tuple(flat.T)]
        return Cycles(self.spell(kind, flat).reshape(n, 4, -1), fitness.reshape(n, 4))

    def measure(self, rng: np.random.Generator, fitness: Floats) -> Floats:
        """Fitness as measured."""
        return np.asarray(fitness + self.noise * rng.standard_normal(fitness.shape))

    def double_changes(self, streams: Sequence[np.random.Generator], kind: str, n: int) -> DoubleChanges:
        """n double changes per stream, each form measured once."""
        drawn = [self.cycles(rng, kind, n) for rng in streams]
        measured = np.stack([self.measure(rng, own.fitness) for rng, own in zip(streams, drawn, strict=True)])
        codes = np.concatenate([own.codes.reshape(4 * n, -1) for own in drawn])
        return DoubleChanges(decode_rows(codes).reshape(-1, n, 4), measured, interaction(measured),
                             np.stack([own.interaction for own in drawn]))

    def write(self, letters: int) -> Codes:
        """Forms of both landscapes, each as often as exp(fitness) says, laid end to end."""
        rng, rows = seeds.stream(self.seed, WORLD, "corpus"), []
        length = SITES + (SITES + 1) * BETWEEN
        each = letters // (len(ORDERS) * length) + 1
        for kind in ORDERS:
            weight = np.exp(self.fitness(kind)).ravel()
            drawn = rng.choice(len(weight), size=each, p=weight / weight.sum())
            rows.append(self.spell(kind, np.stack(np.unravel_index(drawn, (4,) * SITES), axis=1)))
        texts = np.concatenate(rows)
        return np.asarray(texts[rng.permutation(len(texts))].ravel())


@cache
def _fitness(seed: int, kind: str, strength: float) -> Floats:
    """The sum of all terms."""
    rng = seeds.stream(seed, WORLD, "fitness", kind)
    total = np.zeros((4,) * SITES)
    for order in range(1, ORDERS[kind] + 1):
        sets: Sequence[tuple[int, ...]] = list(itertools.combinations(range(SITES), order))
        size = 1.0 if order == 1 else strength
        for sites in sets:
            shape = [4 if site in sites else 1 for site in range(SITES)]
            total = total + (size * rng.standard_normal((4,) * order)).reshape(shape)
    return total


def make(seed: int, size: int = 500_000, strength: float = 0.7, noise: float = 0.3) -> Landscape:
    """Landscapes of one seed; see :class:`Landscape` for the dials."""
    return Landscape(seed=seed, size=size, strength=strength, noise=noise)
