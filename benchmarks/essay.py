"""The figures of docs/the-essay.md that no other benchmark writes: of the three built-in studies, and of real corpora.

    kindergrad run --out genomics && kindergrad run --domain perturbation --out screen
    kindergrad run --domain arithmetic --out arithmetic
    python benchmarks/essay.py genomics screen arithmetic ../shared/data --out benchmarks/essay.json
    python docs/make_essay.py

Of each study: every curve with its score, verdict and width, and when its grades rose; what was foretold and came. Of a
genome and a megabase of human DNA: how often every concept of the syllabus stands there. Of published scores of DNA
language models by size: how probable each law is.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first

from kindergrad.core.answers_journey import Journey  # noqa: E402
from kindergrad.exposure import measure  # noqa: E402
from kindergrad.report import card  # noqa: E402
from kindergrad.stats import curve  # noqa: E402

CORPORA = {"E. coli O157": "genomics/ecoli_o157/GCF_000008865.2.fna.gz",
           "human chr22, 1 Mb": "genomics/human_chr22_1mb/22_20-21M.fa.gz"}
PUBLISHED = "curves/published_scale_scores.csv"
LAWS = ("flat", "line", "logistic", "peaked")
SPREAD = 0.02  # standard error that the published scores are taken to have


def study(folder: Path) -> dict[str, Any]:
    """Curves, grades and forecasts of a run folder."""
    found = card.card(folder)
    if found.forecast is None or found.facts.journey is None:
        raise SystemExit(f"{folder} holds no scores")
    curves = [{"skill": f.skill, "engine": f.engine, "readout": f.readout, "score": f.score_now,
               "stderr": f.score_now_stderr, "scale": f.scale_now, "axis": f.axis, "rises": f.p_learning,
               "width": f.width, "verdict": f.verdict.value, "frequency": f.frequency}
              for f in found.forecast.skills]
    law = found.forecast.exposure
    journeys = [_journey(j, found.facts.journey.corpus) for j in found.facts.journey.journeys]
    return {"curves": curves, "journeys": journeys, "log10_kappa": law.log10_kappa.median if law else None,
            "seed": found.facts.seed}


def _journey(found: Journey, corpus: float | None) -> dict[str, Any]:
    risen = [r for r in found.rises if r.half.median is not None and r.half.median <= found.scale_now]
    met: dict[str, float] = {}
    for r in found.rises:
        if r.first_met is not None and r.grade is not None:
            met[r.grade.value] = max(met.get(r.grade.value, 0.0), r.first_met)
    told = found.foretold
    return {
        "engine": found.engine, "readout": found.readout.value, "scale": found.scale_now, "corpus": corpus,
        "grades": {g.grade.value: g.half.median for g in found.grades},
        "order": [{"easier": str(e.easier), "harder": str(e.harder), "p": e.p, "verdict": e.verdict.value}
                  for e in found.order],
        "curves": len(found.rises), "risen": len(risen),
        "abrupt": sum(r.verdict.value == "abrupt" for r in risen),
        "twin_abrupt": sum((r.twin_abrupt or 0.0) >= 0.9 for r in risen),
        "metric": [r.skill for r in found.rises if r.kind.value == "T1"],
        "first_met": met, "rises": {r.skill: {"half": r.half.median, "first_met": r.first_met, "score": r.score,
                                              "twin": r.twin, "twin_half": r.twin_half} for r in found.rises},
        "foretold": {"n": len(told), "inside90": sum(f.inside90 for f in told),
                     "above": sum(f.outcome > f.q95 and not f.inside90 for f in told),  # whose own error is no excuse
                     "below": sum(f.outcome < f.q05 and not f.inside90 for f in told),
                     "median_off": float(np.median([abs(f.off) for f in told])) if told else None},
    }


def corpus(path: Path) -> dict[str, Any]:
    """Rates of all concepts per million bases, with what is expected by chance."""
    found = measure.exposure(path, measure.wanted("genomics"))
    rows = {f"{r.skill}: {r.concept}": {"met": r.occurrences, "per_mb": r.rate * 1e6, "low": r.rate_low * 1e6,
                                        "high": r.rate_high * 1e6, "ten_times_at": r.met_kappa_at.median,
                                        "by_chance": None if r.by_chance is None else r.by_chance * found.corpus.size}
            for r in found.rows}
    return {"bases": found.corpus.size, "rows": rows}


def published(path: Path) -> dict[str, Any]:
    """Scores of one family of models by size, by two readouts, and the probability of each law."""
    with path.open(encoding="utf-8") as lines:
        own = [r for r in csv.DictReader(lines) if r["family"] == "MarinDNA" and r["task"] == "Mendelian_v2_missense"]
    out = {}
    for readout in sorted({r["readout"] for r in own}):
        points = sorted((float(r["params_M"]), float(r["score"])) for r in own if r["readout"] == readout)
        x, y = np.log10([p for p, _ in points]), np.array([score for _, score in points])
        fitted = curve.fit(x, y, np.full(x.size, SPREAD), laws=LAWS)
        out[readout] = {"points": points, "laws": dict(fitted.probabilities), "rises": fitted.p_learning}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("genomics", "screen", "arithmetic", "data"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    report = {
        "studies": {name: study(getattr(asked, name)) for name in ("genomics", "screen", "arithmetic")},
        "corpora": {name: corpus(asked.data / file) for name, file in CORPORA.items()},
        "published": published(asked.data / PUBLISHED),
    }
    asked.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
