"""Where the genes are: from an annotation, from a gene finder, or from open frames too long to be chance.

Three sources, best first: CDS features of GFF3 or GenBank that the user gave; pyrodigal (extra ``genes``;
doi:10.21105/joss.04296, after Prodigal, doi:10.1186/1471-2105-11-119), single mode, metagenome mode under 20 kb; open
reading frames (``_orf``). Only the first two say where a gene begins, so only they offer start codons.
"""

from __future__ import annotations

import importlib
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import SequenceError
from kindergrad.worlds import _annotation, _orf, fasta

SHORTEST = 150
"""Bases of the shortest gene that is offered."""
STARTS, STOPS = ("ATG", "GTG", "TTG"), ("TAA", "TAG", "TGA")
SINGLE_MODE = 20_000
"""Bases below which pyrodigal cannot be trained on the genome itself."""
TRAIN_AT_MOST = 10_000_000
"""Bases that pyrodigal is trained on at most."""
DENSE, LONG = 0.7, 0.3
"""pyrodigal's calls are believed where they cover this share of the bases, or where this share of the called bases
lies in frames too long to be chance. Measured: bacteria, archaea, phages and yeast .76 to .92 and .57 to .93, one
megabase of human DNA .47 to .55 and .09. Either will do: with much G and C even chance frames are long, and small
genomes of parasites are not dense."""
MARGIN = 5_000
"""Bases beside the held-out region that the gene finder reads too, so that genes at its edges are called whole."""


class Call(NamedTuple):
    """A whole gene: joined position of its lowest base, the one after its highest, and its strand."""

    start: int
    end: int
    strand: int

    @property
    def first(self) -> int:
        """Position of the first base of the start codon."""
        return self.start if self.strand > 0 else self.end - 1


class Calls(NamedTuple):
    """The genes of a region.

    Attributes
    ----------
    genes : sound genes: one exon, whole codons, start and stop codon, no stop inside.
    starts : (position, strand) of every known start codon, those of genes that are left out as well.
    method : how they were found, for the report.
    knows_starts : whether the beginnings can be trusted.
    notes : what was left out, and why.
    missing : why genes are not offered at all, or an empty string.
    """

    genes: tuple[Call, ...]
    starts: frozenset[tuple[int, int]]
    method: str
    knows_starts: bool
    notes: tuple[str, ...] = ()
    missing: str = ""


def find(assembly: fasta.Assembly, start: int, end: int, *, annotation: Path | None = None) -> Calls:
    """Genes of the joined stretch [start, end).

    Raises
    ------
    SequenceError
        If the annotation cannot be read or belongs to another sequence.
    """
    if annotation is not None:
        return from_annotation(assembly, start, end, annotation)
    try:
        pyrodigal = importlib.import_module("pyrodigal")
    except ImportError:
        return from_open_frames(assembly, start, end)
    return from_pyrodigal(assembly, start, end, pyrodigal)


def from_annotation(assembly: fasta.Assembly, start: int, end: int, path: Path) -> Calls:
    """Genes of a GFF3 or GenBank file."""
    features = _annotation.features(assembly, path)
    _check_fit(assembly, features, path)
    unfit = Counter(f.unfit for f in features if f.unfit and start <= f.start and f.end <= end)
    calls = [Call(*f[:3]) for f in features if not f.unfit]
    known = frozenset((Call(*f[:3]).first, f.strand) for f in features)
    genes, notes = _sound(assembly, calls, start, end)
    left_out = [f"annotated genes left out, {why}: {count}" for why, count in sorted(unfit.items())]
    return Calls(genes, known, f"annotation {path.name}", True, (*left_out, *notes))


def from_pyrodigal(assembly: fasta.Assembly, start: int, end: int, pyrodigal: Any) -> Calls:
    """Genes called by pyrodigal, trained on up to 10 Mb of the genome."""
    runs = assembly.runs(0, assembly.codes.size, shortest=SHORTEST)
    total = int((runs[:, 1] - runs[:, 0]).sum())
    single = total >= SINGLE_MODE
    finder = pyrodigal.GeneFinder(meta=not single)
    if single:
        _train(finder, assembly, runs)
    found, read = [], 0
    for a, b in assembly.runs(max(0, start - MARGIN), min(assembly.codes.size, end + MARGIN), shortest=SHORTEST):
        read += int(b - a)
        for gene in finder.find_genes(assembly.text(a, b)):
            whole = not (gene.partial_begin or gene.partial_end)
            found.append((whole, Call(int(a) + gene.begin - 1, int(a) + gene.end, gene.strand)))
    covered = np.zeros(assembly.codes.size, dtype=bool)
    for _, call in found:
        covered[call.start : call.end] = True
    method = f"pyrodigal {pyrodigal.__version__}" + ("" if single else " (metagenome mode)")
    dense = float(covered.sum() / max(1, read))
    codons = _chance_codons(assembly)
    bases = [call.end - call.start for _, call in found]
    long = sum(b for b in bases if b >= 3 * codons) / max(1, sum(bases))
    if dense < DENSE and long < LONG:
        why = ("pyrodigal, made for bacteria, archaea and phages, finds no genes to believe: they cover "
               f"{dense:.0%} of the bases (expected {DENSE:.0%}), {long:.0%} of that in frames too long to be chance "
               f"(expected {LONG:.0%}); give the genes with an annotation (GFF3 or GenBank)")
        return Calls((), frozenset(), method, False, (), why)
    genes, notes = _sound(assembly, [call for whole, call in found if whole], start, end)
    return Calls(genes, frozenset((c.first, c.strand) for _, c in found), method, True, tuple(notes))


