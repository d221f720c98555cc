"""Folds with known truth: hairpins, pseudoknots, and whole folds of a stochastic grammar.

- A hairpin is an arm, a loop, and the arm's reverse complement with a few mismatches.
- A pseudoknot is two hairpins, the second of which begins in the loop of the first: no grammar of nested pairs sees it.
- A fold is a text that a grammar of nested pairs writes: stems of stacked pairs (G pairs with T, too), loops of three
  letters or more, branches. Its probability is the sum over all folds, as a partition function is (McCaskill 1990,
  doi:10.1002/bip.360290621); the grammar is in the spirit of Knudsen and Hein (1999),
  doi:10.1093/bioinformatics/15.6.446.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import reverse_complement_codes
from kindergrad.worlds._simulator import Simulator

LOOPS = np.arange(4, 9)
"""Loop lengths in letters, all equally likely."""

KNOT_LOOPS = tuple((a, b, c) for a in (2, 3, 4) for b in (0, 1, 2) for c in (3, 4, 5))
"""Letters between the four arms of a pseudoknot, all equally likely."""
PAIRS = np.zeros((4, 4))
"""Share of each pair of letters in a fold: A-T, C-G, and with less G-T."""
PAIRS[[0, 1, 2, 3], [3, 2, 1, 0]] = 0.22
PAIRS[[2, 3], [3, 2]] = 0.06
STACK, OPEN, BRANCH, END = 0.85, 0.85, 0.10, 0.05
"""Chance that a pair lies on another, and of a free letter, a new stem and the end where letters are free."""
FEWEST = 3  # free letters that a hairpin's loop begins with
STEMS = (3, 16)  # pairs of a stem in the corpus, the logarithm spread evenly: short ones show what long ones need

WORLD = "folding"
Floats = NDArray[np.float64]


class Hairpins(NamedTuple):
    """Codes of n hairpins: ``context`` ends with the first arm and the loop, ``arm`` is the second arm."""

    context: NDArray[np.uint8]
    arm: NDArray[np.uint8]


def draw(streams: list[np.random.Generator], *, stem: int, before: int, mismatch: float) -> Hairpins:
    """Hairpins in noise; every context has ``before + stem + LOOPS[-1]`` letters.

    Parameters
    ----------
    stem : letters of one arm.
    before : letters of noise in front of the longest hairpin.
    mismatch : chance that a letter of the second arm does not pair.
    """
    length = before + stem + int(LOOPS[-1])
    context = np.stack([rng.integers(0, 4, length) for rng in streams]).astype(np.uint8)
    loop = np.array([rng.choice(LOOPS) for rng in streams])
    where = (length - loop - stem)[:, None] + np.arange(stem)
    arm = reverse_complement_codes(np.take_along_axis(context, where, axis=1))
    wrong = np.stack([rng.random(stem) for rng in streams]) < mismatch
    other = np.stack([rng.integers(1, 4, stem) for rng in streams])
    return Hairpins(context, np.where(wrong, (arm + other) % 4, arm).astype(np.uint8))


def log_p(context: NDArray[np.uint8], arm: NDArray[np.uint8], mismatch: float) -> NDArray[np.float64]:
    """Natural log P(second arm | context), exact: the mean over all loop lengths, shape (n,)."""
    stem, length = arm.shape[1], context.shape[1]
    match = max(1 - mismatch, 1e-12)
    other = max(mismatch / 3, 1e-12)
    each = []
    for loop in LOOPS:
        expected = reverse_complement_codes(context[:, length - loop - stem : length - loop])
        each.append(np.log(np.where(arm == expected, match, other)).sum(axis=1))
    return np.asarray(np.logaddexp.reduce(each, axis=0) - np.log(len(LOOPS)))


def draw_knot(streams: list[np.random.Generator], *, stem: int, before: int, mismatch: float) -> Hairpins:
    """Pseudoknots in noise.

    The context ends with the first arms of both stems, the second arm of the first, and a loop; ``arm`` is the second
    arm of the second stem.
    """
    length = before + 3 * stem + max(map(sum, KNOT_LOOPS))
    context = np.stack([rng.integers(0, 4, length) for rng in streams]).astype(np.uint8)
    arms = []
    for row, rng in zip(context, streams, strict=True):
        first, second, first_again = _knot_places(length, stem, KNOT_LOOPS[int(rng.integers(len(KNOT_LOOPS)))])
        row[first_again : first_again + stem] = _paired(row[first : first + stem], rng, mismatch)
        arms.append(_paired(row[second : second + stem], rng, mismatch))
    return Hairpins(context, np.stack(arms))


def knot_log_p(context: NDArray[np.uint8], arm: NDArray[np.uint8], mismatch: float) -> Floats:
    """Natural log P(last arm | context), exact: over all loops, each weighed by how well the first stem pairs, (n,)."""
    stem, length = arm.shape[1], context.shape[1]
    match, other = np.log(max(1 - mismatch, 1e-12)), np.log(max(mismatch / 3, 1e-12))

    def paired(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Floats:
        return np.asarray(np.where(reverse_complement_codes(left) == right, match, other).sum(axis=1))

    weight, both = [], []
    for loops in KNOT_LOOPS:
        first, second, first_again = _knot_places(length, stem, loops)
        stems = [context[:, at : at + stem] for at in (first, second, first_again)]
        weight.append(paired(stems[0], stems[2]))
        both.append(weight[-1] + paired(stems[1], arm))
    return np.asarray(np.logaddexp.reduce(both, axis=0) - np.logaddexp.reduce(weight, axis=0))


def _knot_places(length: int, stem: int, loops: tuple[int, int, int]) -> tuple[int, int, int]:
    """Where the three arms in a context of ``length`` letters begin."""
    first_again = length - loops[2] - stem
    second = first_again - loops[1] - stem
    return second - loops[0] - stem, second, first_again


def _paired(arm: NDArray[np.uint8], rng: np.random.Generator, mismatch: float) -> NDArray[np.uint8]:
    partner = reverse_complement_codes(arm)
    wrong = rng.random(len(arm)) < mismatch
    return np.where(wrong, (partner + rng.integers(1, 4, len(arm))) % 4, partner).astype(np.uint8)


@cache
def _weights(length: int) -> tuple[Floats, Floats]:
    """Total probability of all free stretches, and of all stems, of each length: the letters summed out."""
    free, stems = np.zeros(length + 1), np.zeros(length + 1)
    for n in range(length + 1):
        if n >= FEWEST + 2:
            stems[n] = STACK * stems[n - 2] + (1 - STACK) * free[n - 2 - FEWEST]
        free[n] = (END if n == 0 else OPEN * free[n - 1]) + BRANCH * (stems[1 : n + 1] * free[:n][::-1]).sum()
    return free, stems


def draw_pairs(rng: np.random.Generator, length: int) -> list[tuple[int, int]]:
    """The pairs of one fold of exactly ``length`` letters, drawn with its probability."""
    free, stems = _weights(length)
    pairs, todo = [], [(0, length, False)]
    while todo:
        start, size, stem = todo.pop()
        if stem:
            pairs.append((start, start + size - 1))
            inner = rng.random() * stems[size] < STACK * stems[size - 2]
            todo.append((start + 1, size - 2, True) if inner else (start + 1 + FEWEST, size - 2 - FEWEST, False))
        elif size:
            chance = np.concatenate([[OPEN * free[size - 1]], BRANCH * stems[1 : size + 1] * free[:size][::-1]])
            first = int(np.searchsorted(chance.cumsum() / chance.sum(), rng.random(), side="right"))
            todo.append((start + max(first, 1), size - max(first, 1), False))
            if first:
                todo.append((start, first, True))
    return pairs


def draw_fold(rng: np.random.Generator, length: int) -> tuple[NDArray[np.uint8], list[tuple[int, int]]]:
    """A text of ``length`` letters with its pairs."""
    codes, pairs = rng.integers(0, 4, length).astype(np.uint8), draw_pairs(rng, length)
    for left, right in pairs:
        codes[left], codes[right] = divmod(int(rng.choice(16, p=PAIRS.ravel())), 4)
    return codes, pairs


def fold_log_odds(codes: NDArray[np.uint8]) -> Floats:
    """Natural log of P(text | folds of its length) / P(text | even letters), exact, (n, length) -> (n,).

    The sum over all folds: of each stretch, as a stem whose ends pair and as a stretch between stems.
    """
    n, length = codes.shape
    stems, free = np.zeros((length + 1, length + 1, n)), np.zeros((length + 1, length + 1, n))
    odds = 16 * PAIRS
    for size in range(length + 1):
        for start in range(length - size + 1):
            end = start + size
            if size >= FEWEST + 2:
                inner = (STACK * stems[start + 1, end - 1] + (1 - STACK) * free[start + 1 + FEWEST, end - 1])
                stems[start, end] = odds[codes[:, start], codes[:, end - 1]] * inner
            own = np.full(n, END) if size == 0 else OPEN * free[start + 1, end]
            least = start + FEWEST + 2
            if end >= least:
                own = own + BRANCH * (stems[start, least : end + 1] * free[least : end + 1, end]).sum(axis=0)
            free[start, end] = own
    return np.asarray(np.log(free[0, length]) - np.log(_weights(length)[0][length]))


@dataclass(frozen=True, kw_only=True)
class Folding(Simulator):
    """Texts that fold.

    Attributes
    ----------
    length : letters of one fold of the grammar.
    """

    length: int = 50

    name: ClassVar[str] = WORLD
    version: ClassVar[int] = 2
    offers: ClassVar[frozenset[str]] = frozenset({"folds"})

    @property
    def told(self) -> str:
        return (f"hairpins and pseudoknots of {STEMS[0]} to {STEMS[1]} pairs, and texts of {self.length} letters whose "
                "pairs follow a stochastic grammar")

    def write(self, letters: int) -> NDArray[np.uint8]:
        """A fold of the grammar, two hairpins and a pseudoknot, over and over."""
        rng, rows, total = seeds.stream(self.seed, WORLD, "corpus"), [], 0
        while total < letters:
            lesson = [draw_fold(rng, self.length)[0]]
            for make_one in (draw, draw, draw_knot):
                stem = round(STEMS[0] * (STEMS[1] / STEMS[0]) ** rng.random())
                made = make_one([rng], stem=stem, before=int(rng.integers(7)), mismatch=0.0)
                lesson += [made.context[0], made.arm[0]]
            rows += lesson
            total += sum(map(len, lesson))
        return np.concatenate(rows)


def make(seed: int, size: int = 300_000, length: int = 50) -> Folding:
    """Folds of one seed."""
    return Folding(seed=seed, size=size, length=length)
