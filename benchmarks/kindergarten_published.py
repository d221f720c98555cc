"""Published engines: does what easy benchmarks said of smaller models help to forecast a hard one of larger models?

Observational scaling (doi:10.48550/arXiv.2405.10938): standard benchmarks as rungs, emergent tasks as hard skills.
OLMo ladder (doi:10.48550/arXiv.2412.04403): bits per byte of easy tasks as rungs.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import obs_scaling
import olmo_ladder
from kindergarten_methods import AT_FLOOR, DRAWS, Case, Floats, alone, first_component, judge, through
from numpy.typing import NDArray
from scipy.special import logit

from kindergrad.core.seeds import stream
from kindergrad.stats.curve_link import fit_link
from kindergrad.stats.curve_two_axes import fit_two_axes

SHUFFLED, SHUFFLES = "all, rungs shuffled", 5
"""A control: the rungs of some other model."""
RELATED = ("Llama", "Qwen", "Yi", "Gemma", "DeepSeek")
"""Families of one maker are left out together."""


class Published(NamedTuple):
    family: list[str]
    flops: Floats
    """log10."""
    rungs: Floats
    """(models, benchmarks), NaN where missing."""
    hard: dict[str, Floats]


def published(folder: Path) -> Published:
    with (folder / "base_llm_benchmark_eval.csv").open(encoding="utf-8") as file:
        base = {row["Model"]: row for row in csv.DictReader(file)}
    with (folder / "base_llm_emergent_capability_eval.csv").open(encoding="utf-8") as file:
        models = [row for row in csv.DictReader(file) if row["Model"] in base and base[row["Model"]]["FLOPs (1E21)"]]
    names = [base[row["Model"]]["Model Family"] for row in models]
    hard = {}
    for task in obs_scaling.TASKS:
        chance = obs_scaling.CHANCE.get(task, 0.0)
        hard[task] = (np.array([float(row[task] or "nan") for row in models]) - chance) / (1.0 - chance)
    return Published(
        [next((maker for maker in RELATED if name.startswith(maker)), name) for name in names],
        np.log10([float(base[row["Model"]]["FLOPs (1E21)"]) for row in models]) + 21.0,
        np.array([[float(base[r["Model"]][b] or "nan") for b in obs_scaling.FLOORS] for r in models]), hard)


def components(table: Floats, train: NDArray[np.bool_], n: int) -> Floats:
    """First components of a benchmark table; means, scales and axes from the training rows, gaps filled by turns."""
    mean, sd = np.nanmean(table[train], axis=0), np.nanstd(table[train], axis=0)
    z = (table - mean) / sd
    gaps = np.isnan(z)
    filled = np.where(gaps, 0.0, z)
    for _ in range(200):
        _, _, axes = np.linalg.svd(filled[train], full_matrices=False)
        filled = np.where(gaps, filled @ axes[:n].T @ axes[:n], z)
    scores = filled @ axes[:n].T
    return np.asarray(scores / scores[train, 0].std())


def pairs(data: Published) -> NDArray[np.intp]:
    """(smaller, larger) models of one family: (n, 2).

    Each larger model comes once, so that errors are not counted over and over: with the largest model of at most a
    quarter of its compute, or the smallest of the family where there is none.
    """
    out = []
    for j, family in enumerate(data.family):
        relatives = [i for i, name in enumerate(data.family) if name == family and data.flops[i] < data.flops[j]]
        if relatives:
            far = [i for i in relatives if data.flops[j] - data.flops[i] >= np.log10(4.0)]
            best = max(far, key=lambda i: data.flops[i]) if far else min(relatives, key=lambda i: data.flops[i])
            out.append((best, j))
    return np.array(out)


def pairs_across(data: Published, below: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Each model above a cut with the largest of its family below: (n, 2)."""
    out = []
    for j in np.flatnonzero(~below):
        relatives = [i for i in np.flatnonzero(below) if data.family[i] == data.family[j]]
        if relatives:
            out.append((max(relatives, key=lambda i: data.flops[i]), int(j)))
    return np.array(out)


