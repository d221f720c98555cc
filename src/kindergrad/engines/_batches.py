"""Rows of like length together, in batches that fit into memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import EngineError

_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


class Batches:
    """Hands out rows of like length, at most ``most`` letters or tokens at once (or one row).

    Where memory runs out, ``most`` is halved for good and the batch is cut in two; nothing is computed twice.
    """

    def __init__(self, most: int) -> None:
        self.most = most

    def over(self, sizes: NDArray[np.int64], use: Callable[[NDArray[np.int64]], None]) -> None:
        """Call ``use`` with the numbers of the rows of each batch, shortest rows first; empty rows are left out.

        Raises
        ------
        EngineError
            If memory runs out for a single row.
        """
        waiting = np.argsort(sizes, kind="stable")
        waiting = waiting[sizes[waiting] > 0]
        while len(waiting):
            room = np.maximum.accumulate(sizes[waiting]) * np.arange(1, len(waiting) + 1) <= self.most
            batch = waiting[: max(1, int(room.argmin()) if not room.all() else len(room))]
            try:
                use(batch)
            except (RuntimeError, MemoryError) as error:
                if not _out_of_memory(error):
                    raise
                if len(batch) == 1:
                    raise EngineError(f"out of memory with one sequence of {sizes[batch[0]]:,} letters or tokens; try "
                                      "a smaller context, another dtype or another device") from None
                self.most = int(sizes[batch].max()) * max(1, len(batch) // 2)
                continue
            waiting = waiting[len(batch) :]


def _out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in _WORDS)
