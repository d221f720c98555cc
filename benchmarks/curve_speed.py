"""Speed and accuracy: 200 curves under all laws, evidence against a four times finer grid; 60 skills jointly.

Usage: ``python benchmarks/curve_speed.py --curves 200 --fine 20``. One thread: set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import expit

from kindergrad.core.seeds import stream
from kindergrad.stats import curve, curve_evidence, hierarchy
from kindergrad.stats.curve_catalogue import laws

X = np.linspace(3.0, 7.0, 9)


def example(number: int) -> tuple[np.ndarray, np.ndarray]:
    rng = stream(0, "speed", number)
    error = float(rng.choice([0.005, 0.02, 0.08]))
    width, place, top = rng.uniform(0.1, 3.0), rng.uniform(3.0, 8.0), rng.uniform(0.0, 0.9)
    y = top * expit(2.0 * np.log(9.0) * (X - place) / width)
    return y + error * rng.standard_normal(X.size), np.full(X.size, error)


def joint_seconds(skills: int = 60, scales: int = 12) -> float:
    """Processor seconds of one joint posterior of many skills, half of them still at their floor."""
    x, rng = np.linspace(3.0, 5.75, scales), stream(0, "speed", "joint")
    offset = rng.uniform(2.0, 6.0, skills)
    y = 0.8 * expit(2.0 * np.log(9.0) * (x - offset[:, None] - 1.0) / 0.9)
    y += 0.03 * rng.standard_normal(y.shape)
    start = time.process_time()
    hierarchy.fit([hierarchy.Curve(x, y[s], np.full(scales, 0.03), float(offset[s])) for s in range(skills)])
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", type=int, default=200)
    parser.add_argument("--fine", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/curve_speed.json"))
    args = parser.parse_args()
    start = time.process_time()
    for i in range(args.curves):
        data, _ = curve.checked(X, *example(i))
        for law in laws(curve.LAWS):
            curve_evidence.fit_law(law, data)
    evidence = time.process_time() - start
    start, wall = time.process_time(), time.perf_counter()
    for i in range(args.curves):
        curve.fit(X, *example(i))
    full, wall = time.process_time() - start, time.perf_counter() - wall
    wrong, coarse_nodes = [], curve_evidence.SPREAD_NODES
    for i in range(args.fine):
        data, _ = curve.checked(X, *example(i))
        for law in laws(curve.LAWS):
            coarse = curve_evidence.fit_law(law, data).log_evidence
            curve_evidence.SPREAD_NODES = 4 * coarse_nodes
            finer = replace(law, nodes=tuple(n if n == 1 else 4 * n for n in law.nodes))
            wrong.append(abs(coarse - curve_evidence.fit_law(finer, data).log_evidence))
            curve_evidence.SPREAD_NODES = coarse_nodes
    first = "from kindergrad.stats import curve; curve.fit([3,4,5,6], [0,.1,.3,.5], [.02]*4)"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", first], check=True)
    result = {
        "curves": args.curves, "laws": curve.LAWS, "evidence_cpu_seconds": round(evidence, 2),
        "posterior_cpu_seconds": round(full, 2), "cpu_seconds_a_curve": round(full / args.curves, 4),
        "wall_seconds_a_curve": round(wall / args.curves, 4), "error_nats_max": round(max(wrong), 3),
        "error_nats_median": round(float(np.median(wrong)), 4),
        "import_to_first_posterior_seconds": round(time.perf_counter() - start, 2),
        "sixty_skills_at_twelve_scales_cpu_seconds": round(joint_seconds(), 2),
        "load": round(os.getloadavg()[0], 1),
    }
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
