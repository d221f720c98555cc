"""How often words would come by chance: a chain of letters in which each depends on up to three before it.

What a word occurs beyond this is not composition. For a word never met, it is all that can be said of its rate. The
order is two less than the length of the word, and 3 at most: a chain of five letters would know words of six by heart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.exposure.letters import PAD, Block

ORDER = 3
_WORDS = 4 ** (ORDER + 1)


class Background:
    """Counts of all words of four letters, as the corpus is read."""

    def __init__(self) -> None:
        self.counts = np.zeros(_WORDS)

    def add(self, block: Block) -> None:
        """Count the words that begin in the core."""
        words = block.words[PAD : PAD + block.size]
        if not block.plain:
            at = np.arange(PAD, PAD + block.size)
            words = words[block.broken[at + ORDER + 1] == block.broken[at]]
        self.counts += np.bincount(words >> np.uint32(32 - 2 * (ORDER + 1)), minlength=_WORDS)

    @property
    def letters(self) -> NDArray[np.float64]:
        """Frequencies of A, C, G, T on both strands, (4,)."""
        first = self.counts.reshape(4, -1).sum(axis=1) + 1.0
        both = first + first[::-1]
        return np.asarray(both / both.sum())

    def probability(self, masks: tuple[int, ...]) -> float:
        """Probability that a place begins a word; ``masks`` as in :mod:`kindergrad.exposure.kinds.word`."""
        order = max(0, min(ORDER, len(masks) - 2))
        counts = (self.counts + 1e-3).reshape(4 ** (order + 1), -1).sum(axis=1)
        state = counts.reshape(-1, 4).sum(axis=1) / counts.sum()  # of the letters so far
        step = counts.reshape(-1, 4) / counts.reshape(-1, 4).sum(axis=1, keepdims=True)
        allowed = np.array([[mask >> c & 1 for c in range(4)] for mask in masks], dtype=np.float64)
        for place, row in enumerate(allowed[:order]):
            state = (state.reshape(4**place, 4, -1) * row[None, :, None]).ravel()
        for row in allowed[order:]:
            moved = state[:, None] * step * row[None, :]
            state = moved.reshape(4, -1).sum(axis=0) if order else moved.sum(keepdims=True).ravel()
        return float(state.sum())
