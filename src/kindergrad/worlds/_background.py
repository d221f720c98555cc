"""Words in a background chain: how they are written, and the exact odds of where they stand.

The letters between two words are drawn as a stretch of their own, so that P(text | places of the words) is a product,
and the odds of a word at each place need one number per place.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds import _chain

ORDER = 2
"""Of the chains drawn here. Two words must stand at least so many letters apart."""

_NEVER = 1e-100
Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


class Written(NamedTuple):
    """A word that has been put into a text: where it begins, and its letters."""

    start: int
    letters: Codes


class Read(NamedTuple):
    """Texts as a background chain reads them.

    Attributes
    ----------
    codes : shape (n, length).
    before : natural log probability of all letters before each place, shape (n, length + 1).
    anew : what a stretch gains by beginning at each place, shape (n, length + 1).
    """

    codes: Codes
    before: Floats
    anew: Floats

    def odds(self, motif: Floats) -> Floats:
        """Natural log of P(text | a word of the motif at each place) / P(text | no word), shape (n, places).

        Parameters
        ----------
        motif : probability of each letter at each position, shape (width, 4).
        """
        width, places = len(motif), self.codes.shape[1] - len(motif) + 1
        log_motif = np.log(np.maximum(motif, _NEVER))
        word = sum(log_motif[i][self.codes[:, i : i + places]] for i in range(width))
        return np.asarray(word - (self.before[:, width:] - self.before[:, :places]) + self.anew[:, width:])


class Background(NamedTuple):
    """A chain of which a text is a stretch, but for its words."""

    chain: _chain.Chain

    def write(self, uniforms: Floats, words: Sequence[Sequence[Written]]) -> Codes:
        """One text per row of ``uniforms``, shape (n, length), with its words; every gap is a stretch of its own."""
        n, length = uniforms.shape
        known = np.broadcast_to(np.arange(length), (n, length)).copy()  # letters before this one in its own stretch
        forced = np.full((n, length), 4, dtype=np.uint8)
        for row, own in enumerate(words):
            for start, letters in own:
                end = start + len(letters)
                forced[row, start:end] = letters
                known[row, end:] = np.arange(length - end)
        most = self.chain.order
        steps = np.zeros((most + 1, 4**most, 3))
        for order in range(most + 1):
            steps[order, : 4**order] = self.chain.conditional(order).cumsum(axis=1)[:, :3]
        known = np.minimum(known, most)
        out = np.zeros((n, length), dtype=np.uint8)
        context = np.zeros(n, dtype=np.int64)
        for i in range(length):
            drawn = (steps[known[:, i], context & (4 ** known[:, i] - 1)] < uniforms[:, i, None]).sum(axis=1)
            out[:, i] = np.where(forced[:, i] < 4, forced[:, i], drawn)
            context = (context << 2 | out[:, i]) & (4**most - 1)
        return out

    def log_p(self, codes: Codes) -> Floats:
        """Natural log probability of each row as one stretch, (n, length) -> (n,)."""
        return np.asarray(self._by_order(codes)[-1].sum(axis=1))

    def read(self, codes: Codes) -> Read:
        """What is needed to give the odds of words in some texts, shape (n, length)."""
        length = codes.shape[1]
        by_order = self._by_order(codes)
        whole = by_order[-1]
        before = np.concatenate([np.zeros((len(codes), 1)), whole.cumsum(axis=1)], axis=1)
        anew = np.zeros((len(codes), length + 1))
        for order in range(self.chain.order):
            anew[:, : length - order] += (by_order[order] - whole)[:, order:]
        return Read(codes, before, anew)

    def _by_order(self, codes: Codes) -> list[Floats]:
        """Natural log P(letter | at most k letters before it), one array (n, length) for each k up to the chain's."""
        found = []
        for order in range(self.chain.order + 1):
            out = np.zeros(codes.shape)
            for i in range(codes.shape[1]):
                known = min(i, order)
                context = np.zeros(len(codes), dtype=np.int64)
                for back in range(known, 0, -1):
                    context = context << 2 | codes[:, i - back]
                out[:, i] = np.log(self.chain.conditional(known))[context, codes[:, i]]
            found.append(out)
        return found


def draw_chain(rng: np.random.Generator, strength: float = 20.0) -> Background:
    """A random chain; a small ``strength`` gives strong habits."""
    return Background(_chain.build(ORDER, rng, concentration=strength))


def motif(rng: np.random.Generator, width: int, fidelity: float) -> Floats:
    """A random motif, shape (width, 4): each position holds its own letter with probability ``fidelity``."""
    out = np.full((width, 4), (1 - fidelity) / 3)
    out[np.arange(width), rng.integers(0, 4, width)] = fidelity
    return out


def turned(motif: Floats) -> Floats:
    """The motif as it reads on the other strand."""
    return np.asarray(motif[::-1, ::-1])


def instance(rng: np.random.Generator, motif: Floats) -> Codes:
    """One word of a motif."""
    return np.asarray((motif.cumsum(axis=1)[:, :3] < rng.random((len(motif), 1))).sum(axis=1), dtype=np.uint8)


def rearranged(rng: np.random.Generator, letters: Codes, weight: Floats) -> Codes:
    """The letters of a word in another order, with probability proportional to the product of ``weight[i, letter]``.

    Equal weights give every order alike; a motif as weights gives orders that fit it. Exact: the total weight of all
    orders of the letters that are left is summed from the end.
    """
    rows = tuple(map(tuple, weight.tolist()))
    left = tuple(np.bincount(letters, minlength=4).tolist())
    total, out = _orders(rows, left), []
    for row, draw in zip(rows, rng.random(len(letters)).tolist(), strict=True):
        chance = [row[x] * total[_fewer(left, x)] if left[x] else 0.0 for x in range(4)]
        at, target = 0, draw * sum(chance)
        while target >= chance[at] and at < 3:
            target -= chance[at]
            at += 1
        while not left[at]:  # rounding at the very end
            at -= 1
        out.append(at)
        left = _fewer(left, at)
    return np.array(out, dtype=np.uint8)


@lru_cache(maxsize=8192)
def _orders(weight: tuple[tuple[float, ...], ...], full: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Counts of letters -> total weight of all their orders at the last positions."""
    total: dict[tuple[int, ...], float] = {(0, 0, 0, 0): 1.0}
    for counts in sorted(itertools.product(*(range(most + 1) for most in full)), key=sum):
        if any(counts):
            own = weight[len(weight) - sum(counts)]
            total[counts] = sum(own[x] * total[_fewer(counts, x)] for x in range(4) if counts[x])
    return total


def _fewer(counts: tuple[int, ...], letter: int) -> tuple[int, ...]:
    return (*counts[:letter], counts[letter] - 1, *counts[letter + 1 :])
