"""Arrangements of words in a text: which in what order, how far apart; drawn evenly, and summed exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds._background import ORDER, Floats

ANY = (ORDER, 1000)
"""Any gap: no text is so long."""


class Arrangement(NamedTuple):
    """Words in their order, and the letters allowed between neighbours (the last number excluded)."""

    words: tuple[int, ...]
    gaps: tuple[tuple[int, int], ...] = ()


def chosen(rng: np.random.Generator, options: Sequence[Arrangement], length: int, width: int) -> list[tuple[int, int]]:
    """One of the arrangements at one of its places: where each word begins, and which it is."""
    option = options[int(rng.integers(len(options)))]
    all_places = places(option, length, width)
    starts = all_places[int(rng.integers(len(all_places)))].tolist()
    return list(zip(starts, option.words, strict=True))


@cache
def places(arrangement: Arrangement, length: int, width: int) -> NDArray[np.int64]:
    """All places that words of one width may begin at, shape (places, words)."""
    found = [()] if not arrangement.words else [(start,) for start in range(length - width + 1)]
    for low, high in arrangement.gaps:
        found = [(*before, start) for before in found
                 for start in range(before[-1] + width + low, min(before[-1] + width + high, length - width + 1))]
    return np.array(found, dtype=np.int64).reshape(len(found), len(arrangement.words))


def mixture(options: Sequence[Arrangement], odds: Mapping[int, Floats], width: int) -> Floats:
    """Natural log of P(text | one of equally probable arrangements) / P(text | no word), shape (n,).

    Parameters
    ----------
    odds : word -> log odds of it at each place, shape (n, places).
    """
    n = len(next(iter(odds.values())))
    each = [np.zeros(n) if not option.words else arranged(option, odds, width) for option in options]
    return np.asarray(np.logaddexp.reduce(each, axis=0) - np.log(len(options)))


def arranged(arrangement: Arrangement, odds: Mapping[int, Floats], width: int) -> Floats:
    """Natural log of the mean, over all places, of the odds of the words there, summed word by word, shape (n,)."""
    here = odds[arrangement.words[0]]
    length = here.shape[1] + width - 1
    for word, (low, high) in zip(arrangement.words[1:], arrangement.gaps, strict=True):
        after = np.full_like(here, -np.inf)
        for gap in range(width + low, min(width + high, here.shape[1])):
            after[:, gap:] = np.logaddexp(after[:, gap:], here[:, : here.shape[1] - gap])
        here = after + odds[word]
    return np.asarray(np.logaddexp.reduce(here, axis=1) - np.log(len(places(arrangement, length, width))))
