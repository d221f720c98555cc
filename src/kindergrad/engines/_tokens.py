"""Letters and tokens: how a tokenizer cuts DNA, found by trying, and checked on every text.

Single letters, words without overlap, byte pairs of any length, and overlapping words are all understood; a tokenizer
that loses or changes letters is refused with an example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import LETTERS, decode, encode
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.seeds import stream

_MARKS = ("Ġ", "▁", "##")
_TRIED = (40, 61, 7, 130)  # lengths of the texts that a tokenizer is tried on


class Cut(NamedTuple):
    """One text as tokens."""

    ids: list[int]
    sizes: list[int]
    """New letters of each token: their sum is the length of the text."""


class Tokens:
    """What a tokenizer makes of DNA.

    Attributes
    ----------
    letters : the DNA letters of every token of the vocabulary, or an empty text, by id.
    overlap : letters of each token where neighbours share all but one, else 0.
    prefix, suffix : special tokens that the tokenizer puts around a text.

    Raises
    ------
    InputError
        For a tokenizer that loses or changes letters, with an example.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        vocabulary = tokenizer.get_vocab()
        special = set(tokenizer.all_special_ids)
        self.letters = [""] * (max(vocabulary.values()) + 1)
        for token, number in vocabulary.items():
            self.letters[number] = "" if number in special else _letters(token)
        self._form, self.overlap = self._find()
        text = self._form(_random(40))
        whole = list(tokenizer(text)["input_ids"])
        bare = self._ids([text])[0]
        at = next((i for i in range(len(whole)) if whole[i : i + len(bare)] == bare), 0)
        self.prefix, self.suffix = whole[:at], whole[at + len(bare) :]

    @property
    def single(self) -> bool:
        """Whether every DNA token is one letter."""
        return {len(letters) for letters in self.letters if letters} == {1}

    def cut(self, texts: Sequence[str], first: int = 1) -> list[Cut]:
        """Tokens of each text.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        EngineError
            If the tokens do not spell the text.
        """
        for number, text in enumerate(texts, start=first):
            encode(text, where=f"sequence {number}")
        upper = [text.upper() for text in texts]
        filled = [i for i, text in enumerate(upper) if text]
        found = dict(zip(filled, self._ids([self._form(upper[i]) for i in filled]) if filled else [], strict=True))
        out = []
        for i, text in enumerate(upper):
            sizes = self._spelled(found.get(i, []), text, self.overlap)
            if sizes is None:
                raise EngineError(f"the tokenizer does not spell sequence {i + first}, {self._example(text)}")
            out.append(Cut(found.get(i, []), sizes))
        return out

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return [list(ids) for ids in self._tokenizer(texts, add_special_tokens=False)["input_ids"]]

    def _find(self) -> tuple[Callable[[str], str], int]:
        """The form in which the tokenizer takes DNA: plain, lower case, spaced letters, or spaced overlapping words."""
        tried = [_random(length) for length in _TRIED]
        longest = max((len(letters) for letters in self.letters), default=0)
        forms: list[tuple[Callable[[str], str], int]] = [
            (str, 0), (str.lower, 0), (" ".join, 0), (lambda text: " ".join(text.lower()), 0)]
        if longest > 1:
            forms += [(str, longest), (lambda text: " ".join(_words(text, longest)), longest)]
        for form, overlap in forms:
            cuts = zip(self._ids([form(text) for text in tried]), tried, strict=True)
            if all(self._spelled(ids, text, overlap) is not None for ids, text in cuts):
                return form, overlap
        raise InputError(f"the tokenizer changes DNA: {self._example(tried[2], str)}; expected one that spells A, C, "
                         "G, T letter by letter, in words or in byte pairs")

    def _spelled(self, ids: Sequence[int], text: str, overlap: int) -> list[int] | None:
        """New letters of each token, or None if the tokens are not the text."""
        parts = [self.letters[i] for i in ids]
        if not all(parts):
            return None
        if not overlap:
            return [len(part) for part in parts] if "".join(parts) == text else None
        if not parts:
            return [] if not text else None
        sizes = [overlap] + [1] * (len(parts) - 1)
        return sizes if parts == _words(text, overlap) else None

    def _example(self, text: str, form: Callable[[str], str] | None = None) -> str:
        ids = self._ids([(form or self._form)(text)])[0]
        shown = self._tokenizer.convert_ids_to_tokens(ids)
        return f"'{text if len(text) <= 24 else text[:20] + '...'}' became {' '.join(map(str, shown[:8]))}"

    def starts(self, offset: int = 0) -> NDArray[np.int64]:
        """Code of the letter at ``offset`` of every token, -1 where it has none, shape (vocabulary,)."""
        return np.array([LETTERS.find(t[offset]) if len(t) > offset else -1 for t in self.letters], dtype=np.int64)


def _letters(token: str) -> str:
    for mark in _MARKS:
        token = token.removeprefix(mark)
    upper = token.upper()
    return upper if upper and set(upper) <= set(LETTERS) else ""


def _words(text: str, k: int) -> list[str]:
    return [text[i : i + k] for i in range(len(text) - k + 1)]


def _random(length: int) -> str:
    return decode(stream(0, "tokens", length).integers(0, 4, length).astype(np.uint8))
