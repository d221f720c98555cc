"""Where the skills of a syllabus stand: a column per grade, ordered so that few prerequisites cross.

Layered drawing after Sugiyama, Tagawa and Toda (1981), doi:10.1109/TSMC.1981.4308636: an edge that skips a grade
passes through a free place in it; columns are reordered by the mean place of their neighbours; heights are the nearest
to those of the neighbours that keep the order and the distances.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

SWEEPS = 24
GAP, PASSAGE = 1.0, 0.42
"""Distance between skills, and of an edge that passes, in rows."""

Columns = list[list[str]]


class Layout(NamedTuple):
    """Column and height of every skill (in rows), and the places that each edge passes through, ends included."""

    column: dict[str, int]
    height: dict[str, float]
    routes: list[list[str]]


def layout(columns: Sequence[Sequence[str]], needs: Mapping[str, Sequence[str]]) -> Layout:
    """Place the skills.

    Parameters
    ----------
    columns : names per grade, easiest first.
    needs : name -> prerequisites, none in a later column.
    """
    column = {name: c for c, names in enumerate(columns) for name in names}
    filled: Columns = [list(names) for names in columns]
    routes = []
    for name, before in needs.items():
        for need in before:
            free = [f"{need}>{name}@{c}" for c in range(column[need] + 1, column[name])]
            for place in free:
                column[place] = column[need] + 1 + free.index(place)
                filled[column[place]].append(place)
            routes.append([need, *free, name])
    near: dict[str, list[str]] = {name: [] for name in column}
    for left, right in itertools.chain.from_iterable(map(itertools.pairwise, routes)):
        near[left].append(right)
        near[right].append(left)
    filled = _uncrossed(filled, near, column)
    return Layout(column, _heights(filled, near), routes)


def crossings(columns: Columns, near: Mapping[str, Sequence[str]], column: Mapping[str, int]) -> int:
    """Pairs of edges between neighbouring columns that cross."""
    total = 0
    for left, right in itertools.pairwise(columns):
        place = {name: i for i, name in enumerate(right)}
        ends = [place[other] for name in left for other in sorted(
            (o for o in near[name] if column[o] == column[name] + 1), key=place.__getitem__)]
        total += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return total


def _uncrossed(columns: Columns, near: Mapping[str, Sequence[str]], column: Mapping[str, int]) -> Columns:
    """The order with the fewest crossings that sweeping finds."""
    best, fewest = columns, crossings(columns, near, column)
    now = columns
    for sweep in range(SWEEPS):
        order = range(len(now)) if sweep % 2 == 0 else range(len(now) - 1, -1, -1)
        for c in order:
            place = {name: i / max(1, len(names) - 1) for names in now for i, name in enumerate(names)}
            side = -1 if sweep % 2 == 0 else 1
            now = [sorted(names, key=lambda n: _mean(n, near, place, column, side)) if i == c else names
                   for i, names in enumerate(now)]
        if (found := crossings(now, near, column)) < fewest:
            best, fewest = now, found
    return best


def _mean(name: str, near: Mapping[str, Sequence[str]], place: Mapping[str, float], column: Mapping[str, int],
          side: int) -> float:
    """Mean place of the neighbours on one side and within the column; its own where there is none."""
    places = [place[other] for other in near[name] if column[other] - column[name] in (0, side)]
    return sum(places) / len(places) if places else place[name]


def _heights(columns: Columns, near: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Heights in rows, 0 at the top."""
    height = {name: float(i) for names in columns for i, name in enumerate(names)}
    for _ in range(SWEEPS):
        for names in columns:
            wanted = [sum(height[o] for o in near[n]) / len(near[n]) if near[n] else height[n] for n in names]
            height |= dict(zip(names, _spread(wanted, [PASSAGE if "@" in n else GAP for n in names]), strict=True))
    top = min(height.values())
    return {name: h - top for name, h in height.items()}


def _spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Least-squares places in this order, neighbours half their sizes apart (pool adjacent violators)."""
    starts = [0.0, *itertools.accumulate((a + b) / 2 for a, b in itertools.pairwise(sizes))][: len(wanted)]
    blocks: list[tuple[float, int]] = []
    for want, start in zip(wanted, starts, strict=True):
        mean, count = want - start, 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, count = (before * many + mean * count) / (many + count), many + count
        blocks.append((mean, count))
    level = [mean for mean, count in blocks for _ in range(count)]
    return [m + s for m, s in zip(level, starts, strict=True)]
