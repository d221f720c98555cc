"""Classes of variants: ``{ kind = "variant", variants = "transition" }``, from a VCF (``--variants``).

``transition``, ``transversion``, ``insertion`` and ``deletion`` are told from the alleles. Any other word is looked for
in the INFO column: the consequence that VEP, SnpEff or ClinVar wrote there, such as ``missense_variant``. Each line
counts once per class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kindergrad.core.errors import SequenceError
from kindergrad.core.records import Contract
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.places import Place, Places, rows

NEEDS = "variants"
ALLELES = ("transition", "transversion", "insertion", "deletion")
_TRANSITIONS = {("A", "G"), ("G", "A"), ("C", "T"), ("T", "C")}


class Spec(Contract):
    variants: str


def classes(reference: str, alternatives: str) -> set[str]:
    """Classes of the alleles of one line; symbolic alleles (``<DEL>``, ``*``) have none."""
    found = set()
    ref = reference.upper()
    for alt in alternatives.upper().split(","):
        if set(ref + alt) - set("ACGTN"):
            continue
        if len(ref) == len(alt) == 1:
            found.add("transition" if (ref, alt) in _TRANSITIONS else "transversion")
        elif len(ref) != len(alt):
            found.add("insertion" if len(alt) > len(ref) else "deletion")
    return found


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Places:
    """All classes, from one reading of the file."""
    if sources.variants is None:
        raise ValueError("variants need a VCF")
    asked = [(concept.number, settings(concept, Spec).variants) for concept in concepts]
    return Places(_places(asked, sources.variants), sources.variants)


def _places(asked: list[tuple[int, str]], path: Path) -> Iterator[Place]:
    for line, cells in rows(path, 8, "VCF"):
        if not cells[1].isdigit():
            raise SequenceError(f"{path}, line {line}: the position must be a whole number; got '{cells[1]}'; "
                                "expected VCF")
        found = classes(cells[3], cells[4])
        for number, name in asked:
            if name in found if name in ALLELES else name in cells[7]:
                yield Place(cells[0], number, int(cells[1]) - 1, len(cells[3]), 0)
