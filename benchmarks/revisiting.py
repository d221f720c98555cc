"""The 20 language curves of Alabdulmohsin et al. 2022: official split (2x), and training cut at 4, 8, 16 and 32 times.

RMSE of ln loss per curve, averaged over curves, for our forecast, the baselines run here, and the figures that come
with the data. The curves teach nothing: weights come from ``stats/weights.json``.
Usage: ``python benchmarks/revisiting.py --data ../shared/data --out revisiting.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from kindergrad.core.table import Row, rows
from kindergrad.progress.backtest import backtest
from kindergrad.stats.average import shipped
from kindergrad.stats.curve_baselines import METHODS
from kindergrad.stats.curve_scores import paired_interval

REFERENCE = ("last", "M1", "M2", "M3", "M4", "BNSL1", "med4", "mean4", "med5last", "med6")


def read(path: Path) -> dict[tuple[str, str, str], list[dict[str, str]]]:
    curves: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            curves[row["Domain"], row["Task"], row["Model"]].append(row)
    return curves


def table(curves: dict[tuple[str, str, str], list[dict[str, str]]], ratio: int) -> list[Row]:
    """The long table; training rows above the largest hidden scale over ``ratio`` are dropped (2: official split)."""
    raw = []
    for (domain, task, model), points in curves.items():
        top = max(float(p["Seen Examples"]) for p in points)
        for p in points:
            scale = float(p["Seen Examples"])
            if p["Training"] == "1" and ratio > 2 and scale > top / ratio * (1 + 1e-9):
                continue
            raw.append({"engine": f"{domain}/{model}", "skill": f"{domain}/{task}", "axis": "examples", "scale": scale,
                        "value": float(p["Loss"]), "train": int(p["Training"]), "direction": "lower"})
    return rows(raw)


def reference(path: Path, ratio: int) -> dict[str, dict[str, float]]:
    """Method -> name of the curve, as in the predictions -> RMSE of ln loss in the files that come with the data."""
    with path.open(encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if int(row["ratio"]) == ratio]
    return {name: {f"{row['domain']}/{row['model']} | {row['domain']}/{row['task']}": float(row[name])
                   for row in found if row[name]} for name in REFERENCE}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/revisiting.json"))
    parser.add_argument("--ratios", type=int, nargs="+", default=[2, 4, 8, 16, 32])
    args = parser.parse_args()
    folder = args.data / "curves/revisiting_scaling_laws"
    curves = read(folder / "benchmark.lang.csv")
    result: dict[str, object] = {"weights": shipped().archive}
    for ratio in args.ratios:
        start = time.time()
        answer, predictions = backtest(table(curves, ratio))
        errors: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for p in predictions:
            errors[p.method][p.curve].append((np.log(p.median) - np.log(p.value)) ** 2)
        rmse = {m: {c: float(np.sqrt(np.mean(e))) for c, e in by.items()} for m, by in errors.items()}
        domains = {
            domain: {m: round(float(np.mean([v for c, v in by.items() if c.startswith(domain)])), 5)
                     for m, by in rmse.items()}
            for domain in ("NMT", "LM", "BB") if any(c.startswith(domain) for c in rmse["kindergrad"])
        }
        published = reference(folder / "reference_ensembles_lang.csv", ratio)
        against = {
            m: [round(v, 5) for v in paired_interval(np.array([rmse["kindergrad"][c] - rmse[m][c] for c in rmse[m]]))]
            for m in METHODS
        }
        result[str(ratio)] = {
            "n_curves": answer.n_curves,
            "rmse_log": {m: round(s.rmse_log, 5) for m, s in answer.methods.items()},
            "by_domain": domains,
            "reference_files": {m: [round(float(np.mean(list(v.values()))), 5), len(v)] for m, v in published.items()},
            "ours_on_the_same_curves": round(float(np.mean([rmse["kindergrad"][c] for c in published["M4"]])), 5),
            "ours_minus_reference_mean_q05_q95": {
                m: [round(x, 5) for x in paired_interval(np.array([rmse["kindergrad"][c] - v[c] for c in v]))]
                for m, v in published.items()},
            "ours_minus_method_mean_q05_q95": against,
            "coverage": {m: [round(s.coverage50, 3), round(s.coverage80, 3), round(s.coverage90, 3)]
                         for m, s in answer.methods.items()},
            "crps": {m: round(s.crps, 5) for m, s in answer.methods.items()},
            "seconds": round(time.time() - start, 1),
        }
        print(ratio, json.dumps(result[str(ratio)]))
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
