"""What can a net learn that a context model never does? Copying, base pairing and spacing, from texts full of them.

    python benchmarks/beyond_words.py --out benchmarks/beyond_words.json      # some ten minutes on one core
    python benchmarks/beyond_words.py --sizes 2e4,5e4 --engines markov        # a look

The corpus is a school book: copies of noise, hairpins, and promoters whose boxes stand at the distances that work, each
drawn fresh, in equal shares. In a genome these are rare, so what is learnt here at 1 Mb is learnt there much later:
this shows what the architecture allows, not when a genome teaches it. Every engine reads the same letters and sits the
same exams at every size; the untrained net sits them too. The context model reads the pieces as one text, since it can
set nothing aside from pieces of this length.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first

from kindergrad.core import scale, seeds  # noqa: E402
from kindergrad.core.dna import decode_rows  # noqa: E402
from kindergrad.core.names import Readout  # noqa: E402
from kindergrad.exams import catalogue  # noqa: E402
from kindergrad.stats.scoring import cluster_stderr  # noqa: E402
from kindergrad.worlds import folding, promoters, repeats  # noqa: E402
from kindergrad.worlds.genome import SyntheticGenome  # noqa: E402

ENGINES = ("markov", "convolution", "state-space", "transformer")
SKILLS = ("genomics/copy", "genomics/base-pairing", "genomics/spacing")
SIZES = (100_000.0, 300_000.0, 1_000_000.0)
ITEMS = 300
_LESSON = 88  # letters of a piece, about


def school_book(letters: int, seed: int) -> list[str]:
    """Pieces of about 90 letters: copies, hairpins and promoters in turn."""
    streams = seeds.item_streams(letters // _LESSON + 3, seed, "school book")
    copies = repeats.copies(streams[0::3], source=64, length=24, divergence=0.01)
    hairpins = folding.draw(streams[1::3], stem=10, before=12, mismatch=0.0)
    texts = [decode_rows(np.concatenate([copies.context, copies.target], axis=1)),
             decode_rows(np.concatenate([hairpins.context, hairpins.arm], axis=1)),
             decode_rows(np.stack([_promoter(rng) for rng in streams[2::3]]))]
    return [str(text) for lesson in zip(*texts, strict=False) for text in lesson]


def _promoter(rng: np.random.Generator) -> Any:
    noise, far, near, spacer, gap = promoters.draw(rng)
    return promoters.write(noise, (far, near), int(rng.choice(promoters.PADS)), (spacer, gap))


def sit(engine: Any, items: int) -> dict[str, dict[str, float]]:
    """Mean score of every exam and its standard error."""
    world, out = SyntheticGenome(size=10_000), {}
    for skill in SKILLS:
        exam = catalogue.assessment(skill)
        for level in exam.levels:
            made = exam.items(world, items, level, 0)
            values = exam.score(exam.readouts[Readout.LIKELIHOOD](engine, made.asked), made)
            best = exam.score(made.ideal, made)
            stderr = cluster_stderr(values, made.truth["cluster"])
            out[exam.curve(level)] = {"value": float(values.mean()), "stderr": stderr, "chance": exam.chance,
                                      "ceiling": float(best.mean())}
    return out


def study(name: str, sizes: tuple[float, ...], items: int) -> list[dict[str, Any]]:
    """An engine along the ladder."""
    engine = catalogue.engine(name).make()
    pieces, rows, done = school_book(int(sizes[-1]), 0), [], 0
    before = np.cumsum([0, *map(len, pieces)])
    rows.append({"engine": name, "letters": 0, "exams": sit(engine, items)})
    for size in sizes:
        last = int(np.searchsorted(before, size))
        start = time.process_time()
        engine.learn(["".join(pieces[done:last])] if name == "markov" else pieces[done:last])
        rows.append({"engine": name, "letters": int(before[min(last, len(pieces))]), "parameters": engine.parameters,
                     "cpu_seconds": round(time.process_time() - start, 1), "exams": sit(engine, items)})
        done = last
        print(json.dumps({**rows[-1], "exams": {k: round(v["value"], 3) for k, v in rows[-1]["exams"].items()}}),
              flush=True)
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sizes", default=",".join(f"{s:g}" for s in SIZES))
    options.add_argument("--engines", default=",".join(ENGINES))
    options.add_argument("--items", type=int, default=ITEMS)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    sizes = tuple(scale.parse(text) for text in given.sizes.split(","))
    rows = [row for name in given.engines.split(",") for row in study(name, sizes, given.items)]
    if given.out:
        given.out.write_text(json.dumps({"items": given.items, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
