"""The classic primate splice junctions (UCI, StatLog), without their duplicates: real donors, acceptors and decoys.

Windows of 42 letters with GT (donor) or AG (acceptor) in the middle. Decoys are other GT and AG of the windows that
hold no junction. 185 of the 3,186 windows occur more than once, and one of them with two labels; each is kept once, the
contradiction not at all. Windows that share 20 letters belong together: they are one cluster, on one side of the split.
Source: UCI Molecular Biology (Splice-junction Gene Sequences), as in the R package mlbench; Noordewier et al. (1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import key
from kindergrad.worlds import _measured, public
from kindergrad.worlds._measured import Measured, Table
from kindergrad.worlds.splicing import Offered

WORLD, DATA = "splice_uci", "splice_uci"
FLANK = 20
"""Letters on each side of GT or AG."""
SHARED = 20
"""Letters in a row that make two windows one family."""
KINDS = {"donor": ("ei", "GT", 30), "acceptor": ("ie", "AG", 28)}
"""Level -> class of the source, the two letters, and where they stand in a window of 60."""
_LETTERS = {"100": "A", "010": "C", "001": "G", "000": "T"}


def make(seed: int, folder: Path) -> Junctions:
    """The world; it does not depend on the seed. Half of the families train."""
    label, text = distinct(*read(Path(folder)))
    family = families(text.tolist())
    train = np.array([key("splice_uci", str(name)) % 2 == 0 for name in family])
    windows = Table(asked={"context": _measured.blank(len(text)), "target": text},
                    truth={"label": label, "cluster": family, "group": np.full(len(text), "windows")}, train=train)
    sentence = (f"{len(text):,} different primate windows in {len(set(family.tolist())):,} families, "
                f"{int((~train).sum()):,} of them scored")
    return Junctions(id=WORLD, sentence=sentence, source=DATA, tables={"windows": {"all": windows}}, most_examples=2000)


@dataclass(frozen=True, kw_only=True)
class Junctions(Measured):
    """Offers ``splice-sites``, drawn anew for each item."""

    @property
    def offers(self) -> frozenset[str]:
        return frozenset({"splice-sites"})

    @cached_property
    def _pools(self) -> dict[str, tuple[list[tuple[str, str]], list[str]]]:
        """Level -> true sites with their families, and decoys."""
        part = self.table("windows")
        rows = list(zip(part.truth["label"].tolist(), part.asked["target"].tolist(), part.truth["cluster"].tolist(),
                        strict=True))
        out = {}
        for level, (kind, letters, at) in KINDS.items():
            true = [(_around(text, at), name) for own, text, name in rows
                    if own == kind and text[at : at + 2] == letters]
            decoys = sorted({_around(text, i) for own, text, _ in rows if own == "n"
                             for i in range(FLANK, len(text) - FLANK - 1) if text[i : i + 2] == letters})
            out[level] = true, decoys
        return out

    def splice_sites(self, streams: Sequence[np.random.Generator], level: str, flank: int, controls: int) -> Offered:
        """One true site per stream, and ``controls`` decoys; windows have FLANK letters on each side, not ``flank``."""
        true, decoys = self._pools[level]
        texts, clusters = [], []
        for rng in streams:
            site, family = true[int(rng.integers(len(true)))]
            texts.append([site, *(decoys[i] for i in rng.choice(len(decoys), controls, replace=False))])
            clusters.append(family)
        return Offered(np.array(texts), FLANK, None, np.array(clusters))


def read(folder: Path) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Labels (ei, ie, n) and windows of 60 letters as published, duplicates included.

    Raises
    ------
    InputError
        If the file is not there or holds something else.
    """
    import rdata

    place = public.path(folder, "DNA.rda")
    if place is None:
        raise InputError(f"{folder} holds no DNA.rda")
    found: Any = rdata.read_rda(place).get("DNA")
    if found is None or "Class" not in found:
        raise InputError(f"{place} holds no table DNA with a column Class")
    bits = found.drop(columns="Class").astype(str).to_numpy()
    texts = ["".join(_LETTERS["".join(row[i : i + 3])] for i in range(0, bits.shape[1], 3)) for row in bits]
    return found["Class"].astype(str).to_numpy().astype(np.str_), np.array(texts)


def distinct(label: NDArray[np.str_], text: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Each window once, in order; windows with two labels are left out."""
    told: dict[str, set[str]] = {}
    for name, window in zip(label.tolist(), text.tolist(), strict=True):
        told.setdefault(window, set()).add(name)
    kept = [(next(iter(names)), window) for window, names in told.items() if len(names) == 1]
    return np.array([name for name, _ in kept]), np.array([window for _, window in kept])


def families(texts: Sequence[str]) -> NDArray[np.str_]:
    """Name of the family of each text: texts that share SHARED letters in a row, directly or through others."""
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, text in enumerate(texts):
        for j in range(len(text) - SHARED + 1):
            parent[root(i)] = root(first.setdefault(text[j : j + SHARED], i))
    return np.array([f"family-{root(i)}" for i in range(len(texts))])


def _around(text: str, at: int) -> str:
    return text[at - FLANK : at + 2 + FLANK]
