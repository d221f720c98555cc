"""Slices of five glioblastomas, each with and without panobinostat: how does another patient respond to the same drug?

500 treated and 500 control cells a patient, 300 genes. Three patients are read, two are kept back; the seed says which.
Of those kept back engines read control cells only. One perturbation per patient, so the mean response of training is
that of the other patients: what is scored is how this patient differs from them. Correlations among control cells
serve, too.
Source: Zhao et al. (2021), doi:10.1186/s13073-021-00894-y, as packed with lemur, doi:10.1038/s41588-024-01996-0.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kindergrad.core.names import Domain
from kindergrad.core.responses import Condition
from kindergrad.worlds import _dealt_cells
from kindergrad.worlds._real_screen import RealScreen

WORLD, DATA = "gbm_panobinostat", "gbm_panobinostat_lemur"
DOMAIN = Domain.PERTURBATION

DRUG = "panobinostat"
KEPT_BACK = 2
"""Patients that no engine sees treated."""
_FILE = "gbm_panobinostat.h5ad"


def make(seed: int, folder: Path) -> RealScreen:
    """The world; the seed deals the cells and chooses the patients that are kept back."""
    cells = read(Path(folder), seed)
    patients = sorted(c.context for c in cells.conditions)
    new = [patients[(seed + i) % len(patients)] for i in range(KEPT_BACK)]
    told = [Condition(DRUG, p) for p in patients if p not in new]
    asked = [Condition(DRUG, p) for p in new]
    corpus = cells.experiments(told) + cells.experiments([Condition("", p) for p in new])
    sentence = (f"{DRUG} in slices of {len(patients)} glioblastomas, {', '.join(c.context for c in told)} read, "
                f"{' and '.join(new)} asked (cells dealt with seed {seed})")
    return RealScreen(
        id=f"{WORLD}-{seed}", sentence=sentence, panel=cells.panel, experiments=corpus,
        asked={"new-donor": tuple(asked)}, twice={c: cells.twice(c) for c in asked}, weights=cells.weights,
        correlations={p: cells.correlations(p) for p in patients}, also=frozenset({"correlations"}),
        missing={"seen": "one perturbation cannot be told from others"})


def read(folder: Path, seed: int) -> _dealt_cells.Cells:
    """The cells, dealt.

    Raises
    ------
    InputError
        If the file is not there or lacks a column.
    """
    table = _dealt_cells.table(folder, _FILE, ("patient_id", "condition"))
    labels = ["" if c == "ctrl" else DRUG for c in table.obs["condition"].astype(str)]
    log = _dealt_cells.normalised(np.asarray(table.X.toarray(), dtype=np.float32))
    genes = table.var["symbol"].astype(str)
    return _dealt_cells.Cells(log, labels, table.obs["patient_id"].astype(str).tolist(), list(genes), seed)
