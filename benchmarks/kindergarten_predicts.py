"""Does kindergarten predict high school? A hard skill forecast from its own early scores, a loss, the lower rungs, all.

Every forecast is a distribution made from results below a cut, and is judged by its CRPS on results above it; smaller
is better. What differs between two methods is what they were told. Differences are paired by case; their 90 % intervals
come from a bootstrap over engines and skills at once (Owen 2007, doi:10.1214/07-AOAS122). A case is *hidden* where
the hard skill's own score at the cut was at its floor.

    python benchmarks/kindergarten_predicts.py --ladder RUN1.csv --ladder RUN2.csv
    python benchmarks/kindergarten_predicts.py --part simulated --studies 20      # a quick look

RUN.csv is ``kindergrad run --seed 1 --out RUN1 && kindergrad export RUN1 --to RUN1.csv``.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import obs_scaling
from kindergarten_methods import AT_FLOOR, Case, Floats, by_law, by_link, judge, summary
from kindergarten_published import OLMO, held_out_families, held_out_scales, olmo, published
from scipy.special import expit

from kindergrad.core.seeds import stream
from kindergrad.core.table import rows
from kindergrad.progress.curves import LearningCurve, curves
from kindergrad.stats import hierarchy

# --- simulated ladders -----------------------------------------------------------------------------------------------

SCALES = np.arange(3.0, 5.01, 0.25)
RUNGS = np.array([2.0, 2.5, 3.0, 3.5, 4.0])
HARD = (4.5, 6.0)
SCENARIOS: dict[str, dict[str, float]] = {
    "exposure law true": {},
    "exposure law slightly wrong": {"tau": 0.5, "wrong": 0.2},
    "hard skill independent of its rungs": {"independent": 1.0},
    "hard skill never learnt": {"never_hard": 1.0},
}


class Simulated:
    """One engine: its rungs and a hard skill, whose onsets follow exposure (or, as a control, do not).

    In the control the hard skill's onset is that of another engine: engines differ by a decade (sd), so that the
    rungs of this engine say nothing about it.
    """

    def __init__(self, seed: int, setting: Mapping[str, float]) -> None:
        rng = self.rng = stream(seed, "kindergarten", "simulated")
        self.offset = np.append(RUNGS, rng.uniform(*HARD))
        n, tau = self.offset.size, setting.get("tau", 0.25)
        engine = np.full(n, 1.0 + rng.normal(0.0, 1.0))
        other = 1.0 + rng.normal(0.0, 1.0)
        engine[-1] = other if setting.get("independent") else engine[-1]
        never = rng.random(n) < 0.1
        never[-1] |= bool(setting.get("never_hard"))
        self.location = np.where(never, np.inf, self.offset + engine + rng.normal(0.0, tau, n))
        self.width = 0.9 * np.exp(rng.normal(0.0, 0.25, n))
        self.plateau = 1.1 * expit(rng.normal(1.5, 0.6, n))
        wrong = (rng.random(n) < setting.get("wrong", 0.0)) * rng.choice([-1.0, 1.0], n) * np.log10(3.0)
        error = np.full(SCALES.size, 0.03)
        self.curves = [hierarchy.Curve(SCALES, self.score(s, SCALES) + rng.normal(0.0, 0.03, SCALES.size), error,
                                       float(self.offset[s] + wrong[s])) for s in range(n)]

    def score(self, s: int, x: Floats) -> Floats:
        rise = expit(2.0 * np.log(9.0) * (x - self.location[s]) / self.width[s])
        return np.asarray(self.plateau[s] * rise + self.rng.normal(0.0, 0.02, x.size))

    def loss(self) -> hierarchy.Curve:
        """What a loss sees: the mean of all skills, each weighted by how often it is met."""
        weight = 10.0**-self.offset
        y = np.stack([c.y for c in self.curves])
        return hierarchy.Curve(SCALES, weight @ y / weight.sum(), np.full(SCALES.size, 0.02))


def simulated(name: str, studies: int) -> list[Case]:
    """Forecasts 1, 2 and 3 decades beyond the last scale; every study is an engine of its own."""
    out = []
    for seed in range(studies):
        engine = Simulated(seed, SCENARIOS[name])
        *rungs, hard = engine.curves
        at = SCALES[-1] + np.array([1.0, 2.0, 3.0])
        draws = by_law(rungs, hard, engine.loss(), at)
        truth = engine.score(len(rungs), at)
        hidden = bool(hard.y[-1] <= max(AT_FLOOR, 2.0 * hard.stderr[-1]))
        out += [judge({m: d[:, j] for m, d in draws.items()}, float(truth[j]), 0.0,
                      place=(str(seed), "hard", hidden)) for j in range(at.size)]
    return out


# --- ladders of this product -----------------------------------------------------------------------------------------

CUTS = (1e4, 1e5, 1e6)
AHEAD = (0.5, 1.0, 1.5, 2.0, 3.0)
LOSS = "genomics/next-base"
TIERS = [f"genomics/degenerate-word[tier-{t}]" for t in range(1, 9)]
UNITS = [f"genomics/periodicity[unit-{u}]" for u in range(1, 7)]
BY_FREQUENCY = {"word tiers 5 to 8 from tiers 1 to 4": (TIERS[:4], TIERS[4:]),
                "periodicity, units 4 to 6 from 1 to 3": (UNITS[:3], UNITS[3:])}
LATER_GRADES = ("elementary", "middle")


def tables(paths: Sequence[Path]) -> dict[tuple[str, int], dict[str, LearningCurve]]:
    """(ladder, seed of the engine) -> skill -> curve; learners only."""
    out = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            table = rows(csv.DictReader(file), str(path))
        for seed in sorted({row.seed for row in table}):
            out[path.stem, seed] = {c.skill: c for c in curves([row for row in table if row.seed == seed])}
    return out


def as_curve(found: LearningCurve) -> hierarchy.Curve:
    offset = 0.0 if found.frequency is None else -np.log10(found.frequency)
    return hierarchy.Curve(found.x, found.y, np.nan_to_num(found.stderr), float(offset))


def later(found: LearningCurve, cut: float) -> list[int]:
    """Positions of the results half a decade, a decade ... above the cut."""
    return [int(k) for d in AHEAD for k in np.flatnonzero(np.abs(found.x - np.log10(cut) - d) < 0.02)]


def ladders(paths: Sequence[Path], setting: str, cut: float) -> list[Case]:
    out = []
    for (ladder, _), found in tables(paths).items():
        early = {skill: c for skill, full in found.items() if (c := full.until(np.log10(cut))) is not None}
        loss = as_curve(early[LOSS])
        if setting in BY_FREQUENCY:
            lower, hard_skills = BY_FREQUENCY[setting]
        else:
            lower = [s for s, c in early.items() if c.grade == "kindergarten" and s != LOSS and s not in UNITS]
            hard_skills = [s for s, c in early.items() if c.grade in LATER_GRADES and s not in TIERS]
        for skill in hard_skills:
            full, hard, where = found[skill], as_curve(early[skill]), later(found[skill], cut)
            if setting in BY_FREQUENCY:
                draws = by_law([as_curve(early[s]) for s in lower], hard, loss, full.x[where])
            else:
                draws = by_link([as_curve(early[s]) for s in lower], hard, loss, full.x[where])
            hidden = bool(hard.y[-1] <= max(AT_FLOOR, 2.0 * hard.stderr[-1]))
            out += [judge({m: d[:, j] for m, d in draws.items()}, float(full.y[k]), float(full.stderr[k]),
                          place=(ladder, skill, hidden)) for j, k in enumerate(where)]
    return out


# --- all of it -------------------------------------------------------------------------------------------------------

PARTS = ("simulated", "ladders", "published", "olmo")


def study(part: str, given: argparse.Namespace) -> dict[str, list[Case]]:
    """Setting, or "setting; cut", -> cases."""
    if part == "simulated":
        return {name: simulated(name, given.studies) for name in SCENARIOS}
    if part == "ladders":
        kinds = (*BY_FREQUENCY, "later grades from kindergarten, no frequency")
        return {f"{kind}; cut {cut:.0e}": ladders(given.ladder, kind, cut) for kind in kinds for cut in CUTS}
    if part == "published":
        data = published(given.data / "curves/obs_scaling")
        return {"held-out families": held_out_families(data)} | {
            f"larger models; cut {cut:g}e21 FLOP": held_out_scales(data, cut) for cut in obs_scaling.CUTS}
    folder = given.data / "curves/olmo_ladder/ladder-runs"
    return {f"larger runs; up to {size}": olmo(folder, OLMO[size]) for size in ("370M", "760M", "1B")}


def pooled(done: Mapping[str, list[Case]]) -> dict[str, list[Case]]:
    """The settings, and all cuts of each together."""
    out = dict(done)
    for name, cases in done.items():
        if "; " in name:
            out.setdefault(f"{name.split('; ')[0]}; all cuts", []).extend(cases)
    return out


def show(name: str, answer: Mapping[str, Any]) -> None:
    print(name)
    for band, line in answer.items():
        print(f"  {band}: {line['cases']} cases, {line['engines']} engines, {line['skills']} skills")
        for method, value in line["crps"].items():
            print(f"    CRPS {value:.4f}  90 % interval holds {line['coverage90'][method]:.0%}  {method}")
        for pair, d in line["difference"].items():
            bounds = "no interval" if d["q05"] is None else f"[{d['q05']:+.4f}, {d['q95']:+.4f}]"
            print(f"    {d['mean']:+.4f} {bounds}  {pair}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--ladder", type=Path, action="append", default=[], help="exported table of a run; repeat")
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; the others keep their figures")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/kindergarten_predicts.json"))
    given = parser.parse_args()
    result = json.loads(given.out.read_text(encoding="utf-8")) if given.out.exists() else {}
    for part in given.part or PARTS:
        if part == "ladders" and not given.ladder:
            print("ladders left out: no --ladder given", file=sys.stderr)
            continue
        result[part] = {name: summary(cases) for name, cases in pooled(study(part, given)).items()}
        for name, answer in result[part].items():
            show(f"{part} | {name}", answer)
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
