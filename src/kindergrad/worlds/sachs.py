"""Eleven proteins and lipids in 7,466 human T cells under inhibitors and activators: which one acts on which?

Controls are cells stimulated by CD3 and CD28 alone. Inhibitors count as silencing of what they are aimed at, the two
activators (without CD3 and CD28) as its rise. The edges are the consensus of the literature, 17 here; published lists
have 17 to 20, and the effects of drugs are not always on what they are aimed at. Edges are asked that have an end at
which cells were perturbed. The ceiling is nominal: nobody knows how much of the consensus is right.
Source: Sachs et al. (2005), doi:10.1126/science.1105809.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition, Experiment, Panel, gene
from kindergrad.worlds import _measured
from kindergrad.worlds._real_screen import RealScreen

WORLD, DATA = "sachs", "sachs2005"
DOMAIN = Domain.PERTURBATION

Floats = NDArray[np.float64]
CONTROL = "1_cd3cd28"
DONE = {"3_cd3cd28_aktinhib": ("Akt", "1"), "4_cd3cd28_g0076": ("PKC", "1"), "5_cd3cd28_psitect": ("PIP2", "1"),
        "6_cd3cd28_u0126": ("Mek", "1"), "7_cd3cd28_ly": ("Akt", "2"), "8_pma": ("PKC^", "1"),
        "9_b2camp": ("PKA^", "1")}
"""Condition of the source -> what it is aimed at, and which of the drugs it is."""
PARTS, FEW = 4, 25
"""Experiments that the cells of a condition are dealt into, and cells that each shows."""


def make(seed: int, folder: Path) -> RealScreen:
    """The world; it does not depend on the seed."""
    names, cells, edges = read(Path(folder))
    panel = Panel(names, ("",) * len(names))
    controls = cells[CONTROL]
    corpus = []
    for source, (aim, drug) in DONE.items():
        for k in range(PARTS):
            own, blank = cells[source][k::PARTS], controls[k::PARTS]
            corpus.append(Experiment(
                Condition(aim, "T cells", 1.0, drug), own.mean(axis=0) - controls.mean(axis=0), len(own),
                own[:FEW].astype(np.float32), blank[:FEW].astype(np.float32), panel))
    touched = {gene(aim) for aim, _ in DONE.values()}
    asked = tuple(edge for edge in edges if touched & set(edge))
    total = sum(len(own) for own in cells.values())
    said = (f"{len(names)} proteins and lipids in {total:,} T cells: {len(DONE)} drugs read, {len(asked)} of "
            f"{len(edges)} edges of the consensus asked")
    return RealScreen(id=WORLD, sentence=said, panel=panel, experiments=tuple(corpus), asked={}, edges=asked,
                      also=frozenset({"edges"}), missing={"seen": "responses of eleven proteins are no profile"})


def read(folder: Path) -> tuple[tuple[str, ...], dict[str, Floats], tuple[tuple[str, str], ...]]:
    """Proteins, natural log intensities of the cells of each condition, and the edges (cause, effect) of the consensus.

    Raises
    ------
    InputError
        If a file is not there or lacks a condition.
    """
    table = _measured.csv(folder, "sachs_9conditions.csv")
    graph = _measured.csv(folder, "adjacency_consensus.csv")
    names = tuple(graph)
    condition = np.array([str(c) for c in table["condition"]])
    if lacking := [c for c in (CONTROL, *DONE) if c not in condition]:
        raise InputError(f"{folder}: no cells of {', '.join(lacking)}; expected the nine conditions of the source")
    log = np.log(np.stack([table[name].astype(np.float64) for name in names], axis=1))
    edges = tuple((names[i], effect) for effect in names for i in np.flatnonzero(graph[effect]))
    return names, {c: log[condition == c] for c in sorted(set(condition.tolist()))}, edges
