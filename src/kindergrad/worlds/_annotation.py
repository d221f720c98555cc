"""CDS features of an annotation that the user gave: GFF3 or GenBank.

GFF3 is read with the ``csv`` module. gffutils was weighed and left: it builds an SQLite database, with five further
packages, to answer questions about hierarchies, and nothing is asked here but the nine columns of CDS rows.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from kindergrad.core.errors import SequenceError
from kindergrad.worlds import fasta


class Feature(NamedTuple):
    """A CDS of an annotation; ``unfit`` says why it cannot be one of our genes."""

    start: int
    end: int
    strand: int
    unfit: str


def features(assembly: fasta.Assembly, path: Path) -> list[Feature]:
    """All CDS features of records that the genome holds, in joined positions.

    Raises
    ------
    SequenceError
        If the file cannot be read, holds no CDS, or names none of the records of the genome.
    """
    text = fasta.read_text(path)
    return _genbank(assembly, path, text) if text.lstrip().startswith("LOCUS") else _gff(assembly, path, text)


def _record_of(assembly: fasta.Assembly) -> dict[str, int]:
    """Record number by name, and by name without version where that is unique."""
    short = Counter(name.rsplit(".", 1)[0] for name in assembly.names)
    found = {n.rsplit(".", 1)[0]: i for i, n in enumerate(assembly.names) if short[n.rsplit(".", 1)[0]] == 1}
    return found | {name: i for i, name in enumerate(assembly.names)}


def _no_match(path: Path, assembly: fasta.Assembly, asked: Iterable[str]) -> SequenceError:
    asked = sorted(set(asked))
    if not asked:
        return SequenceError(f"{path} holds no CDS; expected GFF3 (nine columns, tabs) or GenBank with CDS features")
    near = difflib.get_close_matches(asked[0], assembly.names, n=1, cutoff=0.0)
    return SequenceError(f"{path} names none of the records of the genome; got '{asked[0]}', expected names such as "
                         f"'{near[0]}'; use the annotation of the same download")


def _gff(assembly: fasta.Assembly, path: Path, text: str) -> list[Feature]:
    """CDS rows of GFF3; rows that share an ID (or, without one, a parent) are the exons of one gene."""
    records = _record_of(assembly)
    asked: set[str] = set()
    genes: dict[tuple[int, str], list[tuple[int, int, int, str]]] = {}
    for line, row in enumerate(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
        if row and row[0].startswith(("##FASTA", ">")):
            break
        if len(row) < 9 or row[0].startswith("#") or row[2] != "CDS":
            continue
        asked.add(name := unquote(row[0]))
        place = records.get(name, records.get(name.rsplit(".", 1)[0]))
        if place is None:
            continue
        try:
            low, high = int(row[3]) - 1, int(row[4])
        except ValueError:
            raise SequenceError(f"{path}, line {line}: start and end must be whole numbers; got '{row[3]}' and "
                                f"'{row[4]}'; expected GFF3") from None
        tags = dict(pair.strip().split("=", 1) for pair in row[8].split(";") if "=" in pair)
        unfit = _gff_unfit(row, tags)
        if not 0 <= low < high <= assembly.lengths[place]:
            low, high, unfit = max(0, low), int(assembly.lengths[place]), "reaching past the end of its record"
        key = tags.get("ID") or tags.get("Parent") or f"line {line}"
        offset = int(assembly.offsets[place])
        genes.setdefault((place, key), []).append((offset + low, offset + high, -1 if row[6] == "-" else 1, unfit))
    if not genes:
        raise _no_match(path, assembly, asked)
    return [_joined(exons) for exons in genes.values()]


def _gff_unfit(row: list[str], tags: dict[str, str]) -> str:
    if tags.get("pseudo") == "true" or "pseudogene" in tags:
        return "marked as pseudogenes"
    if tags.get("partial") == "true" or row[7] in ("1", "2"):
        return "marked as incomplete"
    if tags.get("transl_table", "11") not in ("1", "11"):
        return "of another genetic code than the standard one"
    return "marked as exceptions (editing, slippage)" if "exception" in tags else ""


def _joined(exons: list[tuple[int, int, int, str]]) -> Feature:
    """One feature of the exons of a gene."""
    if len(exons) == 1:
        return Feature(*exons[0])
    low, high = min(e[0] for e in exons), max(e[1] for e in exons)
    return Feature(low, high, exons[0][2], "of several exons")


def _genbank(assembly: fasta.Assembly, path: Path, text: str) -> list[Feature]:
    """CDS features of a GenBank file."""
    records = _record_of(assembly)
    asked: set[str] = set()
    found: list[Feature] = []
    for record in fasta.genbank_records(path, text):
        asked.add(name := str(record.id))
        place = records.get(name, records.get(name.rsplit(".", 1)[0]))
        if place is None:
            continue
        if len(record) != assembly.lengths[place]:
            raise SequenceError(f"{path}: record '{name}' has {len(record):,} bases, in the genome "
                                f"{int(assembly.lengths[place]):,}; use the annotation of the same download")
        offset = int(assembly.offsets[place])
        for feature in record.features:
            if feature.type == "CDS" and feature.location is not None:
                low, high = offset + int(feature.location.start), offset + int(feature.location.end)
                strand = feature.location.strand or feature.location.parts[0].strand or 1
                found.append(Feature(low, high, int(strand), _genbank_unfit(feature)))
    if not found:
        raise _no_match(path, assembly, () if asked & set(records) else asked)
    return found


def _genbank_unfit(feature: Any) -> str:
    from Bio.SeqFeature import ExactPosition

    tags, where = feature.qualifiers, feature.location
    if "pseudo" in tags or "pseudogene" in tags:
        return "marked as pseudogenes"
    if len(where.parts) > 1:
        return "of several exons"
    if not (isinstance(where.start, ExactPosition) and isinstance(where.end, ExactPosition)) or (
            tags.get("codon_start", ["1"])[0] != "1"):
        return "marked as incomplete"
    if tags.get("transl_table", ["1"])[0] not in ("1", "11"):
        return "of another genetic code than the standard one"
    return "marked as exceptions (editing, slippage)" if "exception" in tags else ""
