"""Do single facts jump where their skill does not? From the items of a finished run of the arithmetic study.

    kindergrad run --domain arithmetic --out /tmp/arithmetic
    python benchmarks/arithmetic_concepts.py /tmp/arithmetic --out benchmarks/arithmetic_concepts.json

For every fact (what is 7*8?) the width of its rise, in decades of corpus from 10 to 90 %, is read off the line through
its scores at the sizes of the ladder; a quarter of a decade lies between two sizes, so no smaller width can be told
from a step. The skill is the mean over its facts, on the same items, treated in the same way.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kindergrad.exams import run
from kindergrad.exams.store import Store

CHANCE = 0.5
JUMP = 0.3  # decades: what is called abrupt elsewhere


def width(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Decades of the last rise from 10 to 90 % of the way from chance to 1; None where the way is not gone."""
    low, high = (CHANCE + part * (1.0 - CHANCE) for part in (0.1, 0.9))
    below = np.flatnonzero(y < high)
    if not below.size or below[-1] == len(y) - 1:
        return None
    end = int(below[-1])
    before = np.flatnonzero(y[: end + 1] < low)
    if not before.size:
        return None
    start = int(before[-1])
    ends = [x[at] + (level - y[at]) / (y[at + 1] - y[at]) * (x[at + 1] - x[at])
            for at, level in ((start, low), (end, high))]
    return float(ends[1] - ends[0])


def facts(folder: Path, engine: str) -> dict[str, dict[str, object]]:
    """Skill -> widths of its facts and of the skill itself."""
    store = Store.open(folder)
    scores: dict[str, dict[str, dict[float, list[float]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for record in run.records(folder):
        same = record.identity.engine == engine and record.identity.seed == 0 and record.role.value == "learner"
        if not same or record.identity.readout.value != "likelihood":
            continue
        table = pq.read_table(store.place(record.record_id) / "items.parquet").to_pydict()
        for concept, value in zip(table["concept"], table["value"], strict=True):
            scores[record.skill][concept][record.main_scale.log10].append(value)
    out: dict[str, dict[str, object]] = {}
    for skill, concepts in scores.items():
        sizes = np.array(sorted({x for found in concepts.values() for x in found}))
        curves = np.array([[np.mean(found[x]) for x in sizes] for found in concepts.values()])
        single = [w for w in (width(sizes, y) for y in curves) if w is not None]
        whole = width(sizes, np.average(curves, axis=0, weights=[len(f[sizes[0]]) for f in concepts.values()]))
        out[skill] = {"facts": len(curves), "learnt": len(single), "skill_width": whole,
                      "median_fact_width": float(np.median(single)) if single else None,
                      "share_abrupt": float(np.mean(np.array(single) <= JUMP)) if single else None}
    return out


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="ngram")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found = facts(given.folder, given.engine)
    for skill, row in found.items():
        print(skill, row)
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
