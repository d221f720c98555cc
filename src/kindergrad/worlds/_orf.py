"""Open reading frames too long to be chance: genes without a gene finder.

A frame without information meets a stop codon with probability p at each codon, so a run of n codons without stop has
probability (1 - p)^n. Over both strands a genome of L bases has 2 L codons in six frames, hence about 2 L p (1 - p)^n
runs of at least n codons. The length at which this falls below 0.05 is the threshold.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import reverse_complement_codes

FALSE_FRAMES = 0.05
"""Expected number of chance frames in the whole genome."""
_STOPS = (48, 50, 56)  # TAA, TAG, TGA in base 4
_START = 14  # ATG
MAX_OVERLAP = 0.2
"""Share of the shorter of two frames that may lie under a longer one: shadow frames of genes are not genes."""


class Frame(NamedTuple):
    """An open frame from its first ATG to its stop codon, half open; ``start`` < ``end`` on either strand."""

    start: int
    end: int
    strand: int


def threshold(gc: float, bases: int) -> int:
    """Codons above which fewer than 0.05 frames of a genome are chance.

    Parameters
    ----------
    gc : share of G and C, in (0, 1); a genome rich in G and C has fewer stop codons, hence longer chance frames.
    bases : length of the genome.
    """
    a, g = (1 - gc) / 2, gc / 2
    stop = a * a * a + 2 * a * a * g
    return max(50, math.ceil(math.log(FALSE_FRAMES / (2 * bases * stop)) / math.log1p(-stop)))


def long_frames(codes: NDArray[np.uint8], codons: int) -> list[Frame]:
    """Frames of at least ``codons`` codons from the first ATG to the stop, on both strands of one plain stretch.

    Only frames with a stop codon before them count: elsewhere the first ATG may lie outside of the stretch. Of two
    that overlap by more than a fifth of the shorter one, the longer is kept.

    Parameters
    ----------
    codes : shape (n,), 0..3.
    """
    n = codes.size
    found = [Frame(a, b, 1) for a, b in _forward(codes, codons)]
    found += [Frame(n - b, n - a, -1) for a, b in _forward(reverse_complement_codes(codes), codons)]
    kept: list[Frame] = []
    covered = np.zeros(n, dtype=bool)
    for frame in sorted(found, key=lambda f: (f.start - f.end, f.start, f.strand)):
        if covered[frame.start : frame.end].mean() <= MAX_OVERLAP:
            covered[frame.start : frame.end] = True
            kept.append(frame)
    return sorted(kept)


def _forward(codes: NDArray[np.uint8], codons: int) -> list[tuple[int, int]]:
    """Long frames of the three forward frames, (first base of ATG, base after the stop codon)."""
    found = []
    for phase in range(3):
        usable = (codes.size - phase) // 3 * 3
        triplets = codes[phase : phase + usable].reshape(-1, 3).astype(np.int64) @ np.array([16, 4, 1])
        stops = np.flatnonzero(np.isin(triplets, _STOPS))
        starts = np.flatnonzero(triplets == _START)
        long = np.flatnonzero(np.diff(stops) > codons)
        first = np.searchsorted(starts, stops[long])
        for left, place in zip(long, first, strict=True):
            stop = int(stops[left + 1])
            if place < starts.size and stop - starts[place] >= codons:
                found.append((phase + 3 * int(starts[place]), phase + 3 * stop + 3))
    return found
