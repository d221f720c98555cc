"""Data and size together: one family of nets in four sizes along one ladder; what the small say of the largest.

    python benchmarks/size_and_data.py --table benchmarks/size_and_data.csv --out benchmarks/size_and_data.json

The family is ``state-space``. Every size reads the same genome in the same pieces and sits the same exams; the long
table has a row per size, scale and skill, with parameters and bases, for every verb that reads a table. Then:

- thresholds on the data axis per size (bases at which a score reaches 0.5, between neighbouring points), and on the
  size axis (parameters that reach 0.5 at the largest corpus);
- the largest size is held out: its scores from the smaller ones, as those of the next smaller size, and by a line in
  log10 parameters at each corpus; mean absolute errors of both;
- the same by the law in parameters and data of Hoffmann et al. (2022), fitted on the smaller sizes alone, for every
  skill and for the loss (bits per base of a genome that was held out): error of ln loss, and share of results within
  the interval of 90 %.

``--from TABLE`` sums up a table that is there.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first
from pyarrow import csv, string  # noqa: E402

from kindergrad.core import scale, seeds  # noqa: E402
from kindergrad.core.config import EngineConfig, StudyConfig, WorldConfig  # noqa: E402
from kindergrad.core.names import Axis, Direction, Role  # noqa: E402
from kindergrad.core.records import Identity  # noqa: E402
from kindergrad.core.scale import Scale  # noqa: E402
from kindergrad.core.table import Row  # noqa: E402
from kindergrad.exams import catalogue, lanes, material, readouts, run, sit  # noqa: E402
from kindergrad.exchange import tables  # noqa: E402
from kindergrad.progress.two_axes import two_axes  # noqa: E402

FAMILY, WIDTHS, DEPTH = "state-space", (16, 32, 64, 128), 2
SIZES = (10_000.0, 30_000.0, 100_000.0, 300_000.0, 1_000_000.0, 3_000_000.0)
SKILLS = ("next-base", "exact-word", "degenerate-word", "periodicity")
ITEMS, HALF, STRETCH = 100, 0.5, 256


def prepared(sizes: tuple[float, ...], items: int, folder: Path) -> run.Prepared:
    config = StudyConfig(world=WorldConfig(size=int(sizes[-1])), engines=(EngineConfig(id="uniform"),), scales=sizes,
                         assessments=tuple(f"genomics/{name}" for name in SKILLS), items=items, controls=())
    return run.prepare(config, folder, lambda done, planned, what: None)


def climb(ready: run.Prepared, width: int, sizes: tuple[float, ...]) -> list[dict[str, Any]]:
    """Rows of one size of the net along the data ladder."""
    engine = catalogue.engine(FAMILY).make(width=width, depth=DEPTH)
    text, rows, done = list(ready.world.corpus(0)), [], 0
    stretches = ready.world.stretches(seeds.item_streams(100, 0, "held-out loss"), STRETCH).texts  # type: ignore[attr-defined]
    for size in sizes:
        start = time.process_time()
        engine.learn(lanes.stretch(text, done, int(size)))
        done = int(size)
        bits = -engine.log_likelihood([""] * len(stretches), [str(s) for s in stretches]).mean() / np.log(2) / STRETCH
        own = {"parameters": engine.parameters, "width": width, "bits": round(float(bits), 5),
               "cpu_seconds": round(time.process_time() - start, 1)}
        print(json.dumps({"bases": size, **own}), flush=True)
        rows += [row | own for row in exams(ready, engine, size)]
    return rows


def exams(ready: run.Prepared, engine: Any, size: float) -> list[dict[str, Any]]:
    """A row of the long table for every exam."""
    out = []
    point = (Scale(axis=Axis.BASES, value=size), Scale(axis=Axis.PARAMETERS, value=engine.parameters))
    name = f"{FAMILY}-{engine.width}"
    for key, (assessment, level, digest) in ready.materials.items():
        made = material.load(ready.store.cache / f"{key}.npz")
        readout = readouts.offered(assessment)[0]
        identity = Identity(engine=name, engine_digest=str(engine.width), scale=point, assessment=assessment.id,
                            version=assessment.version, level=level, items_digest=digest, readout=readout, seed=0)
        record, _ = sit.sit(sit.Candidate(engine, FAMILY, Role.LEARNER, engine.parameters), assessment, made, identity)
        out.append(record.row())
    return out


def reaches(x: list[float], score: list[float]) -> float | None:
    """Where a score first reaches one half, on a line between neighbours in log10 x; None: nowhere."""
    if score[0] >= HALF:
        return x[0]
    for (a, low), (b, high) in itertools.pairwise(zip(x, score, strict=True)):
        if high >= HALF:
            share = (HALF - low) / (high - low)
            return float(10 ** (np.log10(a) + share * (np.log10(b) - np.log10(a))))
    return None


def held_out(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the smaller sizes say of the largest."""
    sizes = sorted({row["parameters"] for row in rows})
    cells = {(r["skill"], r["scale"], r["parameters"]): r["score"] for r in rows if r["score"] is not None}
    errors: dict[str, list[float]] = {"next smaller size": [], "line in log10 parameters": []}
    for skill, x in sorted({(s, x) for s, x, _ in cells}):
        known = [(n, cells[skill, x, n]) for n in sizes[:-1] if (skill, x, n) in cells]
        truth = cells.get((skill, x, sizes[-1]))
        if truth is None or len(known) < 2:
            continue
        slope, base = np.polyfit(np.log10([n for n, _ in known]), [s for _, s in known], 1)
        errors["next smaller size"].append(abs(known[-1][1] - truth))
        errors["line in log10 parameters"].append(abs(slope * np.log10(sizes[-1]) + base - truth))
    return {"cells": len(errors["next smaller size"]), "mean_absolute_error": {k: round(float(np.mean(v)), 4)
                                                                             for k, v in errors.items()}}


