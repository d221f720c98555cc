"""An engine of your own: one file with one class, no base class.

    kindergrad run examples/study.yaml --plugins examples/own_engine.py --out /tmp/own

The exams ask for ``log_likelihood``; ``learn`` is called again and again with the next pieces of the corpus, so that
the exams see the engine at growing sizes. Put your own model in place of the counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kindergrad.core.dna import encode


class Order2:
    """How often does a base follow the two before it?"""

    name = "order-2"

    def __init__(self, pseudo: float = 4.0) -> None:
        self.counts = np.full((4, 4, 4), pseudo / 4)

    def learn(self, pieces: Sequence[str]) -> None:
        """Read more of the corpus: text in capital A, C, G, T."""
        for piece in pieces:
            codes = encode(piece)
            np.add.at(self.counts, (codes[:-2], codes[1:-1], codes[2:]), 1.0)

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> np.ndarray:
        """Natural log of P(target | context), one number per pair; a context may be empty."""
        log_p = np.log(self.counts / self.counts.sum(axis=2, keepdims=True))
        return np.array([self._one(log_p, before, text) for before, text in zip(context, target, strict=True)])

    @staticmethod
    def _one(log_p: np.ndarray, before: str, text: str) -> float:
        known = encode(before + text)[max(0, len(before) - 2) :]
        scored = log_p[known[:-2], known[1:-1], known[2:]].sum()
        return float(scored - np.log(4) * (len(text) - max(0, len(known) - 2)))  # no two letters before: a guess
