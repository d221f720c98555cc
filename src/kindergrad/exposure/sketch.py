"""How many different things there were, in constant memory: the smallest hashes, each with its number.

Up to ``KEPT`` different hashes are counted one by one. Beyond, the ``KEPT`` smallest are kept; that the largest of
them lies at a share u of all hashes says that there were (KEPT - 1) / u, with a relative error of 1 / sqrt(KEPT - 2)
(bottom-k sketch; Bar-Yossef et al. 2002, doi:10.1007/3-540-45726-7_1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

KEPT = 4096


def mixed(values: Hashes) -> Hashes:
    """Hashes of 64-bit codes that spread over the whole range (finaliser of SplitMix64)."""
    x = values + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)


def different(values: Hashes) -> Hashes:
    """The different values, sorted. Sorting beats the hash table of ``np.unique``, which leaves the cache."""
    found = np.sort(values)
    return found[np.concatenate([[True], found[1:] != found[:-1]])] if found.size else found


class Distinct:
    """Counts different hashes."""

    def __init__(self) -> None:
        self._kept: Hashes = np.zeros(0, dtype=np.uint64)
        self._waiting: list[Hashes] = []
        self._size = 0
        self._limit = np.uint64(2**64 - 1)
        self._full = False

    def add(self, hashes: Hashes) -> None:
        """More hashes, known or new."""
        if self._full:
            hashes = hashes[hashes < self._limit]
        if hashes.size:
            self._waiting.append(hashes)
            self._size += hashes.size
            if self._size >= KEPT:
                self._merge()

    def _merge(self) -> None:
        found = different(np.concatenate([self._kept, *self._waiting]))
        self._waiting, self._size = [], 0
        self._full = self._full or found.size > KEPT
        self._kept = found[:KEPT]
        if self._full:
            self._limit = self._kept[-1]

    @property
    def count(self) -> float:
        """Estimated number of different hashes."""
        self._merge()
        if not self._full:
            return float(self._kept.size)
        return (KEPT - 1) / (float(self._limit) / 2.0**64)

    @property
    def error(self) -> float:
        """Relative standard error of ``count``."""
        self._merge()
        return 1.0 / (KEPT - 2) ** 0.5 if self._full else 0.0
