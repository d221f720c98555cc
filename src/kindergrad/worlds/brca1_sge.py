"""BRCA1: 3,893 single changes with their function in cells, measured twice, consequence class by class.

Changes are written on the coding strand with the letters around them, as far as these were assayed. Missense changes
are kept apart from the others: mixed, the class alone separates harmful from harmless with an AUROC of 0.77. A change
counts as harmful below -1.328 in the first replicate, as harmless above -0.748 (the limits of the source), and the
second replicate gives the ceiling. Exons take turns to train and to be scored.
Source: Findlay et al. (2018), doi:10.1038/s41586-018-0461-z.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import InputError
from kindergrad.worlds import public
from kindergrad.worlds._amino import unlikeness
from kindergrad.worlds._measured import Measured, Table
from kindergrad.worlds._types import MissenseSets

WORLD, DATA = "brca1_sge", "brca1_sge"
HARMFUL, HARMLESS = -1.328, -0.748
"""Limits of the function score."""
BESIDE = 15
"""Letters that must be known, and are shown, on each side of a change."""
_FILE, _HEADER = "41586_2018_461_MOESM3_ESM.xlsx", 2
_COLUMNS = ("position (hg19)", "reference", "alt", "consequence", "func.class", "experiment", "aa_pos", "aa_ref",
            "aa_alt", "transcript_position", "function.score.r1", "function.score.r2", "CADD.score",
            "phyloP (mammalian)")


def make(seed: int, folder: Path) -> Brca1:
    """The world; it does not depend on the seed."""
    every = read(Path(folder))
    known = [v for v in every if v.consequence == "Missense" and len(v.before) == len(v.after) == BESIDE]
    exons = sorted({v.exon for v in known}, key=lambda name: int(name.lstrip("X")))
    distance = [_distance(v) for v in known]
    table = Table(
        asked={"context": np.array([v.before for v in known]), "target": np.array([v.new + v.after for v in known]),
               "original": np.array([v.old + v.after for v in known])},
        truth={"value": np.array([-v.first for v in known]), "replicate": np.array([-v.second for v in known]),
               "distance": np.array(distance), "kind": np.array([f"{v.old}>{v.new} at {v.place}" for v in known]),
               "cluster": np.array([f"residue {v.residue}" for v in known]),
               "group": np.array([v.exon for v in known])},
        train=np.array([exons.index(v.exon) % 2 == 1 for v in known]))
    sentence = (f"{len(known):,} missense changes of BRCA1 with {BESIDE} known letters on each side, measured twice; "
                f"{int((~table.train).sum()):,} are scored, those of {', '.join(exons[::2])}")
    return Brca1(id=WORLD, sentence=sentence, source=DATA, tables={"changes": {"all": table}}, most_examples=2000)


@dataclass(frozen=True, kw_only=True)
class Brca1(Measured):
    """Offers ``families``: severe missense changes beside mild ones of the same kind, in the one family there is."""

    @property
    def offers(self) -> frozenset[str]:
        return frozenset({"families"})

    def missense(self, streams: Sequence[np.random.Generator], controls: int, limits: tuple[float, float]
                 ) -> MissenseSets:
        """One harmful change per stream, and harmless ones; the limits are those of the source, not the ones given."""
        part = self.table("changes")
        harm, kind = part.truth["value"], part.truth["kind"]
        mild = {name: np.flatnonzero((kind == name) & (harm < -HARMLESS)) for name in np.unique(kind)}
        severe = [i for i in np.flatnonzero(harm > -HARMFUL) if len(mild[kind[i]]) >= controls]
        rows = []
        for rng in streams:
            first = severe[int(rng.integers(len(severe)))]
            rows.append([first, *rng.choice(mild[kind[first]], controls, replace=False)])
        at = np.array(rows)
        return MissenseSets(part.asked["context"][at], part.asked["original"][at], part.asked["target"][at], None,
                            part.truth["cluster"][at[:, 0]],
                            {name: part.truth[name][at] for name in ("distance", "replicate")})


class Variant(NamedTuple):
    """One change.

    Attributes
    ----------
    at : position on chromosome 17 (hg19); the gene lies on the other strand.
    before, after : letters of the coding strand around it; ``old`` and ``new`` are on that strand too.
    consequence, call : class of the change, and FUNC, INT or LOF as the source calls it.
    exon : experiment in which it was measured.
    residue : number of the amino acid, 0 where none changes; ``place`` in its codon, 0 to 2, -1 outside of codons.
    amino : the amino acid before and after, empty where none changes.
    first, second : function score of each replicate.
    cadd, phylop : scores of the source, None where it has none.
    """

    at: int
    before: str
    old: str
    new: str
    after: str
    consequence: str
    call: str
    exon: str
    residue: int
    place: int
    amino: tuple[str, str]
    first: float
    second: float
    cadd: float | None
    phylop: float | None


def read(folder: Path) -> list[Variant]:
    """All changes of the table, in its order.

    Raises
    ------
    InputError
        If the file is not there or lacks a column.
    """
    import openpyxl

    place = public.present(folder, _FILE)
    with closing(openpyxl.load_workbook(place, read_only=True)) as book:
        rows = list(book.worksheets[0].iter_rows(min_row=_HEADER + 1, values_only=True))
    names = [str(name) for name in rows[0]]
    if lacking := [name for name in _COLUMNS if name not in names]:
        raise InputError(f"{place} lacks the columns {', '.join(lacking)}; expected the table as it was published")
    where = [names.index(name) for name in _COLUMNS]
    found = [tuple(None if row[i] == "NA" else row[i] for i in where) for row in rows[1:] if row[where[0]] is not None]
    letters = {int(row[0]): str(row[1]) for row in found}
    return [_variant(row, letters) for row in found]


def _distance(v: Variant) -> float:
    """How unlike the amino acids are, from the codon around the letter."""
    start = len(v.before) - v.place
    codon = [(v.before + letter + v.after)[start : start + 3]
             for letter in (v.old, v.new)]
    return unlikeness(*codon)


def _variant(row: tuple[Any, ...], letters: dict[int, str]) -> Variant:
    at, old, new, consequence, call, exon, residue, was, becomes, coding, first, second, cadd, phylop = row
    left, right = _run(letters, int(at), -1)[::-1], _run(letters, int(at), 1)
    place = (int(coding) - 1) % 3 if residue is not None and str(coding).isdigit() else -1
    return Variant(int(at), reverse_complement(right), reverse_complement(old), reverse_complement(new),
                   reverse_complement(left), str(consequence), str(call), str(exon), int(residue or 0), place,
                   (str(was or ""), str(becomes or "")), float(first), float(second),
                   None if cadd is None else float(cadd), None if phylop is None else float(phylop))


def _run(letters: dict[int, str], at: int, step: int) -> str:
    """Letters beside a position, up to the first that was not assayed."""
    out = []
    for k in range(1, BESIDE + 1):
        if (letter := letters.get(at + k * step)) is None:
            break
        out.append(letter)
    return "".join(out)
