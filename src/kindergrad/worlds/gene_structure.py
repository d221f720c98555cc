"""Genes with introns as a hidden Markov model: every base has a true class, and its posterior is exact.

Between genes stands background. A gene is a promoter motif, a leader, ATG, exons and introns, a stop, a trailer and a
signal for its end. Exons are whole codons of a chain with habits; introns begin with GT and end with a tract of
pyrimidines and AG. All lengths are geometric, so that the model has no memory but its state and the last five letters.

Source: Burge and Karlin (1997), doi:10.1006/jmbi.1997.0951 (the states); Rabiner (1989), doi:10.1109/5.18626 (forward
and backward sums).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode_rows
from kindergrad.worlds import _background, _coding
from kindergrad.worlds._background import Codes, Floats
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds._types import Bases

WORLD = "gene-structure"
MEMORY = 5
"""Letters on which a letter may depend."""
CLASSES = ("between", "leader", "exon", "intron")
_PARTS = {"noise": 1, "promoter": 6, "leader": 1, "start": 3, "first": 3, "codon": 3, "donor": 6, "intron": 1,
          "acceptor": 8, "stop": 3, "trailer": 1, "end": 6}
_CLASS = {"noise": 0, "promoter": 0, "leader": 1, "start": 2, "first": 2, "codon": 2, "donor": 3, "intron": 3,
          "acceptor": 3, "stop": 2, "trailer": 1, "end": 1}
_BEGIN = dict(zip(_PARTS, np.cumsum([0, *_PARTS.values()]).tolist(), strict=False))
_STATES = sum(_PARTS.values())
LEVELS = {"near-an-edge": (CLASSES, 8), "against-introns": (("intron",), None),
          "against-between": (("between",), None), "against-untranslated": (("leader",), None),
          "anywhere": (CLASSES, None)}
"""Classes of the bases that are no exon, and how near an exon's edge all lie."""
_BLOCK = 2000
_HELD_OUT = 100_000


