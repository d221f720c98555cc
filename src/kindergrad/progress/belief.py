"""Belief in one goal: P(the skill reaches the score by the scale), and how every scale's results moved it.

The belief is a posterior predictive probability of the latent score at the goal's scale. It starts before any result,
from what the design alone says (frequencies, the ladder of scales), and is recomputed with the results up to each
scale in turn. Weight of evidence is counted in bits of log odds (Good 1950).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import BeliefAnswer, BeliefStep
from kindergrad.core.config import Goal
from kindergrad.core.errors import UnknownNameError
from kindergrad.core.table import Row
from kindergrad.progress import exposure_law
from kindergrad.progress.curves import LearningCurve, assumptions, curves
from kindergrad.progress.direction import judge
from kindergrad.stats import curve as one_curve
from kindergrad.stats import hierarchy
from kindergrad.stats.humble import humble

Floats = NDArray[np.float64]
Draws = Callable[[float], Floats]
"""log10 scale up to which results are known -> draws of the latent score at the goal's scale."""

SIZE = hierarchy.Size(particles=192, atoms=256, per=16)
"""A little coarser than a forecast, since it is run once per scale; more draws, since a probability is wanted."""

DRAWS = 4000
MOST_STEPS = 40
"""Steps of a history: in others' tables every engine may have a scale of its own."""
UNKNOWN = 1e3
"""Standard error of a result that is not in yet: its scale is part of the design, its score says nothing."""


def belief(rows: Sequence[Row], goal: Goal, *, seed: int = 0,
           prerequisites: Mapping[str, Sequence[str]] | None = None) -> BeliefAnswer:
    """P(goal) and its history, and whether the engine is learning in the desired direction.

    Parameters
    ----------
    rows : the long table. Where several engines or readouts have the skill, the curve with most points is meant, and
        ``goal`` in the answer names it.
    goal : skill, score and scale.
    seed : of all random numbers.
    prerequisites : skill -> skills that come before it, for the violations of their order.

    Raises
    ------
    UnknownNameError
        If no row with a score has the skill; names the nearest that is there.
    TableError
        As :func:`kindergrad.progress.curves.curves`.
    """
    found = curves(rows)
    number, name = choose(found, goal)
    draws = predictive(found, number, float(np.log10(goal.scale)), seed=seed)
    steps: list[BeliefStep] = []
    for x in (-np.inf, *ladder(found, number)):
        seen = sum(int(np.sum(curve.x <= x + 1e-9)) for curve in _company(found, number))
        steps.append(_step(draws(x), goal.score, x, seen, steps[-1] if steps else None))
    same_engine = [curve for curve in found if curve.engine == found[number].engine]
    return BeliefAnswer(goal=name, belief=steps[-1].belief, stderr=steps[-1].stderr, history=tuple(steps),
                        direction=judge(same_engine, prerequisites=prerequisites or {}), assumptions=assumptions(rows))


def choose(found: Sequence[LearningCurve], goal: Goal) -> tuple[int, str]:
    """The curve that the goal means, and the goal in words, with engine and readout where there was a choice.

    Raises
    ------
    UnknownNameError
        If no curve has the skill.
    """
    matching = [i for i, curve in enumerate(found) if curve.skill == goal.skill]
    if not matching:
        raise UnknownNameError("skill", goal.skill, {curve.skill for curve in found})
    best = max(matching, key=lambda i: len(found[i].x))
    chosen = found[best]
    note = f" ({chosen.engine}, {chosen.readout.value})" if len(matching) > 1 else ""
    return best, f"{goal}{note}"


def ladder(found: Sequence[LearningCurve], number: int) -> list[float]:
    """Log10 scales at which the goal's curve, or a curve that teaches it, was observed; evenly thinned beyond 40."""
    levels = sorted({round(float(x), 9) for curve in _company(found, number) for x in curve.x})
    if len(levels) <= MOST_STEPS:
        return levels
    return [levels[i] for i in np.unique(np.linspace(0, len(levels) - 1, MOST_STEPS).round().astype(int))]


def predictive(found: Sequence[LearningCurve], number: int, x_goal: float, *, seed: int = 0) -> Draws:
    """The latent score at the goal as a function of what is known so far."""
    group = next((g for g in exposure_law.groups(found) if number in g.members), None)
    if group is not None:
        place = group.members.index(number)

        def jointly(until: float) -> Floats:
            posterior = exposure_law.fit(found, group, until=until, seed=seed, size=SIZE)
            return posterior.score(place, [x_goal])[:, 0]

        return jointly
    curve = found[number]

    def alone(until: float) -> Floats:
        known = curve.x <= until + 1e-9
        y, stderr = np.where(known, curve.y, 0.0), np.where(known, _known_errors(curve), UNKNOWN)
        posterior = one_curve.fit(curve.x, y, stderr, seed=seed, draws=DRAWS)
        draws = humble(posterior, until).latent([x_goal]) if known.any() else posterior.predict([x_goal])
        return draws[:, 0]

    return alone


def _known_errors(curve: LearningCurve) -> Floats:
    known = np.isfinite(curve.stderr)
    return np.where(known, curve.stderr, np.median(curve.stderr[known]) if known.any() else 0.0)


def _company(found: Sequence[LearningCurve], number: int) -> list[LearningCurve]:
    group = next((g for g in exposure_law.groups(found) if number in g.members), None)
    return [found[i] for i in group.members] if group else [found[number]]


def _step(draws: Floats, score: float, x: float, n_records: int, before: BeliefStep | None) -> BeliefStep:
    """One line of the history. Probabilities stay half a draw away from 0 and 1, so that bits are finite."""
    n = draws.size
    p = float(np.clip(np.mean(draws >= score), 0.5 / n, 1.0 - 0.5 / n))
    bits = 0.0 if before is None else log_odds(p) - log_odds(before.belief)
    return BeliefStep(scale=10.0**x if np.isfinite(x) else None, n_records=n_records, belief=p,
                      stderr=float(np.sqrt(p * (1.0 - p) / n)), bits=bits)


def log_odds(p: float) -> float:
    """Log odds in bits."""
    return float(np.log2(p / (1.0 - p)))
