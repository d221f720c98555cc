"""Seconds and memory to score a large file: 100,000 cells x 2,000 genes x 500 perturbations.

    python benchmarks/score_speed.py [--cells 100000] [--genes 2000] [--perturbations 500] [--storage dense|csr|csc]

Makes truth, predictions and training list in a temporary folder, runs ``kindergrad score`` on them in a process of its
own, and writes score_speed.json beside this file: seconds of wall clock, peak resident memory of that process, and the
load of the machine before it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
from scipy import sparse


def make(folder: Path, cells: int, genes: int, perturbations: int, storage: str) -> int:
    """Write real.h5ad (log1p, float32), pred.h5ad (one row a perturbation) and train.txt; bytes of real.h5ad."""
    rng = np.random.default_rng(0)
    labels = [f"P{i}" for i in range(perturbations)]
    each = cells // (perturbations + 10)
    names = np.repeat(["control", *labels], [cells - each * perturbations, *[each] * perturbations])
    base = rng.normal(-0.5, 1.0, genes)
    effects = 0.5 * rng.normal(size=(perturbations, genes)) * (rng.random((perturbations, genes)) < 0.1)
    level = {"control": base} | {label: base + effect for label, effect in zip(labels, effects, strict=True)}
    obs = pd.DataFrame({"perturbation": pd.Categorical(names)}, index=[f"c{i}" for i in range(len(names))])
    var = pd.DataFrame(index=[f"G{i}" for i in range(genes)])
    values = np.empty((len(names), genes), dtype=np.float32)
    for start in range(0, len(names), 5000):
        rate = np.exp(np.stack([level[name] for name in names[start:start + 5000]]))
        drawn = rng.poisson(rate * rng.lognormal(0.0, 0.3, (len(rate), 1)))
        values[start:start + 5000] = np.log1p(drawn * 1e4 / np.maximum(drawn.sum(axis=1, keepdims=True), 1))
    path = folder / "real.h5ad"
    matrix = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}.get(storage, np.asarray)(values)
    ad.AnnData(matrix, obs=obs, var=var).write_h5ad(path)
    means = np.stack([values[names == label].mean(axis=0) for label in labels])
    noisy = (means + 0.05 * rng.normal(size=means.shape)).astype(np.float32)
    ad.AnnData(noisy, obs=pd.DataFrame({"perturbation": labels}, index=labels), var=var).write_h5ad(
        folder / "pred.h5ad")
    (folder / "train.txt").write_text("\n".join(labels[: perturbations // 5]))
    with h5py.File(path) as file:
        assert "X" in file
    return path.stat().st_size


def run(folder: Path) -> tuple[float, float, int]:
    """Seconds, peak GB, and number of skills with a score."""
    command = [sys.executable, "-m", "kindergrad.cli", "score", folder / "pred.h5ad", "--truth", folder / "real.h5ad",
               "--train-perturbations", folder / "train.txt", "--json"]
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    answer = json.loads(done.stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return seconds, peak, sum(one["score"] is not None for one in answer["skills"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--genes", type=int, default=2_000)
    parser.add_argument("--perturbations", type=int, default=500)
    parser.add_argument("--storage", choices=("dense", "csr", "csc"), default="dense")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        size = make(Path(name), asked.cells, asked.genes, asked.perturbations, asked.storage)
        load = os.getloadavg()[0]
        seconds, peak, skills = run(Path(name))
    found = {**vars(asked), "file_gb": round(size / 2**30, 3), "seconds": round(seconds, 1), "peak_gb": round(peak, 2),
             "skills_scored": skills, "cpus": len(os.sched_getaffinity(0)), "load_before": round(load, 2)}
    print(json.dumps(found, indent=1))
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
