"""Laws alone against laws with humble members: coverage and CRPS by distance, on accuracy curves of LCDB.

    python benchmarks/humble.py ../shared/data/curves/lcdb/lcdb_mean_curves.csv.gz --curves 160

Every curve is cut after a third, a half and two thirds of its anchors, and everything later is forecast.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.progress.registry import crps
from kindergrad.stats import curve as one_curve
from kindergrad.stats.humble import humble

Floats = NDArray[np.float64]
BANDS = (0.0, 0.3, 0.75, 1.3, 9.0)


def curves_of(path: Path) -> list[Floats]:
    """Curves with at least 12 anchors, as columns log10 size, accuracy, standard error; sorted by size."""
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["accuracy_test_mean"] and row["accuracy_test_sd"]:
                stderr = float(row["accuracy_test_sd"]) / np.sqrt(float(row["accuracy_n"]))
                found[(row["openmlid"], row["learner"])].append(
                    (np.log10(float(row["size_train"])), float(row["accuracy_test_mean"]), max(0.002, stderr)))
    return [np.array(sorted(found[key])) for key in sorted(found) if len(found[key]) >= 12]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--curves", type=int, default=160)
    parser.add_argument("--seed", type=int, default=0, help="which curves are drawn; 0 are those behind the constants")
    given = parser.parse_args()
    everything = curves_of(given.table)
    pick = np.random.default_rng(given.seed).permutation(len(everything))[: given.curves]
    lines: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for x, y, stderr in (everything[i].T for i in pick):
        for cut in (len(x) // 3, len(x) // 2, 2 * len(x) // 3):
            if cut < 4 or cut >= len(x):
                continue
            alone = one_curve.fit(x[:cut], y[:cut], stderr[:cut], draws=1000)
            members = {"laws": alone.predict(x[cut:], observation=True),
                       "humble": humble(alone, float(x[cut - 1])).observed(x[cut:])}
            for name, draws in members.items():
                for k, d in enumerate(x[cut:] - x[cut - 1]):
                    band = int(np.searchsorted(BANDS, d, side="right")) - 1
                    low, lower, upper, high = np.quantile(draws[:, k], [0.05, 0.1, 0.9, 0.95])
                    truth = y[cut + k]
                    line = (crps(draws[:, k], truth), low <= truth <= high, lower <= truth <= upper)
                    lines[(name, f"{BANDS[band]:g} to {BANDS[band + 1]:g} decades")].append(line)
                    lines[(name, "all")].append(line)
    out: dict[str, Any] = {"curves": len(pick)}
    for (name, band), values in sorted(lines.items()):
        mean = np.mean(values, axis=0)
        out.setdefault(name, {})[band] = {"n": len(values), "crps": float(mean[0]), "coverage90": float(mean[1]),
                                          "coverage80": float(mean[2])}
    json.dump(out, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
