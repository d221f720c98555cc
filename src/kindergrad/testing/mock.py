"""An engine for tests: proper probabilities, drawn once at random, that know nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.packed import pack
from kindergrad.core.seeds import stream

_ORDER = 3


class Mock:
    """P(letter | last 3 letters) from random tables; before the first letter stand three A.

    Parameters
    ----------
    seed : another seed is another engine.
    concentration : of the Dirichlet tables; small values give strong, wrong opinions.
    """

    name = "mock"
    family = "mock"

    def __init__(self, seed: int = 0, concentration: float = 2.0) -> None:
        self._log_p = np.log(stream(seed, "mock").dirichlet(np.full(4, concentration), 4**_ORDER))
        self.letters_read = 0

    def learn(self, pieces: Sequence[str]) -> None:
        """Count the letters and learn nothing."""
        self.letters_read += sum(map(len, pieces))

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Natural log of P(target | context), shape (n,); refuses letters other than A, C, G, T."""
        out = np.zeros(len(target))
        for part in pack(context, target, 1 << 18):
            before = np.zeros(len(part.codes), dtype=np.int64)
            for back in range(_ORDER, 0, -1):
                letter = np.concatenate([np.zeros(back, dtype=np.int64), part.codes[:-back].astype(np.int64)])
                before = before << 2 | np.where(part.place >= back, letter[: len(before)], 0)
            out[part.rows] = part.sum(self._log_p[before, part.codes])
        return out
