"""Emergent BIG-bench tasks (Ruan et al. 2024, doi:10.48550/arXiv.2405.10938): from models below a FLOP cut predict the
larger ones through their scores on standard benchmarks.

Mean squared error and coverage over seven tasks at cuts of 8.4, 30 and 84 x 1e21 FLOP, beside the published variants
(rerun), with what ``kindergrad vertical TABLE --expect TASK`` uses: the rows of larger models on the task are left out
of the table. The same on 28 tasks of the post-training table (27 of BIG-bench Hard with reasoning, GSM8K with
reasoning), which nobody looked at before the method was set: a blind check, run once.
Usage: ``python benchmarks/obs_scaling.py --data ../shared/data``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core.seeds import stream
from kindergrad.core.table import rows
from kindergrad.progress.expected import expect

FLOORS = {"MMLU": 0.25, "ARC-C": 0.25, "HellaSwag": 0.25, "Winograd": 0.5, "TruthfulQA": 0.0, "GSM8K": 0.0,
          "XWinograd": 0.5, "HumanEval": 0.0}
TASKS = ("parsinlu_qa_2_acc", "word_unscrambling_2_exact_match", "ipa_transliterate_2_exact_match",
         "arithmetic_3ds_2_acc", "arithmetic_3da_2_acc", "arithmetic_2dm_2_acc", "arithmetic_2da_2_acc")
CHANCE = {"parsinlu_qa_2_acc": 0.25}
CUTS = (8.4, 30.0, 84.0)
ITEMS, FEW_ITEMS = 1000, 250
"""Items of an exam: about 1,000 or more of the emergent tasks, 250 of BIG-bench Hard."""
MEANS = ("mse", "mse_of_their_mean", "bias", "coverage80", "coverage90")

Table = dict[str, dict[str, str]]


def read(path: Path) -> Table:
    with path.open(encoding="utf-8") as file:
        return {row["Model"]: row for row in csv.DictReader(file)}


def judge(base: Table, hard: Table, task: str, cut: float, items: int) -> dict[str, float]:
    """Squared error (in accuracy) and coverage of the models above the cut; the exam's own noise is added."""
    chance, raw, truth = CHANCE.get(task, 0.0), [], {}
    for model in sorted(hard):
        flops = base.get(model, {}).get("FLOPs (1E21)")
        if not flops or not hard[model][task]:
            continue
        row = {"engine": model, "family": base[model]["Model Family"], "axis": "flop", "scale": float(flops) * 1e21}
        raw += [{**row, "skill": b, "value": float(base[model][b]), "floor": floor} for b, floor in FLOORS.items()
                if base[model][b]]
        if float(flops) <= cut:
            raw.append({**row, "skill": task, "value": float(hard[model][task]), "floor": chance})
        else:
            truth[model] = float(hard[model][task])
    found = expect(rows(raw), task)
    taught = [r["value"] for r in raw if r["skill"] == task]
    accuracy = chance + (1.0 - chance) * found.draws
    exam = stream(0, "exam", task).binomial(items, accuracy) / items
    y = np.array([truth[unit.engine] for unit in found.engines])
    q = np.quantile(exam, [0.05, 0.1, 0.9, 0.95], axis=0)
    return {"mse": float(np.mean((accuracy.mean(axis=0) - y) ** 2)),
            "mse_of_their_mean": float(np.mean((np.mean(taught) - y) ** 2)),
            "bias": float(np.mean(accuracy.mean(axis=0) - y)),
            "coverage80": float(np.mean((y >= q[1]) & (y <= q[2]))),
            "coverage90": float(np.mean((y >= q[0]) & (y <= q[3]))),
            "n_train": found.n_engines, "n_test": len(y)}


def together(base: Table, hard: Table, tasks: tuple[str, ...], cut: float, items: int) -> dict[str, Any]:
    each = {task: judge(base, hard, task, cut, items) for task in tasks}
    mean = {k: float(np.mean([one[k] for one in each.values()])) for k in MEANS}
    return {**{k: round(v, 4) for k, v in mean.items()},
            "n_train": max(one["n_train"] for one in each.values()),
            "n_test": max(one["n_test"] for one in each.values()),
            "tasks": {task: [round(one["mse"], 4), round(one["coverage90"], 3)] for task, one in each.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/obs_scaling.json"))
    args = parser.parse_args()
    folder = args.data / "curves/obs_scaling"
    base = read(folder / "base_llm_benchmark_eval.csv")
    emergent, post = (read(folder / f"base_llm_{name}_eval.csv") for name in ("emergent_capability", "post_training"))
    unseen = tuple(c for c in next(iter(post.values())) if c.endswith(",strict-match") and "overall" not in c
                   and c.startswith(("bbh_cot_fewshot", "gsm8k_cot_8")))
    reference: dict[float, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (folder / "reference_emergent_mse_rerun.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            reference[float(row["cut"])][row["x"]].append(float(row["test"]))
    result: dict[str, object] = {}
    for cut in CUTS:
        ours = together(base, emergent, TASKS, cut, ITEMS)
        published = {f"published_{k}": round(float(np.mean(v)), 4) for k, v in reference[cut].items()}
        result[str(cut)] = {**ours, **published, "blind": together(base, post, unseen, cut, FEW_ITEMS)}
        print(cut, json.dumps(result[str(cut)]), flush=True)
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
