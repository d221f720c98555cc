"""32-mers of both strands as 64-bit codes: what was seen in training, and words that stand out.

A 32-mer is long enough that a chance match in a genome of 10^9 bases has probability 10^-10, so a shared one means a
copy. The smaller of a code and that of its reverse complement stands for both strands.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import decode

K = 32
WORD = 8
"""Length of the words that are looked for."""
ORDER = 3
"""Order of the Markov chain that a word is compared with."""
MIN_COUNT = 10
"""Fewest occurrences of a word in the reference region, both strands."""


def canonical(codes: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Codes of all 32-mers and which of them hold only A, C, G, T.

    Parameters
    ----------
    codes : shape (n,), 0..3, or 255 for other letters.

    Returns
    -------
    Codes and validity, each of shape (max(0, n - 31),).
    """
    if codes.size < K:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=bool)
    forward = (codes & 3).astype(np.uint64)
    backward = np.uint64(3) - forward
    step = 1
    while step < K:  # words of 1, 2, 4 ... 32 letters, each of two halves
        shift = np.uint64(2 * step)
        forward = (forward[:-step] << shift) | forward[step:]
        backward = (backward[step:] << shift) | backward[:-step]
        step *= 2
    broken = np.concatenate([[0], np.cumsum(codes > 3, dtype=np.int64)])
    return np.minimum(forward, backward), broken[K:] == broken[:-K]


class Seen:
    """The set of 32-mers of a corpus, both strands: 8 bytes for each distinct one."""

    def __init__(self, codes: NDArray[np.uint8]) -> None:
        found, valid = canonical(codes)
        found = np.sort(found[valid])
        self._sorted = found[np.concatenate([[True], found[1:] != found[:-1]])] if found.size else found

    def __len__(self) -> int:
        return int(self._sorted.size)

    def flags(self, codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Whether the 32-mer that begins at each position is known, shape (n - 31,)."""
        asked, valid = canonical(codes)
        if not self._sorted.size or not asked.size:
            return np.zeros(asked.shape, dtype=bool)
        order = np.argsort(asked)  # sorted questions walk through the set once and stay in the cache
        place = np.empty(asked.size, dtype=np.int64)
        place[order] = np.searchsorted(self._sorted, asked[order])
        place[place == self._sorted.size] = 0
        return np.asarray((self._sorted[place] == asked) & valid)


def word_codes(codes: NDArray[np.uint8], length: int) -> NDArray[np.int64]:
    """Code in base 4 of the word that begins at each position, -1 where it holds another letter."""
    n = max(0, codes.size - length + 1)
    words, valid = np.zeros(n, dtype=np.int64), np.ones(n, dtype=bool)
    for i in range(length):
        letter = codes[i : n + i]
        words = words * 4 + letter
        valid &= letter < 4
    return np.where(valid, words, -1)


def word_code(word: str) -> int:
    """Code in base 4 of one word."""
    value = 0
    for letter in word:
        value = value * 4 + "ACGT".index(letter)
    return value


def both_strands(codes: NDArray[np.uint8], length: int) -> NDArray[np.float64]:
    """Counts of all words of a length on both strands, shape (4**length,)."""
    words = word_codes(codes, length)
    counts = np.bincount(words[words >= 0], minlength=4**length).astype(np.float64)
    return counts + counts[_mirror(length)]


def _mirror(length: int) -> NDArray[np.int64]:
    """Code of the reverse complement of every word."""
    rest, mirrored = np.arange(4**length), np.zeros(4**length, dtype=np.int64)
    for _ in range(length):
        mirrored = mirrored * 4 + (3 - rest % 4)
        rest = rest // 4
    return mirrored


class Standout(NamedTuple):
    """A word, how often it occurs on both strands, how often it should, and the distance in standard deviations."""

    word: str
    observed: int
    expected: float
    z: float


def standouts(codes: NDArray[np.uint8]) -> list[Standout]:
    """Words of eight letters that occur too often for a Markov chain of order 3, the most surprising first.

    ``z = (count - expected) / sqrt(expected)``, with the expectation ``N(w1..w4) N(w2..w5) ... / (N(w2..w4) ...)`` of
    counts on both strands (doi:10.1089/cmb.1995.2.417). A word and its reverse complement are one; the one that comes
    first in the alphabet stands for both. Words of fewer than three different letters, or that repeat themselves
    after one to three letters, are left out. A palindrome is counted twice at one place, hence half of its count.
    """
    counts, mirror = both_strands(codes, WORD), _mirror(WORD)
    longer, shorter = both_strands(codes, ORDER + 1), both_strands(codes, ORDER)
    index = np.arange(4**WORD)
    expected = np.ones(4**WORD)
    for i in range(WORD - ORDER):
        expected *= longer[(index >> (2 * (WORD - ORDER - 1 - i))) & (4 ** (ORDER + 1) - 1)]
    for i in range(1, WORD - ORDER):
        expected /= np.maximum(shorter[(index >> (2 * (WORD - ORDER - i))) & (4**ORDER - 1)], 1.0)
    own = np.where(index == mirror, 2.0, 1.0)
    counts, expected = counts / own, expected / own
    z = (counts - expected) / np.sqrt(np.maximum(expected, 1.0))
    asked = np.flatnonzero((index <= mirror) & (counts >= MIN_COUNT) & (z > 0))
    found = []
    for i in asked[np.lexsort((asked, -z[asked]))]:
        word = decode(np.array([(i >> (2 * (WORD - 1 - j))) & 3 for j in range(WORD)], dtype=np.uint8))
        if len(set(word)) >= 3 and not any(word[s:] == word[:-s] for s in (1, 2, 3)):
            found.append(Standout(word, int(counts[i]), float(expected[i]), float(z[i])))
    return found


def overlap(left: str, right: str, *, shortest: int) -> bool:
    """Whether two words share a stretch of at least ``shortest`` letters when one is slid over the other."""
    n = len(left)
    return any(left[s:] == right[: n - s] or right[s:] == left[: n - s] for s in range(n - shortest + 1))
