"""A finished run as data: its records, its single items, its long table.

    kindergrad run examples/study.yaml --out /tmp/own
    python examples/read_records.py /tmp/own

A record is a folder with ``record.json`` and ``items.parquet``, written once and never edited, so that polars, DuckDB
or pandas can read all of them at once; here pyarrow does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import kindergrad


def main(folder: Path) -> None:
    """Print the last score of each engine on each skill, and the concept that the first engine finds hardest."""
    import pyarrow.dataset as dataset

    found = kindergrad.records(folder)
    last = {}
    for record in sorted(found, key=lambda r: r.main_scale.value):
        if record.status == "ok" and record.role == "learner" and record.estimand:
            last[record.identity.engine, record.skill] = record
    for (engine, skill), record in sorted(last.items()):
        e = record.estimand
        print(f"{engine:10} {skill:36} {e.score:6.2f} ± {e.score_stderr:.2f}  "
              f"floor {e.floor:.2f} ({e.floor_engine}), ceiling {e.ceiling:.2f} ({e.ceiling_kind})")
    engine = min(engine for engine, _ in last)
    hardest = last[engine, "genomics/exact-word"]
    path = next(folder.glob(f"records/*/{hardest.record_id}/items.parquet"))
    items = dataset.dataset(path).to_table().group_by("concept").aggregate([("value", "mean")])
    worst = min(items.to_pylist(), key=lambda row: row["value_mean"])
    print(f"hardest word for {engine}: {worst['concept']} (placement {worst['value_mean']:.2f})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
