"""Reading frames: a chain of amino acids, written with a biased choice of codons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CODONS = tuple(a + b + c for a in "ACGT" for b in "ACGT" for c in "ACGT")
STOPS = ("TAA", "TAG", "TGA")
IMPOSSIBLE = -50.0
"""Natural log probability that stands for "never" (a stop inside a frame), finite so that sums stay finite."""


def amino_acids() -> NDArray[np.int64]:
    """Index of the amino acid of each of the 64 codons, -1 for a stop (standard genetic code)."""
    from Bio.Data import CodonTable

    table = CodonTable.unambiguous_dna_by_id[1].forward_table
    letters = sorted(set(table.values()))
    return np.array([letters.index(table[codon]) if codon in table else -1 for codon in CODONS])


class Coding(NamedTuple):
    """A Markov chain over codons: P(codon' | codon) = P(amino acid' | amino acid) * P(codon' | amino acid').

    Attributes
    ----------
    first : probability of the first codon after the start, shape (64,); stops have 0.
    step : transition probabilities, shape (64, 64); columns of stops are 0.
    """

    first: NDArray[np.float64]
    step: NDArray[np.float64]

    def sample(self, uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
        """Codons along each row, shape (n, length)."""
        out = np.zeros(uniforms.shape, dtype=np.int64)
        start, step = self.first.cumsum(), self.step.cumsum(axis=1)
        start /= start[-1]
        step /= step[:, -1:]
        out[:, 0] = np.searchsorted(start, uniforms[:, 0], side="right")
        for i in range(1, uniforms.shape[1]):
            out[:, i] = (step[out[:, i - 1]] <= uniforms[:, i, None]).sum(axis=1)
        return out

    def log_steps(self, codons: NDArray[np.int64], before: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Natural log probability of each codon after the one before it, shape (n, m); stops are IMPOSSIBLE."""
        with np.errstate(divide="ignore"):
            first, step = (np.maximum(np.log(table), IMPOSSIBLE) for table in (self.first, self.step))
        start = first[codons[:, 0]] if before is None else step[before, codons[:, 0]]
        return np.concatenate([start[:, None], step[codons[:, :-1], codons[:, 1:]]], axis=1)

    def log_p(self, codons: NDArray[np.int64], before: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Natural log probability of each row of codons, shape (n, m) -> (n,)."""
        return np.asarray(self.log_steps(codons, before).sum(axis=1))


def build(rng: np.random.Generator, *, preference: float = 0.6, usage: float = 1.5) -> Coding:
    """A random coding process; small ``preference`` and ``usage`` give strong habits."""
    amino = amino_acids()
    n = amino.max() + 1
    frequency = rng.dirichlet(np.full(n, 5.0))
    following = np.stack([rng.dirichlet(n * preference * frequency + 1e-3) for _ in range(n)])
    share = np.zeros(64)
    for a in range(n):
        own = np.flatnonzero(amino == a)
        share[own] = rng.dirichlet(np.full(len(own), usage)) * 0.98 + 0.02 / len(own)
    sense = amino >= 0
    first = np.where(sense, frequency[amino] * share, 0.0)
    step = np.where(sense[None, :], following[np.maximum(amino, 0)][:, np.maximum(amino, 0)] * share[None, :], 0.0)
    return Coding(first / first.sum(), step / step.sum(axis=1, keepdims=True))


def codons_of(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Codon numbers of rows of codes read in frame 0, shape (n, length) -> (n, length // 3)."""
    whole = codes[:, : codes.shape[1] // 3 * 3].astype(np.int64).reshape(len(codes), -1, 3)
    return np.asarray(whole[..., 0] * 16 + whole[..., 1] * 4 + whole[..., 2])


def codes_of(codons: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Letters of codons, shape (..., m) -> (..., 3 * m)."""
    letters = np.stack([codons // 16, codons // 4 % 4, codons % 4], axis=-1)
    return letters.reshape(*codons.shape[:-1], -1).astype(np.uint8)
