"""What can these scales and errors show? False alarms and power of the verdict "abrupt", on simulated curves.

    python benchmarks/power.py --studies 40

False alarms: smooth rises (0.6 to 2 decades from 10 to 90 %) at 6, 8, 12 points over three decades. Power: sharp rises
(0.02 to 0.2 decades) at 8 points, by spacing of the points and by standard error. Asked: at most 5 % and at least 80 %
(0.25 decades apart, shares of 500 items).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import expit

from kindergrad.core.names import Verdict
from kindergrad.core.table import Row
from kindergrad.progress.thresholds import thresholds

SPACINGS = (0.125, 0.25, 0.5)
ERRORS = (0.005, 0.02, 0.05)
ITEMS = 500

Error = Callable[[float], float]


def verdict(x: np.ndarray, place: float, width: float, top: float, error: Error, rng: np.random.Generator) -> Verdict:
    rows = []
    for at in x:
        p = top * float(expit(2.0 * np.log(9.0) * (at - place) / width))
        stderr = error(p)
        rows.append(Row.model_validate({"engine": "e", "skill": "s", "axis": "bases", "scale": 10.0**at,
                                        "value": p + rng.normal(0, stderr), "stderr": stderr}))
    return thresholds(rows, advise=False).curves[0].verdict


def share(n_items: float) -> Error:
    """The error of a share of so many items."""
    return lambda p: max(float(np.sqrt(p * (1.0 - p) / n_items)), 0.001)


def called(x: np.ndarray, widths: tuple[float, float], error: Error, studies: int, key: int) -> dict[str, float]:
    """Share of curves called abrupt, continuous, or cannot tell yet."""
    found = []
    for study in range(studies):
        rng = np.random.default_rng([study, key])
        middle = rng.uniform(x[2], x[-3])
        found.append(verdict(x, middle, rng.uniform(*widths), rng.uniform(0.5, 1.0), error, rng))
    return {v.value: round(float(np.mean([f is v for f in found])), 3)
            for v in (Verdict.ABRUPT, Verdict.CONTINUOUS, Verdict.CANNOT_TELL)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/power.json"))
    given = parser.parse_args()
    result: dict[str, object] = {"studies": given.studies}
    for n in (6, 8, 12):
        x = np.linspace(3.0, 6.0, n)
        result[f"smooth, {n} points"] = called(x, (0.6, 2.0), share(ITEMS), given.studies, n)
        print(n, result[f"smooth, {n} points"], flush=True)
    for i, (spacing, error) in enumerate(itertools.product(SPACINGS, (*ERRORS, None))):
        x = 3.0 + spacing * np.arange(8)
        name = f"sharp, {spacing:g} decades apart, {f'error {error:g}' if error else f'share of {ITEMS} items'}"
        result[name] = called(x, (0.02, 0.2), share(ITEMS) if error is None else (lambda p, e=error: e),
                              given.studies, 100 + i)
        print(name, result[name], flush=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
