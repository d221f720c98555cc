"""Words never met before: a motif drawn fresh for every item, some examples of it, and the exact posterior.

Each column of a motif is drawn from a Dirichlet distribution, so that no motif can have been met before. All examples
of an item hold a word of it at the same place; where that is, is not told. The posterior predictive probability of a
further example is exact: for each place a product of Dirichlet-multinomial shares (Minka 2000, "Estimating a Dirichlet
distribution"; as for motifs in Liu et al. 1995, doi:10.1080/01621459.1995.10476622), and a sum over places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.worlds._simulator import Simulator

WORLD = "few-shot"
SHOWN = 16
"""Examples of each motif in the corpus."""

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class FewShot(Simulator):
    """Fresh motifs and their examples.

    Attributes
    ----------
    length : letters of one example.
    width : letters of a motif.
    concentration : of the Dirichlet distribution of a column; small values give words with one spelling.
    """

    length: int = 20
    width: int = 8
    concentration: float = 0.7

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"fresh-words"})

    @property
    def told(self) -> str:
        return (f"examples of {self.length} letters that share a motif of {self.width}, drawn afresh for every item "
                f"(Dirichlet {self.concentration:g})")

    @property
    def places(self) -> int:
        """Where a motif may begin."""
        return self.length - self.width + 1

    def draw(self, rng: np.random.Generator, n: int) -> Codes:
        """n examples of one fresh motif at one place, among even letters, shape (n, length)."""
        motif = rng.dirichlet(np.full(4, self.concentration), self.width)
        place = int(rng.integers(self.places))
        codes = rng.integers(0, 4, (n, self.length))
        words = (motif.cumsum(axis=1)[None, :, :3] < rng.random((n, self.width, 1))).sum(axis=2)
        codes[:, place : place + self.width] = words
        return codes.astype(np.uint8)

    def log_p(self, examples: Codes, asked: Codes) -> Floats:
        """Natural log P(a further example | examples), exact, for each text asked, (n, length), (c, length) -> (c,)."""
        a = self.concentration
        counts = np.stack([(examples == letter).sum(axis=0) for letter in range(4)], axis=1)
        column = _dirichlet_multinomial(counts, a) + len(examples) * np.log(4.0)  # against even letters
        seen = np.convolve(column, np.ones(self.width), mode="valid")
        next_letter = np.log((counts + a) / (len(examples) + 4 * a) * 4)
        gain = next_letter[np.arange(self.length)[None, :], asked]
        here = np.apply_along_axis(np.convolve, 1, gain, np.ones(self.width), mode="valid")
        weight = seen - np.logaddexp.reduce(seen)
        return np.asarray(np.logaddexp.reduce(weight + here, axis=1) - self.length * np.log(4.0))

    def write(self, letters: int) -> Codes:
        """Examples of one motif laid end to end, then those of the next."""
        rng = seeds.stream(self.seed, WORLD, "corpus")
        each = SHOWN * self.length
        return np.concatenate([self.draw(rng, SHOWN).ravel() for _ in range(letters // each + 1)])


def _dirichlet_multinomial(counts: Floats, concentration: float) -> Floats:
    """Natural log probability of letters with these counts in their order, shape (m, 4) -> (m,)."""
    from scipy.special import gammaln

    total, k = counts.sum(axis=1), counts.shape[1]
    return np.asarray(gammaln(k * concentration) - gammaln(total + k * concentration)
                      + (gammaln(counts + concentration) - gammaln(concentration)).sum(axis=1))


def make(seed: int, size: int = 1_000_000, length: int = 20, width: int = 8, concentration: float = 0.7) -> FewShot:
    """Motifs of one seed; see :class:`FewShot` for the dials."""
    return FewShot(seed=seed, size=size, length=length, width=width, concentration=concentration)
