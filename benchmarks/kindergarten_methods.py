"""What the study of lower rungs tells each method, how its forecasts are made, and how they are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.progress.exposure_law import ALIKE
from kindergrad.progress.registry import crps
from kindergrad.stats import curve as one_curve
from kindergrad.stats import hierarchy
from kindergrad.stats.curve_link import fit_link
from kindergrad.stats.humble import humble

Floats = NDArray[np.float64]

AT_FLOOR = 0.05
DRAWS = 1024
PAIRS = (("rungs", "own"), ("rungs", "loss"), ("loss", "own"), ("all", "own"), ("all but rungs", "own"),
         ("all", "all but rungs"), ("all", "rungs"), ("all, rungs shuffled", "all but rungs"),
         ("rungs of the target", "loss"), ("all, rungs of the target", "all but rungs"))
"""(method, method): the first minus the second; negative where the first is better."""


class Case(NamedTuple):
    """One later score of one hard skill, and how each method fared."""

    engine: str
    skill: str
    hidden: bool
    crps: dict[str, float]
    inside: dict[str, float]
    """1 where the 90 % interval held it, else 0."""


def judge(draws: Mapping[str, Floats], truth: float, stderr: float, *, place: tuple[str, str, bool]) -> Case:
    """Score all methods on one result; the error of that result's exam is added to every forecast."""
    noise = stderr * stream(0, "judge").standard_normal(8192)
    noisy = {name: d + noise[: d.size] for name, d in draws.items()}
    ends = {name: np.quantile(d, [0.05, 0.95]) for name, d in noisy.items()}
    return Case(*place, {name: crps(d, truth) for name, d in noisy.items()},
                {name: float(low <= truth <= high) for name, (low, high) in ends.items()})


def difference(values: Floats, *groups: Sequence[str], draws: int = 2000) -> dict[str, float | None]:
    """Mean, and 90 % interval of a bootstrap that draws each of ``groups`` (engines, skills) separately.

    The bounds are None where every group has one member: then nothing can be said of others.
    """
    rng = stream(0, "pigeonhole")
    weight = np.ones((draws, values.size))
    sizes = []
    for group in groups:
        names, index = np.unique(group, return_inverse=True)
        sizes.append(names.size)
        if names.size > 1:
            weight *= rng.multinomial(names.size, np.full(names.size, 1.0 / names.size), draws)[:, index]
    mean = round(float(values.mean()), 4)
    if max(sizes) < 2:
        return {"mean": mean, "q05": None, "q95": None}
    weight = weight[weight.sum(axis=1) > 0]
    low, high = np.quantile(weight @ values / weight.sum(axis=1), [0.05, 0.95])
    return {"mean": mean, "q05": round(float(low), 4), "q95": round(float(high), 4)}


def summary(cases: Sequence[Case]) -> dict[str, Any]:
    """Mean CRPS and coverage of each method, and paired differences, for all, hidden and visible cases.

    *difference* draws engines and skills (would it hold for other skills too?); *these skills* draws engines only.
    """
    out: dict[str, Any] = {}
    for name, part in (("all", list(cases)), ("hidden", [c for c in cases if c.hidden]),
                       ("visible", [c for c in cases if not c.hidden])):
        if not part:
            continue
        methods = list(part[0].crps)
        engines, skills = [c.engine for c in part], [c.skill for c in part]
        out[name] = {
            "cases": len(part), "engines": len(set(engines)), "skills": len(set(skills)),
            "crps": {m: round(float(np.mean([c.crps[m] for c in part])), 4) for m in methods},
            "coverage90": {m: round(float(np.mean([c.inside[m] for c in part])), 3) for m in methods},
            "difference": {}, "difference, these skills": {},
        }
        for a, b in PAIRS:
            if a in methods and b in methods:
                values = np.array([c.crps[a] - c.crps[b] for c in part])
                out[name]["difference"][f"{a} - {b}"] = difference(values, engines, skills)
                out[name]["difference, these skills"][f"{a} - {b}"] = difference(values, engines)
    return out


