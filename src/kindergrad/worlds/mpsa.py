"""Five-prime splice sites: 30,483 forms of nine letters around the GT of BRCA2 exon 17, and how often each is used.

Measured in parallel, twice: the second measurement gives the ceiling. Offers the sites with their log use (``sites``),
pairs of sites that differ in one letter (``pairs``), and double changes with what they do beyond the best additive fit
through a rising curve (``landscapes``).
Source: Wong et al. (2018), doi:10.1016/j.molcel.2018.07.033; table of Tareen et al. (2022),
doi:10.1186/s13059-022-02661-7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds import _measured
from kindergrad.worlds._measured import Measured, Table
from kindergrad.worlds._types import DoubleChanges

WORLD, DATA = "mpsa", "mavenn"


@dataclass(frozen=True, kw_only=True)
class Sites(Measured):
    """The sites, and double changes among them."""

    @property
    def offers(self) -> frozenset[str]:
        return super().offers | {"landscapes"}

    @cached_property
    def _expected(self) -> NDArray[np.float64]:
        """What the additive fit through a rising curve, fitted on the training sites, expects of the sites offered."""
        from sklearn.isotonic import IsotonicRegression

        whole = self.tables["sites"]["all"]
        hot = np.array([[c == letter for c in text for letter in "ACGT"] for text in whole.asked["target"].tolist()],
                       dtype=np.float64)
        own, value = hot[whole.train], whole.truth["value"][whole.train]
        weights = np.linalg.solve(own.T @ own + np.eye(own.shape[1]), own.T @ (value - value.mean()))
        curve = IsotonicRegression(out_of_bounds="clip").fit(own @ weights, value)
        offered = whole.train if self.part == "train" else ~whole.train
        return np.asarray(curve.predict(hot[offered] @ weights), dtype=np.float64)

    def double_changes(self, streams: Sequence[np.random.Generator], kind: str, n: int) -> DoubleChanges:
        """n double changes per stream, all four forms of which were measured; there is one kind only."""
        part = self.table("sites")
        text = part.asked["target"].tolist()
        at = {site: i for i, site in enumerate(text)}
        rows = np.array([[_square(rng, text, at) for _ in range(n)] for rng in streams])
        value, again = (_beyond(part.truth[name] - self._expected, rows) for name in ("value", "replicate"))
        return DoubleChanges(part.asked["target"][rows], part.truth["value"][rows], value, None, {"replicate": again})


def _square(rng: np.random.Generator, text: list[str], at: dict[str, int]) -> list[int]:
    """Rows of a form without either change, with the left, the right, and both."""
    while True:
        none = text[int(rng.integers(len(text)))]
        left, right = sorted(rng.choice(len(none), 2, replace=False).tolist())
        forms = [none]
        for place in (left, right):
            letter = "ACGT".replace(none[place], "")[int(rng.integers(3))]
            forms.append(none[:place] + letter + none[place + 1 :])
        forms.append(forms[1][:right] + forms[2][right:])
        if all(form in at for form in forms):
            return [at[form] for form in forms]


def _beyond(values: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """none - left - right + both."""
    return np.asarray(values[rows] @ np.array([1.0, -1.0, -1.0, 1.0]))


def make(seed: int, folder: Path) -> Sites:
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
    return Sites(id=WORLD, sentence=sentence, source=DATA, tables={
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
