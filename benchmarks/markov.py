"""How good and how fast is the context model, and what does it cost?

    python benchmarks/markov.py GENOME.fa.gz            # JSON on stdout
    python benchmarks/markov.py GENOME.fa.gz --quick    # one cut, sizes up to 10^5

Bits per base on a held-out tenth of the largest record, at three cuts and growing sizes of training text; on
uniform noise (2 bits are the best there is); speed of training and scoring on one core; peak memory of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first

from kindergrad.core.dna import decode  # noqa: E402
from kindergrad.engines.markov import Markov  # noqa: E402
from kindergrad.worlds import fasta  # noqa: E402

SIZES = (1_000, 3_162, 10_000, 31_623, 100_000, 316_228, 1_000_000)
CUTS = 3
HELD_OUT = 0.1
WORST = 0.01  # bits that the engine may be worse than uniform
TARGET = 1.93  # bits on a held-out tenth, mean over the cuts


def bits(engine: Markov, text: str) -> float:
    return float(-engine.log_likelihood([""], [text])[0] / np.log(2) / len(text))


def learned(text: str) -> tuple[Markov, float]:
    """An engine that has read a text, and the seconds it took."""
    engine, start = Markov(), time.perf_counter()
    engine.learn([text])
    return engine, time.perf_counter() - start


def peak() -> float:
    """Largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def on_genome(path: Path, cuts: int, whole: bool) -> dict[str, Any]:
    assembly = fasta.read(path)
    largest = int(np.argmax(assembly.lengths))
    offset = int(assembly.offsets[largest])
    codes = assembly.codes[offset : offset + int(assembly.lengths[largest])]
    codes = codes[codes < 4]
    held = int(len(codes) * HELD_OUT)
    found: dict[str, list[float]] = {}
    speed: dict[str, list[float]] = {"train_mb_per_s": [], "score_mb_per_s": []}
    for cut in range(cuts):
        start = cut * len(codes) // CUTS
        train = decode(np.concatenate([codes[start + held :], codes[:start]]))
        text = decode(codes[start : start + held])
        for size in [s for s in SIZES if s < len(train)] + ([len(train)] if whole else []):
            engine, seconds = learned(train[:size])
            begun = time.perf_counter()
            found.setdefault(str(size), []).append(bits(engine, text))
            if size == len(train):
                speed["train_mb_per_s"].append(size / seconds / 1e6)
                speed["score_mb_per_s"].append(held / (time.perf_counter() - begun) / 1e6)
    mean = {size: round(float(np.mean(values)), 4) for size, values in found.items()}
    out: dict[str, Any] = {"bits_mean": mean, "bits_worst": {s: round(max(v), 4) for s, v in found.items()}}
    if whole:
        out |= {"speed": {name: [round(v, 2) for v in values] for name, values in speed.items()},
                "target": TARGET, "target_reached": mean[str(len(train))] <= TARGET}
    return out | {"never_worse_than_uniform": max(max(v) for v in found.values()) <= 2 + WORST}


def on_noise(sizes: tuple[int, ...]) -> dict[str, float]:
    """Bits over two, by size of the training text."""
    rng = np.random.default_rng(0)
    held = decode(rng.integers(0, 4, 200_000).astype(np.uint8))
    return {str(size): round(bits(learned(decode(rng.integers(0, 4, size).astype(np.uint8)))[0], held) - 2, 6)
            for size in sizes}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("genome", type=Path)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    sizes = SIZES[:5] if asked.quick else SIZES
    before = peak()
    genome = on_genome(asked.genome, 1 if asked.quick else CUTS, whole=not asked.quick)
    noise = on_noise(sizes)
    print(json.dumps({"genome": asked.genome.name, **genome, "noise_bits_over_uniform": noise,
                      "noise_never_worse": max(noise.values()) <= WORST,
                      "memory_mb": {"before": round(before), "peak": round(peak())}}, indent=1))


if __name__ == "__main__":
    main()
