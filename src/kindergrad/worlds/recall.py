"""Keys and values: pairs among noise, then a long way, then one key again. What was its value?

All pairs stand together at the beginning, in any order, so that neither place nor distance tells them apart. The keys
are near copies of each other, and the last key may hold errors; which pair it belongs to is told by its letters alone,
and the posterior over pairs is exact.

Source: the task of Arora et al. (2023), arXiv:2312.04927 (associative recall), with near-duplicate keys as in needle
searches on DNA.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.worlds._simulator import Simulator

WORLD = "recall"
BETWEEN = 12
"""Letters of noise between two pairs."""

Codes = NDArray[np.uint8]


class Asked(NamedTuple):
    """One question.

    Attributes
    ----------
    context : pairs, noise, and the last key, shape (length,).
    values : the values of all pairs, that of the last key first, shape (pairs, letters).
    log_p : natural log of the posterior that the last key is that of each pair, shape (pairs,).
    """

    context: Codes
    values: Codes
    log_p: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Recall(Simulator):
    """Pairs of key and value.

    Attributes
    ----------
    distance : letters between the pairs and the last key, at the hardest level; 1,000 to 1,000,000.
    pairs : how many there are.
    key, value : letters of each.
    apart : letters in which each other key differs from the one that is asked for.
    error : chance that a letter of the last key is wrong.
    """

    distance: int = 100_000
    pairs: int = 4
    key: int = 16
    value: int = 8
    apart: int = 4
    error: float = 0.02

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"keys"})

    def __post_init__(self) -> None:
        if not 1 <= self.apart <= self.key:
            raise ValueError(f"keys of {self.key} letters cannot differ in {self.apart}")

    @property
    def told(self) -> str:
        return (f"{self.pairs} pairs of key and value whose keys differ in {self.apart} letters, up to "
                f"{self.distance:,} letters before the question")

    def ask(self, rng: np.random.Generator, distance: int) -> Asked:
        """One question, ``distance`` letters after its pairs."""
        key = rng.integers(0, 4, self.key)
        keys = np.tile(key, (self.pairs, 1))
        for other in keys[1:]:
            where = rng.choice(self.key, self.apart, replace=False)
            other[where] = (other[where] + rng.integers(1, 4, self.apart)) % 4
        values = _distinct(rng, self.pairs, self.value)
        parts = []
        for i in rng.permutation(self.pairs):
            parts += [keys[i], values[i], rng.integers(0, 4, BETWEEN)]
        wrong = rng.random(self.key) < self.error
        last = np.where(wrong, (key + rng.integers(1, 4, self.key)) % 4, key)
        context = np.concatenate([*parts, rng.integers(0, 4, distance), last]).astype(np.uint8)
        return Asked(context, values, self.log_posterior(keys, last))

    def log_posterior(self, keys: Codes, last: Codes) -> NDArray[np.float64]:
        """Natural log P(pair | last key), exact: each pair was as likely to be asked for, shape (pairs,)."""
        error = max(self.error, 1e-6)
        fits = np.where(keys == last[None, :], np.log(1 - error), np.log(error / 3)).sum(axis=1)
        return np.asarray(fits - np.logaddexp.reduce(fits))

    def write(self, letters: int) -> Codes:
        """Questions with their answers, at distances spread evenly in their logarithm up to 1,000."""
        rng, rows, total = seeds.stream(self.seed, WORLD, "corpus"), [], 0
        while total < letters:
            asked = self.ask(rng, int(10 ** rng.uniform(1, np.log10(min(1000, self.distance)))))
            rows += [asked.context, asked.values[0]]
            total += len(asked.context) + self.value
        return np.concatenate(rows).astype(np.uint8)


def _distinct(rng: np.random.Generator, n: int, length: int) -> Codes:
    """n random words, all different."""
    while True:
        found = rng.integers(0, 4, (n, length)).astype(np.uint8)
        if len(np.unique(found, axis=0)) == n:
            return found


def make(seed: int, size: int = 300_000, distance: int = 100_000, pairs: int = 4, apart: int = 4, error: float = 0.02
         ) -> Recall:
    """Pairs of one seed; see :class:`Recall` for the dials."""
    return Recall(seed=seed, size=size, distance=distance, pairs=pairs, apart=apart, error=error)
