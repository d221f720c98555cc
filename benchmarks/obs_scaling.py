"""Emergent BIG-bench tasks (Ruan et al. 2024, doi:10.48550/arXiv.2405.10938): from models below a FLOP cut predict the
larger ones through their scores on standard benchmarks.

Mean squared error over seven tasks at cuts of 8.4, 30 and 84 x 1e21 FLOP, beside the published variants (rerun). Ours
averages links to one, two, three and four components by their evidence.
The cells that are missing in the benchmark table are filled by a low-rank fit; the task scores enter nowhere else.
Usage: ``python benchmarks/obs_scaling.py --data ../shared/data``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np

from kindergrad.stats.curve_link import fit_link

BENCHMARKS = ("MMLU", "ARC-C", "HellaSwag", "Winograd", "TruthfulQA", "GSM8K", "XWinograd", "HumanEval")
TASKS = ("parsinlu_qa_2_acc", "word_unscrambling_2_exact_match", "ipa_transliterate_2_exact_match",
         "arithmetic_3ds_2_acc", "arithmetic_3da_2_acc", "arithmetic_2dm_2_acc", "arithmetic_2da_2_acc")
CHANCE = {"parsinlu_qa_2_acc": 0.25}
COMPONENTS = (1, 2, 3, 4)
CUTS = (8.4, 30.0, 84.0)


def components(table: np.ndarray, train: np.ndarray, n: int) -> np.ndarray:
    """First components of the benchmark table; means, scales and axes from the training rows, gaps filled by turns."""
    mean, sd = np.nanmean(table[train], axis=0), np.nanstd(table[train], axis=0)
    z = (table - mean) / sd
    gaps = np.isnan(z)
    filled = np.where(gaps, 0.0, z)
    for _ in range(200):
        _, _, axes = np.linalg.svd(filled[train], full_matrices=False)
        low_rank = filled @ axes[:n].T @ axes[:n]
        filled = np.where(gaps, low_rank, z)
    scores = filled @ axes[:n].T
    return np.asarray(scores / scores[train, 0].std())


def averaged(features: list[np.ndarray], y: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Draws of the scores of larger models, from links to each number of components in proportion to their evidence."""
    links = [fit_link(z[train], y[train]) for z in features]
    evidence = np.array([link.log_evidence for link in links])
    share = np.exp(evidence - evidence.max())
    count = np.round(3000 * share / share.sum()).astype(int)
    return np.concatenate([link.predict(z[test], draws=int(n), seed=i, observation=True)
                           for i, (link, z, n) in enumerate(zip(links, features, count, strict=True)) if n])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/obs_scaling.json"))
    args = parser.parse_args()
    folder = args.data / "curves/obs_scaling"
    with (folder / "base_llm_benchmark_eval.csv").open(encoding="utf-8") as file:
        base = {row["Model"]: row for row in csv.DictReader(file)}
    with (folder / "base_llm_emergent_capability_eval.csv").open(encoding="utf-8") as file:
        emergent = [row for row in csv.DictReader(file) if row["Model"] in base and base[row["Model"]]["FLOPs (1E21)"]]
    reference: dict[float, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (folder / "reference_emergent_mse_rerun.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            reference[float(row["cut"])][row["x"]].append(float(row["test"]))
    flops = np.array([float(base[row["Model"]]["FLOPs (1E21)"]) for row in emergent])
    table = np.array([[float(base[r["Model"]][b] or "nan") for b in BENCHMARKS] for r in emergent])
    result: dict[str, object] = {}
    for cut in CUTS:
        train = flops <= cut
        features = [components(table, train, n) for n in COMPONENTS]
        errors, inside = {}, []
        for task in TASKS:
            chance = CHANCE.get(task, 0.0)
            y = (np.array([float(row[task] or "nan") for row in emergent]) - chance) / (1.0 - chance)
            known = np.isfinite(y)
            draws = averaged(features, y, train & known, ~train & known)
            errors[task] = round(float(np.mean(((1.0 - chance) * (draws.mean(axis=0) - y[~train & known])) ** 2)), 4)
            low, high = np.quantile(draws, [0.05, 0.95], axis=0)
            inside.append(np.mean((y[~train & known] >= low) & (y[~train & known] <= high)))
        result[str(cut)] = {"ours": round(float(np.mean(list(errors.values()))), 4), "tasks": errors,
                            "coverage90": round(float(np.mean(inside)), 3),
                            "n_train": int(train.sum()), "n_test": int((~train).sum()),
                            **{f"published_{k}": round(float(np.mean(v)), 4) for k, v in reference[cut].items()}}
        print(cut, result[str(cut)])
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