def from_open_frames(assembly: fasta.Assembly, start: int, end: int) -> Calls:
    """Open reading frames too long to be chance."""
    codons = _chance_codons(assembly)
    low, high = max(0, start - MARGIN), min(assembly.codes.size, end + MARGIN)
    found = [Call(int(a) + f.start, int(a) + f.end, f.strand)
             for a, b in assembly.runs(low, high, shortest=SHORTEST)
             for f in _orf.long_frames(assembly.codes[a:b], codons)]
    genes, notes = _sound(assembly, found, start, end)
    note = (f"pyrodigal is not installed: only open reading frames of at least {codons} codons count as genes "
            f"(fewer than {_orf.FALSE_FRAMES} of them are chance); pip install 'kindergrad[genes]' adds shorter genes "
            "and start codons")
    return Calls(genes, frozenset((c.first, c.strand) for c in found), f"open frames of {codons} codons or more",
                 False, (note, *notes))


def coding(assembly: fasta.Assembly, call: Call) -> str:
    """Letters of a gene on its own strand."""
    text = assembly.text(call.start, call.end)
    return text if call.strand > 0 else reverse_complement(text)


def _chance_codons(assembly: fasta.Assembly) -> int:
    """Codons above which frames of this genome are no chance, from its GC and length."""
    counts = np.bincount(assembly.codes, minlength=256)[:4]
    return _orf.threshold(float(min(max((counts[1] + counts[2]) / counts.sum(), 0.01), 0.99)), int(counts.sum()))


def _train(finder: Any, assembly: fasta.Assembly, runs: NDArray[np.int64]) -> None:
    """Train pyrodigal on the longest pieces, 10 Mb at most; it warns below 100 kb, where it still works."""
    pieces, room = [], TRAIN_AT_MOST
    for a, b in runs[np.argsort(runs[:, 0] - runs[:, 1], kind="stable")]:
        pieces.append(assembly.text(a, min(b, a + room)))
        room -= len(pieces[-1])
        if room < SHORTEST:
            break
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        finder.train(*pieces)


def _fault(assembly: fasta.Assembly, call: Call) -> str:
    """Why a gene does not read as one, or an empty string."""
    if (assembly.codes[call.start : call.end] == fasta.BREAK).any():
        return "with other letters than A, C, G, T"
    if (call.end - call.start) % 3:
        return "not of whole codons"
    letters = coding(assembly, call)
    codons = [letters[i : i + 3] for i in range(0, len(letters), 3)]
    if codons[0] not in STARTS:
        return f"not beginning with {', '.join(STARTS)}"
    if codons[-1] not in STOPS:
        return "not ending in a stop codon"
    if any(c in STOPS for c in codons[1:-1]):
        return "with a stop codon inside"
    return f"shorter than {SHORTEST} bases" if len(letters) < SHORTEST else ""


def _sound(assembly: fasta.Assembly, calls: Iterable[Call], start: int, end: int) -> tuple[tuple[Call, ...], list[str]]:
    """Genes that lie wholly in [start, end) and read as genes; each once, in order; and what was left out."""
    inside = sorted({c for c in calls if start <= c.start and c.end <= end})
    faults = {c: _fault(assembly, c) for c in inside}
    tally = Counter(fault for fault in faults.values() if fault)
    return (tuple(c for c in inside if not faults[c]),
            [f"genes left out, {fault}: {count}" for fault, count in sorted(tally.items())])


def _check_fit(assembly: fasta.Assembly, features: list[_annotation.Feature], path: Path) -> None:
    """Refuse an annotation whose genes do not read as genes in this sequence."""
    calls = [Call(*f[:3]) for f in features if not f.unfit]
    structural = {"", f"shorter than {SHORTEST} bases", "with other letters than A, C, G, T"}
    fit = sum(_fault(assembly, c) in structural for c in calls)
    if len(calls) < 5 or fit >= len(calls) / 2:
        return
    later = [Call(c.start + 1, c.end, c.strand) for c in calls if c.end - c.start > 3]
    hint = "is it for another version of the genome?"
    if sum(_fault(assembly, c) in structural for c in later) >= len(calls) / 2:
        hint = "its starts are counted from 0; GFF3 counts from 1: add 1 to every start"
    raise SequenceError(f"{path} does not fit the genome: {fit} of {len(calls)} genes read as genes (start codon, "
                        f"whole codons, stop codon); {hint}")
