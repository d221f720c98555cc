"""Every attack of the adversarial tests on many simulated screens: does any end above its floor?

    python benchmarks/score_attacks.py [--seeds 10]

Screens of 20 training and 24 scored perturbations, 100 genes, 40 cells each and 160 controls, as counts and
log-normal, without and with signal. Writes score_attacks.json: per attack and skill the mean score, how often it was
scored, and how often it ended more than two standard errors above the floor.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "exams"))

from response_tables import predicted, screen
from test_score_adversarial import IGNORANT, TWISTED

from kindergrad.exams.score_response import score
from kindergrad.exams.score_response_items import material

PERFECT = {"perfect": lambda s, rng: s.means[s.n_training:]}


def run(seeds: int) -> list[dict[str, object]]:
    kept: dict[tuple[str, str, str], list[tuple[float | None, float | None]]] = defaultdict(list)
    for signal, kind, seed in ((x, k, i) for x in (0.0, 1.0) for k in ("counts", "log-normal") for i in range(seeds)):
        made = screen(100 + seed, signal=signal, counts=kind == "counts", n_genes=100)
        truth = made.table()
        for name, attack in (IGNORANT | TWISTED | PERFECT).items():
            said = predicted(made.scored, made.genes, attack(made, np.random.default_rng(seed)))
            for one in score(said, truth, material(said, truth, made.training)).skills:
                kept["signal" if signal else "no signal", name, one.skill].append((one.score, one.stderr))
    out = []
    for (data, name, skill), found in kept.items():
        scored = [(s, e) for s, e in found if s is not None and e is not None]
        out.append({"data": data, "attack": name, "skill": skill, "screens": len(found), "scored": len(scored),
                    "mean_score": round(float(np.mean([s for s, _ in scored])), 3) if scored else None,
                    "above_by_two_errors": sum(s > 2.0 * e + 1e-9 for s, e in scored)})
    return out


def show(found: list[dict[str, object]]) -> None:
    skills = list(dict.fromkeys(str(row["skill"]).removeprefix("perturbation/") for row in found))
    for data in ("no signal", "signal"):
        print(f"\n{data}: mean score (scored screens / of them more than two errors above the floor)")
        print(f"{'':44s}" + "".join(f"{skill:>20s}" for skill in skills))
        for name in dict.fromkeys(str(row["attack"]) for row in found):
            cells = {str(row["skill"]).removeprefix("perturbation/"): row for row in found
                     if row["data"] == data and row["attack"] == name}
            print(f"{name:44s}" + "".join(
                f"{'-' if cells[s]['mean_score'] is None else cells[s]['mean_score']:>9} "
                f"({cells[s]['scored']:>2}/{cells[s]['above_by_two_errors']:>2}) ".rjust(20) for s in skills))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=10)
    found = run(parser.parse_args().seeds)
    show(found)
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
