"""One engine, one set of answers, four readings: where a jump comes from the metric.

    python benchmarks/apparent_emergence.py

A kernel regression reads more and more experiments of a simulated screen and predicts genes that were never perturbed.
The same predictions are read in four ways: agreement with the exact response (smooth), overlap of the 20 genes that
move most, whether half of the genes are called that a test calls in the truth (false-discovery rate 5 %, right sign),
and whether the right one of 100 profiles comes first. Writes
``apparent_emergence.json`` beside this file and ``docs/images/apparent_emergence.svg``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kindergrad.core.seeds import stream
from kindergrad.engines.response_kernel import Kernel
from kindergrad.stats.response_exact import agreement, top_overlap
from kindergrad.worlds.gene_network import GeneNetwork
from kindergrad.worlds.response_items import counted

Floats = NDArray[np.float64]

HERE = Path(__file__).parent
SIZES = (10, 16, 25, 40, 63, 100, 160, 250, 400, 630, 1000, 1600)
SEEDS, ITEMS, CELLS, RATE = 2, 100, 50, 0.05
READINGS = {
    "agreement": "agreement with the response (smooth)",
    "called": "half of its genes called at FDR 5 %",
    "top20": "overlap of the top 20",
    "first": "first of 100 profiles",
}


def called(effect: Floats, error: Floats) -> NDArray[np.bool_]:
    """Genes that a test calls at a false-discovery rate (Benjamini and Hochberg 1995). (n, genes) -> (n, genes)."""
    p = 2 * ndtr(-np.abs(effect) / error)
    order = np.argsort(p, axis=1)
    ranked = np.take_along_axis(p, order, axis=1)
    below = ranked <= RATE * np.arange(1, p.shape[1] + 1) / p.shape[1]
    last = np.where(below.any(axis=1), p.shape[1] - below[:, ::-1].argmax(axis=1), 0)
    found = np.zeros(p.shape, dtype=bool)
    np.put_along_axis(found, order, np.arange(p.shape[1]) < last[:, None], axis=1)
    return found


def read(predicted: Floats, truth: Floats, error: Floats) -> dict[str, float]:
    """The four readings of one set of predictions, both as differences from the mean response."""
    own = called(truth, error)
    hit = called(predicted, error) & own & (np.sign(predicted) == np.sign(truth))
    away = ((truth[:, None, :] - predicted[None, :, :]) ** 2).sum(axis=2)
    return {
        "agreement": float(agreement(predicted, truth).mean()),
        "called": float((hit.sum(axis=1) >= np.maximum(own.sum(axis=1), 1) / 2).mean()),
        "top20": float(top_overlap(predicted, truth, 20).mean()),
        "first": float((away.argmin(axis=1) == np.arange(len(truth))).mean()),
    }


def measure() -> dict[str, list[list[float]]]:
    """Reading -> size -> seed."""
    world = GeneNetwork(0)
    known = world.conditions("relative")
    asked = [known[i] for i in stream(0, "apparent-emergence").choice(len(known), ITEMS, replace=False)]
    mask, reference = counted(world, asked), world.centroid(asked)
    truth = (world.response(asked) - reference) * mask
    error = np.sqrt(np.stack([world.variance(c.context) for c in asked]) / CELLS)
    found: dict[str, list[list[float]]] = {name: [[] for _ in SIZES] for name in READINGS}
    for seed in range(SEEDS):
        engine, corpus, done = Kernel(), world.corpus(seed), 0
        for i, size in enumerate(SIZES):
            engine.learn(corpus[done:size])
            done = size
            values = read((engine.predict_response(asked) - reference) * mask, truth, error)
            for name, value in values.items():
                found[name][i].append(value)
    return found


def draw_picture(found: dict[str, list[list[float]]]) -> None:
    """Four small panels, one a reading, on the same scale of experiments."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "kindergrad", "svg.fonttype": "none", "font.size": 9,
                         "font.family": "sans-serif"})
    figure, panels = plt.subplots(1, 4, figsize=(11, 2.6), layout="constrained", sharex=True)
    for panel, (name, title) in zip(panels, READINGS.items(), strict=True):
        values = np.array(found[name])
        panel.plot(SIZES, values, color="0.75", linewidth=0.8)
        panel.plot(SIZES, values.mean(axis=1), color="#1f5f8b" if name == "agreement" else "#b5482a", marker="o",
                   markersize=3)
        panel.set_title(title, fontsize=8.5)
        panel.set_xscale("log")
        panel.set_ylim(-0.03, 0.65)
        panel.axhline(0, color="0.6", linewidth=0.6)
        panel.set_xlabel("experiments read")
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("mean over 100 genes")
    figure.savefig(HERE.parent / "docs" / "images" / "apparent_emergence.svg", metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Measure, keep the numbers, draw."""
    found = measure()
    kept = {"sizes": SIZES, "seeds": SEEDS, "items": ITEMS, "world": "gene_network, seed 0",
            "engine": "response-kernel", "readings": {k: np.round(v, 4).tolist() for k, v in found.items()}}
    (HERE / "apparent_emergence.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    draw_picture(found)
    print("experiments " + " ".join(f"{name:>10}" for name in READINGS))
    for i, size in enumerate(SIZES):
        print(f"{size:11d} " + " ".join(f"{np.mean(found[name][i]):10.3f}" for name in READINGS))


if __name__ == "__main__":
    main()
