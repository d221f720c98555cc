"""What to sit next: the exam that is expected to tell most about the goal per unit of cost.

The value of an exam is the expected reduction of the goal's entropy, in bits (Lindley 1956,
doi:10.1214/aoms/1177728069). Possible results are drawn from what is believed now, and the joint draws of goal and
curves are reweighted by each. Cheap and near exams win where they tell as much as far ones: kindergarten first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract, Finite
from kindergrad.core.seeds import stream
from kindergrad.core.table import Row
from kindergrad.progress.curves import LearningCurve, curves
from kindergrad.progress.goal_draws import GoalDraws, goal_draws
from kindergrad.progress.posterior import SkillPosterior

Floats = NDArray[np.float64]

RESULTS = 160
"""Possible results that each exam is tried with."""
AHEAD = (0.0, 0.25, 0.5, 1.0)
"""Decades beyond the largest scale at which exams are proposed by default."""
ITEMS = (1.0, 4.0)
"""Multiples of the usual number of items that are proposed by default."""


class Candidate(Contract):
    """One exam that could be sat: a skill at a scale, with a number of items relative to those so far."""

    skill: str
    scale: Finite
    items: Finite = 1.0
    seed: int = 0
    cost: Finite = 1.0


class Worth(Contract):
    """What an exam is expected to tell."""

    exam: Candidate
    bits: Finite
    """Expected reduction of the entropy of the goal."""
    bits_stderr: Finite
    bits_per_cost: Finite


class NextAnswer(Contract):
    """Exams by what they tell per cost, best first."""

    goal: str
    belief: Finite
    entropy: Finite
    """Of the goal now, in bits: 1 at belief 0.5, 0 when all is known."""
    exams: tuple[Worth, ...]


Cost = Callable[[str, float, float], float]
"""(skill, scale, items) -> cost, in any unit."""


def next_exam(rows: Iterable[Row], goal: Goal, *, candidates: Sequence[Candidate] = (), cost: Cost | None = None,
              seed: int = 0) -> NextAnswer:
    """Rank exams by expected information about the goal per cost.

    Parameters
    ----------
    rows : the long table so far.
    goal : what one wants to know.
    candidates : exams that could be sat; by default every skill that bears on the goal, at the largest scale so far and
        up to a decade beyond, with the usual number of items or four times as many.
    cost : cost of an exam of the default candidates; by default scale plus items, both relative to what is usual.
    seed : of the simulated results.

    Raises
    ------
    UnknownNameError, TableError
        As :func:`kindergrad.progress.belief.belief`.
    InputError
        If a candidate's cost or scale is not positive.
    """
    found = curves(rows)
    draws = goal_draws(found, goal, seed=seed)
    exams = list(candidates) or default_candidates(draws, cost)
    if wrong := next((c for c in exams if c.cost <= 0 or c.scale <= 0 or c.items <= 0), None):
        raise InputError(f"an exam needs a positive cost, scale and number of items; got {wrong}")
    ranked = sorted((worth(draws, c, seed=seed) for c in exams), key=lambda w: -w.bits_per_cost)
    return NextAnswer(goal=draws.name, belief=draws.belief, entropy=float(entropy(np.array(draws.belief))),
                      exams=tuple(ranked))


def default_candidates(draws: GoalDraws, cost: Cost | None = None) -> list[Candidate]:
    """Every skill that bears on the goal, near the end of the ladder, with one or four times the usual items."""
    end = max(p.curve.now for p in draws.skills)

    def usual(skill: str, scale: float, items: float) -> float:
        return float(10.0 ** (np.log10(scale) - end)) + 0.1 * items

    price = cost or usual
    out = []
    for p in draws.skills:
        for x in (end + ahead for ahead in AHEAD):
            for items in ITEMS:
                scale = float(10.0**x)
                out.append(Candidate(skill=p.curve.skill, scale=scale, items=items, seed=_new_seed(p.curve, x),
                                     cost=float(price(p.curve.skill, scale, items))))
    return out


def worth(draws: GoalDraws, exam: Candidate, *, seed: int = 0) -> Worth:
    """Expected reduction of the goal's entropy by one exam; 0 for a skill that does not bear on the goal."""
    skill = next((p for p in draws.skills if p.curve.skill == exam.skill), None)
    if skill is None:
        return Worth(exam=exam, bits=0.0, bits_stderr=0.0, bits_per_cost=0.0)
    x = float(np.log10(exam.scale))
    # One stream per exam, the same for the same exam: candidates are compared under common random numbers.
    rng = stream(seed, "next exam", exam.skill)
    error = usual_stderr(skill) / float(np.sqrt(exam.items))
    after, _ = draws.update(skill, x, error, draws.scores(skill, x, error, RESULTS, rng))
    gains = float(entropy(np.array(draws.belief))) - entropy(after)
    bits = max(0.0, float(np.mean(gains)))
    stderr = float(np.std(gains) / np.sqrt(RESULTS))
    return Worth(exam=exam, bits=bits, bits_stderr=stderr, bits_per_cost=bits / exam.cost)


def usual_stderr(skill: SkillPosterior) -> float:
    """Standard error of an exam like those so far; 0 where none is known: the extra spread holds it then."""
    known = skill.curve.stderr[np.isfinite(skill.curve.stderr)]
    return float(np.median(known)) if known.size else 0.0


def entropy(p: Floats) -> Floats:
    """Entropy in bits of an event of probability p."""
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return np.asarray(-(p * np.log2(p) + (1.0 - p) * np.log2(1.0 - p)))


def _new_seed(curve: LearningCurve, x: float) -> int:
    """The first seed that was not sat at this scale."""
    taken = set(curve.seed[np.abs(curve.x - x) < 1e-6].tolist())
    return next(k for k in range(len(taken) + 1) if k not in taken)
