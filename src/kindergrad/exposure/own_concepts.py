"""Concepts that the user brings: query sequences, motifs of a MEME file, gene sets of a GMT file."""

from __future__ import annotations

from pathlib import Path

from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.syllabus.skills import Concept
from kindergrad.worlds import fasta

QUERY_SKILL, MOTIF_SKILL = "genomics/nearest-relative", "genomics/find-the-site"
SET_SKILL, TOGETHER_SKILL = "perturbation/relative", "perturbation/epistasis"
"""One gene of a pathway or complex tells of its relatives; two at once, whether they act together."""
_PLAIN = set("ACGT")


def read(domain: str, *, query: Path | None = None, motifs: Path | None = None, gene_sets: Path | None = None
         ) -> list[tuple[str, Concept]]:
    """All of them, each with the id of the skill that it belongs to.

    Raises
    ------
    InputError
        For a file that cannot be used, or that belongs to another syllabus.
    """
    home = {Domain.GENOMICS: (query, motifs), Domain.PERTURBATION: (gene_sets,)}
    own = home.get(Domain(domain), ()) if domain in list(Domain) else ()
    stray = next((path for path in (query, motifs, gene_sets) if path is not None and path not in own), None)
    if stray is not None:
        raise InputError(f"{stray} is of another syllabus than {domain}; queries and motifs belong to genomics, "
                         "gene sets to perturbation")
    out: list[tuple[str, Concept]] = []
    if query is not None:
        out += [(QUERY_SKILL, concept) for concept in queries(query)]
    if motifs is not None:
        out += [(MOTIF_SKILL, concept) for concept in meme(motifs)]
    if gene_sets is not None:
        sets = gmt(gene_sets)
        out += [(SET_SKILL, concept) for concept in sets]
        out += [(TOGETHER_SKILL, Concept(name=f"two of {c.name}", kind=c.kind, settings={**c.settings, "at_once": 2}))
                for c in sets if len(c.settings["genes"]) > 1]
    return out


def queries(path: Path) -> list[Concept]:
    """One concept per record of a FASTA or GenBank file."""
    text = fasta.read_text(path)
    records = fasta.genbank_sequences(path, text) if text.lstrip().startswith("LOCUS") else _records(path)
    out = []
    for name, sequence in records:
        if other := set(sequence.upper()) - _PLAIN:
            raise InputError(f"{path}: query '{name}' holds the letter '{min(other)}'; expected only A, C, G, T")
        out.append(Concept(name=name, kind="homology", settings={"query": sequence.upper()}))
    return out


def _records(path: Path) -> list[tuple[str, str]]:
    """Names and letters of a FASTA file."""
    found: dict[str, str] = {}
    for line in fasta.read_text(path).splitlines():
        if line.startswith(">"):
            name = (line[1:].split() or [f"record_{len(found) + 1}"])[0]
            found[name] = ""
        elif not found:
            raise InputError(f"{path} has no FASTA header; it begins with {line[:30]!r}; expected a line '>name'")
        else:
            found[name] += "".join(line.split())
    return list(found.items())


def meme(path: Path) -> list[Concept]:
    """One concept per motif of a MEME file (minimal format), with its letter probabilities.

    Raises
    ------
    InputError
        If the file holds no motif, or a row of a matrix is not four numbers.
    """
    out: list[Concept] = []
    name, left = "", 0
    rows: list[tuple[float, ...]] = []
    for number, line in enumerate(fasta.read_text(path, "MEME").splitlines(), start=1):
        words = line.split()
        if words[:1] == ["MOTIF"] and len(words) > 1:
            name = words[1]
        elif line.startswith("letter-probability matrix"):
            left = int(words[words.index("w=") + 1]) if "w=" in words else 0
            rows = []
        elif left and words:
            try:
                rows.append(tuple(float(word) for word in words))
            except ValueError:
                rows.append(())
            if len(rows[-1]) != 4:
                raise InputError(f"{path}, line {number}: a row of a motif is four probabilities; got {line.strip()!r}")
            left -= 1
            if not left:
                out.append(Concept(name=name, kind="pwm", settings={"matrix": tuple(rows)}))
    if not out:
        raise InputError(f"{path} holds no motif; expected MEME format: 'MOTIF name', then 'letter-probability matrix: "
                         "... w= length' and a row per place")
    return out


def gmt(path: Path) -> list[Concept]:
    """One concept per line of a GMT file: name, description, genes, separated by tabs.

    Raises
    ------
    InputError
        For an empty file, a line without genes, or a name that stands twice.
    """
    out: dict[str, Concept] = {}
    for number, line in enumerate(fasta.read_text(path, "GMT").splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip():
            continue
        genes = tuple(cell for cell in cells[2:] if cell)
        if not genes:
            raise InputError(f"{path}, line {number}: a gene set has a name, a description and genes, separated by "
                             f"tabs; got {line[:40]!r}")
        if cells[0] in out:
            raise InputError(f"{path}, line {number}: the gene set '{cells[0]}' stands twice; expected one line a set; "
                             "join or rename them")
        out[cells[0]] = Concept(name=cells[0], kind="gene_set", settings={"genes": tuple(dict.fromkeys(genes))})
    return list(out.values())
