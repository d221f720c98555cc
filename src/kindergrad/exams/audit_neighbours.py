"""Which rows are almost the same: by position on the chromosome, and by long words of their sequence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.exams.audit_set import OTHER, Bools, Intervals, Ints, Sequences

SHORTEST, LONGEST = 20, 64
"""Bounds of the word length; within them it is a quarter of the median sequence."""
COMMON = 0.25
"""Words in more rows than this share were put there by the design, and say nothing."""
CONSTANT = 0.9
"""A column at the ends of the rows is a flank where one letter stands in this share of the rows."""
MOST_WORDS = 4_000_000
"""Words that are kept of a whole set; larger sets are sketched by the same random words in every row."""
MOST_PARTNERS = 32
NEAREST = 64
_CANDIDATES = 4_000_000
_LETTERS = 300_000  # at a time: the hashes of so many stay in the cache of one core
_PERIODS, _REPEATS = 6, 12
_LOOKED, _LONGEST_FLANK = 5_000, 1_000


class Pairs(NamedTuple):
    """Directed pairs of rows, every array of shape (pairs,), sorted by ``row``.

    ``weight`` is the share of ``row`` that ``other`` covers (position) or the number of shared words (sequence).
    """

    row: Ints
    other: Ints
    weight: NDArray[np.float64]

    def towards(self, rows: Bools, others: Bools) -> Pairs:
        """The pairs that lead from some rows to some others."""
        kept = rows[self.row] & others[self.other]
        return Pairs(self.row[kept], self.other[kept], self.weight[kept])


def by_position(intervals: Intervals) -> Pairs:
    """Pairs of intervals that overlap, on either strand; ``weight`` is the share of the row that the other covers.

    Intervals are compared per class of length (powers of two), so that one giant interval does not make every other a
    candidate. In a class, at most 128 candidates with the nearest starts are looked at.
    """
    length = intervals.lengths
    room = int(intervals.end.max()) + int(length.max()) + 1
    start = intervals.start + intervals.chrom * room
    end = start + length
    octave = np.floor(np.log2(length)).astype(np.int64)
    found = []
    for size in np.unique(octave):
        members = np.flatnonzero(octave == size)
        members = members[np.argsort(start[members], kind="stable")]
        starts = start[members]
        middle = np.searchsorted(starts, start)
        low = np.maximum(np.searchsorted(starts, start - 2 ** (size + 1), side="right"), middle - NEAREST)
        high = np.minimum(np.searchsorted(starts, end), middle + NEAREST)
        for part in np.array_split(np.arange(len(start)), 1 + int((high - low).clip(0).sum()) // _CANDIDATES):
            row, at = _ranges(part, low[part], high[part])
            other = members[at]
            covered = np.minimum(end[row], end[other]) - np.maximum(start[row], start[other])
            kept = (covered > 0) & (row != other)
            found.append(Pairs(row[kept], other[kept], covered[kept] / length[row[kept]]))
    row, other, weight = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(row, kind="stable")
    return Pairs(row[order], other[order], weight[order])


def _ranges(owner: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All integers of [low, high) of every owner, beside their owner."""
    sizes = (high - low).clip(0)
    first = np.repeat(low - (np.cumsum(sizes) - sizes), sizes)
    return np.repeat(owner, sizes), first + np.arange(int(sizes.sum()))


class Words(NamedTuple):
    """Long words of all rows.

    Attributes
    ----------
    row, word : shape (words,); each word once a row, either strand the same.
    size : letters of a word.
    rate : share of all words that is kept.
    flanks : letters at the beginning and at the end of all rows that hardly ever change; they are left out.
    common : rows with a word that stands in more than a quarter of all rows; such words are left out.
    """

    row: Ints
    word: NDArray[np.uint64]
    size: int
    rate: float
    flanks: tuple[int, int]
    common: int


