"""Promoters with known activity: factors bind their sites by affinity, their occupancy sets the rate, counts are drawn.

Each factor binds at most one place at a time, on either strand: with weights w = concentration * exp(affinity) at all
places, it is bound a share sum(w) / (1 + sum(w)) of the time (Bintu et al. 2005, doi:10.1016/j.gde.2005.02.007).
Activators add to the rate, a repressor takes its share of it. What is measured are counts with more spread than
Poisson's, so that the best engine correlates with them less than perfectly.

Promoters of one item are made of the same letters: the letters of a site in another order bind more weakly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode_rows
from kindergrad.worlds import _background
from kindergrad.worlds._background import Codes, Floats, Written
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds._types import Activities

WORLD = "occupancy"
FITS = (0.0, 0.25, 0.5, 1.0, 3.0)
"""How well the order of a site's letters fits: 0 any order, 1 as drawn from the motif, 3 near its best."""
ACTIVATORS, REPRESSOR = (0, 1), 2
LOWEST, HIGHEST, SILENCED = 1.0, 20.0, 0.9
"""Rate without and with full activation, and the share that a bound repressor takes."""


@dataclass(frozen=True, kw_only=True)
class Occupancy(Simulator):
    """Promoters and their counts.

    Attributes
    ----------
    length, sites : letters of a promoter, and sites in it.
    width, fidelity : of the motifs.
    concentration : natural log; 0 binds half the time a site of no affinity at all. Larger values saturate.
    spread : variance of counts beyond Poisson's, as a share of the squared mean.
    """

    length: int = 80
    sites: int = 4
    width: int = 8
    fidelity: float = 0.85
    concentration: float = -7.0
    spread: float = 0.05

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"activities"})

    @property
    def told(self) -> str:
        return (f"promoters of {self.length} letters with {self.sites} sites of two activators and a repressor, "
                "and counts of their activity")

    @cached_property
    def background(self) -> _background.Background:
        return _background.draw_chain(seeds.stream(self.seed, WORLD, "background"))

    @cached_property
    def motifs(self) -> list[Floats]:
        """Two activators and a repressor."""
        rng = seeds.stream(self.seed, WORLD, "motifs")
        return [_background.motif(rng, self.width, self.fidelity) for _ in range(3)]

    def promoters(self, rng: np.random.Generator, n: int) -> Codes:
        """n promoters of the same letters, which differ in the order of letters in their sites, (n, length)."""
        slot = self.length // self.sites
        rows: list[list[Written]] = [[] for _ in range(n)]
        for i in range(self.sites):
            motif = self.motifs[int(rng.integers(3))]
            start = i * slot + int(rng.integers(slot - self.width - 1))
            letters = _background.instance(rng, motif)
            turn = rng.random() < 0.5
            for own in rows:
                order = _background.rearranged(rng, letters, motif ** float(rng.choice(FITS)))
                own.append(Written(start, (3 - order)[::-1] if turn else order))
        return self.background.write(np.tile(rng.random(self.length), (n, 1)), rows)

    def bound(self, codes: Codes) -> Floats:
        """Share of the time that each factor is bound, (n, length) -> (n, 3)."""
        out = np.zeros((len(codes), 3))
        places = codes.shape[1] - self.width + 1
        for factor, motif in enumerate(self.motifs):
            weight = np.zeros(len(codes))
            for strand in (motif, _background.turned(motif)):
                affinity = sum(np.log(strand[i] * 4)[codes[:, i : i + places]] for i in range(self.width))
                weight += np.exp(self.concentration + affinity).sum(axis=1)
            out[:, factor] = weight / (1 + weight)
        return out

    def rate(self, codes: Codes) -> Floats:
        """Activity, from LOWEST to HIGHEST, (n, length) -> (n,)."""
        bound = self.bound(codes)
        active = bound[:, ACTIVATORS].mean(axis=1) * (1 - SILENCED * bound[:, REPRESSOR])
        return np.asarray(LOWEST + (HIGHEST - LOWEST) * active)

    def counts(self, rng: np.random.Generator, rate: Floats, depth: float) -> NDArray[np.int64]:
        """Counts of mean ``depth`` times the rate: Poisson with gamma-distributed means (negative binomial)."""
        mean = depth * rate
        return rng.poisson(mean * rng.gamma(1 / self.spread, self.spread, rate.shape) if self.spread else mean)

    def activities(self, streams: Sequence[np.random.Generator], n: int, depth: float) -> Activities:
        """n promoters of the same letters per stream, and the log counts measured at a depth."""
        codes = np.stack([self.promoters(rng, n) for rng in streams])
        flat = codes.reshape(-1, codes.shape[2])
        values = measured(self, streams, codes, depth)
        return Activities(decode_rows(flat).reshape(-1, n), values, np.log(self.rate(flat)).reshape(-1, n))

    def write(self, letters: int) -> Codes:
        """Promoters laid end to end, kept with a chance proportional to their activity: selection likes strong ones."""
        rng, rows, total = seeds.stream(self.seed, WORLD, "corpus"), [], 0
        while total < letters:
            drawn = np.concatenate([self.promoters(rng, 2) for _ in range(200)])
            kept = drawn[rng.random(len(drawn)) < self.rate(drawn) / HIGHEST]
            rows.append(kept.ravel())
            total += kept.size
        return np.concatenate(rows)


def measured(world: Occupancy, streams: Sequence[np.random.Generator], codes: Codes, depth: float) -> Floats:
    """Natural log of one plus the counts of each promoter of each item, (n, c, length) -> (n, c)."""
    rate = world.rate(codes.reshape(-1, codes.shape[2])).reshape(codes.shape[:2])
    return np.log1p(np.stack([world.counts(rng, own, depth) for rng, own in zip(streams, rate, strict=True)]))


def make(seed: int, size: int = 200_000, sites: int = 4, fidelity: float = 0.85, concentration: float = -7.0,
         spread: float = 0.05) -> Occupancy:
    """Promoters of one seed; see :class:`Occupancy` for the dials."""
    return Occupancy(seed=seed, size=size, sites=sites, fidelity=fidelity, concentration=concentration, spread=spread)