def alone(x: Floats, y: Floats, stderr: Floats | None, at: Floats) -> Floats:
    """A curve's own forecast at log10 scales ``at`` (m,): (draws, m)."""
    return humble(one_curve.fit(x, y, stderr, draws=DRAWS), float(np.max(x))).observed(list(at))


def first_component(table: Floats) -> tuple[Floats, Floats]:
    """Centre (p,) and axis (p,) of the first component of standardised columns, scaled to unit spread."""
    centre, sd = table.mean(axis=0), table.std(axis=0) + 1e-9
    _, _, axes = np.linalg.svd((table - centre) / sd, full_matrices=False)
    direction = axes[0] * np.sign(axes[0].sum() or 1.0) / sd
    return centre, direction / (((table - centre) @ direction).std() + 1e-9)


def through(seen: Floats, score: Floats, future: Floats) -> Floats:
    """Hard skill through a sigmoid link of features seen (n, p) with its scores (n,), at future features (draws, p)."""
    centre, sd = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    link = fit_link((seen - centre) / sd, score)
    some = (future[:: max(1, len(future) // 128)][:128] - centre) / sd
    drawn = link.predict(some, draws=DRAWS, observation=True)
    return np.asarray(drawn[np.arange(DRAWS), np.arange(DRAWS) % len(some)])


def law(known: Sequence[hierarchy.Curve], hard: hierarchy.Curve, at: Floats) -> Floats:
    """Forecast of ``hard`` (perhaps without points) by the exposure law of ``known`` curves and its own: (draws, m)."""
    members = [*known, hard]
    rarity = np.array([c.offset for c in members])
    fitted = hierarchy.fit(members, prior=ALIKE, features=(rarity - rarity.mean())[:, None])
    return fitted.predict(len(known), list(at))


def by_law(rungs: Sequence[hierarchy.Curve], hard: hierarchy.Curve, loss: hierarchy.Curve,
           at: Floats) -> dict[str, Floats]:
    """Every method where frequencies are known; each (draws, m).

    *all but rungs* is the same law with the hard skill's own scores and frequency only: what differs is the rungs.
    """
    unseen = hierarchy.Curve(np.empty(0), np.empty(0), np.empty(0), hard.offset)
    ahead = alone(loss.x, loss.y, loss.stderr, at)
    return {
        "own": alone(hard.x, hard.y, hard.stderr, at),
        "loss": np.stack([through(loss.y[:, None], hard.y, ahead[:, [j]]) for j in range(len(at))], axis=1),
        "first rung": law(rungs[:1], unseen, at),
        "rungs": law(rungs, unseen, at),
        "all but rungs": law([], hard, at),
        "all": law(rungs, hard, at),
    }


def by_link(rungs: Sequence[hierarchy.Curve], hard: hierarchy.Curve, loss: hierarchy.Curve,
            at: Floats) -> dict[str, Floats]:
    """Every method where no frequency is known: features are forecast, the link is learnt below the cut; (draws, m).

    *loss* and *rungs* need the hard skill's early scores too, to learn the link; *all but rungs* has scale and loss.
    """
    now = np.stack([c.y for c in rungs], axis=1)
    ahead = np.stack([alone(c.x, c.y, c.stderr, at) for c in rungs], axis=2)
    centre, direction = first_component(now)
    seen = {"rungs": (now - centre) @ direction, "loss": loss.y, "scale": hard.x}
    future = {"rungs": (ahead - centre) @ direction, "loss": alone(loss.x, loss.y, loss.stderr, at),
              "scale": np.broadcast_to(np.asarray(at), (DRAWS, len(at)))}
    told = {"loss": ("loss",), "rungs": ("rungs",), "all but rungs": ("scale", "loss"),
            "all": ("scale", "loss", "rungs")}
    out = {"own": alone(hard.x, hard.y, hard.stderr, at)}
    for name, keys in told.items():
        table = np.stack([seen[k] for k in keys], axis=1)
        out[name] = np.stack([through(table, hard.y, np.stack([future[k][:, j] for k in keys], axis=1))
                              for j in range(len(at))], axis=1)
    return out
