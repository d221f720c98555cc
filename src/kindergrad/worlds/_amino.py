"""How unlike two amino acids are: minus their BLOSUM62 score (Henikoff 1992, doi:10.1073/pnas.89.22.10915)."""

from __future__ import annotations

from functools import cache
from typing import Any


def unlikeness(codon: str, changed: str) -> float:
    """Of the amino acids of two codons: -11 (the same tryptophan) to 4.

    Raises
    ------
    KeyError
        For a stop, which is no amino acid.
    """
    from Bio.Data import CodonTable

    table = CodonTable.unambiguous_dna_by_id[1].forward_table
    return -float(_scores()[table[codon], table[changed]])


@cache
def _scores() -> Any:
    from Bio.Align import substitution_matrices

    return substitution_matrices.load("BLOSUM62")
