"""Features of an annotation: ``{ kind = "feature", feature = "CDS" }``, from GFF3 or GenBank (``--annotation``).

``feature`` is the third column of GFF3 or the key of GenBank, as written there; rows that share an ID are one feature,
so that a gene of several exons counts once. ``end = "start"`` (default) or ``"end"`` says which end is the place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote

from kindergrad.core.errors import SequenceError
from kindergrad.core.records import Contract
from kindergrad.exposure.concepts import Numbered, Sources, settings
from kindergrad.exposure.places import Place, Places, rows
from kindergrad.worlds import fasta

NEEDS = "annotation"


class Spec(Contract):
    feature: str
    end: Literal["start", "end"] = "start"


class _Feature(NamedTuple):
    record: str
    kind: str
    low: int
    high: int
    strand: int


def scanner(concepts: Sequence[Numbered], sources: Sources) -> Places:
    """All features, from one reading of the annotation."""
    if sources.annotation is None:
        raise ValueError("features need an annotation")
    asked = [(concept.number, settings(concept, Spec)) for concept in concepts]
    return Places(_places(asked, sources.annotation), sources.annotation)


def _places(asked: list[tuple[int, Spec]], path: Path) -> Iterator[Place]:
    for feature in _features(path):
        for number, spec in asked:
            if feature.kind == spec.feature:
                left = (feature.strand >= 0) == (spec.end == "start")
                yield Place(feature.record, number, feature.low if left else feature.high - 1, 1, feature.strand)


def _features(path: Path) -> Iterator[_Feature]:
    """All features of a file, each once."""
    text = fasta.read_text(path)
    if text.lstrip().startswith("LOCUS"):
        for record in fasta.genbank_records(path, text):
            for feature in record.features:
                if feature.location is not None:
                    strand = feature.location.strand or feature.location.parts[0].strand or 1
                    yield _Feature(str(record.id), feature.type, int(feature.location.start),
                                   int(feature.location.end), int(strand))
        return
    joined: dict[tuple[str, str, str], _Feature] = {}
    for line, cells in rows(path, 9, "GFF3"):
        try:
            low, high = int(cells[3]) - 1, int(cells[4])
        except ValueError:
            raise SequenceError(f"{path}, line {line}: start and end must be whole numbers; got '{cells[3]}' and "
                                f"'{cells[4]}'; expected GFF3") from None
        name, strand = unquote(cells[0]), -1 if cells[6] == "-" else 1
        tags = dict(pair.strip().split("=", 1) for pair in cells[8].split(";") if "=" in pair)
        key = (name, cells[2], tags.get("ID") or f"line {line}")
        known = joined.get(key)
        joined[key] = _Feature(name, cells[2], min(low, known.low) if known else low,
                               max(high, known.high) if known else high, strand)
    yield from joined.values()
