"""Results of another harness: what do they say of learning, thresholds and the future?

    python examples/forecast_own_table.py [TABLE.csv]

A table needs five columns: engine, skill, axis, scale, value. More are used where they are there: stderr, floor,
ceiling, seed, grade, frequency. The table beside this file is simulated: five motifs, from very common to rare, as a
harness would score a growing model. The rare one is hardly met within the data; the others say when to expect it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import kindergrad

HERE = Path(__file__).parent


def main(table: Path = HERE / "other_harness.csv") -> None:
    """Print the forecast of each skill, and the belief in one goal after each scale."""
    rows = kindergrad.read_table(table)
    for skill in kindergrad.forecast(rows, target=0.5).skills:
        print(skill.sentence)
        now, later = skill.score_now, skill.at["10x"]
        print(f"    score now {now:.2f}; at ten times the data {later.median:.2f} ({later.q05:.2f} to {later.q95:.2f})")
    goal = kindergrad.Goal.parse("promoters/rare-motif>=0.5@1e9")
    found = kindergrad.belief(rows, goal)
    print(f"belief in {found.goal}: {found.belief:.0%} (it began at {found.history[0].belief:.0%})")
    for step in found.history[1:]:
        print(f"    after {step.scale:.0e}: {step.belief:.0%}, {step.bits:+.1f} bits of evidence")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
