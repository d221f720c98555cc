"""Promoters with known truth: two boxes and a start site at distances that matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.worlds import _sites
from kindergrad.worlds._simulator import Simulator

LENGTH = 96
PADS = np.arange(4, 45)
"""Letters of noise before the -35 box, all equally likely: so many that where a box stands tells next to nothing."""
_BOX = len(_sites.MINUS_35)

WORLD = "promoters"


def draw(rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], int, int]:
    """Noise of LENGTH letters, the two boxes, and the two gaps of one promoter."""
    noise = rng.integers(0, 4, LENGTH).astype(np.uint8)
    far, near = _sites.noisy_box(_sites.MINUS_35, rng, 1)[0], _sites.noisy_box(_sites.MINUS_10, rng, 1)[0]
    spacer = int(rng.choice(_sites.SPACERS, p=_sites.SPACER_SHARE))
    discriminator = int(rng.choice(_sites.DISCRIMINATORS, p=_sites.DISCRIMINATOR_SHARE))
    return noise, far, near, spacer, discriminator


def write(noise: NDArray[np.uint8], boxes: tuple[NDArray[np.uint8], NDArray[np.uint8]], pad: int,
          gaps: tuple[int, int]) -> NDArray[np.uint8]:
    """Boxes and start site with the letters of ``noise`` around them, in their order: composition never changes."""
    far, near = boxes
    start = _sites.encode(_sites.START_SITE)
    first, second = pad + gaps[0], pad + gaps[0] + gaps[1]
    parts = [noise[:pad], far, noise[pad:first], near, noise[first:second], start, noise[second:]]
    return np.concatenate(parts)[:LENGTH]


def choice(rows: list[NDArray[np.uint8]], streams: list[np.random.Generator]) -> Items:
    """Items that ask which candidate is the promoter: it is the first of each row of shape (c, LENGTH)."""
    codes = np.stack(rows)
    n, c, _ = codes.shape
    flat = codes.reshape(-1, LENGTH)
    place = np.array([int(rng.integers(c)) for rng in streams])
    return choice_items(np.full(n, ""), decode_rows(flat).reshape(n, c), log_odds(flat).reshape(n, c), place,
                        cluster=np.array([f"item-{i}" for i in range(n)]))


def log_odds(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Natural log of P(row | promoter) / P(row | noise), exact: over all pads and gaps, (n, LENGTH) -> (n,)."""
    far = {p: _sites.box_log_odds(codes[:, p : p + _BOX], _sites.MINUS_35) for p in PADS}
    terms = []
    for pad in PADS:
        for spacer, share in zip(_sites.SPACERS, _sites.SPACER_SHARE, strict=True):
            at = pad + _BOX + spacer
            near = _sites.box_log_odds(codes[:, at : at + _BOX], _sites.MINUS_10)
            for gap, weight in zip(_sites.DISCRIMINATORS, _sites.DISCRIMINATOR_SHARE, strict=True):
                site = at + _BOX + gap
                start = _start_log_odds(codes[:, site : site + len(_sites.START_SITE)])
                terms.append(far[pad] + near + start + np.log(share * weight / len(PADS)))
    return np.asarray(np.logaddexp.reduce(terms, axis=0))


def _start_log_odds(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    fits = (codes == _sites.encode(_sites.START_SITE)[None, :]).all(axis=1)
    return np.asarray(np.where(fits, len(_sites.START_SITE) * np.log(4.0), -50.0))


@dataclass(frozen=True, kw_only=True)
class Promoters(Simulator):
    """Promoters, and nothing between them."""

    name: ClassVar[str] = WORLD
    version: ClassVar[int] = 2
    offers: ClassVar[frozenset[str]] = frozenset({"promoters"})

    @property
    def told(self) -> str:
        return f"promoters of {LENGTH} letters, whose boxes stand at the distances that work"

    def write(self, letters: int) -> NDArray[np.uint8]:
        """Promoters laid end to end."""
        rng, rows = seeds.stream(self.seed, WORLD, "corpus"), []
        for _ in range(letters // LENGTH + 1):
            noise, far, near, spacer, gap = draw(rng)
            rows.append(write(noise, (far, near), int(rng.choice(PADS)), (spacer, gap)))
        return np.concatenate(rows)


def make(seed: int, size: int = 300_000) -> Promoters:
    """Promoters of one seed."""
    return Promoters(seed=seed, size=size)
