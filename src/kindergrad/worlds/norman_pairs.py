"""Growth of K562 cells that over-express one of 112 genes, or two of them; two replicates.

A third of the pairs of known genes is kept back, and so is everything about twelve genes. One pair in six is read by
the first guides of its genes only.
Source: Norman et al. (2019), doi:10.1126/science.aax4438.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.names import Domain
from kindergrad.core.seeds import stream
from kindergrad.worlds import _measured
from kindergrad.worlds._pair_fitness import Fitness, Plan, screen
from kindergrad.worlds._real_screen import RealScreen

WORLD, DATA = "norman_pairs", "norman2019_gi_map"
DOMAIN = Domain.PERTURBATION

Floats = NDArray[np.float64]
NONE = "negative"
"""What control guides are said to target."""
NEW = 12
"""Genes of which nothing is read."""
_FILES = "filter15_CRISPRa_K562_{}.txt"


def make(seed: int, folder: Path) -> RealScreen:
    """The world; the seed chooses the genes of which nothing is read."""
    genes, found = read(Path(folder))
    new = stream(seed, WORLD, "new").choice(genes, NEW, replace=False)
    return screen(f"{WORLD}-{seed}", genes, {"K562": found}, Plan(3, 8, tuple(sorted(map(str, new)))))


def read(folder: Path) -> tuple[tuple[str, ...], Fitness]:
    """Genes, and growth averaged over the guides of each.

    Raises
    ------
    InputError
        If a file is not there or cannot be read.
    """
    table = _measured.csv(folder, _FILES.format("sgRNA_to_gene"), delimiter="\t")
    gene_of = {g: gene for g, gene in zip(table[""].tolist(), table["gene"].tolist(), strict=True) if gene != NONE}
    single, pair, alone_by = [], [], []
    for replicate in ("replicate1", "replicate2"):
        both = _measured.csv(folder, _FILES.format(f"{replicate}_phenotypeMatrix_abbaAveraged"), delimiter="\t")
        alone = _measured.csv(folder, _FILES.format(f"{replicate}_singlePhenotypes_abbaAveraged"), delimiter="\t")
        guides = [g for g in both[""].tolist() if g in gene_of]
        genes = tuple(sorted({str(gene_of[g]) for g in guides}))
        own = np.array([[gene_of[g] == gene for g in guides] for gene in genes], dtype=np.float64)
        rows = [both[""].tolist().index(g) for g in guides]
        matrix = np.stack([both[g].astype(np.float64)[rows] for g in guides], axis=1)
        growth = dict(zip(alone[""].tolist(), zip(alone["a.mean"], alone["b.mean"], strict=True), strict=True))
        each = np.array([[np.mean(growth.get(g, (np.nan,)))] for g in guides], dtype=np.float64)
        single.append(_mean(own, each)[:, 0])
        pair.append(_mean(own, _mean(own, matrix).T))
        alone_by.append([_mean(one, _mean(one, matrix).T) for one in _one_guide(own)])
    first, second = (np.stack([found[k] for found in alone_by], axis=2) for k in (0, 1))
    return genes, Fitness(np.stack(single, axis=1), np.stack(pair, axis=2), (first, second))


def _one_guide(own: Floats) -> list[Floats]:
    """The first guide of each gene alone, and the second one. (genes, guides) -> twice the same."""
    number = np.cumsum(own, axis=1) * own
    return [(number == k).astype(np.float64) for k in (1, 2)]


def _mean(own: Floats, values: Floats) -> Floats:
    """Mean over the guides of each gene of what was measured; NaN where nothing was. (genes, guides), (guides, n)."""
    there = np.isfinite(values)
    count = own @ there
    return np.asarray(np.where(count > 0, own @ np.where(there, values, 0.0) / np.maximum(count, 1), np.nan))
