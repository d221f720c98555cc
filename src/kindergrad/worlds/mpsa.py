"""Five-prime splice sites: 30,483 forms of nine letters around the GT of BRCA2 exon 17, and how often each is used.

Measured in parallel, twice: the second measurement gives the ceiling. Offers the sites with their log use
(``sites``), and pairs of sites that differ in one letter (``pairs``), whose change was measured by the same two
libraries.
Source: Wong et al. (2018), doi:10.1016/j.molcel.2018.07.033; table of Tareen et al. (2022),
doi:10.1186/s13059-022-02661-7.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table

WORLD, DATA = "mpsa", "mavenn"


def make(seed: int, folder: Path) -> Measured:
    """The world; it does not depend on the seed.

    The split is that of the source: its test rows are scored, the others train.
    """
    first, second = (_measured.csv(Path(folder), f"{name}.csv") for name in ("mpsa_data", "mpsa_replicate_data"))
    again = dict(zip(second["x"], second["y"], strict=True))
    both = np.array([x in again for x in first["x"]])
    site = _measured.texts(first["x"][both])
    value = first["y"][both].astype(np.float64)
    replicate = np.array([again[x] for x in first["x"][both]], dtype=np.float64)
    train = first["set"][both] != "test"
    sites = Table(
        asked={"context": _measured.blank(len(site)), "target": site},
        truth={"value": value, "replicate": replicate, "group": np.full(len(site), "BRCA2 exon 17"), "cluster": site},
        train=train)
    sentence = f"{len(site):,} forms of a 5' splice site, measured twice: {int((~train).sum()):,} are scored"
    return Measured(id=WORLD, sentence=sentence, source=DATA, tables={
        "sites": {"all": sites}, "pairs": {"all": pairs(site, value, replicate, train)}})


def pairs(site: NDArray[np.str_], value: NDArray[np.float64], replicate: NDArray[np.float64],
          train: NDArray[Any]) -> Table:
    """All pairs of scored (or of training) sites that differ in one letter, the first in the alphabet as original."""
    at = {str(s): i for i, s in enumerate(site)}
    found = [(i, j) for text, i in at.items() for place, letter in enumerate(text) for other in "ACGT"
             if other > letter and (j := at.get(text[:place] + other + text[place + 1 :])) is not None
             and train[i] == train[j]]
    before, after = np.array(found).T
    return Table(
        asked={"context": _measured.blank(len(before)), "target": site[after], "original": site[before]},
        truth={"before": value[before], "after": value[after],
               "replicate": np.stack([replicate[before], replicate[after]], axis=1),
               "group": np.full(len(before), "BRCA2 exon 17"), "cluster": site[before]},
        train=train[before])
