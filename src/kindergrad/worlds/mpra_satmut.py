"""Saturation mutagenesis: every single-letter change of 21 promoters and enhancers, and how it moves their activity.

Five elements were measured twice in the same kind of cell; their changes are scored, and the second experiment gives
the ceiling. All other elements train, so that an engine is asked about elements that it has no measurements of. Offers
the changes (``changes``) with the letters around them, on the strand of the reference genome (GRCh38).
Source: Kircher et al. (2019), doi:10.1038/s41467-019-11526-w.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table

WORLD, DATA = "mpra_satmut", "mpra_satmut"
BEFORE, AFTER = 100, 60
"""Letters shown before the change, and after it, where the element has so many."""
BLOCK = 10
"""Bases of an element that are one cluster: neighbouring changes hit the same site."""
TWICE = {"LDLR": "LDLR.2", "SORT1": "SORT1.2", "PKLR-24h": "PKLR-48h", "ZRSh-13": "ZRSh-13h2", "TERT-GBM": "TERT-GSc"}
"""Element -> its second experiment. TERT-GSc is the same cells with a control knock-down."""
MOST_EXAMPLES = 4000


class _Change(NamedTuple):
    element: str
    at: int
    old: str
    new: str
    value: float


def make(seed: int, folder: Path) -> Measured:
    """The world; it does not depend on the seed."""
    changes, windows = _read(Path(folder))
    again = {(c.element, c.at, c.new): c.value for c in changes}
    loci = {name.split("-")[0].split(".")[0] for name in TWICE}
    kept = [c for c in changes if (c.element in TWICE and (TWICE[c.element], c.at, c.new) in again)
            or c.element.split("-")[0].split(".")[0] not in loci]
    scored = sum(c.element in TWICE for c in kept)
    replicate = np.array([again[TWICE[c.element], c.at, c.new] if c.element in TWICE else 0.0 for c in kept])
    sentence = (f"{scored:,} single changes of {len(TWICE)} promoters and enhancers, each measured twice; "
                f"{len(kept) - scored:,} changes of other elements train")
    return Measured(id=WORLD, sentence=sentence, source=DATA, most_examples=MOST_EXAMPLES,
                    tables={"changes": {"all": _table(kept, windows, replicate)}})


def _read(folder: Path) -> tuple[list[_Change], dict[str, tuple[int, str]]]:
    """Single-letter changes of all experiments, and where each element begins with its letters."""
    raw = _measured.csv(folder, "elements.tsv", delimiter="\t")
    known = (raw["Release"] == "GRCh38") & ~np.isnan(raw["Pos"].astype(np.float64))
    columns = [raw[name][known] for name in ("Element", "Pos", "Ref", "Alt", "Coefficient")]
    every = [_Change(str(e), int(p), str(r), str(a), float(v)) for e, p, r, a, v in zip(*columns, strict=True)]
    letters: dict[str, dict[int, str]] = {}
    for c in every:
        letters.setdefault(c.element, {})[c.at] = c.old
    windows = {element: (min(own), "".join(own.get(i, "-") for i in range(min(own), max(own) + 1)))
               for element, own in letters.items()}
    return [c for c in every if len(c.new) == len(c.old) == 1 and c.new in "ACGT"], windows


def _table(changes: list[_Change], windows: dict[str, tuple[int, str]], replicate: NDArray[np.float64]) -> Table:
    before, after, places = [], [], []
    for c in changes:
        start, text = windows[c.element]
        at = c.at - start
        before.append(text[max(0, at - BEFORE) : at].rpartition("-")[2])  # a letter that is not known ends the context
        after.append(text[at + 1 : at + 1 + AFTER].partition("-")[0])
        places.append(at / len(text))
    pair = [f"{b[-1:]}{c.old}{a[:1]}>{b[-1:]}{c.new}{a[:1]}" for b, c, a in zip(before, changes, after, strict=True)]
    cpg = np.array([("CG" in new) - ("CG" in old) for old, new in (p.split(">") for p in pair)])
    both = list(zip(changes, after, strict=True))
    return Table(
        asked={"context": np.array(before), "target": np.array([c.new + a for c, a in both]),
               "original": np.array([c.old + a for c, a in both])},
        truth={"value": np.array([c.value for c in changes]), "replicate": replicate,
               "group": np.array([c.element for c in changes]),
               "cluster": np.array([f"{c.element}:{c.at // BLOCK}" for c in changes]),
               "substitution": np.array([f"{c.old}>{c.new}" for c in changes]), "cpg": cpg.astype(str),
               "place": np.array(places)},
        train=np.array([c.element not in TWICE for c in changes]))
