"""What the exposure law said of rare motifs before they were learnt, and what came.

    kindergrad run benchmarks/foretold.yaml --out /tmp/foretold       # two minutes of one core
    kindergrad forecast /tmp/foretold --resolve /tmp/foretold/ledger.jsonl
    python benchmarks/foretold.py --from /tmp/foretold --out benchmarks/foretold.json

The run writes its forecasts into a hash-chained ledger when a tenth of the text was read, and only then reads on. Of
every engine those tiers of motifs are picked whose score was still within two standard errors of the floor, the three
commonest of them: curves that show nothing yet, so that only the law that common motifs obey can know when they rise.
Beside it stand the last value, and the forecast of the same curve alone, whose frequency is not told.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from kindergrad.core.table import Row
from kindergrad.exams.store import LEDGER
from kindergrad.progress import ledger, registry
from kindergrad.progress.curves import curves
from kindergrad.progress.forecast import fit
from kindergrad.report import card

SHOWN = 3
"""Tiers without any signal that are told of each engine."""


def quantile(forecast: registry.Registered, level: float) -> float:
    return round(float(np.interp(level, registry.LEVELS, forecast.quantiles)), 3)


def alone(rows: list[Row], forecast: registry.Registered) -> list[float]:
    """Median and 90 % of the curve by itself, as it was when the forecast was made."""
    blank = [row.model_copy(update={"frequency": None}) for row in rows
             if (row.engine, row.skill) == (forecast.engine, forecast.skill) and row.scale <= forecast.scale_now]
    draws = fit(curves(blank)).skills[0].predictive([float(np.log10(forecast.scale))], 0)[:, 0]
    return [round(float(q), 3) for q in np.quantile(draws, [0.5, 0.05, 0.95])]


def told(rows: list[Row], resolved: registry.Resolved) -> dict[str, Any]:
    """One forecast and its outcome."""
    made = resolved.forecast
    own = [row for row in rows if (row.engine, row.skill) == (made.engine, made.skill) and row.scored is not None]
    then = [row.scored for row in own if row.scored and np.isclose(row.scale, made.scale_now)]
    last = float(np.mean([s for s, _ in then]))
    error = float(np.sqrt(np.mean([(e or 0.0) ** 2 for _, e in then]) / len(then)))
    return {"engine": made.engine, "skill": made.skill, "frequency": own[0].frequency, "scale_now": made.scale_now,
            "met_then": round((own[0].frequency or 0.0) * made.scale_now, 1), "scale": made.scale,
            "score_then": round(last, 3), "score_then_stderr": round(error, 3),
            "foretold": [quantile(made, q) for q in (0.5, 0.05, 0.95)], "outcome": round(resolved.outcome, 3),
            "inside90": resolved.inside90, "pit": round(resolved.pit, 2), "crps": round(resolved.crps, 3),
            "crps_last_value": round(abs(resolved.outcome - last), 3), "alone": alone(rows, made),
            "registered": resolved.registered, "silent": last < 2 * error}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--from", type=Path, dest="source", required=True)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    rows, book = card.load(given.source), given.source / LEDGER
    every = [told(rows, r) for r in registry.resolve(book, rows)]
    every.sort(key=lambda f: (f["engine"], f["frequency"]))
    picked = []
    for engine in dict.fromkeys(f["engine"] for f in every):
        silent = [f for f in every if f["engine"] == engine and f["silent"]]
        picked += silent[-SHOWN:]
    found = {"head_of_ledger": ledger.read(book).head, "silent": picked, "every": every}
    for f in every:
        print(f["engine"], f["skill"], f"then {f['score_then']}±{f['score_then_stderr']}", f"foretold {f['foretold']}",
              f"alone {f['alone']}", f"came {f['outcome']}", "inside" if f["inside90"] else "OUTSIDE")
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
