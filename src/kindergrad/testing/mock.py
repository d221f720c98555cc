"""An engine for tests: proper probabilities, drawn once at random, that know nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import dna, text
from kindergrad.core.names import Domain
from kindergrad.core.packed import pack
from kindergrad.core.seeds import stream

_ORDER = {4: 3, len(text.CHARACTERS): 1}
"""Letters of the alphabet -> how many of the last letters the opinions depend on."""


class Mock:
    """P(letter | last letters) from random tables: the last 3 of DNA, the last 1 of text; before the first, code 0.

    Parameters
    ----------
    seed : another seed is another engine.
    concentration : of the Dirichlet tables; small values give strong, wrong opinions.
    domain : arithmetic for text, else DNA.
    """

    name = "mock"
    family = "mock"

    def __init__(self, seed: int = 0, concentration: float = 2.0, domain: Domain = Domain.GENOMICS) -> None:
        written = domain is Domain.ARITHMETIC
        self._encode = text.encode if written else dna.encode
        self._letters = len(text.CHARACTERS if written else dna.LETTERS)
        self._order = _ORDER[self._letters]
        tables = (np.full(self._letters, concentration), self._letters**self._order)
        self._log_p = np.log(stream(seed, "mock").dirichlet(*tables))
        self.letters_read = 0

    def learn(self, pieces: Sequence[str]) -> None:
        """Count the letters and learn nothing."""
        self.letters_read += sum(map(len, pieces))

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,); refuses other letters than those of its domain."""
        out = np.zeros(len(target))
        for part in pack(context, target, 1 << 18, self._encode):
            before = np.zeros(len(part.codes), dtype=np.int64)
            for back in range(self._order, 0, -1):
                letter = np.concatenate([np.zeros(back, dtype=np.int64), part.codes[:-back].astype(np.int64)])
                before = before * self._letters + np.where(part.place >= back, letter[: len(before)], 0)
            out[part.rows] = part.sum(self._log_p[before, part.codes])
        return out
