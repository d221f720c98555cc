"""Graded words: ``{ kind = "pwm", consensus = "TATAAT", percent = [82, 90, 52, 59, 49, 89] }``.

Each letter of the consensus is as frequent as stated, the other three share the rest; or ``matrix``, a row of four
frequencies (A, C, G, T) per place. A place is an occurrence where its score, the log odds against equal letters,
reaches the threshold that ``false_positive_rate`` of random places would reach (default 1e-4 per strand). The
distribution of the score is computed exactly, by convolution over the places; scores are rounded to 1/100 bit. Both
strands are searched.
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

UNITS = 100
"""Scores per bit."""
SMALLEST = 1e-3
"""A letter never seen is as frequent as this."""
LONGEST = 64
_TABLE = 8


class Spec(Contract):
    consensus: str = ""
    percent: tuple[float, ...] = ()
    matrix: tuple[tuple[float, float, float, float], ...] = ()
    false_positive_rate: float = Field(default=1e-4, gt=0, lt=0.5)


class Weights(NamedTuple):
    """Scores of a motif: (length, 4) whole units of 1/100 bit, and the threshold."""

    concept: int
    scores: NDArray[np.int64]
    threshold: int


def frequencies(spec: Spec, where: str) -> NDArray[np.float64]:
    """Frequencies of the letters, (length, 4).

    Raises
    ------
    InputError
        If neither a matrix nor a consensus with as many percentages is given, or a frequency is impossible.
    """
    if spec.matrix:
        found = np.array(spec.matrix, dtype=np.float64)
    else:
        share = np.array(spec.percent) / 100.0
        if not spec.consensus or len(spec.consensus) != share.size or set(spec.consensus) - set("ACGT"):
            raise InputError(f"concept '{where}': a graded word needs a matrix, or a consensus of A, C, G, T with a "
                             f"percentage per letter; got '{spec.consensus}' and {share.size} percentages")
        found = np.repeat((1.0 - share)[:, None] / 3.0, 4, axis=1)
        found[np.arange(share.size), ["ACGT".index(c) for c in spec.consensus]] = share
    total = found.sum(axis=1, keepdims=True)
    if found.min() < 0 or total.min() <= 0 or not 0 < len(found) <= LONGEST:
        raise InputError(f"concept '{where}': frequencies are not negative, and a motif has 1 to {LONGEST} places; got "
                         f"{len(found)} places and a smallest of {found.min():g}")
    found = np.maximum(found / total, SMALLEST)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def distribution(scores: NDArray[np.int64], letters: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Exact probabilities of all scores of a random place, and the lowest score: P(score = lowest + i)."""
    lowest, p = 0, np.ones(1)
    for row in scores:
        out = np.zeros(p.size + int(row.max() - row.min()))
        for score, share in zip(row - row.min(), letters, strict=True):
            out[score : score + p.size] += share * p
        lowest, p = lowest + int(row.min()), out
    return p, lowest


def threshold(scores: NDArray[np.int64], rate: float, letters: NDArray[np.float64]) -> int:
    """The lowest score that at most ``rate`` of random places reach; one above the highest where none is so rare."""
    p, lowest = distribution(scores, letters)
    tail = np.cumsum(p[::-1])[::-1]
    enough = np.flatnonzero(tail <= rate * (1 + 1e-9))
    return lowest + (int(enough[0]) if enough.size else p.size)


class Motifs:
    """All graded words of a syllabus."""

    def __init__(self, concepts: Sequence[Numbered]) -> None:
        self.weights: list[Weights] = []
        for concept in concepts:
            spec = settings(concept, Spec)
            log_odds = np.log2(frequencies(spec, concept.name) / 0.25)
            scores = np.round(log_odds * UNITS).astype(np.int64)
            self.weights.append(Weights(concept.number, scores,
                                        threshold(scores, spec.false_positive_rate, np.full(4, 0.25))))
        self._tables = [[_tables(scores) for scores in (w.scores, w.scores[::-1, ::-1])] for w in self.weights]

    def scan(self, block: Block) -> list[Hits]:
        """Places in the core that reach the threshold; where both strands do, the place counts once."""
        heads = block.words >> np.uint32(32 - 2 * _TABLE)
        found = []
        for weights, both in zip(self.weights, self._tables, strict=True):
            taken = np.zeros(0, dtype=np.int64)
            for strand, tables in zip((1, -1), both, strict=True):
                total = np.zeros(block.size, dtype=np.int32)
                for i, table in enumerate(tables):
                    total += table[heads[PAD + i * _TABLE : PAD + i * _TABLE + block.size]]
                start = block.whole(np.flatnonzero(total >= weights.threshold) + PAD, len(weights.scores))
                if strand == -1:
                    start = np.setdiff1d(start, taken, assume_unique=True)
                taken = start
                found.append(Hits(weights.concept, start, len(weights.scores), strand))
        return found

    def chance(self, background: Background) -> dict[int, float]:
        """Places per base that letters as frequent as the corpus has them would give, both strands."""
        out = {}
        for w in self.weights:
            p, lowest = distribution(w.scores, background.letters)
            out[w.concept] = 2.0 * float(p[max(w.threshold - lowest, 0):].sum())
        return out


def _tables(scores: NDArray[np.int64]) -> list[NDArray[np.int32]]:
    """Scores of all words of 8 letters, for each 8 places of the motif."""
    out = []
    for at in range(0, len(scores), _TABLE):
        part = scores[at : at + _TABLE]
        table = np.zeros(1, dtype=np.int32)
        for row in (*part, *np.zeros((_TABLE - len(part), 4), dtype=np.int64)):
            table = (table[:, None] + row[None, :].astype(np.int32)).ravel()
        out.append(table)
    return out


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Motifs:
    """All motifs."""
    return Motifs(concepts)
