"""Short sites: families of degenerate motifs by frequency, exact words, and the promoter with its gaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode

TIERS = 8
PER_TIER = 15
MOTIF_LENGTH = 14
WORDS = 12
WORD_LENGTH = 10
WORD_FREQUENCY = 10**-3.5

MINUS_35, MINUS_10, START_SITE = "TTGACA", "TATAAT", "CAT"
SPACERS = np.arange(15, 20)  # letters between the -35 and the -10 box
SPACER_SHARE = np.array([0.05, 0.2, 0.5, 0.2, 0.05])
DISCRIMINATORS = np.arange(4, 7)  # letters between the -10 box and the start of transcription
DISCRIMINATOR_SHARE = np.array([0.25, 0.5, 0.25])
BOX_FIDELITY = 0.9  # chance that a letter of a box is the consensus
RIBOSOME_SITE = "AGGAGG"
RIBOSOME_GAPS = np.arange(5, 10)  # letters between the ribosome binding site and the start codon
RIBOSOME_GAP_SHARE = np.array([0.1, 0.25, 0.3, 0.25, 0.1])


class Motif(NamedTuple):
    """A motif of 26 bits: twelve fixed letters and two letters of which each has two equal forms.

    Attributes
    ----------
    name : such as ``tier-3/07``.
    letters : the two allowed codes at each position, shape (14, 2); equal where the letter is fixed.
    frequency : occurrences per base of genome, on either strand.
    """

    name: str
    letters: NDArray[np.uint8]
    frequency: float

    def instance(self, rng: np.random.Generator) -> NDArray[np.uint8]:
        return np.asarray(self.letters[np.arange(len(self.letters)), rng.integers(0, 2, len(self.letters))])

    def log_p(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Natural log probability of each row of codes under the motif; -inf where it does not fit."""
        fits = (codes[:, :, None] == self.letters[None, :, :]).mean(axis=2)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(fits).sum(axis=1))


def frequencies() -> NDArray[np.float64]:
    """Occurrences per base of each motif of each tier: 10^-3, 10^-3.5 ... 10^-6.5."""
    return np.asarray(10.0 ** -(3 + 0.5 * np.arange(TIERS)))


def motifs(rng: np.random.Generator) -> list[Motif]:
    """All families, tier 1 (frequent) first; every motif holds 26 bits, so that only frequency differs."""
    out = []
    for tier, frequency in enumerate(frequencies(), start=1):
        for i in range(PER_TIER):
            letters = rng.integers(0, 4, MOTIF_LENGTH).astype(np.uint8)
            either = np.repeat(letters[:, None], 2, axis=1)
            loose = rng.choice(MOTIF_LENGTH, size=2, replace=False)
            either[loose, 1] = (letters[loose] + rng.integers(1, 4, 2)) % 4
            out.append(Motif(f"tier-{tier}/{i + 1:02d}", either, float(frequency)))
    return out


def words(rng: np.random.Generator) -> list[Motif]:
    """Exact words of 20 bits, all of one frequency."""
    drawn = rng.integers(0, 4, (WORDS, WORD_LENGTH)).astype(np.uint8)
    return [Motif(f"word/{i + 1:02d}", np.repeat(w[:, None], 2, axis=1), WORD_FREQUENCY) for i, w in enumerate(drawn)]


def noisy_box(box: str, rng: np.random.Generator, n: int) -> NDArray[np.uint8]:
    """n copies of a box in which each letter is the consensus with probability BOX_FIDELITY."""
    codes = np.repeat(encode(box)[None, :], n, axis=0)
    change = rng.random(codes.shape) >= BOX_FIDELITY
    return np.asarray(np.where(change, (codes + rng.integers(1, 4, codes.shape)) % 4, codes).astype(np.uint8))


def box_log_p(codes: NDArray[np.uint8], box: str) -> NDArray[np.float64]:
    """Natural log probability of each letter of a box, shape (n, len(box))."""
    return np.asarray(np.log(np.where(codes == encode(box)[None, :], BOX_FIDELITY, (1 - BOX_FIDELITY) / 3)))


def box_log_odds(codes: NDArray[np.uint8], box: str) -> NDArray[np.float64]:
    """Natural log of P(letters | box) / P(letters | uniform), per row, shape (n, len(box)) -> (n,)."""
    return np.asarray((box_log_p(codes, box) - np.log(0.25)).sum(axis=1))
