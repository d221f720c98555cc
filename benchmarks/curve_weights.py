"""Learn the weights and conformal factors of the loss forecasts and write ``stats/weights.json``.

The archive: LCDB data sets with an even rank (of the sorted ids) and simulated curves; nothing else. Even ranks
divisible by four teach the weights, the others the conformal factors. Odd ranks stay unseen: they judge
(``benchmarks/lcdb.py``). Usage: ``python benchmarks/curve_weights.py --data DIR --curves 600 --simulated 1600``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from kindergrad.core.seeds import stream
from kindergrad.stats.average import Members, band, conformal_factors, learn, log_score
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_loss import MEMBERS, loss_data, member_forecasts
from kindergrad.stats.laws._law import Design
from kindergrad.testing.check_law import draw_parameters

SMALLEST = 1e-3
"""Curves that come closer to a loss of 0 carry rounding, not learning."""
SHARE_SIMULATED = 0.5


def lcdb_curves(path: Path) -> dict[tuple[int, str, str], np.ndarray]:
    """(data set, learner, metric) -> (scale, loss) sorted by scale; error rate and log loss."""
    found: dict[tuple[int, str, str], list[tuple[float, float]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for metric, value in (("error", 1.0 - float(row["accuracy_test_mean"])),
                                  ("logloss", float(row["logloss_test_mean"]))):
                found[int(row["openmlid"]), row["learner"], metric].append((float(row["size_train"]), value))
    return {key: np.array(sorted(points)) for key, points in sorted(found.items())}


def ranks(curves: dict[tuple[int, str, str], np.ndarray]) -> dict[int, int]:
    """Rank of every data set among the sorted ids: what is even teaches, what is odd judges."""
    return {name: rank for rank, name in enumerate(sorted({key[0] for key in curves}))}


def examples(points: np.ndarray) -> list[tuple[Members, np.ndarray]]:
    """Forecasts of one curve from several cuts, at up to three later anchors, with the truth in ln loss."""
    out, n = [], len(points)
    x, loss = np.log10(points[:, 0]), points[:, 1]
    if n < 8 or loss.min() < SMALLEST:
        return out
    for cut in sorted({max(4, round(n * share)) for share in (1 / 3, 0.5, 0.75)} | {n - 1}):
        at = np.unique([cut, (cut + n - 1) // 2, n - 1])
        data, _ = loss_data(x[:cut], loss[:cut])
        out.append((member_forecasts(data, x[at]), np.log(loss[at])))
    return out


def simulated(number: int) -> list[tuple[Members, np.ndarray]]:
    """One curve drawn from a law with noise and a random walk; half of them nearly stop at a random place."""
    rng = stream(11, "archive", number)
    law = catalogue()[str(rng.choice(["m1", "m2", "m3", "m4", "broken"]))]
    n, span, ahead = int(rng.integers(5, 41)), rng.uniform(1.0, 3.5), float(rng.choice([0.1, 0.3, 0.3, 0.6, 0.9, 1.5]))
    x = np.concatenate([np.linspace(0.0, span, n), span + ahead * np.array([0.5, 1.0])])
    truth = draw_parameters(law, 1, number, Design(0.0, span))
    z = law.value(x, truth)[0]
    if rng.random() < 0.5:
        stop, rest = rng.uniform(span - 0.3, span + ahead), rng.uniform(0.0, 0.5)
        at_stop = law.value(np.array([stop]), truth)[0, 0]
        z = np.where(x > stop, at_stop + rest * (z - at_stop), z)
    walk = np.exp(rng.normal(np.log(0.01), 1.0)) * np.sqrt(np.diff(x, prepend=x[0])) * rng.standard_normal(x.size)
    z = z + np.cumsum(walk) + np.exp(rng.uniform(np.log(0.0005), np.log(0.04))) * rng.standard_normal(x.size)
    if not np.all(np.abs(z) < 20.0):
        return []
    data, _ = loss_data(x[:n], np.exp(z[:n]))
    return [(member_forecasts(data, x[n:]), z[n:])]


def joined(parts: list[tuple[Members, np.ndarray]]) -> tuple[Members, np.ndarray]:
    members = Members(*(np.concatenate(field, axis=-1) for field in zip(*(m for m, _ in parts), strict=True)))
    return members, np.concatenate([t for _, t in parts])


def even_over_bands(members: Members) -> np.ndarray:
    place = band(members.ratio)
    weight = 1.0 / np.bincount(place, minlength=10)[place]
    return np.asarray(weight / weight.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--curves", type=int, default=600)
    parser.add_argument("--simulated", type=int, default=1600)
    parser.add_argument("--out", type=Path, default=Path("src/kindergrad/stats/weights.json"))
    args = parser.parse_args()
    start, path = time.time(), args.data / "curves/lcdb/lcdb_mean_curves.csv.gz"
    curves = lcdb_curves(path)
    rank = ranks(curves)
    keys = [key for key in curves if rank[key[0]] % 2 == 0]
    keys = [keys[i] for i in stream(5, "archive").permutation(len(keys))[: args.curves]]
    teach = joined([e for key in keys if rank[key[0]] % 4 == 0 for e in examples(curves[key])])
    calibrate = joined([e for key in keys if rank[key[0]] % 4 == 2 for e in examples(curves[key])])
    invented = joined([e for i in range(args.simulated) for e in simulated(i)])
    both = joined([teach, invented])
    importance = np.concatenate([(1.0 - SHARE_SIMULATED) * even_over_bands(teach[0]),
                                 SHARE_SIMULATED * even_over_bands(invented[0])])
    weights = learn(both[0], both[1], importance, MEMBERS)
    weights = weights._replace(factor=conformal_factors(*calibrate, weights), archive={
        "lcdb_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "data_sets": "even ranks of the sorted OpenML ids: divisible by 4 weights, others conformal factors",
        "curves": str(len(keys)), "forecasts": str(teach[1].size), "simulated": str(invented[1].size),
        "log_score_conformal_half": f"{log_score(*calibrate, weights).mean():.4f}",
    })
    rounded = {k: (round(v, 4) if isinstance(v, float) else v) for k, v in weights._asdict().items()}
    for name in ("intercept", "slope", "stretch"):
        rounded[name] = [round(v, 4) for v in rounded[name]]
    rounded["factor"] = [[round(v, 4) for v in row] for row in rounded["factor"]]
    args.out.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rounded, indent=1), f"{time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