class Drawn(NamedTuple):
    """A stretch and the state of each of its letters."""

    codes: Codes
    states: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class GeneStructure(Simulator):
    """A genome of genes with introns.

    Attributes
    ----------
    between, intron, exon : mean letters between genes and of the free part of an intron; mean codons of an exon.
    spliced : chance that an exon ends at an intron, not at a stop.
    fidelity : of the letters of motifs and splice sites.
    """

    between: float = 120.0
    intron: float = 60.0
    exon: float = 25.0
    spliced: float = 0.6
    fidelity: float = 0.8

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"classes"})

    @property
    def told(self) -> str:
        return f"genes with introns (about {self.intron:g} letters) and the class of every base"

    @cached_property
    def background(self) -> _background.Background:
        return _background.draw_chain(seeds.stream(self.seed, WORLD, "background"))

    @cached_property
    def coding(self) -> _coding.Coding:
        return _coding.build(seeds.stream(self.seed, WORLD, "coding"))

    @cached_property
    def _motifs(self) -> dict[str, Floats]:
        """Letters of the parts that do not depend on those before, one row per state."""
        rng, f = seeds.stream(self.seed, WORLD, "motifs"), self.fidelity

        def spelled(text: str) -> Floats:
            """Capitals are certain, small letters have the fidelity of motifs."""
            sure = [f if letter.islower() else 1.0 for letter in text]
            return np.array([np.where(np.arange(4) == "ACGT".index(letter.upper()), p, (1 - p) / 3)
                             for letter, p in zip(text, sure, strict=True)])

        tract = np.tile([(1 - f) / 2, f / 2, (1 - f) / 2, f / 2], (6, 1))
        return {"promoter": _background.motif(rng, 6, f), "start": spelled("ATG"), "donor": spelled("GTaagt"),
                "acceptor": np.concatenate([tract, spelled("AG")]), "end": spelled("aataaa")}

    @cached_property
    def steps(self) -> Floats:
        """P(next state | state), shape (states, states)."""
        out = np.zeros((_STATES, _STATES))
        for part, size in _PARTS.items():
            first = _BEGIN[part]
            out[np.arange(first, first + size - 1), np.arange(first + 1, first + size)] = 1.0

        def leave(part: str, shares: dict[str, float]) -> None:
            for target, share in shares.items():
                out[_BEGIN[part] + _PARTS[part] - 1, _BEGIN[target]] = share

        for part, mean, target in (("noise", self.between, "promoter"), ("leader", 30.0, "start"),
                                   ("intron", self.intron, "acceptor"), ("trailer", 30.0, "end")):
            leave(part, {part: 1 - 1 / mean, target: 1 / mean})
        for part in ("first", "codon"):
            leave(part, {"codon": 1 - 1 / self.exon, "donor": self.spliced / self.exon,
                         "stop": (1 - self.spliced) / self.exon})
        for part, target in (("promoter", "leader"), ("start", "first"), ("donor", "intron"), ("acceptor", "first"),
                             ("stop", "trailer"), ("end", "noise")):
            leave(part, {target: 1.0})
        return out

    @cached_property
    def long_run(self) -> Floats:
        """Share of each state in the long run."""
        system = np.concatenate([self.steps.T - np.eye(_STATES), np.ones((1, _STATES))])
        return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(_STATES), 1.0), rcond=None)[0])

    @cached_property
    def letters(self) -> Floats:
        """P(letter | state, last five letters), shape (states, 4**5, 4)."""
        past = np.arange(4**MEMORY)
        out = np.zeros((_STATES, 4**MEMORY, 4))
        noise = self.background.chain.conditional(_background.ORDER)[past % 16]
        for part in ("noise", "leader", "intron", "trailer"):
            out[_BEGIN[part]] = noise
        for part, rows in self._motifs.items():
            out[_BEGIN[part] : _BEGIN[part] + len(rows)] = rows[:, None, :]
        stop = _BEGIN["stop"]
        out[stop, :, 3] = 1.0
        out[stop + 1, :, 0], out[stop + 1, :, 2] = 2 / 3, 1 / 3
        out[stop + 2, :, 0] = np.where(past % 4 == 0, 0.5, 1.0)
        out[stop + 2, :, 2] = np.where(past % 4 == 0, 0.5, 0.0)
        for part, table in (("first", np.tile(self.coding.first, (64, 1))), ("codon", self.coding.step)):
            triple = table.reshape(64, 4, 4, 4)  # codon before, and the three letters of this one
            first, pair = triple.sum(axis=(2, 3)), triple.sum(axis=3)
            with np.errstate(invalid="ignore", divide="ignore"):
                second = np.nan_to_num(pair / pair.sum(axis=2, keepdims=True), nan=0.25)
                third = np.nan_to_num(triple / triple.sum(axis=3, keepdims=True), nan=0.25)
            begin = _BEGIN[part]
            out[begin] = first[past % 64]
            out[begin + 1] = second[past // 4 % 64, past % 4]
            out[begin + 2] = third[past // 16 % 64, past // 4 % 4, past % 4]
        return out

    def draw(self, rng: np.random.Generator, length: int) -> Drawn:
        """A stretch as the model writes it, from the long run on."""
        steps = self.steps.cumsum(axis=1)[:, :-1].tolist()  # without the last sum, so that rounding never leads past it
        letters = self.letters.cumsum(axis=2)[:, :, :3].tolist()
        state = bisect_right(self.long_run.cumsum()[:-1].tolist(), rng.random())
        past, codes, states = int(rng.integers(4**MEMORY)), [], []
        for move, letter in rng.random((length + MEMORY, 2)).tolist():
            codes.append(bisect_right(letters[state][past], letter))
            states.append(state)
            past = (past * 4 + codes[-1]) % 4**MEMORY
            state = bisect_right(steps[state], move)
        return Drawn(np.array(codes[MEMORY:], dtype=np.uint8), np.array(states[MEMORY:]))

    @cached_property
    def held_out(self) -> Drawn:
        """A second genome, of which exams take their windows."""
        return self.draw(seeds.stream(self.seed, WORLD, "held out"), _HELD_OUT)

    def classes(self, states: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index into CLASSES of each state."""
        return np.repeat(list(_CLASS.values()), list(_PARTS.values()))[states]

    def posterior(self, windows: Codes, middle: int) -> Floats:
        """P(class of the letter at ``middle`` | window), given its first five letters, (n, length) -> (n, classes)."""
        n, length = windows.shape
        past = np.zeros((n, length), dtype=np.int64)
        for back in range(1, MEMORY + 1):
            past[:, back:] += windows[:, : length - back].astype(np.int64) << 2 * (back - 1)

        table = np.ascontiguousarray(self.letters.reshape(_STATES, -1).T)

        def seen(i: int) -> Floats:
            return np.asarray(table[past[:, i] * 4 + windows[:, i]])

        ahead = np.tile(self.long_run, (n, 1))
        for i in range(MEMORY, middle + 1):
            ahead = (ahead if i == MEMORY else ahead @ self.steps) * seen(i)
            ahead /= ahead.sum(axis=1, keepdims=True)
        behind = np.ones((n, _STATES))
        for i in range(length - 1, middle, -1):
            behind = (behind * seen(i)) @ self.steps.T
            behind /= behind.sum(axis=1, keepdims=True)
        both = ahead * behind
        own = self.classes(np.arange(_STATES))
        share = np.stack([both[:, own == c].sum(axis=1) for c in range(len(CLASSES))], axis=1)
        return np.asarray(share / share.sum(axis=1, keepdims=True))

    def bases(self, streams: Sequence[np.random.Generator], level: str, around: tuple[int, int], controls: int
              ) -> Bases:
        """One base of an exon per stream, and ``controls`` others, of the level's class, with the letters ``around``.

        The truth is the posterior given the window but for its last letter.
        """
        exons, others = self._places(level, around)
        before, length = around[0], sum(around)
        rows = [[int(rng.choice(exons)), *rng.choice(others, controls).tolist()] for rng in streams]
        starts = np.array(rows) - before
        codes = self.windows(starts.ravel(), length)
        inside = self.posterior(codes[:, :-1], before)[:, CLASSES.index("exon")]
        return Bases(decode_rows(codes).reshape(starts.shape), np.log(inside + 1e-12).reshape(starts.shape),
                     np.array([f"block-{s // _BLOCK}" for s in starts[:, 0].tolist()]))

    def _places(self, level: str, around: tuple[int, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Bases inside exons and of the other classes, far from the ends; all or those near the edge of an exon."""
        others, edge = LEVELS[level]
        classes = self.classes(self.held_out.states)
        inside, other = classes == CLASSES.index("exon"), np.isin(classes, [CLASSES.index(name) for name in others])
        fine = np.zeros(len(inside), dtype=bool)
        fine[around[0] : len(inside) - around[1]] = True
        if edge is not None:
            changes = np.flatnonzero(inside[1:] != inside[:-1])
            near = np.zeros(len(inside) + 1, dtype=np.int64)
            np.add.at(near, np.maximum(changes + 1 - edge, 0), 1)
            np.add.at(near, np.minimum(changes + 1 + edge, len(inside)), -1)
            fine &= near.cumsum()[:-1] > 0
        return np.flatnonzero(inside & fine), np.flatnonzero(other & ~inside & fine)

    def windows(self, starts: Sequence[int], length: int) -> Codes:
        """Stretches of the second genome, shape (n, length)."""
        return np.asarray(self.held_out.codes[np.asarray(starts)[:, None] + np.arange(length)])

    def write(self, letters: int) -> Codes:
        """The genome that engines read."""
        return self.draw(seeds.stream(self.seed, WORLD, "corpus"), letters).codes


def make(seed: int, size: int = 200_000, between: float = 120.0, intron: float = 60.0, exon: float = 25.0,
         fidelity: float = 0.8) -> GeneStructure:
    """Genes of one seed; see :class:`GeneStructure` for the dials."""
    return GeneStructure(seed=seed, size=size, between=between, intron=intron, exon=exon, fidelity=fidelity)
