"""Engines that cannot know: their best gives the floor of every exam.

``uniform`` holds all letters equal; ``composition-k`` knows how often each letter follows the last k (0 to 2);
``local-composition`` follows the letters of the sequence it reads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Role
from kindergrad.core.packed import pack


class Uniform:
    """All letters are equally probable."""

    name = "uniform"
    family = "blind"

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros(len(target))
        for part in pack(context, target, 1 << 18):
            out[part.rows] = part.sum(np.full(len(part.codes), np.log(0.25)))
        return out


class Composition:
    """Letter frequencies after the last ``order`` letters, from both strands of the whole corpus."""

    family = "blind"

    def __init__(self, order: int = 0, seed: int = 0) -> None:
        self.order = order
        self.name = f"composition-{order}"
        self._counts = np.ones((4**order, 4))

    def learn(self, pieces: Sequence[str]) -> None:
        for piece in pieces:
            codes = encode(piece).astype(np.int64)
            if len(codes) > self.order:
                for strand in (codes, 3 - codes[::-1]):
                    words = _words(strand, self.order)
                    self._counts += np.bincount(words, minlength=4 ** (self.order + 1)).reshape(-1, 4)

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        full = np.log(self._counts / self._counts.sum(axis=1, keepdims=True)).ravel()
        short = np.log(self._counts.sum(axis=0) / self._counts.sum())
        out = np.zeros(len(target))
        for part in pack(context, target, 1 << 18):
            codes = part.codes.astype(np.int64)
            log_p = short[codes]  # letters that lack their context
            whole = part.place >= self.order
            words = np.concatenate([np.zeros(self.order, dtype=np.int64), _words(codes, self.order)])
            log_p[whole] = full[words[whole]]
            out[part.rows] = part.sum(log_p)
        return out


class LocalComposition:
    """Letter frequencies of the sequence so far, with ``weight`` letters of an even mixture to begin with."""

    name = "local-composition"
    family = "blind"

    def __init__(self, weight: float = 16.0, seed: int = 0) -> None:
        self.weight = weight

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        out = np.zeros(len(target))
        for part in pack(context, target, 1 << 18):
            log_p = np.zeros(len(part.codes))
            for letter in range(4):
                here = part.codes == letter
                before = np.cumsum(here) - here
                own = before - before[np.flatnonzero(part.place == 0)][part.owner]
                log_p[here] = np.log((own + self.weight / 4) / (part.place + self.weight))[here]
            out[part.rows] = part.sum(log_p)
        return out


def _words(codes: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """Code of each word of ``order + 1`` letters."""
    words = codes[: len(codes) - order]
    for j in range(1, order + 1):
        words = words << 2 | codes[j : len(codes) - order + j]
    return words


ENGINES = (
    EngineSpec(make=Uniform, id="uniform", role=Role.BLIND),
    EngineSpec(make=LocalComposition, id="local-composition", role=Role.BLIND),
    *(EngineSpec(make=Composition, id=f"composition-{k}", role=Role.BLIND, settings={"order": k}) for k in range(3)),
)
