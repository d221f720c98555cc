"""Engines of plain text that cannot know: their best gives the floor of every exam in writing.

``text-uniform`` holds all characters equal; ``text-composition-k`` knows how often each follows the last k (0 to 2);
``text-local`` follows the characters of the text it reads, so it answers with what stands in the question;
``text-words`` knows how often every word and number is written, and nothing of what stands before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain, Role
from kindergrad.core.packed import pack
from kindergrad.core.text import CHARACTERS, encode

_BLOCK = 1 << 18
_ALL = len(CHARACTERS)
_APART = " \n"


class TextUniform:
    """All characters are equally probable."""

    name = "text-uniform"
    family = "blind"

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros(len(target))
        for part in pack(context, target, _BLOCK, encode):
            out[part.rows] = part.sum(np.full(len(part.codes), -np.log(_ALL)))
        return out


class TextComposition:
    """Character frequencies after the last ``order`` characters, of the whole corpus."""

    family = "blind"

    def __init__(self, order: int = 0, seed: int = 0) -> None:
        self.order = order
        self.name = f"text-composition-{order}"
        self._counts = np.full((_ALL**order, _ALL), 1.0 / _ALL)

    def learn(self, pieces: Sequence[str]) -> None:
        codes = np.concatenate([encode(piece, where="corpus").astype(np.int64) for piece in pieces])
        words = _words(codes, self.order)
        self._counts += np.bincount(words, minlength=self._counts.size).reshape(self._counts.shape)

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        full = np.log(self._counts / self._counts.sum(axis=1, keepdims=True)).ravel()
        short = np.log(self._counts.sum(axis=0) / self._counts.sum())
        out = np.zeros(len(target))
        for part in pack(context, target, _BLOCK, encode):
            codes = part.codes.astype(np.int64)
            log_p = short[codes]  # characters that lack their context
            whole = np.flatnonzero(part.place >= self.order)
            log_p[whole] = full[_words(codes, self.order)[whole - self.order]]
            out[part.rows] = part.sum(log_p)
        return out


class TextLocal:
    """Character frequencies of the text so far, with ``weight`` characters of an even mixture to begin with."""

    name = "text-local"
    family = "blind"

    def __init__(self, weight: float = 16.0, seed: int = 0) -> None:
        self.weight = weight

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros(len(target))
        for part in pack(context, target, _BLOCK, encode):
            order = np.lexsort((part.place, part.codes, part.owner))
            owner, codes = part.owner[order], part.codes[order]
            new = np.concatenate([[True], (owner[1:] != owner[:-1]) | (codes[1:] != codes[:-1])])
            since = np.arange(len(order)) - np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
            before = np.empty(len(order))
            before[order] = since  # how often the character stood earlier in its own text
            log_p = np.log((before + self.weight / _ALL) / (part.place + self.weight))
            out[part.rows] = part.sum(log_p)
        return out


class TextWords:
    """How a word goes on, by how often every word was written; each word begins afresh."""

    name = "text-words"
    family = "blind"

    def __init__(self, seed: int = 0) -> None:
        self._begun: Counter[str] = Counter()

    def learn(self, pieces: Sequence[str]) -> None:
        words = Counter(word for piece in pieces for word in piece.split())
        for word, times in words.items():
            for end in range(len(word) + 1):
                self._begun[word[:end]] += times
            self._begun[word + " "] += times

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros(len(target))
        for row, (before, text) in enumerate(zip(context, target, strict=True)):
            encode(before + text, where=f"sequence {row + 1}")
            at = max(before.rfind(mark) for mark in _APART) + 1
            word = before[at:]
            for letter in text:
                ends = letter in _APART
                seen = self._begun[word + (" " if ends else letter)] / (len(_APART) if ends else 1)
                out[row] += np.log((seen + 1.0 / _ALL) / (self._begun[word] + 1.0))
                word = "" if ends else word + letter
        return out


def _words(codes: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """Code of each word of ``order + 1`` characters."""
    words = codes[: len(codes) - order]
    for j in range(1, order + 1):
        words = words * _ALL + codes[j : len(codes) - order + j]
    return words


ENGINES = (
    EngineSpec(make=TextUniform, id="text-uniform", role=Role.BLIND, domain=Domain.ARITHMETIC),
    *(EngineSpec(make=TextComposition, id=f"text-composition-{k}", role=Role.BLIND, domain=Domain.ARITHMETIC,
                 settings={"order": k}) for k in range(3)),
    EngineSpec(make=TextLocal, id="text-local", role=Role.BLIND, domain=Domain.ARITHMETIC),
    EngineSpec(make=TextWords, id="text-words", role=Role.BLIND, domain=Domain.ARITHMETIC),
)
