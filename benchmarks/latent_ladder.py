"""What a small neural model learns of a simulated screen as it reads more, beside kernel regression.

    pip install '.[torch]' && python benchmarks/latent_ladder.py [--scales 20 80 320 1000 2000]

Both engines sit the exams of `kindergrad run --domain perturbation` on one screen. Writes latent_ladder.json: the score
of each skill at each number of experiments, with its standard error, and the seconds of the whole run.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENGINES = ("response-latent", "response-kernel")


def table(scales: list[int], folder: Path) -> list[dict[str, str]]:
    study = folder / "study.yaml"
    engines = ", ".join(f"{{id: {name}}}" for name in ENGINES)
    study.write_text("domain: perturbation\nworld: {kind: gene_network}\n"
                     f"engines: [{engines}]\nscales: {scales}\nitems: 100\n", encoding="utf-8")
    for command in (["run", study, "--out", folder / "out", "--workers", "1"],
                    ["export", folder / "out", "--to", folder / "table.csv"]):
        subprocess.run([sys.executable, "-m", "kindergrad.cli", *map(str, command)], check=True, stdout=sys.stderr)
    with (folder / "table.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scales", type=int, nargs="+", default=[20, 80, 320, 1000, 2000])
    scales = parser.parse_args().scales
    load, start = os.getloadavg()[0], time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        rows = table(scales, Path(name))
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for row in rows:
        if row["engine"] in ENGINES and row["score"]:
            at = found.setdefault(row["skill"], {}).setdefault(row["engine"], {})
            at[f"{float(row['scale']):.0f}"] = [round(float(row["score"]), 3), round(float(row["score_stderr"]), 3)]
    out = {"scales": scales, "seconds": round(time.perf_counter() - start, 1), "load_before": round(load, 2),
           "skills": found}
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
    last = str(scales[-1])
    for skill, engines in found.items():
        latent, kernel = (engines.get(name, {}) for name in ENGINES)
        said = "  ".join(f"{latent.get(str(s), ['-'])[0]:>6}" for s in scales)
        print(f"{skill.removeprefix('perturbation/'):32s} {said}   | kernel {kernel.get(last, ['-'])[0]}")


if __name__ == "__main__":
    main()
