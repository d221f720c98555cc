"""In which order did the skills rise, was it foretold, and is a jump one of the skill or of the metric?

*Shows* when the score of a skill, of a grade, and its sharp twin reach a target. *Does not show* why: a hard skill may
rise early since it is made of easy ones, or late since it is rarely met.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import Interval
from kindergrad.core.answers_journey import Foretold, GradeRise, Journey, JourneyAnswer, Rise
from kindergrad.core.answers_vertical import OrderEdge, OrderVerdict
from kindergrad.core.assessment import skill_of
from kindergrad.core.names import VERDICT_PROBABILITY, Grade
from kindergrad.progress import thresholds
from kindergrad.progress.curves import LearningCurve
from kindergrad.progress.forecast import threshold
from kindergrad.progress.posterior import SkillPosterior, summary
from kindergrad.progress.registry import LEVELS, Resolved

Floats = NDArray[np.float64]

DRAWS = 2000
"""Of the scale at which each skill reaches the target, for the order of skills and grades."""


def journey(found: Sequence[SkillPosterior], *, prerequisites: Mapping[str, Sequence[str]] | None = None,
            first_met: Mapping[str, float | None] | None = None, corpus: float | None = None,
            resolved: Sequence[Resolved] = (), target: float = 0.5) -> JourneyAnswer:
    """One journey for each engine and readout.

    Parameters
    ----------
    found : curves with their posteriors.
    prerequisites : skill -> skills that come before it.
    first_met : skill -> how much of the corpus had been read at its first problem.
    corpus : size of the whole corpus.
    resolved : registered forecasts that came due.
    target : the score that counts as risen.
    """
    lanes: dict[tuple[str, str, str], list[SkillPosterior]] = defaultdict(list)
    for posterior in found:
        curve = posterior.curve
        lanes[curve.engine, curve.readout.value, curve.axis.value].append(posterior)
    told: dict[tuple[str, str, str], list[Resolved]] = defaultdict(list)
    for result in resolved:
        told[result.forecast.engine, result.forecast.readout, result.forecast.axis].append(result)
    return JourneyAnswer(target=target, corpus=corpus, journeys=tuple(
        _one(members, target, prerequisites or {}, first_met or {}, told[lane]) for lane, members in lanes.items()))


def _one(members: Sequence[SkillPosterior], target: float, prerequisites: Mapping[str, Sequence[str]],
         first_met: Mapping[str, float | None], resolved: Sequence[Resolved]) -> Journey:
    curve = members[0].curve
    crossings = [_draws(p, target) for p in members]
    grades = _by_grade(members, crossings)
    return Journey(
        engine=curve.engine, readout=curve.readout, axis=curve.axis,
        scale_now=10.0 ** max(p.curve.now for p in members),
        rises=tuple(_rise(p, target, first_met) for p in members),
        grades=tuple(GradeRise(grade=g, skills=n, half=Interval(**summary(at, ten_to=True)),
                               p_never=float(np.mean(np.isinf(at)))) for g, (n, at) in grades.items()),
        order=tuple(_edge(easier.value, harder.value, grades[easier][1], grades[harder][1])
                    for easier, harder in itertools.pairwise(grades)),
        ahead_of_need=_ahead(members, crossings, prerequisites), foretold=_foretold(resolved),
    )


def _rise(posterior: SkillPosterior, target: float, first_met: Mapping[str, float | None]) -> Rise:
    curve, said = posterior.curve, thresholds.judge(posterior, target=target, advise=False)
    ahead, twin = threshold(posterior, target), said.twin
    last = np.isclose(curve.x, curve.now) & np.isfinite(curve.twin)
    return Rise(
        skill=curve.skill, grade=curve.grade, score=curve.score_now()[0],
        half=Interval.model_validate(ahead.model_dump(exclude={"target", "p_never", "horizon"})),
        p_never=ahead.p_never, width=said.width, twin=float(curve.twin[last].mean()) if last.any() else None,
        twin_half=twin_crossing(curve, target), twin_width=twin.width if twin else None,
        twin_late=twin.half if twin else None, twin_abrupt=twin.p_abrupt if twin else None, verdict=said.verdict,
        kind=said.kind, first_met=first_met.get(skill_of(curve.skill)),
    )


def twin_crossing(curve: LearningCurve, target: float) -> float | None:
    """The scale from which the mean twin stays at or above ``target``, linear in log scale between points."""
    have = np.isfinite(curve.twin)
    x = np.unique(curve.x[have])
    y = np.array([curve.twin[have & (curve.x == level)].mean() for level in x])
    below = np.flatnonzero(y < target)
    if not y.size or y[-1] < target:
        return None
    if not below.size:
        return float(10.0 ** x[0])
    at = int(below[-1])
    return float(10.0 ** (x[at] + (target - y[at]) / (y[at + 1] - y[at]) * (x[at + 1] - x[at])))


def _draws(posterior: SkillPosterior, target: float) -> Floats:
    """``DRAWS`` evenly chosen draws of the crossing."""
    at = posterior.crossing(target)
    return np.asarray(at[np.linspace(0, at.size - 1, DRAWS).round().astype(int)])


def _by_grade(members: Sequence[SkillPosterior], crossings: Sequence[Floats]) -> dict[Grade, tuple[int, Floats]]:
    """Grade -> number of curves, and draws of the scale at which its median curve is there; easiest grade first."""
    found = {}
    for grade in Grade:
        mine = [at for p, at in zip(members, crossings, strict=True) if p.curve.grade is grade]
        if mine:  # the upper of two middle ones: infinity and a number have no mean
            found[grade] = len(mine), np.asarray(np.sort(np.stack(mine), axis=0)[len(mine) // 2])
    return found


def _edge(easier: str, harder: str, before: Floats, after: Floats) -> OrderEdge:
    """P(the easier one is there first); where both never are, a coin."""
    p = float(np.mean(before < after) + 0.5 * np.mean(before == after))
    said = (OrderVerdict.HOLDS if p >= VERDICT_PROBABILITY else
            OrderVerdict.VIOLATED if p <= 1.0 - VERDICT_PROBABILITY else OrderVerdict.CANNOT_TELL)
    return OrderEdge(easier=easier, harder=harder, p=p, verdict=said)


def _ahead(members: Sequence[SkillPosterior], crossings: Sequence[Floats], prerequisites: Mapping[str, Sequence[str]]
           ) -> tuple[OrderEdge, ...]:
    """Of a skill with levels, the easiest counts: the one that is there first."""
    first: dict[str, Floats] = {}
    for posterior, at in zip(members, crossings, strict=True):
        skill = skill_of(posterior.curve.skill)
        first[skill] = np.minimum(first[skill], at) if skill in first else at
    edges = [_edge(need, skill, first[need], at) for skill, at in first.items()
             for need in prerequisites.get(skill, ()) if need in first]
    return tuple(edge for edge in edges if edge.verdict is OrderVerdict.VIOLATED)


def _foretold(resolved: Sequence[Resolved]) -> tuple[Foretold, ...]:
    earliest: dict[str, Resolved] = {}
    for result in sorted(resolved, key=lambda r: (r.forecast.scale_now, r.registered)):
        earliest.setdefault(result.forecast.skill, result)
    out = []
    for r in earliest.values():
        low, median, high = np.interp([0.05, 0.5, 0.95], LEVELS, r.forecast.quantiles)
        out.append(Foretold(skill=r.forecast.skill, scale_then=r.forecast.scale_now, scale=r.forecast.scale,
                            median=float(median), q05=float(low), q95=float(high), outcome=r.outcome,
                            inside80=r.inside80, inside90=r.inside90))
    return tuple(out)
