"""Data-efficiency on small sets: if an engine cannot learn from little, why should it from more?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import Interval
from kindergrad.core.answers_compare import (
    CompareVerdict,
    Comparison,
    CurveEfficiency,
    EngineEfficiency,
    SmallDataAnswer,
)
from kindergrad.core.errors import TableError
from kindergrad.core.names import Axis, Readout
from kindergrad.core.seeds import stream
from kindergrad.core.table import Row
from kindergrad.progress.compare import Claim, Mean, Place, across, collect, judge, pairings
from kindergrad.stats.efficiency import examples_needed, log_area, neighbour_error

Floats = NDArray[np.float64]
CurveKey = tuple[str, Readout, Axis]

_DRAWS = 200
_MIN_POINTS = 3


class Curve(NamedTuple):
    """Scores of one engine on one skill by size of the set; N sizes."""

    n: Floats
    score: Floats
    stderr: Floats
    """Shape (N,); NaN where neither the table nor the neighbours give one."""

    def at(self, sizes: Floats) -> Curve:
        keep = np.isin(self.n, sizes)
        return Curve(self.n[keep], self.score[keep], self.stderr[keep])


def small_data(
    rows: Sequence[Row],
    baselines: Sequence[str],
    *,
    max_scale: float = float("inf"),
    target: float = 0.5,
    seed: int = 0,
) -> SmallDataAnswer:
    """Area under the learning curve over log n, and examples needed for half of the ceiling, against baselines.

    Parameters
    ----------
    rows : the long table; a curve is an engine on a skill through one readout along one axis.
    baselines : names of engines to compare with.
    max_scale : sets above this size are not small and are left out.
    target : score between floor (0) and ceiling (1); 0.5 is half way.

    Raises
    ------
    TableError
        If no curve has three sizes, or none can be paired with a baseline.
    UnknownNameError
        For a baseline that is not in the table.
    """
    scores, notes = collect([row for row in rows if row.scale <= max_scale], baselines)
    curves = {engine: _curves(places) for engine, places in scores.items()}
    if not any(curves.values()):
        raise TableError(f"no curve has {_MIN_POINTS} sizes up to {max_scale:g}; expected an engine on a skill at "
                         "several scales; try a larger --max-scale")
    guessed = sum(any(place[:3] == key and mean.stderr is None for place, mean in scores[engine].items())
                  for engine, found in curves.items() for key in found)
    area, needed = [], []
    for engine, baseline in pairings(scores, baselines):
        pair = _pair(engine, baseline, curves, target, seed)
        if pair is not None:
            area.append(pair[0])
            needed.append(pair[1])
    if not area:
        raise TableError(f"no curve can be paired with {', '.join(baselines)}: they share no {_MIN_POINTS} sizes of a "
                         "skill; expected the same sizes for all engines")
    assumptions = [n for n in notes if "single skills" not in n]
    if guessed:
        assumptions.append(f"{guessed} curves without standard errors: judged by how far neighbouring points disagree")
    each = [_one(engine, key, curve, target, seed) for engine, found in curves.items() for key, curve in found.items()]
    judged = judge(area)
    return SmallDataAnswer(
        target=target, engines=_engines(each), curves=tuple(each), area=judged, examples=judge(needed, better=-1.0),
        assumptions=tuple(assumptions), sentence=_sentence(judged))


def _curves(places: dict[Place, Mean]) -> dict[CurveKey, Curve]:
    points: dict[CurveKey, list[tuple[float, Mean]]] = {}
    for (skill, readout, axis, scale), mean in places.items():
        points.setdefault((skill, readout, axis), []).append((scale, mean))
    out = {}
    for key, found in points.items():
        if len(found) < _MIN_POINTS:
            continue
        found.sort(key=lambda f: f[0])
        n, score = np.array([scale for scale, _ in found]), np.array([m.score for _, m in found])
        known = np.array([np.nan if m.stderr is None else m.stderr for _, m in found])
        out[key] = Curve(n, score, np.where(np.isnan(known), neighbour_error(n, score), known))
    return out


def _needed(curve: Curve, target: float, seed: int, *names: str) -> Floats:
    """Draws of log10 of the examples needed, shape (draws,); one value where there is no error."""
    if np.isnan(curve.stderr).any():
        return examples_needed(curve.n, curve.score[None], target)
    noise = stream(seed, "small-data", *names).standard_normal((_DRAWS, len(curve.n)))
    return examples_needed(curve.n, curve.score + curve.stderr * noise, target)


def _pair(
    engine: str, baseline: str, curves: dict[str, dict[CurveKey, Curve]], target: float, seed: int
) -> tuple[Claim, Claim] | None:
    """Difference of areas, and of log10 examples needed within the common range, one a skill."""
    area: dict[str, list[float]] = {}
    needed: dict[str, list[float]] = {}
    for key, curve in curves[engine].items():
        other = curves[baseline].get(key)
        if other is None:
            continue
        common = np.intersect1d(curve.n, other.n)
        if len(common) < _MIN_POINTS:
            continue
        ours, theirs = curve.at(common), other.at(common)
        a, b = (log_area(c.n, c.score, np.nan_to_num(c.stderr)).value for c in (ours, theirs))
        low, high = np.log10(common[[0, -1]])
        m, k = (float(np.clip(examples_needed(c.n, c.score[None], target)[0], low, high)) for c in (ours, theirs))
        area.setdefault(key[0], []).append(a - b)
        needed.setdefault(key[0], []).append(m - k)
    if not area:
        return None
    first, second = ({skill: float(np.mean(d)) for skill, d in found.items()} for found in (area, needed))
    return across(engine, baseline, first, seed), across(engine, baseline, second, seed)


def _one(engine: str, key: CurveKey, curve: Curve, target: float, seed: int) -> CurveEfficiency:
    area = log_area(curve.n, curve.score, curve.stderr)
    draws = _needed(curve, target, seed, engine, *map(str, key))
    names = {"median": 0.5, "q05": 0.05, "q10": 0.1, "q25": 0.25, "q75": 0.75, "q90": 0.9, "q95": 0.95}
    # quantiles by rank: interpolating between a number and infinity has no meaning
    found = {name: float(np.quantile(draws, p, method="inverted_cdf")) for name, p in names.items()}
    interval = {name: 10 ** max(x, float(np.log10(curve.n[0]))) if x < np.inf else None for name, x in found.items()}
    if len(draws) == 1:
        interval = {"median": interval["median"]}
    return CurveEfficiency(
        engine=engine, skill=key[0], readout=key[1], axis=key[2], n_points=len(curve.n), smallest=float(curve.n[0]),
        largest=float(curve.n[-1]), area=area.value, area_stderr=None if np.isnan(area.stderr) else area.stderr,
        examples=Interval(**interval), p_not_reached=float((draws == np.inf).mean()),
        p_below_smallest=float((draws == -np.inf).mean()))


def _engines(each: Sequence[CurveEfficiency]) -> tuple[EngineEfficiency, ...]:
    out = []
    for name in dict.fromkeys(c.engine for c in each):
        mine = [c for c in each if c.engine == name]
        out.append(EngineEfficiency(
            engine=name, n_skills=len({c.skill for c in mine}), area=float(np.mean([c.area for c in mine])),
            reached=float(np.mean([1 - c.p_not_reached for c in mine]))))
    return tuple(sorted(out, key=lambda e: -e.area))


def _sentence(area: Sequence[Comparison]) -> str:
    better = sum(c.verdict is CompareVerdict.BETTER for c in area)
    worse = sum(c.verdict is CompareVerdict.WORSE for c in area)
    limits = [c.detectable for c in area if c.detectable is not None]
    text = f"On small data, of {len(area)} comparisons {better} are better and {worse} worse than their baseline."
    return text + (f" The typical one could have found a difference of {np.median(limits):.3f}." if limits else "")
