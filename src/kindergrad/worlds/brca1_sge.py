"""BRCA1: 3,893 single changes with their function in cells, measured twice, consequence class by class.

Changes are written on the coding strand with the letters around them, as far as these were assayed. Missense changes are
kept apart from the others: mixed, the class alone separates harmful from harmless with an AUROC of 0.77. A change counts
as harmful below -1.328 in the first replicate, as harmless above -0.748 (the limits of the source), and the second
replicate gives the ceiling. Exons take turns to train and to be scored.
Source: Findlay et al. (2018), doi:10.1038/s41586-018-0461-z.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import InputError
from kindergrad.worlds import public

DATA = "brca1_sge"
HARMFUL, HARMLESS = -1.328, -0.748
"""Limits of the function score."""
BEFORE = AFTER = 60
"""Letters shown on each side, where so many were assayed in a row."""
_FILE, _HEADER = "41586_2018_461_MOESM3_ESM.xlsx", 2
_COLUMNS = ("position (hg19)", "reference", "alt", "consequence", "func.class", "experiment", "aa_pos", "aa_ref",
            "aa_alt", "function.score.r1", "function.score.r2", "CADD.score", "phyloP (mammalian)")


class Variant(NamedTuple):
    """One change.

    Attributes
    ----------
    at : position on chromosome 17 (hg19); the gene lies on the other strand.
    before, after : letters of the coding strand around it; ``old`` and ``new`` are on that strand too.
    consequence, call : class of the change, and FUNC, INT or LOF as the source calls it.
    exon : experiment in which it was measured.
    residue : number of the amino acid, 0 where none changes; ``exchange`` such as ``C>Y``, empty where none.
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
    exchange: str
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

    place = public.path(folder, _FILE)
    if place is None:
        raise InputError(f"{folder} holds no {_FILE}")
    with closing(openpyxl.load_workbook(place, read_only=True)) as book:
        rows = list(book.worksheets[0].iter_rows(min_row=_HEADER + 1, values_only=True))
    names = [str(name) for name in rows[0]]
    if lacking := [name for name in _COLUMNS if name not in names]:
        raise InputError(f"{place} lacks the columns {', '.join(lacking)}; expected the table as it was published")
    where = [names.index(name) for name in _COLUMNS]
    found = [tuple(None if row[i] == "NA" else row[i] for i in where) for row in rows[1:] if row[where[0]] is not None]
    letters = {int(row[0]): str(row[1]) for row in found}
    return [_variant(row, letters) for row in found]


def _variant(row: tuple[Any, ...], letters: dict[int, str]) -> Variant:
    at, old, new, consequence, call, exon, residue, was, becomes, first, second, cadd, phylop = row
    left, right = _run(letters, int(at), -1, AFTER)[::-1], _run(letters, int(at), 1, BEFORE)
    return Variant(int(at), reverse_complement(right), reverse_complement(old), reverse_complement(new),
                   reverse_complement(left), str(consequence), str(call), str(exon), int(residue or 0),
                   f"{was}>{becomes}" if was and becomes else "", float(first), float(second),
                   None if cadd is None else float(cadd), None if phylop is None else float(phylop))


def _run(letters: dict[int, str], at: int, step: int, most: int) -> str:
    """Letters beside a position, up to the first that was not assayed."""
    out = []
    for k in range(1, most + 1):
        if (letter := letters.get(at + k * step)) is None:
            break
        out.append(letter)
    return "".join(out)


__all__ = ["AFTER", "BEFORE", "DATA", "HARMFUL", "HARMLESS", "Variant", "np", "read"]
