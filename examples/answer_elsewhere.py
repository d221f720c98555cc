"""A model that knows nothing of kindergrad answers its questions: files in, files out.

    kindergrad export examples/study.yaml --items /tmp/items.csv
    python examples/answer_elsewhere.py /tmp/items.csv /tmp/predictions.csv
    kindergrad score /tmp/predictions.csv --study examples/study.yaml

The "model" here expects CpG to be rare. Put your own in the place of ``log_probability``; only the standard library is
needed, so that this file can run where your model is.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path


def log_probability(context: str, target: str) -> float:
    """Natural log of the probability of the target after the context."""
    text, total = context + target, 0.0
    for at in range(len(context), len(text)):
        after_c = at > 0 and text[at - 1] == "C"
        total += math.log((0.1 if text[at] == "G" else 0.3) if after_c else 0.25)
    return total


def main(questions: str, answers: str) -> None:
    with (Path(questions).open(encoding="utf-8", newline="") as given,
          Path(answers).open("w", encoding="utf-8", newline="") as out):
        lines = csv.writer(out)
        lines.writerow(["item_id", "readout", "score"])
        for row in csv.DictReader(given):
            if row["readout"] == "likelihood":
                lines.writerow([row["item_id"], row["readout"], log_probability(row["context"], row["target"])])


if __name__ == "__main__":
    main(*sys.argv[1:])