def features(data: Published, pair: NDArray[np.intp], y: Floats, known: NDArray[np.bool_]) -> dict[str, Floats]:
    """What each method is told of each pair: (n, p). ``known`` models give the component of the rungs."""
    i, j = pair.T
    rungs = components(data.rungs, known, 1)
    own = logit(np.clip(y[i], 0.005, 0.995))[:, None]
    distance = (data.flops[j] - data.flops[i])[:, None]
    compute = np.hstack([data.flops[i][:, None], distance])
    shuffled = [rungs[stream(0, "shuffled rungs", k).permutation(len(rungs))[i]] for k in range(SHUFFLES)]
    return {"own": np.hstack([own, distance]), "loss": compute, "rungs": np.hstack([rungs[i], distance]),
            "all but rungs": np.hstack([own, compute]), "all": np.hstack([own, compute, rungs[i]]),
            **{f"{SHUFFLED} {k}": np.hstack([own, compute, rung]) for k, rung in enumerate(shuffled)},
            "rungs of the target": rungs[j], "all, rungs of the target": np.hstack([own, compute, rungs[j]])}


def pair_cases(data: Published, train: NDArray[np.intp], test: NDArray[np.intp],
               known: NDArray[np.bool_]) -> list[Case]:
    """Learn from the pairs ``train``, forecast the larger model of the pairs ``test``."""
    out = []
    for task, y in data.hard.items():
        fit, wanted = (pair[np.isfinite(y[pair]).all(axis=1)] for pair in (train, test))
        told, asked = features(data, fit, y, known), features(data, wanted, y, known)
        drawn = {}
        for name, table in told.items():
            centre, sd = table.mean(axis=0), table.std(axis=0) + 1e-9
            link = fit_link((table - centre) / sd, y[fit[:, 1]])
            drawn[name] = link.predict((asked[name] - centre) / sd, draws=DRAWS, observation=True)
        for k, (i, j) in enumerate(wanted):
            case = judge({name: d[:, k] for name, d in drawn.items()}, float(y[j]), 0.0,
                         place=(data.family[i], task, bool(y[i] <= AT_FLOOR)))
            out.append(case._replace(crps=averaged(case.crps), inside=averaged(case.inside)))
    return out


def averaged(per_method: Mapping[str, float]) -> dict[str, float]:
    """The shuffles as one method: the mean of what they scored."""
    of_shuffles = [value for name, value in per_method.items() if name.startswith(SHUFFLED)]
    kept = {name: value for name, value in per_method.items() if not name.startswith(SHUFFLED)}
    return kept | {SHUFFLED: float(np.mean(of_shuffles))}


def held_out_families(data: Published) -> list[Case]:
    family, pair = np.array(data.family), pairs(data)
    of_pair = family[pair[:, 0]]
    return [case for name in np.unique(of_pair)
            for case in pair_cases(data, pair[of_pair != name], pair[of_pair == name], family != name)]


def held_out_scales(data: Published, cut: float) -> list[Case]:
    pair, below = pairs(data), data.flops <= np.log10(cut) + 21.0
    return pair_cases(data, pair[below[pair].all(axis=1)], pairs_across(data, below), below)


# --- OLMo ladder: bits per byte of easy tasks as rungs ---------------------------------------------------------------

EASY = ("arc_easy", "piqa", "hellaswag")
OTHER_HARD = ("arc_challenge", "csqa", "socialiqa", "openbookqa")
OLMO = {**olmo_ladder.SIZES, "3B": 3169537280}
TARGET_FILES = {"peteish7_eval_anneal.csv": "7B-4T", "peteish13_eval_final.csv": "13B-5T"}


class Run(NamedTuple):
    name: str
    parameters: float
    tokens: float
    bits: dict[str, float]
    accuracy: dict[str, float]
    loss: float


