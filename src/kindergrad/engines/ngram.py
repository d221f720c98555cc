"""An interpolated n-gram model of plain text: a small language engine that needs no torch.

P(x | last k characters) blends the counts of all orders, lowest first. An order is trusted the more the oftener its
context was seen, and the fewer different characters followed it (Witten and Bell 1991, doi:10.1109/18.87000):

    p_k = (n_k(context, x) + t_k(context) * p_{k-1}) / (n_k(context) + t_k(context)),   p_{-1} = 1/96

where t_k counts the different characters seen after the context.

Shows: what can be learned from the last ``max_order`` characters alone, met at least once to the letter.
Does not show: looking up a number farther back, or any rule behind the facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain
from kindergrad.core.packed import pack
from kindergrad.core.text import CHARACTERS, decode, encode

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # words are told apart by a hash of 64 bits: a clash is one in 10^7
_BLOCK = 1 << 20  # characters scored per step
_LIKELY = 2  # characters that have followed the last so many are tried first in generation
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


@dataclass
class _Table:
    """How often each word was seen: sorted keys, and columns of numbers."""

    keys: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def add(self, keys: Keys, counts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Add sorted, different keys; returns which of them are new."""
        at = np.searchsorted(self.keys, keys)
        known = self._at(at, keys)
        self.counts[at[known]] += counts[known]
        self.counts = np.insert(self.counts, at[~known], counts[~known])
        self.keys = np.insert(self.keys, at[~known], keys[~known])
        return ~known

    def get(self, keys: Keys) -> NDArray[np.float64]:
        """Counts of any keys; 0 for those never seen."""
        different, back = np.unique(keys, return_inverse=True)
        at = np.searchsorted(self.keys, different)
        known = self._at(at, different)
        found = np.zeros(len(different))
        found[known] = self.counts[at[known]]
        return np.asarray(found[back])

    def _at(self, at: NDArray[np.int64], keys: Keys) -> NDArray[np.bool_]:
        known = at < len(self.keys)
        known[known] = self.keys[at[known]] == keys[known]
        return known


