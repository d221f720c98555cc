"""The corpus in equal parts whose number stays between 64 and 128, however long it is.

The part grows: when there are 128, neighbours are joined. How much counts differ between parts tells how clustered the
occurrences of a concept are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST = 128
SMALLEST = 2048
"""Units of the first parts."""


class Quadrats:
    """Numbers the parts of a corpus that is read from the beginning.

    Attributes
    ----------
    unit : size of a part.
    joined : how often neighbours were joined; who numbers things by part must join his own when this grows.
    sizes : (128,) usable units in each part.
    """

    def __init__(self) -> None:
        self.unit, self.joined = SMALLEST, 0
        self.sizes = np.zeros(MOST)

    def reach(self, end: int) -> None:
        """Make room for a corpus of ``end`` units."""
        while end > MOST * self.unit:
            self.sizes = joined(self.sizes)
            self.unit *= 2
            self.joined += 1

    def of(self, position: NDArray[np.int64]) -> NDArray[np.int64]:
        """The part in which a position lies."""
        return position // self.unit

    def add(self, start: int, usable: NDArray[np.bool_]) -> None:
        """Count usable units from position ``start`` on; ``reach`` must have been called."""
        edges = np.arange(start // self.unit * self.unit + self.unit, start + usable.size, self.unit) - start
        parts = np.split(usable, edges)
        first = start // self.unit
        self.sizes[first : first + len(parts)] += [np.count_nonzero(part) for part in parts]


def joined(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums of neighbours along the first axis, as many rows as before, the second half empty."""
    out = np.zeros_like(values)
    out[: MOST // 2] = values[0::2] + values[1::2]
    return out