def words(sequences: Sequences) -> Words:
    """Words of a quarter of the median length (20 to 64 letters).

    A word has no letter such as N, none of a flank, and at least 20 letters outside of simple repeats (12 letters and
    more of period 1 to 6). Large sets keep the words whose hash is small, the same in all rows (FracMinHash,
    doi:10.1101/2022.01.11.475838).
    """
    lengths, n = sequences.lengths, len(sequences.lengths)
    size = int(np.clip(np.median(lengths) // 4, SHORTEST, LONGEST))
    flanks = _flanks(sequences)
    sequences = _without(sequences, flanks)
    total = int((lengths - size + 1).clip(0).sum())
    rate = min(1.0, MOST_WORDS / max(1, total))
    limit = np.uint64(min(2**64 - 1, int((1 - np.sqrt(1 - rate)) * 2**64)))  # the smaller of two strands must pass
    rows, found = [], []
    chunk = sequences.offsets[:-1] // _LETTERS
    for number in np.unique(chunk):
        members = np.flatnonzero(chunk == number)
        row, word = _windows(sequences, int(members[0]), int(members[-1]) + 1, size)
        kept = word <= limit
        rows.append(row[kept])
        found.append(word[kept])
    row, word = np.concatenate(rows), np.concatenate(found)
    order = np.lexsort((row, word))
    row, word = row[order], word[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (word[1:] != word[:-1]) | (row[1:] != row[:-1])
    row, word = row[first], word[first]
    counts = _group_sizes(word)
    common = counts > max(COMMON * n, 2)
    return Words(row[~common], word[~common], size, rate, flanks, len(np.unique(row[common])))


def _flanks(sequences: Sequences) -> tuple[int, int]:
    """Letters at the beginning and at the end of the rows that are the same in nine rows of ten."""
    lengths = sequences.lengths
    width = min(int(lengths.min()), _LONGEST_FLANK)
    rows = stream(0, "audit", "flanks").permutation(len(lengths))[:_LOOKED]
    runs = []
    for columns in (sequences.offsets[rows][:, None] + np.arange(width),
                    sequences.offsets[rows + 1][:, None] - 1 - np.arange(width)):
        letters = sequences.codes[columns]
        constant = np.max([(letters == code).mean(axis=0) for code in range(4)], axis=0) >= CONSTANT
        runs.append(width if constant.all() else int(np.argmin(constant)))
    return (runs[0], runs[1]) if np.median(lengths) - sum(runs) >= SHORTEST else (0, 0)


def _without(sequences: Sequences, flanks: tuple[int, int]) -> Sequences:
    """The rows with unknown letters in place of their flanks."""
    codes = sequences.codes.copy()
    codes[(sequences.offsets[:-1][:, None] + np.arange(flanks[0])).ravel()] = OTHER
    codes[(sequences.offsets[1:][:, None] - 1 - np.arange(flanks[1])).ravel()] = OTHER
    return Sequences(codes, sequences.offsets)


def _group_sizes(sorted_values: NDArray[np.uint64]) -> Ints:
    """How often each value of a sorted array occurs, beside the value."""
    if not len(sorted_values):
        return np.zeros(0, dtype=np.int64)
    edges = np.flatnonzero(np.concatenate([[True], sorted_values[1:] != sorted_values[:-1], [True]]))
    sizes = np.diff(edges)
    return np.repeat(sizes, sizes)


def _windows(sequences: Sequences, first: int, last: int, size: int) -> tuple[Ints, NDArray[np.uint64]]:
    """Rows and strand-free hashes of all windows of ``size`` letters in rows first..last."""
    offsets = sequences.offsets[first : last + 1]
    codes = sequences.codes[offsets[0] : offsets[-1]]
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    owner = np.repeat(np.arange(first, last), np.diff(offsets))
    whole = owner[:count] == owner[size - 1 :]
    whole &= _sums(codes == OTHER, size, count) == 0
    whole &= _sums(_simple(codes), size, count) <= size - SHORTEST
    complement = np.where(codes == OTHER, OTHER, 3 - codes).astype(np.uint8)[::-1]
    word = np.minimum(_hash(codes, size), _hash(complement, size)[::-1])
    return owner[:count][whole], word[whole]


def _simple(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Letters of simple repeats, shape (letters,)."""
    edges = np.zeros(len(codes) + 1, dtype=np.int32)
    for period in range(1, _PERIODS + 1):
        same = codes[period:] == codes[:-period]
        first = np.flatnonzero(_sums(same, _REPEATS, len(same) - _REPEATS + 1) == _REPEATS) if len(same) >= _REPEATS \
            else np.zeros(0, dtype=np.int64)
        edges[first] += 1
        edges[first + _REPEATS + period] -= 1
    return np.cumsum(edges[:-1]) > 0


def _sums(values: NDArray[np.bool_], width: int, count: int) -> Ints:
    """Sum of every window of ``width`` values, the first ``count`` of them."""
    total = np.concatenate([[0], np.cumsum(values)])
    return np.asarray(total[width : width + count] - total[:count])


def _hash(codes: NDArray[np.uint8], size: int) -> NDArray[np.uint64]:
    """A 64-bit hash of every window of ``size`` letters, by doubling: two halves may overlap where they meet."""
    table = stream(0, "audit", "words").integers(0, 2**64, size=OTHER + 1, dtype=np.uint64)
    found, width = table[codes], 1
    while width < size:
        step = min(width, size - width)
        left, right = found[: len(found) - step], found[step:]
        right = (right ^ (right >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        found = np.asarray(left * np.uint64(0x9E3779B97F4A7C15) + right, dtype=np.uint64)
        found ^= found >> np.uint64(32)
        width += step
    return found * np.uint64(0x94D049BB133111EB) ^ (found >> np.uint64(31))


def by_words(found: Words, n: int) -> Pairs:
    """Pairs of rows that share a word; ``weight`` is the number of shared words.

    A word that stands in more than 65 rows links each of them with 64 others, drawn at random once for all words.
    """
    rank = stream(0, "audit", "partners").permutation(n)
    order = np.lexsort((rank[found.row], found.word))
    row, word = found.row[order], found.word[order]
    sizes = _group_sizes(word)
    row, word, sizes = row[sizes > 1], word[sizes > 1], sizes[sizes > 1]
    starts = np.flatnonzero(np.concatenate([[True], word[1:] != word[:-1]])) if len(word) else np.zeros(0, np.int64)
    base = np.repeat(starts, sizes[starts])
    at = np.arange(len(row)) - base
    keys = [np.zeros(0, dtype=np.int64)]
    for step in range(1, MOST_PARTNERS + 1):
        here = (2 * step < sizes) | ((2 * step == sizes) & (at < step))
        other = row[base[here] + (at[here] + step) % sizes[here]]
        keys += [row[here] * n + other, other * n + row[here]]
    pair, shared = np.unique(np.concatenate(keys), return_counts=True)
    return Pairs(pair // n, pair % n, shared.astype(np.float64))


def copies(sequences: Sequences | None, intervals: Intervals | None) -> Ints:
    """A number for each row that equal rows share, shape (n,): the same letters on either strand, or the same place."""
    if sequences is None and intervals is not None:
        keys = (intervals.end, intervals.start, intervals.chrom)
        order = np.lexsort(keys)
        new = np.zeros(len(order), dtype=bool)
        for key in keys:
            new[1:] |= key[order][1:] != key[order][:-1]
        group = np.empty(len(order), dtype=np.int64)
        group[order] = np.cumsum(new)
        return group
    if sequences is None:
        return np.zeros(0, dtype=np.int64)
    known: dict[bytes, int] = {}
    out = np.zeros(len(sequences.lengths), dtype=np.int64)
    complement = np.array([3, 2, 1, 0, OTHER], dtype=np.uint8)
    for i in range(len(out)):
        codes = sequences.codes[sequences.offsets[i] : sequences.offsets[i + 1]]
        text = min(codes.tobytes(), complement[codes][::-1].tobytes())
        out[i] = known.setdefault(text, len(known))
    return out
