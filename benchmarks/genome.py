"""How fast is the synthetic genome made, and what does it cost?

    python benchmarks/genome.py                 # 10 Mb, JSON on stdout
    python benchmarks/genome.py --size 1000000

Seconds and peak memory of the corpus, the annotation, the held-out genome, and the items of every assessment.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from kindergrad.exams import catalogue  # noqa: E402  the numbers of threads must be set first
from kindergrad.worlds.genome import SyntheticGenome  # noqa: E402

ITEMS = 400
TARGET = 5.0  # Mb per second


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    worlds = [SyntheticGenome(size=asked.size, seed=seed) for seed in range(asked.repeats)]
    processes = seconds(lambda: [(w.background, w.decoy, w.coding, w.motifs, w.exact_words) for w in worlds])
    making = [seconds(lambda w=w: w.codes) for w in worlds]  # type: ignore[misc]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    world = worlds[0]
    items = {}
    for name, assessment in catalogue.assessments().items():
        if set(assessment.needs) <= set(world.offers):
            spent = [seconds(lambda a=assessment, v=level: a.items(world, ITEMS, v, 0))  # type: ignore[misc]
                     for level in assessment.levels]
            items[name] = round(sum(spent), 2)
    speed = [asked.size / s / 1e6 for s in making]
    print(json.dumps({
        "size": asked.size, "mb_per_s": [round(s, 2) for s in speed], "target": TARGET,
        "target_reached": max(speed) >= TARGET, "seconds_of_the_processes": round(processes / asked.repeats, 3),
        "features": len(world.annotation.start), "peak_mb_after_genomes": round(peak),
        f"seconds_for_{ITEMS}_items_of_all_levels": items,
    }, indent=1))


if __name__ == "__main__":
    main()
