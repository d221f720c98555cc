"""A small real screen: 33 over-expressed genes and pairs in K562, nine silenced kinases in three glioblastoma lines.

About 100 cells a condition, 500 genes, some 100 control cells a line. Half of the cells of a condition are read by
engines, a quarter is scored, a quarter is the second measurement. Conditions whose cells do not repeat (reliability
below 0.2, told by the half that engines read) are named; they are asked only where nothing is the right answer. Five
pairs whose genes were both perturbed alone are kept back. Of all targets one gene is measured, so on-target is not
asked; differences of pairs and single genes are mostly noise here, so epistasis is not.
Source: 34 conditions of Norman et al. (2019), doi:10.1126/science.aax4438, and of a kinase screen by McFaline-Figueroa
et al., as packed with PerturBench, arXiv:2408.10609.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kindergrad.core.names import Domain
from kindergrad.core.responses import joined, usual, usual_responses
from kindergrad.worlds import _dealt_cells
from kindergrad.worlds._real_screen import ANSWERABLE, RealScreen

WORLD, DATA = "perturbench_devel", "perturbench_devel"
DOMAIN = Domain.PERTURBATION

K562 = "k562"
_FILE = "devel.h5ad"


def make(seed: int, folder: Path) -> RealScreen:
    """The world; the seed deals the cells."""
    cells = read(Path(folder), seed)
    every = cells.conditions
    single = {c for c in every if len(c.parts) == 1}
    kept_back = [c for c in every if len(c.parts) == 2 and set(c.alone()) <= single]
    corpus = cells.experiments([c for c in every if c not in kept_back])
    means = usual_responses([e.condition for e in corpus], np.stack([e.response for e in corpus]))
    reliability = cells.reliability(every, {c: usual(means, c) for c in every})
    clear = [c for c in every if reliability[c] >= ANSWERABLE]
    named = {f"{c.perturbation} in {c.context}": f"reliability {reliability[c]:.2f}" for c in every if c not in clear}
    asked = {"seen": [c for c in clear if c not in kept_back],
             "singles": [c for c in every if c in single and c.context == K562],
             "nothing": [c for c in every if c not in clear and c not in kept_back],
             "additive-pair": [c for c in clear if c in kept_back]}
    sentence = (f"{len(every)} conditions in {len({c.context for c in every})} cell lines, {len(corpus)} of them read, "
                f"half of the cells each; {len(named)} are below reliability {ANSWERABLE:g} (cells dealt with seed "
                f"{seed})")
    return RealScreen(
        id=f"{WORLD}-{seed}", sentence=sentence, panel=cells.panel, experiments=corpus, named=named,
        weights=cells.weights,
        asked={kind: tuple(own) for kind, own in asked.items()}, twice={c: cells.twice(c) for c in every},
        also=frozenset({"cells"}), missing={
            "targets": "of 33 perturbed genes one is measured",
            "pathways": "pathways of the perturbed genes are not told",
            "gated-pair": "interactions of five pairs are below the noise of 25 cells"})


def read(folder: Path, seed: int) -> _dealt_cells.Cells:
    """The cells, dealt.

    Raises
    ------
    InputError
        If the file is not there or lacks a column.
    """
    table = _dealt_cells.table(folder, _FILE, ("condition", "cell_type"))
    labels = ["" if c == "control" else joined(c.split("+")) for c in table.obs["condition"].astype(str)]
    log = np.asarray(table.X.toarray(), dtype=np.float32)
    return _dealt_cells.Cells(log, labels, table.obs["cell_type"].astype(str).tolist(), list(table.var_names), seed)
