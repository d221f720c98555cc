"""Survival of six cancer lines that lose one of 26 genes, or two of them; two replicates are used.

Guides against CD81, an intron of HPRT, and runs of T stand for no gene. Survival is the log of counts relative to the
pool, and to pairs of such guides. Half of the pairs are kept back in all lines, and one line as a whole.
Source: Najm et al. (2018), doi:10.1038/nbt.4048, as packed with gemini, doi:10.1186/s13059-019-1745-9.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.names import Domain
from kindergrad.worlds import _measured
from kindergrad.worlds._pair_fitness import Fitness, Plan, screen
from kindergrad.worlds._real_screen import RealScreen

WORLD, DATA = "big_papi", "gemini_big_papi"
DOMAIN = Domain.PERTURBATION

Floats = NDArray[np.float64]
NONE = ("CD81", "HPRT intron", "6T")
"""What control guides are said to target."""
LINES = ("786O", "A375", "A549", "HT29", "Meljuso", "OVCAR8")
_POOL, _REPLICATES = "pDNA", ("RepA", "RepB")


def make(seed: int, folder: Path) -> RealScreen:
    """The world; the seed chooses the line of which nothing is read."""
    genes, lines = read(Path(folder))
    return screen(f"{WORLD}-{seed}", genes, lines, Plan(2, 6, new_context=LINES[(seed - 1) % len(LINES)]))


def read(folder: Path) -> tuple[tuple[str, ...], dict[str, Fitness]]:
    """Genes, and survival in each line, averaged over guides and over their order on the construct.

    Raises
    ------
    InputError
        If a file is not there or cannot be read.
    """
    counts = _measured.csv(folder, "counts.csv")
    told = _measured.csv(folder, "guide.annotation.csv")
    place = {name: i for i, name in enumerate(told["rowname"].tolist())}
    rows = [place[name] for name in counts[""].tolist()]
    left, right = (["" if g in NONE else str(g) for g in told[c][rows].tolist()] for c in ("U6.gene", "H1.gene"))
    genes = ("", *sorted(set(left) - {""}))
    at = {g: i for i, g in enumerate(genes)}
    construct = np.array([[at[a], at[b]] for a, b in zip(left, right, strict=True)])
    pool = _share(counts[_POOL])
    lines = {}
    for line in LINES:
        found = np.stack([_table(construct, _share(counts[f"{line}.{r}"]) - pool, len(genes)) for r in _REPLICATES],
                         axis=2)
        found -= found[0, 0]
        lines[line] = Fitness(found[0, 1:], found[1:, 1:])
    return genes[1:], lines


def _share(counts: Floats) -> Floats:
    """Natural log of the share of a construct, half a read added."""
    return np.asarray(np.log((counts + 0.5) / (counts + 0.5).sum()))


def _table(construct: NDArray[np.int64], values: Floats, genes: int) -> Floats:
    """Mean over constructs of each pair of genes, in either order, shape (genes, genes)."""
    total, count = np.zeros((genes, genes)), np.zeros((genes, genes))
    for a, b in (construct.T, construct.T[::-1]):
        np.add.at(total, (a, b), values)
        np.add.at(count, (a, b), 1.0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1.0), np.nan))
