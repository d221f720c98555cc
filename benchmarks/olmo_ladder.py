"""OLMo ladder: from runs up to 1B (20 runs, 0.5 to 10 times Chinchilla) predict task accuracy of 7B-4T and 13B-5T.

Two steps, both with their uncertainty: bits per byte of the right answer over parameters and tokens
(``stats.curve_two_axes``), then accuracy over bits per byte (``stats.curve``). What no law foresees opens with the
distance in decades of compute, as in every forecast of a score. Truth and the published
two-step method are in ``reference_predictions.csv``. Usage: ``python benchmarks/olmo_ladder.py --data ../shared/data``.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from kindergrad.core.seeds import stream
from kindergrad.stats import curve
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_two_axes import fit_two_axes
from kindergrad.stats.laws._law import Law

SIZES = {"190M": 190354176, "370M": 371262464, "760M": 758220288, "1B": 1279395840}
TARGETS = {"7B-4T": (6887575552, 3945065873408), "13B-5T": (13202396160, 5000088518656)}
MMLU = {"stem": 3018, "humanities": 4705, "social_sciences": 3077, "other": 3242}
TASKS = {
    "mmlu": [(f"mmlu_{part}_test_rc_5shot", n) for part, n in MMLU.items()],
    "hellaswag": [("hellaswag_val_rc_5shot", 1)],
    "arc_challenge": [("arc_challenge_test_rc_5shot", 1)],
    "arc_easy": [("arc_easy_test_rc_5shot", 1)],
    "piqa": [("piqa_val_rc_5shot", 1)],
    "csqa": [("csqa_val_rc_5shot", 1)],
    "socialiqa": [("socialiqa_val_rc_5shot", 1)],
    "openbookqa": [("openbookqa_test_rc_5shot", 1)],
}
CHANCE = {"piqa": 0.5, "csqa": 0.2, "socialiqa": 1 / 3}
LAST = 3
"""Checkpoints at the end of a run that are averaged."""
UNIT = 2.0
"""Bits per byte are multiplied by this to resemble decades, the unit of the curve priors."""


def links() -> tuple[Law, ...]:
    """Accuracy over bits per byte. With no bits left every answer is right: the plateau is near 1 before any data."""
    return tuple(
        replace(law, prior=tuple(p._replace(mean=(p.mean[0], 1.0), sd=(p.sd[0], 0.15)) for p in law.prior))
        for law in (catalogue()["logistic"],)
    )


LINKS = links()


def runs(folder: Path) -> list[tuple[float, float, list[dict[str, str]]]]:
    out = []
    for path in sorted(folder.glob("*xC*.csv")):
        size = path.name.split("-")[0]
        if size in SIZES:
            with path.open(encoding="utf-8") as file:
                table = [row for row in csv.DictReader(file) if row["throughput/total_tokens"]]
            out.append((float(SIZES[size]), float(table[-1]["throughput/total_tokens"]), table))
    return out


def mean_of(row: dict[str, str], parts: list[tuple[str, int]], pattern: str) -> float:
    total = sum(n for _, n in parts)
    return sum(n * float(row[pattern.format(name)]) for name, n in parts) / total


def unforeseen(score: np.ndarray, decades: float) -> np.ndarray:
    """Draws of the score, each with a random walk in logits of its own speed over so many decades of compute."""
    speed, z = stream(0, "olmo", "opening").standard_normal((2, score.size))
    inside = np.clip(score, 0.02, 0.98)
    return np.asarray(score + inside * (1.0 - inside) * curve.OPENING * np.abs(speed) * z * np.sqrt(decades))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/olmo_ladder.json"))
    args = parser.parse_args()
    folder = args.data / "curves/olmo_ladder"
    ladder = runs(folder / "ladder-runs")
    with (folder / "reference_predictions.csv").open(encoding="utf-8") as file:
        reference = {(r["target"], r["task"]): r for r in csv.DictReader(file) if r["method"].startswith("chained")}
    result: dict[str, object] = {"n_runs": len(ladder)}
    for target, (size, tokens) in TARGETS.items():
        lines = {}
        for task, parts in TASKS.items():
            end = [[(mean_of(row, parts, "eval/downstream_bpb/{}_bpb"),
                     mean_of(row, parts, "eval/downstream/{}_len_norm")) for row in table[-LAST:]]
                   for _, _, table in ladder]
            bits, accuracy = (np.array([np.mean([point[j] for point in run]) for run in end]) for j in (0, 1))
            first = fit_two_axes([np.log10(n) for n, _, _ in ladder], [np.log10(d) for _, d, _ in ladder], bits)
            future_bits = np.exp(first.predict([np.log10(size)], [np.log10(tokens)])[:, 0])
            chance = CHANCE.get(task, 0.25)
            second = curve.fit(-UNIT * bits, (accuracy - chance) / (1.0 - chance), laws=LINKS)
            grid = np.linspace(-UNIT * future_bits.max(), -UNIT * future_bits.min(), 60)
            curves = second.predict(grid, observation=True)
            score = np.array([np.interp(-UNIT * b, grid, c) for b, c in zip(future_bits, curves, strict=True)])
            score = unforeseen(score, np.log10(size * tokens / max(n * d for n, d, _ in ladder)))
            q = 100.0 * (chance + (1.0 - chance) * np.quantile(score, [0.05, 0.1, 0.5, 0.9, 0.95]))
            truth = float(reference[target, task]["actual"])
            lines[task] = {"actual": truth, "median": round(float(q[2]), 1), "q05": round(float(q[0]), 1),
                           "q95": round(float(q[4]), 1), "published": float(reference[target, task]["predicted"]),
                           "inside80": bool(q[1] <= truth <= q[3]), "inside90": bool(q[0] <= truth <= q[4])}
            print(target, task, lines[task], {k: round(v, 2) for k, v in second.probabilities.items()})
        result[target] = {
            "mae": round(float(np.mean([abs(v["actual"] - v["median"]) for v in lines.values()])), 2),
            "mae_published": round(float(np.mean([abs(v["actual"] - v["published"]) for v in lines.values()])), 2),
            "inside90": sum(v["inside90"] for v in lines.values()), "tasks": lines,
        }
        print(target, {k: v for k, v in result[target].items() if k != "tasks"})
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
