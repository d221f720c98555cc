"""How fast is a corpus read for its concepts, and in how much memory?

    python benchmarks/exposure_speed.py                        # 200 Mb of random letters, words only, JSON on stdout
    python benchmarks/exposure_speed.py --megabases 1000
    python benchmarks/exposure_speed.py --corpus genome.fna.gz # all concepts of the syllabus

The file is written to a temporary folder and deleted. One core; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import tempfile
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402  the numbers of threads must be set first

from kindergrad.core.seeds import stream  # noqa: E402
from kindergrad.exposure import genome, measure  # noqa: E402
from kindergrad.exposure.concepts import Sources  # noqa: E402

WIDTH, LINES = 80, 100_000
TARGET_SPEED, TARGET_SECONDS, TARGET_MB = 20.0, 10.0, 500.0


def write(path: Path, megabases: int) -> None:
    """A FASTA file of random letters, 40 Mb to a record."""
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)
    left, record = megabases * 1_000_000, 0
    with path.open("wb") as out:
        while left > 0:
            if record % 5 == 0:
                out.write(f">record_{record // 5}\n".encode())
            lines = min(LINES, -(-left // WIDTH))
            page = np.full((lines, WIDTH + 1), ord("\n"), dtype=np.uint8)
            page[:, :WIDTH] = letters[stream(0, "speed", record).integers(4, size=(lines, WIDTH), dtype=np.uint8)]
            out.write(page.tobytes())
            left, record = left - lines * WIDTH, record + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--megabases", type=int, default=200)
    parser.add_argument("--corpus", type=Path)
    asked = parser.parse_args()
    wanted = measure.wanted("genomics")
    if asked.corpus is not None:
        start = time.perf_counter(), time.process_time()
        found = measure.exposure(asked.corpus, wanted)
        seconds, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
        size, concepts = found.corpus.size, len(found.rows) + len(found.families)
    else:
        words = [c for c in wanted.concepts if c.kind == "word"]
        with tempfile.TemporaryDirectory() as folder:
            if shutil.disk_usage(folder).free < asked.megabases * 3_000_000:
                parser.error(f"too little space in {folder}")
            path = Path(folder) / "random.fa"
            write(path, asked.megabases)
            start = time.perf_counter(), time.process_time()
            counted = genome.count(path, words, Sources())
            seconds, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
        size, concepts = counted.corpus.size, len(words)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "bases": size, "concepts": concepts, "seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2),
        "mb_per_s": round(size / seconds / 1e6, 1), "mb_per_cpu_s": round(size / cpu / 1e6, 1), "peak_mb": round(peak),
        "load": [round(x, 1) for x in os.getloadavg()],
        "targets": {"mb_per_s": TARGET_SPEED, "seconds_whole_genome": TARGET_SECONDS, "peak_mb": TARGET_MB},
    }, indent=1))


if __name__ == "__main__":
    main()
