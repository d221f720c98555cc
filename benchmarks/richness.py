"""Do 90 % intervals of newly met concepts hold on parts of real genomes that were held out?

    python benchmarks/richness.py ../shared/data/genomics --out benchmarks/richness.json

Each genome is cut into 128 blocks of equal size. Half of them, drawn at random, are the corpus; the other half is held
out. From the corpus alone the number of words that only the held-out half shows is predicted, then counted: all words
of 9 to 12 letters, either strand, and the forms of some degenerate words. Far extrapolation is tried from an eighth of
the blocks to the rest. "Told" is the share of predictions that were not refused as "cannot be told"; coverage is that
of those told, beside that of Good and Toulmin's interval as if words came independently of each other. Contiguous
halves are shown too: they are not more of the same, and the intervals do not promise them.
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

from kindergrad.core.seeds import stream  # noqa: E402
from kindergrad.exposure.kinds.word import masks, reversed_complement  # noqa: E402
from kindergrad.stats.discovery import Incidence, discover  # noqa: E402
from kindergrad.stats.richness import spectrum  # noqa: E402
from kindergrad.stats.unseen import good_toulmin  # noqa: E402
from kindergrad.worlds import fasta  # noqa: E402

GENOMES = {"E. coli O157": "ecoli_o157/GCF_000008865.2.fna.gz", "yeast XII": "barrnap_mix/fun.fa.gz",
           "human chr22, 1 Mb": "human_chr22_1mb/22_20-21M.fa.gz"}
FAMILIES = ("N" * 9, "N" * 10, "N" * 11, "N" * 12, "NNNGYNNNN", "NNNWGATARNNN")
BLOCKS, MOST = 128, 30_000


def met(codes: np.ndarray, pattern: str) -> Incidence:
    """Which forms stand in which of 128 blocks; of many forms a random 30,000."""
    k, n = len(pattern), codes.size - len(pattern) + 1
    allowed = masks(pattern, pattern)
    forward, back, whole = np.zeros(n, np.int64), np.zeros(n, np.int64), np.ones(n, bool)
    fits, fits_back = np.ones(n, bool), np.ones(n, bool)
    for i in range(k):
        ahead, behind = codes[i : i + n], codes[k - 1 - i : k - 1 - i + n]
        forward, back = forward * 4 + (ahead & 3), back * 4 + (3 - (behind & 3))
        whole &= ahead < 4
        fits &= np.right_shift(allowed[i], ahead & 3) & 1 == 1
        fits_back &= np.right_shift(allowed[i], 3 - (behind & 3)) & 1 == 1
    block = np.arange(n) * BLOCKS // n
    sizes = np.bincount(block[whole], minlength=BLOCKS).astype(np.float64)
    if reversed_complement(allowed) == allowed:
        kept = whole & fits
        concept, block = np.minimum(forward, back)[kept], block[kept]
    else:
        concept = np.concatenate([forward[whole & fits], back[whole & fits_back]])
        block = np.concatenate([block[whole & fits], block[whole & fits_back]])
    names, concept = np.unique(concept, return_inverse=True)
    chosen = stream(0, "richness", pattern).permutation(names.size)[:MOST]
    kept = np.isin(concept, chosen)
    pairs = np.unique(concept[kept] * BLOCKS + block[kept])
    return Incidence(pairs // BLOCKS, pairs % BLOCKS, sizes)


def tried(table: Incidence, known: np.ndarray, seed: int) -> dict[str, Any]:
    """Predict from the blocks ``known`` what the others show, and count it."""
    inside = known[table.block]
    part = Incidence(table.concept[inside], table.block[inside], np.where(known, table.sizes, 0.0))
    t = float(table.sizes[~known].sum() / table.sizes[known].sum())
    found = discover(part, t, seed=seed)
    new = int(np.setdiff1d(table.concept[~inside], table.concept[inside]).size)
    told = bool(np.isfinite(found.value[0]))
    alone = good_toulmin(spectrum(np.bincount(part.concept)), min(t, 1.0))
    inside = told and bool(found.low[0] <= new <= found.high[0])
    off = float(abs(np.log((new + 0.5) / (found.value[0] + 0.5)))) if told else None
    return {"told": told, "independent": bool(alone.low <= new <= alone.high), "inside": inside, "off": off,
            "wide": float(found.error[0]) if told else None}


def summary(trials: list[dict[str, Any]]) -> dict[str, float]:
    told = [t for t in trials if t["told"]]
    return {"predictions": len(trials), "told": round(len(told) / len(trials), 3),
            "coverage90_if_independent": round(float(np.mean([t["independent"] for t in trials])), 3),
            "coverage90": round(float(np.mean([t["inside"] for t in told])), 3),
            "median_relative_error": round(float(np.median([t["off"] for t in told])), 4),
            "median_stated_error": round(float(np.median([t["wide"] for t in told])), 4)}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("genomes", type=Path)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    start = time.process_time()
    every: dict[str, list[dict[str, Any]]] = {"random halves": [], "from an eighth": [], "contiguous halves": []}
    by: dict[str, dict[str, Any]] = {}
    for genome, file in GENOMES.items():
        codes = fasta.read(asked.genomes / file).codes
        for pattern in FAMILIES:
            table = met(codes, pattern)
            halves, eighths = [], []
            for split in range(asked.splits):
                order = stream(split, "richness", genome).permutation(BLOCKS)
                halves.append(tried(table, np.isin(np.arange(BLOCKS), order[: BLOCKS // 2]), split))
                if split % 2 == 0:
                    eighths.append(tried(table, np.isin(np.arange(BLOCKS), order[:16]), split))
            ends = [tried(table, np.arange(BLOCKS) < BLOCKS // 2, 0), tried(table, np.arange(BLOCKS) >= BLOCKS // 2, 0)]
            for name, trials in zip(every, (halves, eighths, ends), strict=True):
                every[name] += trials
            if any(t["told"] for t in halves):
                by.setdefault(genome, {})[pattern] = summary(halves)
    report = {"blocks": BLOCKS, "splits": asked.splits,
              "all": {name: summary(trials) for name, trials in every.items()},
              "random halves by genome": {g: _pooled(own) for g, own in by.items()}, "random halves by family": by,
              "cpu_seconds": round(time.process_time() - start)}
    text = json.dumps(report, indent=1)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _pooled(own: dict[str, Any]) -> dict[str, float]:
    told = [(f["coverage90"], f["told"] * f["predictions"]) for f in own.values()]
    return {"coverage90": round(sum(c * n for c, n in told) / sum(n for _, n in told), 3)}


if __name__ == "__main__":
    main()
