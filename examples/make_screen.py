"""A small simulated screen and three engines' predictions, to try `kindergrad score` and `kindergrad audit` on.

    python examples/make_screen.py /tmp/screen
    kindergrad audit /tmp/screen/real.h5ad
    kindergrad score /tmp/screen/ridge.h5ad --truth /tmp/screen/real.h5ad --train-perturbations /tmp/screen/train.txt

Writes real.h5ad (counts: controls, singles and pairs), train.txt, sets.gmt (genes that pathways raise, and those that
they lower), and predictions of what did not train: mean.h5ad
(the training mean for all, which published metrics reward), additive.h5ad (sum of what is known of the parts) and
ridge.h5ad.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd

GENES, SINGLES, TRAINED, PAIRS, CELLS, CONTROLS = 200, 40, 24, 30, 60, 240


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    modules = rng.normal(size=(6, GENES)) * (rng.random((6, GENES)) < 0.2)  # pathways that perturbations act through
    known = rng.normal(size=(SINGLES, 6))  # what an engine may know of each gene, such as an embedding
    effects = {f"G{i}": 0.3 + known[i] @ modules * 0.5 for i in range(SINGLES)}
    for i in range(SINGLES):
        effects[f"G{i}"][i] -= 2.0
    while len(effects) < SINGLES + PAIRS:
        a, b = sorted(rng.choice(SINGLES, 2, replace=False))
        total = effects[f"G{a}"] + effects[f"G{b}"]
        effects[f"G{a}+G{b}"] = total - 0.3 * np.maximum(total - 1.0, 0.0)  # strong effects saturate
    base = rng.normal(size=GENES)

    def cells(log: np.ndarray, n: int) -> np.ndarray:
        rate = np.exp(log + 0.4 * rng.normal(size=(n, GENES)))
        depth = 2000.0 * rng.lognormal(0.0, 0.3, (n, 1))
        return rng.poisson(depth * rate / rate.sum(axis=1, keepdims=True)).astype(np.float32)

    counts = [cells(base, CONTROLS), *(cells(base + effect, CELLS) for effect in effects.values())]
    names = np.repeat(["control", *effects], [CONTROLS, *[CELLS] * len(effects)])
    write(folder / "real.h5ad", np.concatenate(counts), names)
    train = [f"G{i}" for i in range(TRAINED)]
    (folder / "train.txt").write_text("\n".join(train) + "\n", encoding="utf-8")
    sets = [(f"pathway-{k}-{way}", np.flatnonzero(sign * modules[k] > 0)) for k in range(len(modules))
            for way, sign in (("up", 1), ("down", -1))]
    (folder / "sets.gmt").write_text("".join("\t".join([name, "simulated", *(f"G{i}" for i in genes)]) + "\n"
                                             for name, genes in sets), encoding="utf-8")
    for name, means in predictions(np.concatenate(counts), names, train, known).items():
        asked = [label for label in effects if label not in train]
        write(folder / f"{name}.h5ad", np.stack([means[label] for label in asked]), np.array(asked))


def predictions(counts: np.ndarray, names: np.ndarray, train: list[str], known: np.ndarray
                ) -> dict[str, dict[str, np.ndarray]]:
    """Three engines that see the training perturbations and the controls only, in log1p of counts per 10,000."""
    logs = np.log1p(counts * 1e4 / counts.sum(axis=1, keepdims=True))
    control = logs[names == "control"].mean(axis=0)
    effect = {label: logs[names == label].mean(axis=0) - control for label in train}
    mean = np.mean(list(effect.values()), axis=0)
    x = np.stack([known[int(label[1:])] for label in train])
    y = np.stack(list(effect.values())) - mean
    slope = np.linalg.solve(x.T @ x + 1.0 * np.eye(x.shape[1]), x.T @ y)
    every = [label for label in dict.fromkeys(names.tolist()) if label != "control" and label not in train]
    parts = {label: label.split("+") for label in every}
    return {
        "mean": dict.fromkeys(every, control + mean),
        "additive": {label: control + sum(effect.get(p, mean) for p in parts[label]) for label in every},
        "ridge": {label: control + sum(effect.get(p, mean + known[int(p[1:])] @ slope) for p in parts[label])
                  for label in every},
    }


def write(path: Path, values: np.ndarray, labels: np.ndarray) -> None:
    obs = pd.DataFrame({"perturbation": labels}, index=[f"row{i}" for i in range(len(labels))])
    var = pd.DataFrame(index=[f"G{i}" for i in range(values.shape[1])])
    ad.AnnData(values.astype(np.float32), obs=obs, var=var).write_h5ad(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screen"))
