"""Exact and degenerate words: ``{ kind = "word", words = ["TTGACA"], gap = [15, 19], then = ["TATAAT"] }``.

Letters are IUPAC codes (W is A or T, N is any). Without ``words`` the name of the concept is the word. With ``gap``
and ``then``, a second word follows the first after so many letters of any kind. Both strands are searched. All words of
a syllabus are found in one pass: a table tells for any 8 letters which words can begin there; what is longer is
compared letter by letter, at these places only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.letters import PAD, Block
from kindergrad.exposure.tally import Hits

IUPAC = {"A": 1, "C": 2, "G": 4, "T": 8, "R": 5, "Y": 10, "S": 6, "W": 9, "K": 12, "M": 3, "B": 14, "D": 13, "H": 11,
         "V": 7, "N": 15}
"""Letters that a code stands for: 1 for A, 2 for C, 4 for G, 8 for T, added up."""
HEAD = 8
LONGEST = 120
Masks = tuple[int, ...]


class Spec(Contract):
    words: tuple[str, ...] = ()
    gap: tuple[int, int] | None = None
    then: tuple[str, ...] = Field(default=())


class Pattern(NamedTuple):
    """One word on one strand."""

    concept: int
    masks: Masks
    strand: int


def masks(word: str, where: str) -> Masks:
    """The letters allowed at each place of a word.

    Raises
    ------
    InputError
        For an empty word, one that is too long, or letters that are no IUPAC codes.
    """
    unknown = [letter for letter in word.upper() if letter not in IUPAC]
    if unknown or not 0 < len(word) <= LONGEST:
        raise InputError(f"{where}: not a word of DNA; got '{word}'; expected 1 to {LONGEST} IUPAC codes "
                         f"({''.join(IUPAC)})")
    return tuple(IUPAC[letter] for letter in word.upper())


def reversed_complement(word: Masks) -> Masks:
    """The word on the other strand: A and T, C and G change places."""
    swap = [int(f"{mask:04b}"[::-1], 2) for mask in range(16)]
    return tuple(swap[mask] for mask in reversed(word))


def patterns(concept: Numbered) -> list[Pattern]:
    """All words of a concept, on both strands; one that is its own reverse complement only once."""
    spec = settings(concept, Spec)
    if (spec.gap is None) != (not spec.then) or (spec.gap and not 0 <= spec.gap[0] <= spec.gap[1] <= LONGEST):
        raise InputError(f"concept '{concept.name}': a gap needs words that follow, and 0 <= lowest <= highest; "
                         f"got gap {spec.gap} and then {spec.then}")
    firsts = [masks(word, concept.name) for word in spec.words or (concept.name,)]
    if spec.gap:
        lasts = [masks(word, concept.name) for word in spec.then]
        firsts = [first + (15,) * n + last for first in firsts for last in lasts
                  for n in range(spec.gap[0], spec.gap[1] + 1)]
    both = {(word, 1) for word in firsts} | {(reversed_complement(word), -1) for word in firsts}
    words = {word for word, _ in both}
    return [Pattern(concept.number, word, 0 if reversed_complement(word) == word else 1 if (word, 1) in both else -1)
            for word in sorted(words)]


class Words:
    """All words of a syllabus."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.patterns = sorted((p for concept in concepts for p in patterns(concept)),
                               key=lambda p: (p.concept, len(p.masks)))
        heads = np.zeros((len(self.patterns), 4**HEAD), dtype=bool)
        for row, pattern in zip(heads, self.patterns, strict=True):
            row[_heads(pattern.masks)] = True
        columns = np.packbits(heads, axis=0).T  # which patterns may begin with these letters, as bits
        kinds, own = np.unique(np.ascontiguousarray(columns).view(f"V{columns.shape[1]}").ravel(), return_inverse=True)
        sets = np.unpackbits(kinds.view(np.uint8).reshape(len(kinds), -1), axis=1)[:, : len(self.patterns)]
        self.members = [np.flatnonzero(row) for row in sets]
        empty = next((i for i, m in enumerate(self.members) if not m.size), None)
        order = np.arange(len(kinds), dtype=np.uint16)
        if empty is not None:  # kind 0 is: nothing begins here
            order[empty], order[0] = 0, empty
            self.members[0], self.members[empty] = self.members[empty], self.members[0]
        else:
            order, self.members = order + 1, [np.zeros(0, dtype=np.int64), *self.members]
        self.kind = order[own]
        self.users = _users(self.members, len(self.patterns))
        self.twice = {p.concept for p in self.patterns if p.strand and _both(p.masks)}

    def scan(self, block: Block) -> list[Hits]:
        """Occurrences in the core."""
        kind = self.kind[(block.words[PAD : PAD + block.size] >> np.uint32(32 - 2 * HEAD))]
        at = np.flatnonzero(kind)
        order = np.argsort(kind[at], kind="stable")
        at = at[order] + PAD
        edges = np.searchsorted(kind[at - PAD], np.arange(len(self.members) + 1))
        found: list[Hits] = []
        for number, pattern in enumerate(self.patterns):
            starts = [at[edges[k] : edges[k + 1]] for k in self.users[number] if edges[k] < edges[k + 1]]
            if not starts:
                continue
            start = _rest(block, np.concatenate(starts), pattern.masks)
            if start.size:
                found.append(Hits(pattern.concept, start, len(pattern.masks), pattern.strand))
        return self._once(found)

    def chance(self, background: Background) -> dict[int, float]:
        """Occurrences per base of each concept that composition alone would give."""
        out: dict[int, float] = {}
        for pattern in self.patterns:
            out[pattern.concept] = out.get(pattern.concept, 0.0) + background.probability(pattern.masks)
        return out

    def _once(self, found: list[Hits]) -> list[Hits]:
        """A place where both strands of a degenerate word fit is one occurrence."""
        if not self.twice:
            return found
        seen: dict[tuple[int, int], NDArray[np.int64]] = {}
        out = []
        for hits in found:
            key = (hits.concept, hits.length)
            if hits.concept in self.twice:
                known = seen.get(key)
                start = hits.start if known is None else np.setdiff1d(hits.start, known)
                seen[key] = start if known is None else np.union1d(known, start)
                hits = hits._replace(start=start)
            out.append(hits)
        return out


def _heads(word: Masks) -> NDArray[np.int64]:
    """Codes of all beginnings of 8 letters that a word allows."""
    codes = np.zeros(1, dtype=np.int64)
    for mask in (*word, *(15,) * HEAD)[:HEAD]:
        letters = np.array([c for c in range(4) if mask >> c & 1])
        codes = (codes[:, None] * 4 + letters[None, :]).ravel()
    return codes


def _users(members: list[NDArray[np.int64]], patterns: int) -> list[list[int]]:
    """The kinds of beginnings of every pattern."""
    out: list[list[int]] = [[] for _ in range(patterns)]
    for kind, own in enumerate(members):
        for pattern in own:
            out[pattern].append(kind)
    return out


def _both(word: Masks) -> bool:
    """Whether some letters fit the word on both strands."""
    return all(a & b for a, b in zip(word, reversed_complement(word), strict=True))


def _rest(block: Block, start: NDArray[np.int64], word: Masks) -> NDArray[np.int64]:
    """Those starts whose letters beyond the 8th fit, and that hold only A, C, G, T."""
    for place in range(HEAD, len(word)):
        if word[place] != 15 and start.size:
            start = start[np.right_shift(word[place], block.codes[start + place] & 3) & 1 == 1]
    return block.whole(start, len(word))


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Words:
    """All words, in one pass."""
    return Words(concepts)