def by_law(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The law in parameters and data, fitted without the largest size, and how it fared there."""
    found = {(r["parameters"], r["scale"]): r["bits"] for r in rows}
    losses = [Row(engine=f"{FAMILY}-{n:g}", family=FAMILY, skill="loss", axis=Axis.BASES, scale=x, value=bits,
                  ceiling=0.0, floor=2.0, direction=Direction.LOWER, parameters=n) for (n, x), bits in found.items()]
    known = [Row.model_validate({k: v for k, v in r.items() if v not in (None, "")}) for r in rows]
    top = max(n for n, _ in found)
    answer = two_axes([*losses, *known], [top], [max(x for _, x in found)])
    return {"skills": {f.skill: {"rmse_log": round(f.largest.rmse_log, 4), "inside90": round(f.largest.inside90, 3),
                                 "of_parameters": f.of_parameters.median} for f in answer.skills if f.largest},
            "skipped": answer.skipped}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sizes = sorted({row["parameters"] for row in rows})
    top = max(row["scale"] for row in rows)
    on_data: dict[str, dict[str, float | None]] = {}
    on_size: dict[str, float | None] = {}
    for skill in dict.fromkeys(row["skill"] for row in rows):
        own = [r for r in rows if r["skill"] == skill and r["score"] is not None]
        for n in sizes:
            curve = sorted((r["scale"], r["score"]) for r in own if r["parameters"] == n)
            if curve:
                on_data.setdefault(skill, {})[str(n)] = reaches(*map(list, zip(*curve, strict=True)))
        last = sorted((r["parameters"], r["score"]) for r in own if r["scale"] == top)
        on_size[skill] = reaches(*map(list, zip(*last, strict=True))) if last else None
    return {"family": FAMILY, "parameters": sizes, "bases_to_half": on_data, "parameters_to_half": on_size,
            "held_out": held_out(rows), "by_law": by_law(rows)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    options.add_argument("--sizes", default=",".join(f"{s:g}" for s in SIZES))
    options.add_argument("--items", type=int, default=ITEMS)
    options.add_argument("--folder", type=Path, default=Path("/tmp/size-and-data"))
    options.add_argument("--from", type=Path, dest="source")
    options.add_argument("--table", type=Path)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    sizes = tuple(scale.parse(text) for text in given.sizes.split(","))
    if given.source:
        texts = csv.ConvertOptions(column_types={"version": string(), "time": string()})
        rows = [row | {"family": FAMILY} for row in csv.read_csv(given.source, convert_options=texts).to_pylist()]
    else:
        ready = prepared(sizes, given.items, given.folder)
        rows = [row for width in given.widths.split(",") for row in climb(ready, int(width), sizes)]
    if given.table:
        tables.write(rows, given.table)
    found = {"items": given.items, "load": os.getloadavg()[0], **summary(rows)}
    print(json.dumps(found, indent=1))
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
