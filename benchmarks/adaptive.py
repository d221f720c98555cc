"""Does an adaptive run reach the belief of the fixed grid with fewer exams?

    python benchmarks/adaptive.py            # quick study, JSON on stdout

The belief of the whole grid is the target. The adaptive run is judged after every round: how many exams until its
belief stays within 0.05 of the target.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from kindergrad.core.config import Goal
from kindergrad.core.table import Row, rows
from kindergrad.exams import adaptive, defaults, run
from kindergrad.progress.belief import belief

CLOSE = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    study = defaults.study(quick=True, seed=given.seed)
    goal = Goal.parse(study.goal or "")
    with tempfile.TemporaryDirectory() as folder:
        grid = run.run(study, Path(folder) / "grid", workers=2)
        target = belief(_rows(Path(folder) / "grid"), goal).belief
        path: list[tuple[int, float]] = []
        start = time.perf_counter()
        sit_all = run.sit_all

        def watched(*args: object, **kwargs: object) -> object:
            status = sit_all(*args, **kwargs)  # type: ignore[arg-type]
            path.append((status.ok, belief(_rows(Path(folder) / "adaptive"), goal).belief))
            return status

        run.sit_all = watched  # type: ignore[assignment]
        adaptive.adaptive(study, Path(folder) / "adaptive", budget=given.budget, workers=2)
        seconds = time.perf_counter() - start
    far = [i for i, (_, b) in enumerate(path) if abs(b - target) > CLOSE]
    settled = far[-1] + 1 if far else 0
    print(json.dumps({
        "goal": str(goal), "exams_of_the_grid": grid.planned, "belief_of_the_grid": target, "path": path,
        "exams_until_within_0.05": path[settled][0] if settled < len(path) else None, "seconds": seconds,
    }, indent=1))


def _rows(folder: Path) -> list[Row]:
    return rows([record.row() for record in run.records(folder)])


if __name__ == "__main__":
    main()
