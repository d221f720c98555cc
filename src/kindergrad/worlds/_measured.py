"""What worlds of measured sequences share: a table of texts with values, its training part, and draws without repeats.

A finite set cannot give fresh items for ever. Rows are drawn once each, in an order that the seed alone decides, so
that the first items never change when more are asked; where a set ends, there are no more. Probes and references are
fitted on the training part (``training``), whose clusters and texts are never scored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.errors import InputError
from kindergrad.core.items import Items
from kindergrad.core.names import Axis
from kindergrad.core.records import Split
from kindergrad.worlds import public
from kindergrad.worlds._types import Activities

MOST_EXAMPLES, MOST_PIECES = 20_000, 4000
"""Training items that are offered at most, and training texts of a table that go into the corpus."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Texts with what was measured.

    Attributes
    ----------
    asked : what an engine sees, shape (n,) or (n, c) each: ``context`` and ``target``, ``original`` where a change is
        asked about.
    truth : shape (n,) each: ``value`` (or ``true``), ``cluster``, ``group``; ``replicate``, a second measurement;
        ``error``, the standard error of the value; and columns that shortcuts are looked up in.
    train : shape (n,), which rows are for training.
    """

    asked: Mapping[str, NDArray[np.str_]]
    truth: Mapping[str, NDArray[Any]]
    train: NDArray[np.bool_]

    def rows(self, chosen: NDArray[Any]) -> Table:
        """Some of the rows, by number or by flag."""
        return Table(asked={k: v[chosen] for k, v in self.asked.items()},
                     truth={k: v[chosen] for k, v in self.truth.items()}, train=self.train[chosen])

    def items(self, n: int, seed: int, *names: str) -> Items:
        """The first n rows of an order that the seed decides, groups taking turns."""
        order = _turns(self.truth["group"], seed, *names)[:n]
        skipped = {} if n <= len(order) else {"the set has no more rows": n - len(order)}
        part = self.rows(order)
        return Items(asked=part.asked, truth=part.truth, skipped=skipped)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A world of one or more tables.

    Attributes
    ----------
    tables : what it offers -> level -> table; a single level is called ``all``.
    source : the public set that it was read from.
    part : ``scored``, or ``train`` in the world of the training part.
    """

    id: str
    sentence: str
    source: str
    tables: Mapping[str, Mapping[str, Table]]
    part: str = "scored"
    missing: Mapping[str, str] = field(default_factory=dict)
    kind = "real"
    exact = False
    axis = Axis.BASES
    smallest = 100
    most_examples: int = MOST_EXAMPLES

    @property
    def offers(self) -> frozenset[str]:
        return frozenset(self.tables)

    @property
    def training(self) -> Measured:
        """The same world, offering its training part."""
        return replace(self, part="train")

    def table(self, offered: str, level: str = "all") -> Table:
        """The scored (or training) rows of what is offered.

        Raises
        ------
        InputError
            If there are none.
        """
        levels = self.tables[offered]
        whole = levels.get(level) or next(iter(levels.values()))
        part = whole.rows(whole.train if self.part == "train" else ~whole.train)
        if not len(part.train):
            raise InputError(f"world '{self.id}' has no {self.part} rows for {offered}, level {level}")
        return part

    def activities(self, streams: Sequence[np.random.Generator], n: int, depth: float) -> Activities:
        """n different sequences per stream with what was measured; how deep that was is not for us to choose."""
        part = self.table("activities")
        rows = np.stack([rng.choice(len(part.train), n, replace=False) for rng in streams])
        noise = {name: part.truth[name][rows] for name in ("error",) if name in part.truth}
        whole = np.array([c + t for c, t in zip(part.asked["context"].tolist(), part.asked["target"].tolist(),
                                                strict=True)])
        return Activities(whole[rows], part.truth["value"][rows], None, noise)

    @cached_property
    def digest(self) -> str:
        state = hashlib.blake2b(f"1\x1f{self.id}\x1f{self.part}".encode(), digest_size=8)
        for offered, levels in sorted(self.tables.items()):
            for level, table in sorted(levels.items()):
                for name, column in sorted({**table.asked, **table.truth, "train": table.train}.items()):
                    state.update("\x1f".join([offered, level, name, *map(str, column.ravel().tolist())]).encode())
        return state.hexdigest()

    @cached_property
    def split(self) -> Split:
        clusters: dict[bool, set[str]] = {True: set(), False: set()}
        for levels in self.tables.values():
            for table in levels.values():
                for flag, found in clusters.items():
                    found.update(map(str, table.truth["group"][table.train == flag]))
        both = clusters[True] & clusters[False]
        return Split(train=tuple(sorted(f"{c}: training rows" if c in both else c for c in clusters[True])),
                     scored=tuple(sorted(f"{c}: scored rows" if c in both else c for c in clusters[False])))

    @cached_property
    def _pieces(self) -> list[str]:
        """Different training texts, evenly chosen where there are many; where a change is asked about, the original."""
        found: dict[str, None] = {}
        for levels in self.tables.values():
            for table in levels.values():
                rows = np.flatnonzero(table.train)
                part = table.rows(rows[:: max(1, len(rows) // MOST_PIECES)])
                after = part.asked.get("original", part.asked["target"])
                found.update(dict.fromkeys(str(c) + str(t) for c, t in zip(
                    np.broadcast_to(part.asked["context"], after.shape).flat, after.flat, strict=True)))
        return list(found)

    @property
    def size(self) -> int:
        return sum(map(len, self._pieces))

    def corpus(self, seed: int) -> list[str]:
        """The training texts without their values; each seed reads them in another order."""
        return [self._pieces[i] for i in seeds.stream(seed, self.id, "corpus").permutation(len(self._pieces))]

    def shuffled(self, seed: int) -> list[str]:
        """The training texts with the letters of each in random order."""
        rng = seeds.stream(seed, self.id, "shuffled")
        return ["".join(rng.permutation(list(text))) for text in self.corpus(seed)]


def csv(folder: Path, name: str, *, delimiter: str = ",") -> dict[str, NDArray[Any]]:
    """A table as columns, text as text; the file may be packed.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    import pyarrow as pa
    from pyarrow import csv as reader

    place = public.present(folder, name, "; expected the file as it was published")
    try:
        with pa.input_stream(str(place), compression="detect") as raw:
            found = reader.read_csv(raw, parse_options=reader.ParseOptions(delimiter=delimiter))
    except pa.ArrowInvalid as error:
        raise InputError(f"cannot read {place}: {error}") from None
    return {c: found[c].to_numpy(zero_copy_only=False) for c in found.column_names}


def texts(values: Sequence[object] | NDArray[Any]) -> NDArray[np.str_]:
    """As an array of text, DNA letters for RNA."""
    return np.array([str(v).upper().replace("U", "T") for v in values])


def blank(n: int) -> NDArray[np.str_]:
    """No context."""
    return np.full(n, "")


def _turns(groups: NDArray[np.str_], seed: int, *names: str) -> NDArray[np.intp]:
    """A random order in which each group comes once per round, as long as it lasts."""
    rank, key = np.empty(len(groups)), np.empty(len(groups))
    for g, name in enumerate(np.unique(groups)):
        rows = np.flatnonzero(groups == name)
        order = seeds.stream(seed, "measured", *names, str(name)).permutation(len(rows))
        rank[rows[order]] = np.arange(len(rows))
        key[rows] = g
    return np.lexsort((key, rank))
