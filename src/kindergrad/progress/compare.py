"""Which engine is better, over skills and on each: paired, clustered, with what could have been seen at all."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kindergrad.core.answers import Interval
from kindergrad.core.answers_compare import CompareAnswer, CompareVerdict, Comparison
from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.names import Axis, Readout
from kindergrad.core.table import Row
from kindergrad.progress.vertical_cells import usable
from kindergrad.stats.compare import (
    LEVEL,
    Difference,
    benjamini_hochberg,
    holm,
    known_difference,
    paired_difference,
)

Place = tuple[str, Readout, Axis, float]
"""Where engines can meet: skill, readout, axis, scale."""


class Mean(NamedTuple):
    """Score of an engine at a place, over its seeds."""

    score: float
    stderr: float | None
    n: int


class Claim(NamedTuple):
    """A comparison before it is known how many others are made."""

    engine: str
    baseline: str
    skill: str | None
    difference: Difference | None
    estimate: float
    n_pairs: int
    n_clusters: int
    reason: str | None = None


def compare(rows: Sequence[Row], baselines: Sequence[str] = (), *, seed: int = 0) -> CompareAnswer:
    """Compare engines on the skills and scales that both sat.

    Over skills: every skill counts once, with the mean difference over the common scales, and skills are the clusters.
    On one skill: the mean difference over common scales, with the errors of the table.

    Parameters
    ----------
    baselines : engines to compare the others with; if empty, all pairs.

    Raises
    ------
    UnknownNameError
        For a baseline that is not in the table.
    TableError
        If no two engines share a skill and scale, or for a table that mixes versions, percents or losses.
    """
    scores, assumptions = collect(rows, baselines)
    pairs = pairings(scores, baselines)
    overall, single = [], []
    for engine, baseline in pairs:
        by_skill = _by_skill(scores[engine], scores[baseline])
        if not by_skill:
            continue
        overall.append(across(engine, baseline, {s: float(np.mean([a.score - b.score for a, b in met]))
                                                 for s, met in by_skill.items()}, seed))
        single += [_on_one(engine, baseline, skill, met) for skill, met in by_skill.items()]
    if not overall:
        raise TableError("no two engines share a skill, readout, axis and scale; expected results at common scales; "
                         "try 'forecast' to compare curves at a scale of your choice")
    all_overall, all_single = judge(overall), judge(single)
    return CompareAnswer(overall=all_overall, by_skill=all_single, assumptions=assumptions,
                         sentence=_sentence(all_overall, all_single))


def collect(rows: Sequence[Row], baselines: Sequence[str]) -> tuple[dict[str, dict[Place, Mean]], tuple[str, ...]]:
    """Mean score of every engine at every place, and what was assumed."""
    seeds: dict[str, dict[Place, list[tuple[float, float | None]]]] = {}
    left: Counter[str] = Counter()
    for row in usable(rows, set(baselines), left):
        if row.scored is not None:
            place = (row.skill, row.readout, row.axis, row.scale)
            seeds.setdefault(row.engine, {}).setdefault(place, []).append(row.scored)
    for name in baselines:
        if name not in seeds:
            raise UnknownNameError("baseline", name, seeds)
    notes = [f"{n} results: {what}" for what, n in left.items()]
    out = {engine: {place: _mean(all_) for place, all_ in sorted(places.items())}
           for engine, places in sorted(seeds.items())}
    if blind := sum(m.stderr is None for places in out.values() for m in places.values()):
        notes.append(f"{blind} results have neither a standard error nor two seeds: no test on single skills there")
    return out, tuple(notes)


def _mean(results: Sequence[tuple[float, float | None]]) -> Mean:
    score = np.array([s for s, _ in results])
    n, known = len(score), [e for _, e in results if e is not None]
    within = float(np.sqrt(np.sum(np.square(known)))) / n if len(known) == n else None
    between = float(score.std(ddof=1) / np.sqrt(n)) if n > 1 else None
    errors = [e for e in (within, between) if e is not None]
    return Mean(float(score.mean()), max(errors) if errors else None, n)


def pairings(scores: dict[str, dict[Place, Mean]], baselines: Sequence[str]) -> list[tuple[str, str]]:
    """(engine, baseline), in order of name."""
    if not baselines:
        return list(itertools.combinations(scores, 2))
    return [(engine, b) for b in baselines for engine in scores if engine != b
            and not (engine in baselines and list(baselines).index(engine) < list(baselines).index(b))]


def _by_skill(ours: dict[Place, Mean], theirs: dict[Place, Mean]) -> dict[str, list[tuple[Mean, Mean]]]:
    out: dict[str, list[tuple[Mean, Mean]]] = {}
    for place, mean in ours.items():
        if place in theirs:
            out.setdefault(place[0], []).append((mean, theirs[place]))
    return out


def across(engine: str, baseline: str, difference: dict[str, float], seed: int) -> Claim:
    """A claim over skills, from one difference a skill; skills are the clusters."""
    d, names = np.array(list(difference.values())), np.array(list(difference))
    if len(d) < 2:
        return Claim(engine, baseline, None, None, float(d.mean()), len(d), len(d), "one common skill: no test across")
    found = paired_difference(d, np.zeros(len(d)), names, seed=seed)
    return Claim(engine, baseline, None, found, found.estimate, found.n, found.n_clusters)


def _on_one(engine: str, baseline: str, skill: str, met: Sequence[tuple[Mean, Mean]]) -> Claim:
    ours, theirs = (float(np.mean([pair[i].score for pair in met])) for i in (0, 1))
    errors = [[pair[i].stderr for pair in met] for i in (0, 1)]
    known = [[e for e in side if e is not None] for side in errors]
    if any(len(side) < len(met) for side in known) or not any(any(side) for side in known):
        return Claim(engine, baseline, skill, None, ours - theirs, len(met), 1, "no standard errors")
    a, b = (float(np.sqrt(np.sum(np.square(side)))) / len(met) for side in known)
    return Claim(engine, baseline, skill, known_difference(ours, theirs, a, b), ours - theirs, len(met), 1)


def judge(claims: Sequence[Claim], better: float = 1.0) -> tuple[Comparison, ...]:
    """Claims with corrected p-values and verdicts. ``better = -1``: a negative difference is the better one."""
    tested = [c.difference for c in claims if c.difference is not None]
    p = [d.p for d in tested]
    corrected = iter(zip(holm(p).tolist(), benjamini_hochberg(p).tolist(), strict=True)) if p else iter(())
    out = []
    for claim in claims:
        d = claim.difference
        if d is None:
            out.append(Comparison(
                engine=claim.engine, baseline=claim.baseline, skill=claim.skill,
                difference=Interval(median=claim.estimate), stderr=None, p=None, p_sign_flip=None, p_holm=None,
                p_bh=None, detectable=None, detectable_corrected=None, n_pairs=claim.n_pairs,
                n_clusters=claim.n_clusters, verdict=CompareVerdict.NO_RESOLUTION, reason=claim.reason))
            continue
        by_holm, by_bh = next(corrected)
        sure = CompareVerdict.BETTER if d.estimate * better > 0 else CompareVerdict.WORSE
        out.append(Comparison(
            engine=claim.engine, baseline=claim.baseline, skill=claim.skill,
            difference=Interval(median=d.estimate, q05=d.quantile(0.05), q10=d.quantile(0.1), q25=d.quantile(0.25),
                                q75=d.quantile(0.75), q90=d.quantile(0.9), q95=d.quantile(0.95)),
            stderr=d.stderr, p=d.p, p_sign_flip=None if np.isnan(d.p_sign_flip) else d.p_sign_flip, p_holm=by_holm,
            p_bh=by_bh, detectable=d.detectable(), detectable_corrected=d.detectable(LEVEL / len(tested)),
            n_pairs=claim.n_pairs, n_clusters=claim.n_clusters,
            verdict=sure if by_holm <= LEVEL else CompareVerdict.NOT_FOUND))
    return tuple(out)


def _sentence(overall: Sequence[Comparison], single: Sequence[Comparison]) -> str:
    sure = [c for c in overall if c.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE)]
    on_one = sum(c.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE) for c in single)
    limits = [c.detectable for c in overall if c.detectable is not None]
    text = (f"{len(sure)} of {len(overall)} comparisons over skills and {on_one} of {len(single)} on single skills "
            "hold after Holm's correction.")
    if limits:
        text += f" The typical comparison over skills could have found a difference of {np.median(limits):.3f}."
    return text
