"""Leaders of messengers with known ribosome load, for ribosomes that scan to a start and for those of bacteria.

The first scan from the left. At each ATG a share of those that pass begins, the more so the better its context; the
rest scan on. Those that began upstream of the gene's start are lost to it if their frame runs into the gene, write the
gene's protein with a longer beginning if the frame is the gene's own, and, where a stop comes before the gene, scan on
after it with a chance that grows with the way that is left (reinitiation).

Those of bacteria do not scan. They bind a word before the start, the more so the better it pairs with their RNA and the
nearer it is to its best distance (:mod:`kindergrad.worlds._shine_dalgarno`).

Source: the scanning model, Kozak (1987), doi:10.1093/nar/15.20.8125, and Kozak (2002),
doi:10.1016/S0378-1119(02)01056-9; the numbers are ours. Loads are the expected number of ribosomes on the gene, or the
share of the time that one is bound at its start.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.dna import decode, encode
from kindergrad.core.errors import InputError
from kindergrad.worlds import _background, _shine_dalgarno
from kindergrad.worlds._background import Codes, Floats
from kindergrad.worlds._simulator import Simulator

WORLD = "translation"
CONTEXT = np.array([(0.2, 0.3, 0.4, 0.1), (0.2, 0.4, 0.2, 0.2), (0.2, 0.5, 0.2, 0.1), (0.55, 0.03, 0.40, 0.02),
                    (0.35, 0.40, 0.15, 0.10), (0.15, 0.60, 0.15, 0.10)])
"""Share of each letter at the six places before a good start; the one at -3 matters most."""
AFTER = np.array([0.25, 0.15, 0.50, 0.10])
"""Share of each letter after the ATG of a good start."""
WEAK = 0.5  # of ribosomes begin at a start whose context is as good as noise
STOPS = ("TAA", "TAG", "TGA")
EARLY = 3  # letters of an upstream ATG
FITS = (0.0, 0.5, 1.0, 2.0)
WORDS = (0.0, 0.5, 1.5)
"""How well the three words of a bacterial leader fit the site: 0 its letters in any order."""
FIDELITY = 0.8
BETWEEN = 4
"""Letters between two words."""
EDGE = 2
"""Letters at least before the first word and after the last, else pairs and triplets at the start tell the distance."""
SHORTEST = 40
"""Letters of a leader that three words at different distances need."""


@dataclass(frozen=True, kw_only=True)
class Translation(Simulator):
    """Leaders and their loads.

    Attributes
    ----------
    leader, gene : letters before the gene's start, and of the gene from there on.
    again : letters after which half of those that finished an early frame can begin again.
    noise : standard deviation of a measured load, as a share of the largest.
    strength, spacing : of the bond of a bacterial ribosome, per kcal/mol; and the best number of letters between its
        word and the start.
    """

    leader: int = 48
    gene: int = 18
    again: float = 40.0
    noise: float = 0.05
    strength: float = 0.45
    spacing: float = 6.0

    name: ClassVar[str] = WORLD
    version: ClassVar[int] = 2
    offers: ClassVar[frozenset[str]] = frozenset({"leaders"})

    @property
    def told(self) -> str:
        return (f"leaders of {self.leader} letters, half of them with early starts and start contexts, half with words "
                "that bacterial ribosomes bind, and their ribosome load")

    @cached_property
    def background(self) -> _background.Background:
        return _background.draw_chain(seeds.stream(self.seed, WORLD, "background"))

    def leaders(self, rng: np.random.Generator, n: int, *, early: bool) -> list[str]:
        """n leaders, each with its gene, of the same letters.

        They differ in the order of the letters before the start, and in an early triplet: A, T and G in any order at
        one place, or an ATG at places in all three frames where ``early``.
        """
        noise = decode(self.background.write(rng.random((1, self.leader - EARLY - len(CONTEXT))), [[]])[0])
        gene = "ATG" + decode(self.background.write(rng.random((1, self.gene - 3)), [[]])[0])
        near = _background.instance(rng, CONTEXT)
        first = int(rng.integers(4, len(noise) - 12))
        out = []
        for _ in range(n):
            context = decode(_background.rearranged(rng, near, CONTEXT ** float(rng.choice(FITS))))
            triplet = "ATG" if early else decode(rng.permutation(encode("ATG")))
            at = first + int(rng.integers(9)) if early else first
            out.append(noise[:at] + triplet + noise[at:] + context + gene)
        return out

    def load(self, texts: Sequence[str]) -> Floats:
        """Share of scanning ribosomes that write the gene, shape (n,) in [0, 1]; exact."""
        return np.array([self._load(text) for text in texts])

    def _load(self, text: str) -> float:
        scanning, gained = 1.0, 0.0
        back: dict[int, float] = {}  # place -> ribosomes that scan on from there
        for at in range(self.leader + 1):
            scanning += back.pop(at, 0.0)
            if text[at : at + 3] != "ATG":
                continue
            begun = scanning * self.begins(text, at)
            scanning -= begun
            if at == self.leader:
                return gained + begun
            stop = next((i for i in range(at + 3, self.leader + 1, 3) if text[i : i + 3] in STOPS and i + 3 <=
                         self.leader), None)
            if stop is not None:
                left = self.leader - stop - 3
                back[stop + 3] = back.get(stop + 3, 0.0) + begun * left / (left + self.again)
            elif (self.leader - at) % 3 == 0:
                gained += begun
        return gained

    @staticmethod
    def begins(text: str, at: int) -> float:
        """Share of passing ribosomes that begin at an ATG, by its context; missing letters count as noise."""
        score = 0.0
        for place, shares in enumerate(CONTEXT):
            where = at - len(CONTEXT) + place
            score += float(np.log(shares["ACGT".index(text[where])] * 4)) if where >= 0 else 0.0
        score += float(np.log(AFTER["ACGT".index(text[at + 3])] * 4)) if at + 3 < len(text) else 0.0
        return float(1 / (1 + (1 - WEAK) / WEAK * np.exp(-score)))

    def bacterial(self, rng: np.random.Generator, n: int) -> list[str]:
        """n leaders, each with its gene, of the same three words and the same letters between them.

        They differ in the order of the words and in how far the last of them is from the start. So they hold the same
        short words, but for those at the seams.
        """
        site = encode(_shine_dalgarno.SITE)
        fits = np.where(site[:, None] == np.arange(4), FIDELITY, (1 - FIDELITY) / 3)
        words = [decode(_background.rearranged(rng, site, fits**fit)) for fit in WORDS]
        noise = decode(self.background.write(rng.random((1, self.leader - len(WORDS) * len(site))), [[]])[0])
        gene = "ATG" + decode(self.background.write(rng.random((1, self.gene - 3)), [[]])[0])
        out = []
        for i in rng.permutation(n) + int(rng.integers(len(WORDS))):
            last = i % len(WORDS)  # each word is the last of about as many leaders
            first, second = rng.permutation([j for j in range(len(WORDS)) if j != last])
            at = int(rng.integers(EDGE, len(noise) - 2 * BETWEEN - EDGE + 1))
            left, middle, right, rest = (noise[a:b] for a, b in itertools.pairwise(
                (0, at, at + BETWEEN, at + 2 * BETWEEN, len(noise))))
            out.append(left + words[first] + middle + words[second] + right + words[last] + rest + gene)
        return out

    def bound(self, texts: Sequence[str]) -> Floats:
        """Share of the time that a bacterial ribosome sits at the gene's start, shape (n,) in [0, 1]; exact."""
        return _shine_dalgarno.bound(np.stack([encode(text[: self.leader]) for text in texts]), self.strength,
                                      self.spacing)

    def write(self, letters: int) -> Codes:
        """Leaders with their genes laid end to end, kept with a chance equal to their load, as by selection.

        Every second one is bacterial.
        """
        rng, kept, total = seeds.stream(self.seed, WORLD, "corpus"), [], 0
        while total < letters:
            if len(kept) % 2:
                texts = self.bacterial(rng, 1)
                load = self.bound(texts)
            else:
                texts = self.leaders(rng, 1, early=bool(rng.random() < 0.3))
                load = self.load(texts)
            if rng.random() < load[0]:
                kept.append(texts[0])
                total += len(texts[0])
        return encode("".join(kept))


def measured(world: Translation, streams: Sequence[np.random.Generator], loads: Floats) -> Floats:
    """Loads as measured, (n, c) -> (n, c)."""
    noise = np.stack([rng.standard_normal(loads.shape[1]) for rng in streams])
    return np.asarray(loads + world.noise * noise)


def make(seed: int, size: int = 200_000, leader: int = 48, noise: float = 0.05, strength: float = 0.45,
         spacing: float = 6.0) -> Translation:
    """Leaders of one seed; see :class:`Translation` for the dials.

    Raises
    ------
    InputError
        If a leader has no room for three words.
    """
    if leader < SHORTEST:
        raise InputError(f"leaders of {leader} letters are too short; expected at least {SHORTEST}; try leader: 48")
    return Translation(seed=seed, size=size, leader=leader, noise=noise, strength=strength, spacing=spacing)
