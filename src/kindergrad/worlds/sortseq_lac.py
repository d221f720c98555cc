"""The lac promoter of E. coli: 50,518 mutants of 75 letters, sorted by the fluorescence of their cells.

The value is the mean bin, 0 to 9, in which cells with a promoter were found. Nearly all promoters were found in one
cell only, so that a value is mostly noise: one weight per place and letter correlates with it at 0.55, and no second
measurement tells how much more there could be. Offers lists of promoters (``activities``).
Source: Kinney et al. (2010), doi:10.1073/pnas.1004290107; table of Tareen et al. (2022),
doi:10.1186/s13059-022-02661-7.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table

WORLD, DATA = "sortseq_lac", "mavenn"
BINS = 10


def make(seed: int, folder: Path) -> Measured:
    """The world; it does not depend on the seed. The test rows of the source are scored, the others train."""
    raw = _measured.csv(Path(folder), "sortseq_data.csv")
    counts = np.stack([raw[f"ct_{i}"] for i in range(BINS)], axis=1).astype(np.float64)
    text = _measured.texts(raw["x"])
    train = raw["set"] != "test"
    table = Table(asked={"context": _measured.blank(len(text)), "target": text}, train=train,
                  truth={"value": counts @ np.arange(BINS) / counts.sum(axis=1), "cluster": text,
                         "group": np.full(len(text), "lac promoter")})
    sentence = f"{len(text):,} mutants of the lac promoter by fluorescence, {int((~train).sum()):,} of them scored"
    return Measured(id=WORLD, sentence=sentence, source=DATA, tables={"activities": {"all": table}}, most_examples=2000)
