"""Vertical scale and small data: recovery, coverage, published parameters, speed. One JSON on stdout.

    python benchmarks/vertical.py [--studies 8] [--out FILE] [--data ../shared/data]

Public data (item response tables, benchmark table of language models, learning curves) are looked for in
``KINDERGRAD_SHARED_DATA`` or ``../shared/data``; without them those sections say so.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import resource
import subprocess
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from kindergrad.core.seeds import stream
from kindergrad.core.table import rows
from kindergrad.progress.compare import compare
from kindergrad.progress.small_data import small_data
from kindergrad.progress.vertical import vertical
from kindergrad.stats.ability import AbilityFit, best_slope_sd, choose_slopes, fit_abilities
from kindergrad.stats.ability_checks import check_scale
from kindergrad.stats.ability_items import fit_items
from kindergrad.stats.ability_model import FREEDOM, SPREAD_FLOOR, Cells

LEVELS = (0.5, 0.8, 0.9)
FLOORS = {"MMLU": 0.25, "ARC-C": 0.25, "HellaSwag": 0.25, "Winograd": 0.5, "TruthfulQA": 0.0, "GSM8K": 0.0,
          "XWinograd": 0.5, "HumanEval": 0.0}


def simulate(
    seed: int, shape: tuple[int, int], *, kind: str = "items", share: float = 0.5, slope_sd: float = 0.3,
    second: float = 0.0,
) -> tuple[Cells, dict[str, np.ndarray]]:
    """A table with known truth: items (0/1), counts (of 100, beta-binomial) or scores (error .02, spread .05)."""
    engines, skills = shape
    rng = stream(seed, "benchmark", "vertical", kind)
    theta, b = rng.normal(0, 1, engines), rng.normal(0, 1, skills)
    log_a = rng.normal(0, slope_sd, skills) if slope_sd else np.zeros(skills)
    a = np.exp(log_a - log_a.mean())
    other = rng.normal(0, 1, engines) * second
    e, s = np.divmod(np.arange(engines * skills), skills)
    keep = rng.random(len(e)) < share
    e, s = e[keep], s[keep]
    p = expit(a[s] * (theta[e] - b[s]) + other[e] * np.where(s % 2, 1, -1))
    zero = np.zeros(len(e))
    if kind == "items":
        value, n, stderr = (rng.random(len(e)) < p).astype(float), zero + 1, zero
    elif kind == "counts":
        value, n, stderr = rng.binomial(100, rng.beta(p * 400, (1 - p) * 400)).astype(float), zero + 100, zero
    else:
        value, n, stderr = p + rng.normal(0, math.hypot(0.02, 0.05), len(e)), zero, zero + 0.02
    zero_point = np.median(b)
    truth = {"ability": theta - zero_point, "difficulty": b - zero_point, "slope": a}
    return Cells(e, s, value, n, stderr, zero, zero + 1), truth


def covered(fit: AbilityFit, truth: dict[str, np.ndarray]) -> dict[str, list[float]]:
    out = {}
    for name, true in truth.items():
        draws = getattr(fit, name)
        ends = [np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0) for level in LEVELS]
        out[name] = [float(((low <= true) & (true <= high)).mean()) for low, high in ends]
    return out


def recovery(studies: int, engines: int, skills: int, kind: str, share: float = 0.5) -> dict[str, Any]:
    """Coverage of 50, 80 and 90 % intervals and correlation with the truth, over studies."""
    cover: dict[str, list[list[float]]] = defaultdict(list)
    seconds, r, r_hat, effective = [], [], [], []
    for seed in range(studies):
        cells, truth = simulate(seed, (engines, skills), kind=kind, share=share)
        start = time.perf_counter()
        fit = fit_abilities(cells, (engines, skills), seed=seed, slope_sd=0.3)
        seconds.append(time.perf_counter() - start)
        for name, levels in covered(fit, truth).items():
            cover[name].append(levels)
        r.append(float(np.corrcoef(fit.ability.mean(axis=0), truth["ability"])[0, 1]))
        r_hat.append(fit.r_hat)
        effective.append(fit.effective)
    return {
        "engines": engines, "skills": skills, "share_observed": share, "studies": studies,
        "coverage": {name: dict(zip(map(str, LEVELS), np.mean(levels, axis=0).round(3).tolist(), strict=True))
                     for name, levels in cover.items()},
        "correlation_of_abilities": round(float(np.mean(r)), 3),
        "seconds_per_study": round(float(np.median(seconds)), 2),
        "worst_r_hat": round(max(r_hat), 3), "fewest_effective_draws": round(min(effective)),
    }


def calibration(studies: int, kind: str) -> dict[str, Any]:
    """Simulation-based calibration: truth from the prior, 8 engines x 6 skills, coverage of every parameter."""
    places: dict[str, list[np.ndarray]] = defaultdict(list)
    for seed in range(studies):
        rng = stream(seed, "benchmark", "calibration", kind)
        mu, tau, sigma = 3 * rng.normal(), np.exp(0.7 * rng.normal()), np.exp(0.7 * rng.normal())
        theta, b, z = tau * rng.normal(size=8), mu + sigma * rng.normal(size=6), rng.normal(size=6)
        a, spread = np.exp(0.3 * (z - z.mean())), 0.06 * np.exp(rng.normal() + 0.5 * rng.normal(size=6))
        e, s = np.divmod(np.arange(48), 6)
        keep = rng.random(48) < 0.9
        e, s = e[keep], s[keep]
        p, zero = expit(a[s] * (theta[e] - b[s])), np.zeros(int(keep.sum()))
        if kind == "counts":
            precision = spread[s] ** -2.0
            share = rng.beta(np.maximum(p * precision, 1e-12), np.maximum((1 - p) * precision, 1e-12))
            cells = Cells(e, s, rng.binomial(30, share).astype(float), zero + 30, zero, zero, zero + 1)
        else:
            scale = np.sqrt(0.02**2 + SPREAD_FLOOR**2 + spread[s] ** 2)
            cells = Cells(e, s, p + scale * rng.standard_t(FREEDOM, len(e)), zero, zero + 0.02, zero, zero + 1)
        fit = fit_abilities(cells, (8, 6), seed=seed, slope_sd=0.3)
        zero_point = np.median(b)
        truth = {"ability": theta - zero_point, "difficulty": b - zero_point, "slope": a, "spread": spread}
        for name, true in truth.items():
            places[name].append((getattr(fit, name) < true).mean(axis=0))
    return {"studies": studies, "coverage": {
        name: {str(level): round(float((np.abs(np.array(at) - 0.5) < level / 2).mean()), 3) for level in LEVELS}
        for name, at in places.items()}}


def slopes_by_cross_validation(studies: int) -> dict[str, Any]:
    """How often cross-validation chooses equal slopes, by number of engines and by truth."""
    out = {}
    for engines, slope_sd in ((8, 0.0), (8, 0.6), (60, 0.0), (60, 0.6)):
        chosen = [best_slope_sd(choose_slopes(simulate(seed, (engines, 10), kind="counts", slope_sd=slope_sd)[0],
                                              (engines, 10), seed=seed)) for seed in range(studies)]
        out[f"{engines} engines, true sd {slope_sd}"] = {"share_equal_slopes": chosen.count(0.0) / studies}
    return out


def second_dimension(studies: int) -> dict[str, Any]:
    """Share of studies in which one scale is said not to hold (p <= 0.05)."""
    out = {}
    for second in (0.0, 0.2, 0.4, 0.8):
        p = []
        for seed in range(studies):
            cells, _ = simulate(seed, (40, 10), kind="counts", share=0.7, second=second)
            fit = fit_abilities(cells, (40, 10), seed=seed, slope_sd=0.3, draws=400)
            p.append(check_scale(fit, seed=seed).second_p)
        out[f"second ability sd {second}"] = {"said_not_to_hold": float(np.mean(np.array(p) <= 0.05))}
    return out


def published(folder: Path) -> dict[str, Any]:
    """Largest distance from the published item parameters."""
    lsat7, lsat6 = (np.genfromtxt(folder / f"{name}.csv", delimiter=",", skip_header=1) for name in ("LSAT7", "LSAT6"))
    start = time.perf_counter()
    two = fit_items(lsat7[:, :5], lsat7[:, 5])
    one = fit_items(lsat7[:, :5], lsat7[:, 5], model="1PL")
    rasch = fit_items(lsat6[:, :5], lsat6[:, 5], model="1PL")
    seconds = time.perf_counter() - start
    off = {
        "LSAT7 2PL a": np.abs(two.slope - [0.988, 1.081, 1.706, 0.765, 0.736]).max(),
        "LSAT7 2PL d": np.abs(two.intercept - [1.856, 0.808, 1.804, 0.486, 1.855]).max(),
        "LSAT7 1PL a": abs(one.slope[0] - 1.011),
        "LSAT7 1PL d": np.abs(one.intercept - [1.868, 0.791, 1.461, 0.521, 1.993]).max(),
        "LSAT6 Rasch d": np.abs(rasch.intercept - [2.73, 0.999, 0.24, 1.306, 2.099]).max(),
        "LSAT6 Rasch variance": abs(rasch.slope[0] ** 2 - 0.57),
    }
    return {"largest_error": {k: round(float(v), 4) for k, v in off.items()}, "seconds": round(seconds, 3)}


def benchmark_table(folder: Path) -> dict[str, Any]:
    """Language models x benchmarks, with missing cells: one row a model and benchmark."""
    with (folder / "base_llm_benchmark_eval.csv").open(encoding="utf-8") as file:
        wide = list(csv.DictReader(file))
    long = [{"engine": m["Model"], "family": m["Model Family"], "skill": name, "axis": "parameters",
             "scale": float(m["Model Size (B)"]) * 1e9, "value": m[name] or None, "floor": floor}
            for m in wide for name, floor in FLOORS.items()]
    start = time.perf_counter()
    answer = vertical(rows(long))
    seconds = time.perf_counter() - start
    return {
        "engines": len(answer.engines), "skills": len(answer.skills), "seconds": round(seconds, 2),
        "r_hat": round(answer.r_hat, 3), "slope_sd": answer.slope_sd, "sentence": answer.sentence,
        "one_scale": answer.one_scale.model_dump(mode="json"),
        "difficulty": {s.skill: [round(s.difficulty.q05 or 0, 2), round(s.difficulty.median or 0, 2),
                                 round(s.difficulty.q95 or 0, 2)] for s in answer.skills},
        "most_able": [e.engine for e in answer.engines[:3]], "least_able": [e.engine for e in answer.engines[-3:]],
        "flagged": {e.engine: list(e.flags) for e in answer.engines if e.flags},
        "surprises": [s.model_dump(mode="json") for s in answer.surprises[:5]],
    }


def learning_curves(folder: Path) -> dict[str, Any]:
    """Classical learners on many data sets: floor is the worst start, ceiling the best score seen (reference)."""
    with gzip.open(folder / "lcdb_mean_curves.csv.gz", "rt", encoding="utf-8") as file:
        raw = [r for r in csv.DictReader(file) if r["accuracy_test_mean"] and r["accuracy_test_sd"]]
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    for r in raw:
        name, value = r["openmlid"], float(r["accuracy_test_mean"])
        high[name] = max(high.get(name, 0.0), value)
        if r["size_train"] == "16":
            low[name] = min(low.get(name, 1.0), value)
    long = [{"engine": r["learner"].rsplit(".", 1)[-1], "skill": f"openml/{r['openmlid']}", "axis": "examples",
             "scale": float(r["size_train"]), "value": float(r["accuracy_test_mean"]),
             "stderr": float(r["accuracy_test_sd"]) / math.sqrt(float(r["accuracy_n"])), "floor": low[r["openmlid"]],
             "ceiling": high[r["openmlid"]], "ceiling_kind": "reference"}
            for r in raw if high[r["openmlid"]] - low.get(r["openmlid"], 1.0) > 0.02]
    table = rows(long)
    start = time.perf_counter()
    against = compare(table, ["LogisticRegression"])
    middle = time.perf_counter()
    small = small_data(table, ["LogisticRegression"], max_scale=2000)
    end = time.perf_counter()
    return {
        "rows": len(table), "compare_seconds": round(middle - start, 2), "small_data_seconds": round(end - middle, 2),
        "compare": against.sentence, "small_data": small.sentence,
        "area_by_engine": {e.engine: round(e.area, 3) for e in small.engines},
        "area_difference": {c.engine: [round(c.difference.q05 or 0, 3), round(c.difference.median or 0, 3),
                                       round(c.difference.q95 or 0, 3), c.verdict.value] for c in small.area},
        "log10_examples_difference": {c.engine: [round(c.difference.q05 or 0, 3), round(c.difference.median or 0, 3),
                                                 round(c.difference.q95 or 0, 3), c.verdict.value]
                                      for c in small.examples},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=8, help="simulated studies per setting")
    parser.add_argument("--out", type=Path, help="also write the JSON here")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("KINDERGRAD_SHARED_DATA", "../shared/data")))
    options = parser.parse_args()
    n = options.studies
    found: dict[str, Any] = {
        "items_40x400_half_missing": recovery(n, 40, 400, "items"),
        "counts_12x10": recovery(5 * n, 12, 10, "counts", share=0.8),
        "scores_30x8": recovery(5 * n, 30, 8, "scores", share=0.8),
        "calibration_counts": calibration(12 * n, "counts"),
        "calibration_scores": calibration(12 * n, "scores"),
        "equal_slopes_chosen": slopes_by_cross_validation(n),
        "second_dimension": second_dimension(n),
    }
    for name, part, run in (("published_item_parameters", "irt_mirt", published),
                            ("benchmark_table", "obs_scaling", benchmark_table), ("lcdb", "lcdb", learning_curves)):
        folder = options.data / "curves" / part
        found[name] = run(folder) if folder.is_dir() else {"missing": str(folder)}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    found["commit"] = commit.stdout.strip()
    found["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    text = json.dumps(found, indent=1)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
