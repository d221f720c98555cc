"""Yeast promoters: random ones that train, and native, hard, strong and weak ones that nobody would draw by chance.

80 letters within a fixed construct, with the expression of a reporter. Offers promoters by how far they are from random
ones (``designs``), random ones in lists (``activities``), and promoters with and without a motif (``pairs``). The
measurement was not repeated in what is public. Pairs that differ in one letter bound its noise, since most single
letters do nothing: the standard error of a value is the middle spread of the differences of such pairs of about that
expression. True effects count as noise, so the ceiling is a lower bound.
Source: Rafi et al. (2025), doi:10.1038/s41587-024-02414-w.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.worlds import _measured, public
from kindergrad.worlds._measured import Measured, Table

WORLD, DATA = "dream_yeast", "dream_yeast"
CONSTRUCT = 17
"""Letters of the construct before the promoter."""
NEIGHBOURS = 300
"""Pairs of about the same expression that tell the noise of a value."""
LEVELS = {"weak": "low_exp", "strong": "high_exp", "hard": "challenging", "native": "yeast", "random": "all_random"}
"""Level -> name of the subset."""


class Noise:
    """Standard error of a value by its size, from pairs of promoters that differ in one letter."""

    def __init__(self, pairs: dict[str, list[float]]) -> None:
        both = np.array(list(pairs.values()))
        order = np.argsort(both.mean(axis=1), kind="stable")
        self._level = both.mean(axis=1)[order]
        self._apart = np.abs(both[:, 0] - both[:, 1])[order]

    def of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) -> (n,): 1.4826 times the median difference, as of a normal distribution, over the root of two."""
        windows = np.lib.stride_tricks.sliding_window_view(self._apart, NEIGHBOURS)
        first = np.clip(np.searchsorted(self._level, values) - NEIGHBOURS // 2, 0, len(windows) - 1)
        return np.asarray(1.4826 * np.median(windows, axis=1)[first] / np.sqrt(2))


def make(seed: int, folder: Path) -> Measured:
    """The world; it does not depend on the seed."""
    folder = Path(folder)
    measured = {int(k): float(v) for k, v in _json(folder, "ground.json").items()}
    noise = Noise(_json(folder, "SNVs_exp_indices.json"))
    train = _training(folder)
    designs = {level: _designs(_measured.csv(folder, f"{name}_seqs.csv"), level, measured, (noise, train))
               for level, name in LEVELS.items()}
    scored = {level: int((~table.train).sum()) for level, table in designs.items()}
    sentence = (f"yeast promoters: {len(train[0]):,} random ones train; scored: "
                + ", ".join(f"{count:,} {level}" for level, count in scored.items()))
    return Measured(id=WORLD, sentence=sentence, source=DATA, most_examples=3000, tables={
        "activities": {"all": designs["random"]}, "designs": designs,
        "pairs": {"all": _pairs(folder, measured, noise)}})


def _training(folder: Path) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Random promoters and their expression bin, 0 to 17."""
    place = public.path(folder, "demo_train.txt")
    if place is None:
        raise InputError(f"{folder} holds no demo_train.txt")
    with gzip.open(place, "rt", encoding="ascii") if place.suffix == ".gz" else place.open(encoding="ascii") as raw:
        rows = [line.split() for line in raw]
    plain = [(text, float(value)) for text, value in rows if set(text) <= set("ACGT")]
    return np.array([text for text, _ in plain]), np.array([value for _, value in plain])


def _designs(raw: dict[str, NDArray[Any]], level: str, measured: dict[int, float],
             known: tuple[Noise, tuple[NDArray[np.str_], NDArray[np.float64]]]) -> Table:
    noise, (random, bins) = known
    seen = set(random.tolist())
    found = {str(text): measured[int(at)] for text, at in zip(raw["sequence"], raw["pos"], strict=True)
             if int(at) in measured and str(text) not in seen}
    text = np.concatenate([random, np.array(list(found))])
    value = np.concatenate([bins, np.array(list(found.values()))])
    train = np.arange(len(text)) < len(random)
    return Table(
        asked=_asked(text), train=train,
        truth={"value": value, "error": np.where(train, 0.0, noise.of(value)), "cluster": text,
               "group": np.where(train, "random promoters", f"{level} promoters")})


def _pairs(folder: Path, measured: dict[int, float], noise: Noise) -> Table:
    """Promoters with a motif changed or put in, after those without; every third of the latter is scored."""
    before, after, values = [], [], []
    for name in ("motif_perturbation", "motif_tiling"):
        raw = _measured.csv(folder, f"{name}_seqs.csv")
        columns = [raw[c] for c in ("ref_sequence", "alt_sequence", "ref_pos", "alt_pos")]
        for old, new, i, j in zip(*columns, strict=True):
            if int(i) in measured and int(j) in measured and old != new:
                before.append(str(old))
                after.append(str(new))
                values.append((measured[int(i)], measured[int(j)]))
    level = np.array(values)
    names = sorted(set(before))
    train = np.array([names.index(text) % 3 != 0 for text in before])
    asked = _asked(np.array(after))
    return Table(
        asked=asked | {"original": _asked(np.array(before))["target"]}, train=train,
        truth={"before": level[:, 0], "after": level[:, 1], "error": noise.of(level[:, 1]),
               "cluster": np.array(before), "group": np.full(len(level), "motif changes")})


def _asked(text: NDArray[np.str_]) -> dict[str, NDArray[np.str_]]:
    return {"context": np.array([t[:CONSTRUCT] for t in text]), "target": np.array([t[CONSTRUCT:] for t in text])}


def _json(folder: Path, name: str) -> dict[str, Any]:
    place = public.present(folder, name)
    with gzip.open(place, "rt") if place.suffix == ".gz" else place.open(encoding="utf-8") as raw:
        found: dict[str, Any] = json.load(raw)
    return found
