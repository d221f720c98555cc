"""Protein scans: variants of amyloid beta, TDP-43 and protein G, and how well each does in its assay.

Offers the variants (``proteins``), one level per protein, written as DNA with the commonest human codon of each amino
acid, since engines of DNA read no proteins. Variants with a stop are left out: a stop is no question of fitness. The
standard errors of the source give the ceiling of the first two; the third has none, and its ceiling is nominal.

Also offers double changes of amyloid beta (``landscapes``), with what the two do beyond the sum of each: the sum of
both single changes goes through a rising curve, fitted on the training variants, before it is taken away, since an
assay that saturates looks like interaction.
Source: Seuma et al. (2021), doi:10.7554/eLife.63364; Bolognesi et al. (2019), doi:10.1038/s41467-019-12101-z;
Nisthal et al. (2019), doi:10.1073/pnas.1903888116; tables of Tareen et al. (2022), doi:10.1186/s13059-022-02661-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table
from kindergrad.worlds._types import DoubleChanges

WORLD, DATA = "protein_scans", "mavenn"
CODONS = {"A": "GCC", "R": "AGA", "N": "AAC", "D": "GAC", "C": "TGC", "Q": "CAG", "E": "GAG", "G": "GGC", "H": "CAC",
          "I": "ATC", "L": "CTG", "K": "AAG", "M": "ATG", "F": "TTC", "P": "CCC", "S": "AGC", "T": "ACC", "W": "TGG",
          "Y": "TAC", "V": "GTG"}
"""The commonest human codon of each amino acid."""
FILES = {"amyloid": "amyloid_data", "tdp43": "tdp43_data", "gb1": "nisthal_data"}

PAIRS = "amyloid"
"""The protein whose double changes were measured beside most of their single ones."""


@dataclass(frozen=True, kw_only=True)
class Scans(Measured):
    """The variants, and double changes among them."""

    @property
    def offers(self) -> frozenset[str]:
        return super().offers | {"landscapes"}

    @cached_property
    def _doubles(self) -> DoubleChanges:
        """All double changes of this part whose single changes were measured, in the one part or the other: (m,) each.

        The natural protein counts as 0, which both assays call it.
        """
        from sklearn.isotonic import IsotonicRegression

        whole = self.tables["proteins"][PAIRS]
        texts = whole.asked["target"].tolist()
        codons = np.array([[text[i : i + 3] for i in range(0, len(text), 3)] for text in texts])
        natural = np.array([_commonest(column) for column in codons.T])
        places = [np.flatnonzero(row != natural).tolist() for row in codons]
        single = {(at[0], str(codons[row, at[0]])): row for row, at in enumerate(places) if len(at) == 1}
        found = np.array([(left, right, row) for row, at in enumerate(places) if len(at) == 2
                          and (left := single.get((at[0], str(codons[row, at[0]])))) is not None
                          and (right := single.get((at[1], str(codons[row, at[1]])))) is not None])
        value, noise = whole.truth["value"][found], whole.truth["error"][found] ** 2
        total, train = value[:, 0] + value[:, 1], whole.train[found[:, 2]]
        expected = IsotonicRegression(out_of_bounds="clip").fit(total[train], value[train, 2]).predict(total)
        slope = float(np.polyfit(total, expected, 1)[0])
        error = np.sqrt(noise[:, 2] + slope**2 * noise[:, :2].sum(axis=1))
        own = train if self.part == "train" else ~train
        forms = np.column_stack([np.full(len(found), "".join(natural)), whole.asked["target"][found]])
        measured = np.column_stack([np.zeros(len(found)), value])
        return DoubleChanges(forms[own], measured[own], (value[:, 2] - expected)[own], None, {"error": error[own]})

    def double_changes(self, streams: Sequence[np.random.Generator], kind: str, n: int) -> DoubleChanges:
        """n different double changes per stream; there is one kind only."""
        all_ = self._doubles
        rows = np.stack([rng.choice(len(all_.value), n, replace=False) for rng in streams])
        return DoubleChanges(all_.texts[rows], all_.measured[rows], all_.value[rows], None,
                             {"error": all_.columns["error"][rows]})


def make(seed: int, folder: Path) -> Scans:
    """The world; it does not depend on the seed.

    The split of the source scores its test rows; where it has none, every third position is scored.
    """
    tables = {level: _table(level, _measured.csv(Path(folder), f"{file}.csv")) for level, file in FILES.items()}
    scored = {level: int((~table.train).sum()) for level, table in tables.items()}
    sentence = "protein variants with their fitness, written as DNA; scored: " + ", ".join(
        f"{count:,} of {level}" for level, count in scored.items())
    return Scans(id=WORLD, sentence=sentence, source=DATA, tables={"proteins": tables})


def _table(level: str, raw: dict[str, NDArray[Any]]) -> Table:
    whole = np.array(["*" not in str(x) for x in raw["x"]])
    found = {name: column[whole] for name, column in raw.items()}
    letters = np.array([list(str(x)) for x in found["x"]])
    natural = np.array([_commonest(column) for column in letters.T])
    changed = letters != natural
    first = np.where(changed.any(axis=1), changed.argmax(axis=1), -1)
    train = found["set"] != "test" if "set" in found else first % 3 != 0
    error = {"error": found["dy"].astype(np.float64)} if "dy" in found else {}
    return Table(
        asked={"context": _measured.blank(len(letters)),
               "target": np.array(["".join(CODONS[a] for a in row) for row in letters])},
        truth={"value": found["y"].astype(np.float64), **error, "group": np.full(len(letters), level),
               "cluster": np.array([f"{level}:{at + 1}" for at in first]), "changes": changed.sum(axis=1),
               "amino": np.array([_exchange(natural, row) for row in letters])},
        train=train)


def _commonest(column: NDArray[np.str_]) -> str:
    names, counts = np.unique(column, return_counts=True)
    return str(names[counts.argmax()])


def _exchange(natural: NDArray[np.str_], row: NDArray[np.str_]) -> str:
    """The amino acid that comes in, of the first change."""
    at = np.flatnonzero(natural != row)
    return str(row[at[0]]) if len(at) else "none"
