"""Rows of like length together, so that little is computed for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def batches(sizes: NDArray[np.int64], rows: NDArray[np.int64], most: int) -> Iterator[NDArray[np.int64]]:
    """Cut ``rows`` into batches whose padded size is at most ``most`` (or one row), shortest first.

    Parameters
    ----------
    sizes : length of every row, shape (n,).
    rows : the rows to hand out, shape (r,).
    """
    ordered = rows[np.argsort(sizes[rows], kind="stable")]
    start = 0
    for end in range(1, len(ordered) + 1):
        if end == len(ordered) or int(sizes[ordered[end]]) * (end + 1 - start) > most:
            yield ordered[start:end]
            start = end
