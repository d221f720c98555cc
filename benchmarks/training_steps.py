"""Is a small transformer that shows nothing short of data, or short of training? The same text, more steps.

    python benchmarks/training_steps.py --out benchmarks/training_steps.json      # needs the extra torch

The engine ``text-transformer`` reads the first 100,000 characters of the web of arithmetic in one piece, with as many
steps as the built-in study would give it, and with eight times as many; then it sits exams by likelihood. Values are
raw: 1 for a sure right answer, 0.5 for a guess.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first

from kindergrad.core.names import Readout  # noqa: E402
from kindergrad.engines.text_transformer import TextTransformer  # noqa: E402
from kindergrad.exams import catalogue  # noqa: E402
from kindergrad.worlds import arithmetic  # noqa: E402

SIZE, EFFORTS, ITEMS = 100_000, (2, 16), 100
EXAMS = ("counting", "successor", "comparison", "one-digit-addition", "subtraction", "multiplication")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    world = arithmetic.make(0)
    text = "".join(world.corpus(0))[:SIZE]
    runs: list[dict[str, Any]] = []
    for effort in EFFORTS:
        engine = TextTransformer(effort=effort)
        engine.learn([text])
        exams = {}
        for name in EXAMS:
            exam = catalogue.assessment(f"arithmetic/{name}")
            items = exam.items(world, ITEMS, exam.levels[0], 0)
            answers = exam.readouts[Readout.LIKELIHOOD](engine, items.asked)
            exams[name] = round(float(np.mean(exam.score(answers, items))), 2)
        runs.append({"effort": effort, "exams": exams})
    report = json.dumps({"characters": SIZE, "items": ITEMS, "runs": runs}, indent=1)
    if asked.out is not None:
        asked.out.write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
