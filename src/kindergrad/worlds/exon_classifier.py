"""Bases of real genes in eight plants and animals, half of them in exons: the set of Evo 2's exon classifier.

A row of the source gives 8,192 letters up to the base, and 8,192 up to the same base on the other strand: in all 122
rows the two last letters pair. So both sides of the base are known. The source does not say which strand the first
text is on; the rows do. It is that of the gene, for genes on either strand of the assembly: through bases of exons, the
frame without a stop is longer on it in 45 of 60 rows (27 of 35 where the gene is on the minus strand). What the other
61 bases are (introns, ends of genes) is not said, so that only one level of the exam can be asked.

Four species train and four are scored. There are 30 scored bases in exons and 29 others, which stand in many items: the
error of a score comes from few genes, and is wide.
Source: Brixi et al. (2025), doi:10.1101/2025.02.18.638918; genomes of NCBI.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import InputError, NothingToAskError
from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table
from kindergrad.worlds._types import Bases

WORLD, DATA = "exon_classifier", "exon_classifier"
FILE = "samplePositions.tsv"
TRAIN = ("Mus_musculus", "Danio_rerio", "Vitis_vinifera", "Selaginella_moellendorffii")
LEVEL = "anywhere"
_COLUMNS = ("organism", "gene_name", "label", "forward_seq", "reverse_seq")


def make(seed: int, folder: Path) -> Positions:
    """The world; it does not depend on the seed.

    Raises
    ------
    InputError
        If the file is not there, lacks a column, or the two texts of a row do not end at the same base.
    """
    table = read(Path(folder))
    scored = table.rows(~table.train)
    sentence = (f"{len(table.train)} bases of genes in {len(set(table.truth['group'].tolist()))} species, "
                f"{len(scored.train)} of them scored, {int(scored.truth['exon'].sum())} of these in exons")
    return Positions(id=WORLD, sentence=sentence, source=DATA, tables={"bases": {"all": table}}, most_examples=200)


@dataclass(frozen=True, kw_only=True)
class Positions(Measured):
    """Offers ``classes``, drawn anew for each item."""

    @property
    def offers(self) -> frozenset[str]:
        return frozenset({"classes"})

    def bases(self, streams: Sequence[np.random.Generator], level: str, around: tuple[int, int], controls: int
              ) -> Bases:
        """One base of an exon per stream, and ``controls`` others of the same species, with the letters ``around``.

        Raises
        ------
        NothingToAskError
            For a level that needs the class of the other bases, or the edges of exons.
        """
        if level != LEVEL:
            raise NothingToAskError(f"the set '{DATA}' does not tell what bases outside exons are; got level {level}, "
                                    f"expected {LEVEL}")
        part = self.table("bases")
        exon, species = part.truth["exon"], part.truth["group"]
        others = {name: np.flatnonzero(~exon & (species == name)) for name in np.unique(species)}
        first = [int(rng.choice(np.flatnonzero(exon))) for rng in streams]
        rows = np.array([[at, *rng.choice(others[species[at]], controls, replace=False)]
                         for at, rng in zip(first, streams, strict=True)])
        texts = part.asked["target"]
        middle = len(texts[0]) // 2
        windows = np.array([text[middle - around[0] : middle + around[1]] for text in texts.tolist()])
        return Bases(windows[rows], None, part.truth["cluster"][rows[:, 0]])


def read(folder: Path) -> Table:
    """All rows: 16,383 letters on the strand of the gene, with the base in their middle."""
    raw = _measured.csv(folder, FILE, delimiter="\t")
    if lacking := [name for name in _COLUMNS if name not in raw]:
        raise InputError(f"{folder}/{FILE} lacks the columns {', '.join(lacking)}; expected the table as it was "
                         "published")
    before, behind = _measured.texts(raw["forward_seq"]), _measured.texts(raw["reverse_seq"])
    whole = []
    for i, (left, right) in enumerate(zip(before.tolist(), map(reverse_complement, behind.tolist()), strict=True)):
        if len(left) != len(right) or left[-1] != right[0]:
            raise InputError(f"{folder}/{FILE}, row {i + 1}: the texts of the two strands do not end at one base; "
                             f"got ...{left[-5:]} and {right[:5]}... behind it")
        whole.append(left + right[1:])
    species = raw["organism"].astype(str)
    return Table(asked={"context": _measured.blank(len(whole)), "target": np.array(whole)},
                 truth={"exon": raw["label"].astype(float) == 1, "cluster": raw["gene_name"].astype(str),
                        "group": species}, train=np.isin(species, TRAIN))
