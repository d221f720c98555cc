"""Long texts in overlapping windows, so that nothing is cut off in silence."""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """Tokens ``start`` to ``end`` are read together; those from ``first`` to ``last`` are answered for."""

    start: int
    end: int
    first: int
    last: int


def windows(length: int, limit: int | None, ahead: int = 0) -> list[Window]:
    """Cut ``length`` tokens into windows of at most ``limit``, each half a window further; every token has one answer.

    ``ahead`` tokens at the end of a window are read but not answered for, unless the text ends there.
    """
    if limit is None or length <= limit:
        return [Window(0, length, 0, length)]
    starts = [*range(0, length - limit, max(1, limit // 2)), length - limit]
    lasts = [start + limit - ahead for start in starts[:-1]] + [length]
    return [Window(start, start + limit, first, last)
            for start, first, last in zip(starts, [0, *lasts[:-1]], lasts, strict=True)]