def olmo_tasks() -> dict[str, list[tuple[str, int]]]:
    tasks = {name: olmo_ladder.TASKS[name] for name in (*EASY, *OTHER_HARD)}
    return tasks | {f"mmlu_{part}": [(f"mmlu_{part}_test_rc_5shot", 1)] for part in olmo_ladder.MMLU}


def olmo_runs(folder: Path) -> list[Run]:
    """End of every run: means of its last checkpoints."""
    out = []
    for path in sorted(folder.glob("*.csv")):
        size = path.name.split("-")[0]
        if size not in OLMO and path.name not in TARGET_FILES:
            continue
        with path.open(encoding="utf-8") as file:
            table = [row for row in csv.DictReader(file) if row["eval/downstream_bpb/arc_easy_test_rc_5shot_bpb"]]
        target = TARGET_FILES.get(path.name)
        n, d = olmo_ladder.TARGETS[target] if target else (OLMO[size], float(table[-1]["throughput/total_tokens"]))
        end = table[-olmo_ladder.LAST:]
        bits, accuracy = ({t: float(np.mean([olmo_ladder.mean_of(row, parts, pattern) for row in end]))
                           for t, parts in olmo_tasks().items()}
                          for pattern in ("eval/downstream_bpb/{}_bpb", "eval/downstream/{}_len_norm"))
        losses = [float(r["eval/c4_en-validation/CrossEntropyLoss"] or "nan") for r in end]
        out.append(Run(target or path.stem, float(n), float(d), bits, accuracy, float(np.mean(losses))))
    return out


def olmo(folder: Path, largest: float) -> list[Case]:
    """Learn from runs of up to ``largest`` parameters, forecast every larger one."""
    runs = olmo_runs(folder)
    small, large = [r for r in runs if r.parameters <= largest], [r for r in runs if r.parameters > largest]
    n, d = (np.log10([getattr(r, axis) for r in small]) for axis in ("parameters", "tokens"))
    n_new, d_new = (np.log10([getattr(r, axis) for r in large]) for axis in ("parameters", "tokens"))

    def ahead(loss: Sequence[float]) -> Floats:
        return np.exp(fit_two_axes(n, d, loss).predict(n_new, d_new, draws=DRAWS))

    rungs = np.array([[-r.bits[t] for t in EASY] for r in small])
    rungs_ahead = np.stack([-ahead([r.bits[t] for r in small]) for t in EASY], axis=2)
    centre, direction = first_component(rungs)
    seen = {"rungs": (rungs - centre) @ direction, "loss": np.array([-r.loss for r in small])}
    future = {"rungs": (rungs_ahead - centre) @ direction, "loss": -ahead([r.loss for r in small])}
    out = []
    for task in olmo_tasks():
        if task in EASY:
            continue
        chance = olmo_ladder.CHANCE.get(task, 0.25)
        y = (np.array([r.accuracy[task] for r in small]) - chance) / (1.0 - chance)
        seen["bits"] = np.array([-r.bits[task] for r in small])
        future["bits"] = -ahead([r.bits[task] for r in small])
        told = {"loss": ("loss",), "rungs": ("rungs",), "own bits per byte": ("bits",),
                "all but rungs": ("bits", "loss"), "all": ("bits", "loss", "rungs")}
        own = alone(n + d, y, None, n_new + d_new)
        for j, run in enumerate(large):
            draws = {"own": own[:, j]}
            for name, keys in told.items():
                draws[name] = through(np.stack([seen[k] for k in keys], axis=1), y,
                                      np.stack([future[k][:, j] for k in keys], axis=1))
            truth = (run.accuracy[task] - chance) / (1.0 - chance)
            out.append(judge(draws, truth, 0.0, place=(run.name, task, bool(y[np.argmax(n + d)] <= AT_FLOOR))))
    return out
