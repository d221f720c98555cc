"""Labelled sets with known faults, and one without: windows of a random genome with a word planted in one class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.exams.audit_set import LabelledSet, make

LENGTH = 120
WORD = "TGACGTCATG"


def letters(n: int, rng: np.random.Generator, p: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)) -> str:
    return "".join(rng.choice(list("ACGT"), size=n, p=p))


class Draft:
    """Rows that a test may spoil before they become a set."""

    def __init__(self, n: int = 400, seed: int = 0) -> None:
        rng = stream(seed, "audit", "draft")
        self.rng = rng
        self.labels = [("yes", "no")[i % 2] for i in range(n)]
        self.sequences = [self.window(label) for label in self.labels]
        self.chrom = [f"chr{1 + 4 * i // n}" for i in range(n)]
        self.start: NDArray[np.int64] = np.arange(n) * 10 * LENGTH
        self.test = np.array([c == "chr4" for c in self.chrom])

    def window(self, label: str, p: tuple[float, ...] = (0.25, 0.25, 0.25, 0.25)) -> str:
        """A random window; class 'yes' has the word somewhere, class 'no' its letters shuffled."""
        word = WORD if label == "yes" else "".join(self.rng.permutation(list(WORD)))
        at = int(self.rng.integers(0, LENGTH - len(WORD)))
        text = letters(LENGTH, self.rng, p)
        return text[:at] + word + text[at + len(WORD) :]

    def made(self, *, places: bool = True, published: bool = True) -> LabelledSet:
        ends = self.start + np.array([len(s) for s in self.sequences])
        return make("draft", self.labels, sequences=self.sequences, test=self.test if published else None,
                    intervals=(self.chrom, self.start, ends) if places else None)
