"""Named random streams: same seed and names, same numbers, whatever else was drawn."""

from __future__ import annotations

import hashlib

import numpy as np


def key(*names: str | int) -> int:
    """A 64-bit integer that depends on every name, the same on every machine."""
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The random stream of a purpose, for example ``stream(0, "genome", "motifs")``."""
    return np.random.Generator(np.random.Philox(key=[seed & (2**64 - 1), key(*names)]))


def item_streams(n: int, seed: int, *names: str | int) -> list[np.random.Generator]:
    """One stream per item, so that the first items never change when ``n`` grows."""
    base = key(*names)
    bits = [np.random.Philox(key=[seed & (2**64 - 1), base], counter=[0, 0, 0, i]) for i in range(n)]
    return [np.random.Generator(b) for b in bits]
