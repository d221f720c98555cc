"""Small corpora, and the slow, obvious ways to count in them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core.dna import reverse_complement
from kindergrad.core.seeds import stream
from kindergrad.exposure import concepts as naming
from kindergrad.exposure import letters
from kindergrad.exposure.concepts import Numbered, Sources

SETS = {"A": "A", "C": "C", "G": "G", "T": "T", "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
        "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG", "N": "ACGT"}


def random_text(n: int, seed: int = 0, p: tuple[float, ...] = (0.3, 0.2, 0.2, 0.3)) -> str:
    """Letters drawn one by one."""
    return "".join(np.array(list("ACGT"))[stream(seed, "text").choice(4, size=n, p=p)])


def fasta(path: Path, records: dict[str, str], width: int = 70) -> Path:
    """A FASTA file."""
    lines = []
    for name, text in records.items():
        lines += [f">{name} some words", *(text[i : i + width] for i in range(0, len(text), width))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def places(pattern: str, text: str) -> set[int]:
    """Starts of a word of IUPAC codes in a text, on one strand."""
    regex = "".join(f"[{SETS[c]}]" for c in pattern)
    return {m.start() for m in re.finditer(f"(?=({regex}))", text)}


def both(pattern: str, text: str) -> int:
    """Places of a word on either strand, each once."""
    back = reverse_complement_word(pattern)
    return len(places(pattern, text) | places(back, text)) if len(back) == len(pattern) else 0


def reverse_complement_word(pattern: str) -> str:
    swap = {"A": "T", "C": "G", "G": "C", "T": "A"}
    names = {"".join(sorted(v)): k for k, v in SETS.items()}
    return "".join(names["".join(sorted(swap[c] for c in SETS[code]))] for code in reversed(pattern))


def scan(kind: str, settings: dict[str, Any], corpus: Path | Iterable[str], sources: Sources | None = None,
         name: str = "x") -> int:
    """Occurrences that one matcher finds."""
    concept = Numbered(0, "genomics/next-base", name, kind, settings)
    scanner = naming.matcher(kind).scanner([concept], sources or Sources())
    source = corpus if isinstance(corpus, Path) else list(corpus)
    return sum(hits.start.size for block in letters.blocks(source, defaultdict(int)) for hits in scanner.scan(block))


__all__ = ["both", "fasta", "places", "random_text", "reverse_complement", "scan"]
