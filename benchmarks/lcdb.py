"""LCDB learning curves of data sets that taught nothing: from the first anchors predict the later ones.

From the first third of the anchors predict the last (the main figure), and all later anchors from cuts at a third, a
half and three quarters (coverage by band of the extrapolation ratio). Error rate and log loss.
Usage: ``python benchmarks/lcdb.py --data ../shared/data --curves 400 --out lcdb.json`` (0 = all curves).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from curve_weights import SMALLEST, lcdb_curves, ranks

from kindergrad.core.seeds import stream
from kindergrad.core.table import Row, rows
from kindergrad.progress.backtest import backtest
from kindergrad.stats.average import shipped

THIRD = 1 / 3


def table(curves: dict[tuple[int, str, str], np.ndarray], share: float, *, only_last: bool) -> list[Row]:
    raw = []
    for (name, learner, metric), points in curves.items():
        cut = max(4, round(len(points) * share))
        for i, (scale, loss) in enumerate(points):
            if i < cut or i == len(points) - 1 or (not only_last and (i - cut) % 3 == 0):
                raw.append({"engine": learner, "skill": f"{metric}/{name}", "axis": "examples", "scale": scale,
                            "value": loss, "train": int(i < cut), "direction": "lower"})
    return rows(raw)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/lcdb.json"))
    parser.add_argument("--curves", type=int, default=400)
    args = parser.parse_args()
    found = lcdb_curves(args.data / "curves/lcdb/lcdb_mean_curves.csv.gz")
    rank = ranks(found)
    keys = [k for k, p in found.items() if rank[k[0]] % 2 == 1 and len(p) >= 8 and p[:, 1].min() >= SMALLEST]
    if args.curves:
        keys = [keys[i] for i in stream(7, "lcdb").permutation(len(keys))[: args.curves]]
    held_out = {k: found[k] for k in sorted(keys)}
    result: dict[str, object] = {"weights": shipped().archive, "n_curves": len(held_out)}
    for metric in ("error", "logloss"):
        start = time.time()
        part = {k: p for k, p in held_out.items() if k[2] == metric}
        answer, _ = backtest(table(part, THIRD, only_last=True), methods=("last_value", "m1", "m2", "m4"))
        result[f"last_from_third_{metric}"] = {
            **{m: {k: round(v, 4) for k, v in s.model_dump().items()} for m, s in answer.methods.items()},
            "seconds": round(time.time() - start, 1), "n_curves": answer.n_curves,
        }
        print(metric, json.dumps(result[f"last_from_third_{metric}"]))
    answer, _ = backtest([r for share in (THIRD, 0.5, 0.75)
                          for r in _renamed(table(held_out, share, only_last=False), share)], methods=("last_value",))
    result["bands"] = [
        {"ratio": [round(b.ratio_low, 2), b.ratio_high and round(b.ratio_high, 2)], "n_curves": b.n_curves,
         **{m: [round(v, 3) for v in (s.coverage50, s.coverage80, s.coverage90, s.crps)]
            for m, s in b.methods.items()}}
        for b in answer.bands
    ]
    print(json.dumps(result["bands"], indent=1))
    args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _renamed(table_rows: list[Row], share: float) -> list[Row]:
    return [row.model_copy(update={"version": f"{share:.2f}"}) for row in table_rows]


if __name__ == "__main__":
    main()