class Ngram:
    """Interpolated n-gram model of characters (Witten-Bell).

    Parameters
    ----------
    max_order : longest context in characters, 0 to 32.
    seed : unused; the engine is deterministic.
    """

    name = "ngram"
    family = "n-gram"

    def __init__(self, max_order: int = 12, seed: int = 0) -> None:
        if not 0 <= max_order <= 32:
            raise ValueError(f"max_order must lie in 0 to 32; got {max_order}")
        self.max_order = max_order
        orders = range(max_order + 1)
        self._words = [_Table() for _ in orders]  # a context of k characters and the one after it
        self._contexts = [_Table() for _ in orders]
        self._followers = [_Table() for _ in orders]  # different characters after a context
        self._tail = np.zeros(0, dtype=np.uint8)

    @property
    def parameters(self) -> int:
        """Words that were seen, of all lengths."""
        return sum(len(table.keys) for table in self._words)

    def learn(self, pieces: Sequence[str]) -> None:
        """Read more of the corpus; a piece goes on where the one before it ended.

        Raises
        ------
        SequenceError
            For a character that is not printable ASCII, with the piece and the position.
        """
        parts = [encode(piece, where=f"piece {i}") for i, piece in enumerate(pieces, start=1)]
        codes = np.concatenate([self._tail, *parts])
        known = len(self._tail)
        words = _words(codes, self.max_order + 1)
        for k in range(self.max_order + 1):
            start = max(known, k)
            if start >= len(codes):
                break
            keys, first, counts = np.unique(words[k + 1][start:], return_index=True, return_counts=True)
            before = _before(words[k])[start:]
            new = self._words[k].add(keys, counts)
            self._contexts[k].add(*np.unique(before, return_counts=True))
            self._followers[k].add(*np.unique(before[first[new]], return_counts=True))
        self._tail = codes[max(0, len(codes) - self.max_order) :]

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,).

        Raises
        ------
        SequenceError
            For a character that is not printable ASCII, with the row and the position.
        """
        out = np.zeros(len(target))
        for part in pack(context, target, _BLOCK, encode):
            words = _words(part.codes, self.max_order + 1)
            asked = np.flatnonzero(part.asked)
            trust = self._trust([_before(w)[asked] for w in words[:-1]], part.place[asked])
            log_p = np.zeros(len(part.codes))
            log_p[asked] = np.log(self._blend(trust, [w[asked] for w in words[1:]]))
            out[part.rows] = part.sum(log_p)
        return out

    def _trust(self, contexts: Sequence[Keys], place: NDArray[np.int64]) -> list[tuple[Floats, Floats]]:
        """Per order how often the context of each character was seen, and with how many different followers.

        ``contexts`` are its keys by order, ``place`` how many characters stand before it. Where the second is 0, the
        order is not used.
        """
        found = []
        here = np.arange(len(place))
        for k in range(self.max_order + 1):
            total, followers = np.zeros(len(place)), np.zeros(len(place))
            here = here[place[here] >= k]
            followers[here] = self._followers[k].get(contexts[k][here])
            here = here[followers[here] > 0]  # a context never seen was not seen with more before it either
            if not here.size:
                break
            total[here] = self._contexts[k].get(contexts[k][here])
            found.append((total, followers))
        return found

    def _blend(self, trust: Sequence[tuple[Floats, Floats]], words: Sequence[Keys]) -> Floats:
        """Probability of each character, from the trust in its contexts and the keys of its words by order."""
        p = np.full(len(words[0]), 1.0 / len(CHARACTERS))
        for k, (total, followers) in enumerate(trust):
            here = np.flatnonzero(followers > 0)
            n = self._words[k].get(words[k][here])
            p[here] = (n + followers[here] * p[here]) / (total[here] + followers[here])
        return p

    def generate(self, context: Sequence[str], length: int, seed: int) -> list[str]:
        """The most probable character, again and again, ``length`` times; ``seed`` changes nothing."""
        rows = [encode(text, where=f"sequence {i}") for i, text in enumerate(context, start=1)]
        keep = max(self.max_order, _LIKELY, 1)
        last = np.zeros((len(rows), keep), dtype=np.uint8)  # right-aligned
        for i, row in enumerate(rows):
            if len(row):
                last[i, keep - len(row[-keep:]) :] = row[-keep:]
        place = np.array([len(row) for row in rows], dtype=np.int64)
        made = np.zeros((len(rows), length), dtype=np.uint8)
        for step in range(length if rows else 0):
            made[:, step] = self._likeliest(last, place + step)
            last = np.concatenate([last[:, 1:], made[:, step, None]], axis=1)
        return [decode(row) for row in made]

    def _likeliest(self, last: NDArray[np.uint8], place: NDArray[np.int64]) -> NDArray[np.uint8]:
        contexts = [_key(last[:, last.shape[1] - k :]) for k in range(max(self.max_order, _LIKELY) + 1)]
        owner, letters = self._candidates(contexts, place)
        trust = [(total[owner], followers[owner]) for total, followers in self._trust(contexts, place)]
        p = self._blend(trust, [_after(keys[owner], letters) for keys in contexts])
        best = np.lexsort((letters, -np.round(p, 12), owner))
        return letters[best[np.searchsorted(owner[best], np.arange(len(last)))]]

    def _candidates(self, contexts: Sequence[Keys], place: NDArray[np.int64]
                    ) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """(row, character) pairs worth trying: those seen after the last two characters, or all."""
        k = min(_LIKELY, self.max_order)
        every = np.arange(len(CHARACTERS), dtype=np.uint8)
        seen = self._words[k].get(_after(contexts[k][:, None], every[None, :]).ravel()).reshape(len(place), -1) > 0
        seen[(place < k) | ~seen.any(axis=1)] = True
        owner, letters = np.nonzero(seen)
        return owner, letters.astype(np.uint8)


def _after(keys: Keys, letters: NDArray[Any]) -> Keys:
    """Key of a word and one more character."""
    with np.errstate(over="ignore"):
        return np.asarray((keys + np.uint64(1)) * _SPREAD + letters.astype(np.uint64) + np.uint64(1))


def _key(words: NDArray[np.uint8]) -> Keys:
    """Keys of words of one length, shape (n, k) -> (n,)."""
    keys = np.zeros(len(words), dtype=np.uint64)
    for letters in words.T:
        keys = _after(keys, letters)
    return keys


def _words(codes: NDArray[np.uint8], longest: int) -> list[Keys]:
    """Keys of the words of 0 to ``longest`` characters that end at each character (of those before it: less)."""
    found = [np.zeros(len(codes), dtype=np.uint64)]
    for _ in range(longest):
        found.append(_after(_before(found[-1]), codes))
    return found


def _before(keys: Keys) -> Keys:
    """The value one character earlier."""
    return np.concatenate([np.zeros(1, dtype=np.uint64), keys[:-1]])[: len(keys)]


ENGINES = (EngineSpec(make=Ngram, id="ngram", domain=Domain.ARITHMETIC),)
