"""Should skills without a frequency be placed by their grade? Forecasts of later scores, alone and under a common law.

    python benchmarks/placed_by_grade.py ladder1.csv ladder2.csv --out placed_by_grade.json

Curves without a frequency are cut at 1e4, 1e5 and 1e6 bases; every fourth later score is forecast by the curve alone
and by one population of curves whose onset may shift with the grade (``stats.hierarchy`` with the grade as feature).
*Blank* curves show nothing yet at the cut: for them the syllabus would have to say it all.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from kindergrad.exchange import tables
from kindergrad.progress import exposure_law
from kindergrad.progress.curves import curves
from kindergrad.progress.forecast import AT_FLOOR
from kindergrad.progress.posterior import SkillPosterior
from kindergrad.progress.registry import crps
from kindergrad.stats import curve as one_curve
from kindergrad.stats import hierarchy

CUTS = (4.0, 5.0, 6.0)
PRIOR = hierarchy.Prior(slope=0.5, location=(4.0, 1.5, 0.8, 0.5), log_width=(0.0, 0.5, 0.4, 0.5),
                        logit_plateau=(1.0, 1.2, 1.0, 0.5), never=(-1.0, 1.0))
"""Onset in decades of bases, since there is no frequency to count exposures from."""


def judged(path: Path, cut: float) -> list[tuple[bool, float, float, bool, bool]]:
    """(blank, CRPS alone, CRPS by grade, inside 90 % alone, by grade) of later scores."""
    found = [c for c in curves(tables.read(path)) if c.frequency is None and c.grade is not None]
    pairs = [(c, part) for c in found if (part := c.until(cut)) is not None]
    grade = np.array([part.grade.order for _, part in pairs], dtype=float)
    joint = hierarchy.fit([exposure_law.observed(part) for _, part in pairs], prior=PRIOR,
                          features=(grade - grade.mean())[:, None])
    out = []
    for i, (whole, part) in enumerate(pairs):
        alone = SkillPosterior(part, one_curve.fit(part.x, part.y, part.stderr))
        now, error = part.score_now()
        blank = now <= max(AT_FLOOR, 2.0 * (error or 0.0)) and alone.alone.p_learning < 0.9
        for k in np.flatnonzero(whole.x > cut + 1e-6)[::4]:
            x, y = [float(whole.x[k])], float(whole.y[k])
            draws = alone.predictive(x)[:, 0], joint.predict(i, x)[:, 0]
            inside = [bool(np.quantile(d, 0.05) <= y <= np.quantile(d, 0.95)) for d in draws]
            out.append((bool(blank), crps(draws[0], y), crps(draws[1], y), *inside))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/placed_by_grade.json"))
    given = parser.parse_args()
    result = {"ladders": len(given.tables)}
    for cut in CUTS:
        lines = np.array([line for path in given.tables for line in judged(path, cut)], dtype=float)
        for name, part in (("blank", lines[lines[:, 0] == 1]), ("seen", lines[lines[:, 0] == 0])):
            mean = part[:, 1:].mean(axis=0).round(4).tolist()
            result[f"{name} at 1e{cut:g}"] = {"n": len(part), "crps_alone": mean[0], "crps_by_grade": mean[1],
                                             "coverage90_alone": mean[2], "coverage90_by_grade": mean[3]}
    given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
