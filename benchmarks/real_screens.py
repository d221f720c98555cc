"""Floors, ceilings and what each engine reaches on measured screens, and on the kinetic models of DREAM4.

    python benchmarks/real_screens.py --data DIR [--world norman_pairs ...] [--out real_screens.json]

DIR holds the public sets ('kindergrad data list'). Each engine reads everything that a world lets it read, and sits
every exam that the world serves. Worlds that deal cells at random, or choose what is kept back, are made several times,
and so are the five networks of DREAM4; figures are means over these, with the mean of the standard errors (repetitions
share their cells, so that they do not make an error smaller) and the spread over repetitions beside it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core import config
from kindergrad.core.names import Role
from kindergrad.core.records import Record
from kindergrad.exams import build, run

ENGINES = ("additive", "response-ridge", "low-rank", "response-kernel", "inverse-effects")
SIZE_100 = [f"dream4_insilico_size100_{i}" for i in range(1, 6)]
PLAN: dict[str, list[tuple[int, dict[str, Any]]]] = {
    "perturbench_devel": [(seed, {}) for seed in range(5)],
    "gbm_panobinostat": [(seed, {}) for seed in range(5)],
    "l1000_doses": [(0, {})],
    "norman_pairs": [(seed, {}) for seed in range(3)],
    "big_papi": [(seed, {}) for seed in range(6)],
    "sachs": [(0, {})],
    "gnw_screen": [(0, {"network": name}) for name in SIZE_100],
}
"""World -> how often it is made: seed and settings."""
ITEMS = 200


def sat(world: str, seed: int, settings: dict[str, Any], data: Path) -> tuple[str, list[str], list[Record]]:
    """All records of one world: its sentence, what it does not ask, and the exams."""
    made = build.named(world, seed, data=data, **settings)
    engines = [{"id": name, "scales": [made.size]} for name in ENGINES]
    study = config.build({"name": world, "domain": "perturbation", "seed": seed, "data": str(data), "items": ITEMS,
                          "world": {"kind": world, "settings": settings}, "engines": engines})
    with tempfile.TemporaryDirectory() as folder:
        run.run(study, folder)
        return made.sentence, list(getattr(made, "notes", [])), run.records(folder)


def told(records: list[list[Record]]) -> dict[str, Any]:
    """Skill -> floors, ceiling and engines, over repetitions."""
    found: dict[str, dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
    for one in records:
        for record in one:
            if record.value is not None:
                found[record.skill][record.identity.engine].append(record)
    return {skill: _skill(own) for skill, own in found.items()}


def _skill(own: dict[str, list[Record]]) -> dict[str, Any]:
    roles = {name: records[0].role for name, records in own.items()}
    top = next(records for name, records in own.items() if roles[name] is Role.ORACLE)
    learners = [name for name in own if roles[name] in (Role.LEARNER, Role.REFERENCE)]
    return {
        "grade": top[0].grade.value, "metric": top[0].metric, "n": round(float(np.mean([r.n_scored for r in top]))),
        "ceiling": _mean([r.value for r in top]), "ceiling_kind": top[0].estimand.ceiling_kind.value,
        "ceiling_stderr": _mean([r.stderr for r in top]),
        "floor": _mean([r.estimand.floor for r in top]), "floor_stderr": _mean([r.estimand.floor_stderr for r in top]),
        "floor_engine": Counter(r.estimand.floor_engine for r in top).most_common(1)[0][0],
        "floors": {name: _mean([r.value for r in records]) for name, records in sorted(own.items())
                   if roles[name] is Role.BLIND},
        "engines": {name: _engine(own[name]) for name in sorted(learners)},
    }


def _engine(records: list[Record]) -> dict[str, Any]:
    scores = [r.estimand.score for r in records if r.estimand is not None and r.estimand.score is not None]
    errors = [r.estimand.score_stderr for r in records if r.estimand is not None and r.estimand.score is not None]
    return {"value": _mean([r.value for r in records]), "value_stderr": _mean([r.stderr for r in records]),
            "score": _mean(scores), "stderr": _mean(errors), "scored": f"{len(scores)} of {len(records)}",
            "spread": round(float(np.std(scores, ddof=1)), 4) if len(scores) > 1 else None}


def _mean(values: list[Any]) -> float | None:
    there = [float(v) for v in values if v is not None]
    return round(float(np.mean(there)), 4) if there else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--world", action="append", choices=sorted(PLAN), default=None)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    found: dict[str, Any] = json.loads(given.out.read_text(encoding="utf-8")) if given.out.is_file() else {}
    for world in given.world or PLAN:
        start = time.process_time()
        made = [sat(world, seed, settings, given.data) for seed, settings in PLAN[world]]
        found[world] = {"sentence": made[0][0], "repetitions": len(made), "not_asked": made[0][1],
                        "cpu_seconds": None, "skills": told([records for _, _, records in made])}
        found[world]["cpu_seconds"] = round(time.process_time() - start, 1)
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        for skill, own in found[world]["skills"].items():
            print(f"{world} {skill} n={own['n']} floor {own['floor']:.3f} {own['floor_engine']} ceiling "
                  f"{own['ceiling']:.3f} {own['ceiling_kind']} | " + ", ".join(
                      f"{name} {e['value']:.3f} score {e['score']}±{e['stderr']}"
                      for name, e in own["engines"].items()), flush=True)


if __name__ == "__main__":
    main()
