"""Does the exposure law hold what it promises? Simulated studies with known truth, and backtests of real tables.

    python benchmarks/exposure_law.py                       # all scenarios, JSON on stdout
    python benchmarks/exposure_law.py --studies 20          # a quick look
    python benchmarks/exposure_law.py --table OUT.csv --cut 1e5   # fit up to the cut, predict what rises later

Thresholds are scored where the true one lies within three decades beyond the data; ``inf`` counts as never.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from kindergrad.core.table import Row, rows
from kindergrad.progress.curves import curves
from kindergrad.progress.forecast import fit as fit_all
from kindergrad.progress.registry import crps
from kindergrad.stats import hierarchy

Floats = NDArray[np.float64]

SCALES = np.arange(3.0, 5.51, 0.25)
BEYOND = 3.0
LEVELS = (0.5, 0.8, 0.9)
BASE: dict[str, float] = {"curves": 40, "tau": 0.25, "wrong_share": 0.0, "stderr": 0.03, "never": 0.1}
SCENARIOS: dict[str, dict[str, float]] = {
    "base": {},
    "tau_doubled": {"tau": 0.5},
    "frequencies_wrong": {"wrong_share": 0.2},
    "both": {"tau": 0.5, "wrong_share": 0.2},
    "few_curves": {"curves": 8},
    "noisy": {"stderr": 0.08},
    "many_never": {"never": 0.4},
}


class Study:
    """Simulated curves: onset = log10 kappa - log10 frequency; in some studies a share of frequencies is off by 3."""

    def __init__(self, seed: int, setting: dict[str, float]) -> None:
        rng = self.rng = np.random.default_rng([seed, 42])
        n = int(setting["curves"])
        self.offset = rng.uniform(1.5, 6.5, n)
        self.never = rng.random(n) < setting["never"]
        self.location = np.where(self.never, np.inf, self.offset + rng.normal(1.0, setting["tau"], n))
        self.width = 0.9 * np.exp(rng.normal(0.0, 0.25, n))
        self.plateau = 1.1 * expit(rng.normal(1.5, 0.6, n))
        self.floor = rng.normal(0.0, 0.02, n)
        self.spread = 0.02 * np.exp(rng.normal(0.0, 0.3, n))
        wrong = (rng.random(n) < setting["wrong_share"]) * rng.choice([-1.0, 1.0], n) * np.log10(3.0)
        e = np.full(SCALES.size, setting["stderr"])
        self.curves = [hierarchy.Curve(SCALES, self.observe(s, SCALES) + rng.normal(0, e), e, self.offset[s] + wrong[s])
                       for s in range(n)]

    def observe(self, s: int, x: Floats) -> Floats:
        g = expit(2.0 * np.log(9.0) * (x - self.location[s]) / self.width[s])
        latent = self.floor[s] * (1.0 - g) + self.plateau[s] * g
        return np.asarray(latent + self.rng.normal(0.0, self.spread[s], x.size))

    def threshold(self, s: int, target: float = 0.5) -> float:
        if self.never[s] or self.plateau[s] <= target:
            return np.inf
        odds = (target - self.floor[s]) / (self.plateau[s] - target)
        return float(self.location[s] + self.width[s] * np.log(odds) / (2.0 * np.log(9.0)))


def inside(draws: Floats, truth: float) -> dict[float, bool]:
    """Does each central interval hold the truth?"""
    out = {}
    for level in LEVELS:
        low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], method="inverted_cdf")
        out[level] = bool(low <= truth <= high)
    return out


def scenario(name: str, n_studies: int) -> dict[str, Any]:
    """Coverage, errors and the calibration of P(never) over simulated studies."""
    setting = BASE | SCENARIOS[name]
    held: dict[str, list[dict[float, bool]]] = defaultdict(list)
    errors: dict[str, list[float]] = defaultdict(list)
    told, truth_never, seconds = [], [], []
    end = SCALES[-1]
    for seed in range(n_studies):
        study = Study(seed, setting)
        start = time.process_time()
        posterior = hierarchy.fit(study.curves, seed=seed)
        seconds.append(time.process_time() - start)
        for s in range(len(study.curves)):
            told.append(posterior.never[s])
            truth_never.append(bool(study.never[s]))
            truth, at = study.threshold(s), posterior.crossing(s, 0.5)
            if truth < end + BEYOND:
                band = "seen" if truth <= end else f"ahead {int(truth - end)}-{int(truth - end) + 1} decades"
                held[f"threshold, {band}"].append(inside(at, truth))
                errors[band].append(abs(float(np.quantile(at, 0.5, method="inverted_cdf")) - truth))
            for ahead in (1.0, 2.0, 3.0):
                x = np.array([end + ahead])
                y = float(study.observe(s, x)[0])
                held[f"score, {ahead:g} decades ahead"].append(inside(posterior.predict(s, x, seed)[:, 0], y))
    ahead_errors = [e for band, values in errors.items() if band != "seen" for e in values]
    ahead_held = [h for key, values in held.items() if key.startswith("threshold, ahead") for h in values]
    return {
        "studies": n_studies, "setting": setting, "cpu_seconds_per_fit": float(np.mean(seconds)),
        "threshold_ahead": {"n": len(ahead_errors), "median_error_decades": float(np.median(ahead_errors)),
                            "coverage": coverage(ahead_held)},
        "coverage": {key: {"n": len(values)} | coverage(values) for key, values in sorted(held.items())},
        "median_error_decades": {band: float(np.median(values)) for band, values in sorted(errors.items())},
        "never": reliability(np.array(told), np.array(truth_never)),
    }


def coverage(values: Sequence[dict[float, bool]]) -> dict[str, float]:
    return {f"{level:g}": float(np.mean([v[level] for v in values])) for level in LEVELS} if values else {}


def reliability(told: Floats, happened: NDArray[np.bool_]) -> dict[str, Any]:
    """Brier score against the base rate, and what happened in bins of what was told."""
    edges = np.array([0.0, 0.05, 0.2, 0.5, 0.8, 1.0 + 1e-9])
    bins = []
    for low, high in itertools.pairwise(edges):
        part = (told >= low) & (told < high)
        if part.any():
            bins.append({"n": int(part.sum()), "told": float(told[part].mean()),
                         "happened": float(happened[part].mean())})
    rate = float(happened.mean())
    return {"brier": float(np.mean((told - happened) ** 2)), "brier_of_base_rate": rate * (1 - rate), "bins": bins}


def backtest(table: Sequence[Row], cut: float, target: float = 0.5) -> dict[str, Any]:
    """Fit on scales up to ``cut``; compare thresholds and scores with what came later.

    The later truth of a threshold is the median of a fit to all scales, where that fit knows it within 0.3 decades.
    """
    everything = {(p.curve.skill, p.curve.engine, p.curve.readout): p for p in fit_all(curves(table)).skills}
    early = fit_all([c for curve in curves(table) if (c := curve.until(float(np.log10(cut)))) is not None])
    lines, held, scores = [], [], []
    paired: list[tuple[float, float, float]] = []  # CRPS of law, of the curve alone, of the last value
    for p in early.skills:
        later = everything[(p.curve.skill, p.curve.engine, p.curve.readout)]
        low, truth, high = np.quantile(later.crossing(target), [0.05, 0.5, 0.95], method="inverted_cdf")
        for x in np.unique(later.curve.x[later.curve.x > np.log10(cut) + 1e-9]):
            here = later.curve.x == x
            noise = np.nan_to_num(later.curve.stderr[here].mean())
            draws = p.predictive([x])[:, 0]
            draws = draws + np.random.default_rng(0).normal(0.0, noise, draws.size)
            truth_here = float(later.curve.y[here].mean())
            scores.append(inside(draws, truth_here))
            if p.joint is not None:
                alone, last = p.humble.observed([x])[:, 0], p.curve.score_now()[0]
                paired.append((crps(p.predictive([x])[:, 0], truth_here), crps(alone, truth_here),
                               abs(last - truth_here)))
        if np.isfinite(high) and truth > np.log10(cut) and high - low < 0.3:
            at = p.crossing(target)
            a, middle, b = np.quantile(at, [0.05, 0.5, 0.95], method="inverted_cdf")
            held.append(inside(at, float(truth)))
            lines.append({"skill": p.curve.skill, "frequency": p.curve.frequency, "log10_truth": float(truth),
                          "log10_predicted": _number(middle), "q05": _number(a), "q95": _number(b),
                          "error_decades": _number(abs(middle - truth))})
    means = np.mean(paired, axis=0).tolist() if paired else [None] * 3
    errors = [line["error_decades"] if line["error_decades"] is not None else np.inf for line in lines]
    return {"cut": cut, "later": lines, "median_error_decades": _number(float(np.median(errors))) if errors else None,
            "crps_with_known_frequency": {"n": len(paired), "exposure_law": means[0], "curve_alone": means[1],
                                          "last_value": means[2]},
            "threshold_coverage": coverage(held), "score_coverage": {"n": len(scores)} | coverage(scores)}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def speed() -> dict[str, float]:
    """60 skills x 12 scales on one core."""
    setting = BASE | {"curves": 60.0}
    study = Study(0, setting)
    cut = [hierarchy.Curve(*(np.append(a, a[-1:]) for a in c[:3]), c.offset) for c in study.curves]
    start = time.process_time()
    hierarchy.fit(cut, seed=0)
    return {"curves": 60, "scales": len(cut[0].x), "cpu_seconds": time.process_time() - start}


def read_table(path: Path) -> list[dict[str, Any]]:
    """Rows of a CSV or Parquet file; in CSV everything is text, and the table's own types decide."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return list(pyarrow.parquet.read_table(path).to_pylist())
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), action="append")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--cut", type=float, default=1e5)
    given = parser.parse_args()
    if given.table:
        out: dict[str, Any] = backtest(rows(read_table(given.table), str(given.table)), given.cut)
    else:
        out = {"speed": speed()}
        for name in given.scenario or SCENARIOS:
            out[name] = scenario(name, given.studies)
            print(f"{name}: {json.dumps(out[name]['threshold_ahead'])}", file=sys.stderr)
    json.dump(out, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
