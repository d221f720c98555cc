"""Many (context, target) pairs laid end to end, so that engines can work on flat arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import dna
from kindergrad.core.errors import SequenceError

Encode = Callable[[str, str], NDArray[np.uint8]]
"""From a text, and what to call it in an error, to codes."""


class Packed(NamedTuple):
    """Some rows, letter by letter.

    Attributes
    ----------
    rows : numbers of the rows packed here, shape (r,).
    codes : letters of all rows end to end, context before target, shape (l,).
    owner : which of ``rows`` a letter belongs to, shape (l,).
    place : position of each letter in its own row, shape (l,).
    asked : whether a letter belongs to the target, shape (l,).
    """

    rows: NDArray[np.int64]
    codes: NDArray[np.uint8]
    owner: NDArray[np.int64]
    place: NDArray[np.int64]
    asked: NDArray[np.bool_]

    def sum(self, log_p: NDArray[np.float64]) -> NDArray[np.float64]:
        """Total over the target letters of each row, shape (r,)."""
        totals = np.bincount(self.owner[self.asked], weights=log_p[self.asked], minlength=len(self.rows))
        return totals.astype(np.float64, copy=False)  # without a letter asked, bincount gives integers


def pack(context: Sequence[str], target: Sequence[str], letters: int, encode: Encode = dna.encode
         ) -> Iterator[Packed]:
    """Batches of rows of about ``letters`` letters; rows without a letter are left out.

    Raises
    ------
    SequenceError
        For a letter that ``encode`` does not know, with the row and the position; by default all but A, C, G, T (any
        case).
    """
    sizes = np.array([len(c) + len(t) for c, t in zip(context, target, strict=True)], dtype=np.int64)
    batch = np.cumsum(sizes) // letters
    for b in np.unique(batch[sizes > 0]):
        rows = np.flatnonzero((batch == b) & (sizes > 0))
        numbers = rows.tolist()
        codes = _encode([context[r] + target[r] for r in numbers], numbers, encode)
        owner = np.repeat(np.arange(len(rows)), sizes[rows])
        place = np.arange(len(owner)) - (np.cumsum(sizes[rows]) - sizes[rows])[owner]
        asked = place >= np.array([len(context[r]) for r in numbers])[owner]
        yield Packed(rows, codes, owner, place, asked)


def _encode(texts: Sequence[str], rows: Sequence[int], encode: Encode) -> NDArray[np.uint8]:
    try:
        return encode("".join(texts), "sequence")
    except SequenceError:
        for row, text in zip(rows, texts, strict=True):
            encode(text, f"sequence {row + 1}")
        raise
