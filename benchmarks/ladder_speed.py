"""How long does one checkpoint take to climb the ladder from kindergarten to middle school?

    python benchmarks/ladder_speed.py --out benchmarks/ladder_speed.json

Items are made once for a study and mapped into memory; a checkpoint only reads and answers them. The engine is
``markov`` after 1 Mb, on one core, with 400 items per exam; training is not counted, and neither is making the items,
which is told beside it. Wall-clock and processor seconds, the load of the machine, and the slowest exams.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from kindergrad.core.config import EngineConfig, StudyConfig, WorldConfig  # noqa: E402  threads first
from kindergrad.core.names import Grade, Role  # noqa: E402
from kindergrad.exams import catalogue, material, plan, run, sit  # noqa: E402
from kindergrad.syllabus import skills  # noqa: E402

GRADES = (Grade.KINDERGARTEN, Grade.ELEMENTARY, Grade.MIDDLE)
SIZE = 1_000_000
AIM = 60.0  # seconds


def study(engine: str, items: int) -> StudyConfig:
    chosen = tuple(a.id for a in catalogue.assessments().values() if a.id.startswith("genomics/")
                   and skills.skill(a.skill).grade in GRADES)
    return StudyConfig(world=WorldConfig(size=SIZE), engines=(EngineConfig(id=engine),), scales=(float(SIZE),),
                       assessments=chosen, items=items, controls=())


def climb(ready: run.Prepared, engine: Any) -> dict[str, float]:
    """Seconds of every exam of one checkpoint, from mapping the items to the finished record."""
    ((_, exams, family),) = run.planned(ready)
    out: dict[str, float] = {}
    for exam in exams:
        start = time.perf_counter()
        made = material.load(ready.store.cache / f"{exam.key}.npz")
        assessment = ready.materials[exam.key][0]
        if not exam.applicable:
            sit.sit(sit.Candidate(engine, family, Role.LEARNER), assessment, made, exam.identity)
        name = f"{assessment.curve(made.level)} ({exam.readout.value})"
        out[name] = time.perf_counter() - start
    return out


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--engine", default="markov")
    options.add_argument("--items", type=int, default=400)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    config = study(given.engine, given.items)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        ready = run.prepare(config, folder, lambda done, planned, what: None)
        making = time.perf_counter() - start
        engine = plan.make(catalogue.engine(given.engine), config.engines[0], 0)
        engine.learn(list(ready.world.corpus(0)))
        wall, processor, load = time.perf_counter(), time.process_time(), os.getloadavg()[0]
        seconds = climb(ready, engine)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    slowest = sorted(seconds, key=seconds.__getitem__, reverse=True)[:8]
    skills_ = {name.split("[")[0].split(" (")[0] for name in seconds}
    found = {"engine": given.engine, "items": given.items, "skills": len(skills_), "exams": len(seconds),
             "wall_seconds": round(wall, 2), "processor_seconds": round(processor, 2), "load": round(load, 1),
             "aim_seconds": AIM, "met": processor < AIM, "making_items_seconds": round(making, 1),
             "slowest": {n: round(seconds[n], 2) for n in slowest}}
    print(json.dumps(found, indent=1))
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
