"""Repeats with known truth: second copies of a stretch, and tandem repeats of a short unit.

The corpus is made of little else than copies, some short and some long: a net finds out how to copy where much of the
text can be had by it (benchmarks/beyond_words.py), and much later where little can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.worlds._simulator import Simulator

WORLD = "repeats"
NEAR = 1_000_000
"""Letters of a corpus that copy what was just written, where others may come from farther back."""


class Repeats(NamedTuple):
    """Codes of n items: what stands before, and what is to be continued."""

    context: NDArray[np.uint8]
    target: NDArray[np.uint8]


def copies(streams: list[np.random.Generator], *, source: int, length: int, divergence: float) -> Repeats:
    """``source`` letters of noise, then ``length`` letters copied from somewhere in them."""
    context = np.stack([rng.integers(0, 4, source) for rng in streams]).astype(np.uint8)
    start = np.array([rng.integers(0, source - length + 1) for rng in streams])
    copy = np.take_along_axis(context, start[:, None] + np.arange(length), axis=1)
    return Repeats(context, _blur(copy, streams, divergence))


def copies_log_p(context: NDArray[np.uint8], target: NDArray[np.uint8], divergence: float) -> NDArray[np.float64]:
    """Natural log P(copy | source), exact: the mean over all places it may come from, shape (n,)."""
    length = target.shape[1]
    places = np.lib.stride_tricks.sliding_window_view(context, length, axis=1)
    same = (places == target[:, None, :]).sum(axis=2)
    each = same * np.log(1 - divergence) + (length - same) * np.log(max(divergence / 3, 1e-12))
    return np.asarray(np.logaddexp.reduce(each, axis=1) - np.log(places.shape[1]))


def tandem(streams: list[np.random.Generator], *, unit: int, before: int, length: int, error: float) -> Repeats:
    """A random unit repeated over ``before + length`` letters, each letter wrong with probability ``error``."""
    template = np.stack([rng.integers(0, 4, unit) for rng in streams]).astype(np.uint8)
    text = _blur(template[:, np.arange(before + length) % unit], streams, error)
    return Repeats(text[:, :before], text[:, before:])


def tandem_log_p(
    context: NDArray[np.uint8], target: NDArray[np.uint8], units: range, error: float
) -> NDArray[np.float64]:
    """Natural log P(target | context), exact: over all units, and over all lengths in ``units``, shape (n,)."""
    text = np.concatenate([context, target], axis=1)
    whole, part = ([_any_unit(codes, unit, error) for unit in units] for codes in (text, context))
    return np.asarray(np.logaddexp.reduce(whole, axis=0) - np.logaddexp.reduce(part, axis=0))


def _any_unit(codes: NDArray[np.uint8], unit: int, error: float) -> NDArray[np.float64]:
    """Log probability of rows under a tandem repeat of one unit length, summed over all units."""
    hit, miss = np.log(1 - error), np.log(error / 3)
    total = np.zeros(len(codes))
    for phase in range(unit):
        column = codes[:, phase::unit]
        counts = np.stack([(column == letter).sum(axis=1) for letter in range(4)])
        each = counts * hit + (column.shape[1] - counts) * miss
        total += np.logaddexp.reduce(each, axis=0) - np.log(4)
    return total


def _blur(codes: NDArray[np.uint8], streams: list[np.random.Generator], error: float) -> NDArray[np.uint8]:
    wrong = np.stack([rng.random(codes.shape[1]) for rng in streams]) < error
    other = np.stack([rng.integers(1, 4, codes.shape[1]) for rng in streams])
    return np.where(wrong, (codes + other) % 4, codes).astype(np.uint8)


@dataclass(frozen=True, kw_only=True)
class Copies(Simulator):
    """Stretches of noise and their copies.

    Attributes
    ----------
    shortest, longest : letters of a stretch; their logarithm is spread evenly.
    divergence : chance that a letter of a copy is wrong.
    back : how many stretches back a copy may come from, the logarithm spread evenly; but for the first NEAR letters,
        which copy what was just written, as nobody learns to look far without having learnt to look back.
    """

    shortest: int = 7
    longest: int = 64
    divergence: float = 0.01
    back: int = 1

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"copies"})

    def __post_init__(self) -> None:
        if self.back < 1:
            raise ValueError(f"copies come from at least 1 stretch back; got back = {self.back}")

    @property
    def told(self) -> str:
        whose = "it" if self.back == 1 else f"one of the last {self.back}"
        return (f"stretches of {self.shortest} to {self.longest} random letters, each followed by copies of parts of "
                f"{whose}")

    def write(self, letters: int) -> NDArray[np.uint8]:
        """Stretches, each with one to three copies of a third or more of one of them."""
        rng, rows, total = seeds.stream(self.seed, WORLD, "corpus"), [], 0
        past: list[NDArray[np.int64]] = []
        while total < letters:
            own = rng.integers(0, 4, round(self.shortest * (self.longest / self.shortest) ** rng.random()))
            past = [*past, own][-self.back :]
            lesson = [own]
            for _ in range(int(rng.integers(1, 4))):
                far = total >= NEAR and self.back > 1
                source = past[-int((len(past) + 1) ** rng.random())] if far else own
                start, short = rng.integers(0, len(source) // 3 + 1, 2)
                part = source[start : len(source) - short]
                wrong = rng.random(len(part)) < self.divergence
                lesson.append(np.where(wrong, (part + rng.integers(1, 4, len(part))) % 4, part))
            rows += lesson
            total += sum(map(len, lesson))
        return np.concatenate(rows).astype(np.uint8)


def make(seed: int, size: int = 300_000, shortest: int = 7, longest: int = 64, divergence: float = 0.01, back: int = 1
         ) -> Copies:
    """Copies of one seed; see :class:`Copies` for the dials."""
    return Copies(seed=seed, size=size, shortest=shortest, longest=longest, divergence=divergence, back=back)
