"""Side by side with cell-eval on the same files: the same numbers for the metrics that both have, and the seconds.

    pip install '.[cells]' && python benchmarks/beside_cell_eval.py [--cells 20000] [--genes 2000] [--perturbations 100]

Two comparisons, one after the other on the same machine, written to beside_cell_eval.json beside this file:

* ``library``: from files to the eight metrics of means per perturbation, in one process, imports not counted; cell-eval
  without differential expression, energy distance and clusters.
* ``command``: ``cell-eval run --profile anndata`` without energy distance and clusters (it computes differential
  expression all the same) beside the whole of ``kindergrad score``, imports counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

SKIP = ["pearson_edistance", "clustering_agreement"]


def make(folder: Path, cells: int, genes: int, perturbations: int) -> None:
    """real.h5ad and pred.h5ad with cells and the same controls."""
    rng = np.random.default_rng(0)
    labels = [f"G{i}" for i in range(perturbations)]
    each = cells // (perturbations + 4)
    names = np.repeat(["control", *labels], [cells - each * perturbations, *[each] * perturbations])
    base = rng.normal(-0.5, 1.0, genes)
    level = {"control": base} | {label: base + 0.5 * rng.normal(size=genes) * (rng.random(genes) < 0.1)
                                 for label in labels}
    obs = pd.DataFrame({"target": pd.Categorical(names)}, index=[f"c{i}" for i in range(len(names))])
    var = pd.DataFrame(index=[f"G{i}" for i in range(genes)])

    def draw(blur: float) -> np.ndarray:
        rate = np.exp(np.stack([level[name] for name in names]) + blur * rng.normal(size=(len(names), genes)))
        drawn = rng.poisson(rate)
        return np.log1p(drawn * 1e4 / np.maximum(drawn.sum(axis=1, keepdims=True), 1)).astype(np.float32)

    real, pred = draw(0.0), draw(0.5)
    pred[names == "control"] = real[names == "control"]
    for name, values in (("real", real), ("pred", pred)):
        ad.AnnData(values, obs=obs, var=var).write_h5ad(folder / f"{name}.h5ad")


def theirs(folder: Path) -> tuple[float, dict[str, float]]:
    from cell_eval import MetricsEvaluator

    start = time.perf_counter()
    evaluator = MetricsEvaluator(str(folder / "pred.h5ad"), str(folder / "real.h5ad"), control_pert="control",
                                 pert_col="target", num_threads=1, skip_de=True, outdir=str(folder / "out"))
    _, means = evaluator.compute(profile="anndata", skip_metrics=SKIP, write_csv=False)
    seconds = time.perf_counter() - start
    (row,) = [row for row in means.iter_rows(named=True) if row["statistic"] == "mean"]
    return seconds, {name: value for name, value in row.items() if name != "statistic"}


def ours(folder: Path) -> tuple[float, dict[str, float]]:
    from kindergrad.exams.score_response_field import metrics
    from kindergrad.worlds import expression_tables

    start = time.perf_counter()
    real = expression_tables.read(folder / "real.h5ad", way=expression_tables.Way(folds=1))
    pred = expression_tables.read(folder / "pred.h5ad", way=expression_tables.Way(folds=1))
    rows = [i for i, label in enumerate(real.labels) if label != "control"]
    place = {gene: i for i, gene in enumerate(real.genes)}
    control = real.means([real.labels.index("control")])[0]
    own = pred.means([pred.labels.index("control")])[0]
    found = metrics(pred.means([pred.labels.index(real.labels[i]) for i in rows]), real.means(rows), control,
                    own_controls=own, targets=np.array([place.get(real.labels[i], -1) for i in rows]))
    return time.perf_counter() - start, {name: float(values.mean()) for name, values in found.items()}


def timed(command: list[object]) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-2000:]}")
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--genes", type=int, default=2_000)
    parser.add_argument("--perturbations", type=int, default=100)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, asked.cells, asked.genes, asked.perturbations)
        load = os.getloadavg()[0]
        (slow, reference), (fast, found) = theirs(folder), ours(folder)
        real, pred = folder / "real.h5ad", folder / "pred.h5ad"
        (slow_command, _), (fast_command, said) = (timed(command) for command in (
            [Path(sys.executable).parent / "cell-eval", "run", "-ap", pred, "-ar", real, "--control-pert", "control",
             "--pert-col", "target", "--profile", "anndata", "--skip-metrics", ",".join(SKIP), "-o", folder / "run"],
            [sys.executable, "-m", "kindergrad.cli", "score", pred, "--truth", real, "--json"]))
    printed = json.loads(said)["field"]
    gaps = {name: max(abs(found[name] - value), abs(printed[name] - value)) for name, value in reference.items()}
    out = {**vars(asked), "cpus": len(os.sched_getaffinity(0)), "load_before": round(load, 2),
           "library": {"cell_eval_s": round(slow, 2), "kindergrad_s": round(fast, 2), "times": round(slow / fast, 1)},
           "command": {"cell_eval_s": round(slow_command, 2), "kindergrad_s": round(fast_command, 2),
                       "times": round(slow_command / fast_command, 1)},
           "largest_difference": max(gaps.values()), "differences": gaps, "values": reference}
    print(json.dumps(out, indent=1))
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
