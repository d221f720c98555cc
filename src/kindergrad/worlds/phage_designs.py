"""Designed phages: 302 genomes written by an engine after phiX174, built and tried; 16 of them live.

Each living design is set against three dead ones as long, and as like the natural phage, as can be found (``genomes``),
since length and likeness alone tell many of the dead. Likeness is the share of words of 16 letters that stand in
phiX174.
Source: King et al. (2025), doi:10.1101/2025.09.12.675911.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.dna import encode
from kindergrad.worlds import public
from kindergrad.worlds._measured import Measured, Table

WORLD, DATA = "phage_designs", "phix174"
NEAR, CONTROLS = 12, 3
"""Dead designs closest to a living one that are drawn from, and how many stand beside it in one item."""
WORD = 16
_SPREAD = np.array([100.0, 0.1])
"""Bases of length that count as much as so much likeness."""


def make(seed: int, folder: Path) -> Measured:
    """The world; which dead designs stand together depends on the seed."""
    natural = _words(_read(Path(folder), "NC_001422_1.fna")[0])
    alive, dead = (_read(Path(folder), f"{name}_generated_phage_genomes.fasta") for name in ("viable", "nonviable"))
    known = {text: (float(len(text)), _likeness(text, natural)) for text in {*alive, *dead}}
    place = np.array([known[text] for text in dead])
    rows, clusters = [], []
    for number, text in enumerate(alive):
        far = (np.abs(place - np.array(known[text])) / _SPREAD).sum(axis=1)
        near = seeds.stream(seed, WORLD, number).permutation(np.argsort(far, kind="stable")[:NEAR])
        rows += [[text, *(dead[i] for i in near[k : k + CONTROLS])] for k in range(0, NEAR, CONTROLS)]
        clusters += [f"living design {number + 1}"] * (NEAR // CONTROLS)
    true = seeds.stream(seed, WORLD, "places").permutation(np.arange(len(rows)) % (CONTROLS + 1))
    order = (np.arange(CONTROLS + 1)[None, :] - true[:, None]) % (CONTROLS + 1)
    genomes = np.array(rows)[np.arange(len(rows))[:, None], order]
    facts = np.array([[known[str(g)] for g in row] for row in genomes])
    table = Table(
        asked={"context": np.full(genomes.shape, ""), "target": genomes}, train=np.zeros(len(rows), dtype=bool),
        truth={"true": true, "cluster": np.array(clusters), "group": np.array(clusters),
               "normal_length": -np.abs(facts[..., 0] - len(natural)), "likeness": facts[..., 1]})
    return Measured(id=f"{WORLD}-{seed}", source=DATA, tables={"genomes": {"all": table}}, sentence=(
        f"{len(alive)} designed phages that live, each beside {CONTROLS} of {len(dead)} dead ones of like length and "
        "likeness to phiX174"))


def _read(folder: Path, name: str) -> list[str]:
    import gzip

    from Bio import SeqIO

    place = public.present(folder, name)
    with gzip.open(place, "rt") if place.suffix == ".gz" else place.open(encoding="utf-8") as raw:
        return [str(record.seq).upper() for record in SeqIO.parse(raw, "fasta")]


def _words(text: str) -> set[bytes]:
    """Words of a circular genome, as many as it has letters if none comes twice."""
    raw = encode(text + text[: WORD - 1]).tobytes()
    return {raw[i : i + WORD] for i in range(len(text))}


def _likeness(text: str, natural: set[bytes]) -> float:
    own = _words(text)
    return len(own & natural) / len(own)


