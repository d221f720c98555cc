"""Go, wait or stop: what to do now, given the belief, what the goal is worth and what data and compute cost.

*Go* pays for the scale of the goal and gets its worth if the goal is reached. *Stop* pays and gets nothing. *Wait*
pays for one more rung of the ladder, sees its result, and then chooses the better of go and stop. Expected regret of a
choice is what somebody who knew the outcome would do better (Raiffa and Schlaifer 1961); it is never below 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract, Finite
from kindergrad.core.seeds import stream
from kindergrad.core.table import Row
from kindergrad.progress import wording
from kindergrad.progress.curves import curves
from kindergrad.progress.goal_draws import GoalDraws, goal_draws
from kindergrad.progress.next_exam import usual_stderr

Floats = NDArray[np.float64]

RESULTS = 800
RARE = 0.02
"""Share of possible results below which a change of the answer is not worth a word."""
RUNGS = (0.25, 0.5, 1.0)
"""Decades of the next rung that waiting may pay for; the best is taken."""


class Choice(StrEnum):
    GO = "go"
    WAIT = "wait"
    STOP = "stop"


class Economics(Contract):
    """What is at stake, all in one unit of money or effort."""

    worth: Finite
    """Of reaching the goal."""
    cost: Finite
    """Per unit of scale: an engine at scale X costs ``cost * X``."""
    delay: Finite = 0.0
    """Of waiting for one more rung, beside its data and compute."""


class Flip(Contract):
    """The evidence that would change the answer."""

    skill: str
    scale: Finite
    score: Finite
    """A result at this scale, at which going and stopping are worth the same."""
    direction: str
    """``above`` or ``below`` it, the answer becomes ``becomes``."""
    becomes: Choice


class Decision(Contract):
    goal: str
    choice: Choice
    belief: Finite
    break_even: Finite
    """The belief from which going is worth more than stopping."""
    value: dict[Choice, Finite]
    """Expected worth minus cost of each choice."""
    regret: dict[Choice, Finite]
    """Expected regret of each choice."""
    wait_scale: Finite | None
    """Scale of the rung that waiting would pay for; null where the goal is less than a quarter decade away."""
    flip: Flip | None
    sentence: str


def decide(rows: Iterable[Row], goal: Goal, stakes: Economics, *, seed: int = 0) -> Decision:
    """Go, wait or stop.

    Parameters
    ----------
    rows : the long table so far.
    goal : the goal; its scale is the horizon.
    stakes : worth of the goal, cost per unit of scale, cost of waiting.
    seed : of all random numbers.

    Raises
    ------
    InputError
        If the worth is not positive, or a cost negative.
    UnknownNameError, TableError
        As :func:`kindergrad.progress.belief.belief`.
    """
    if stakes.worth <= 0 or stakes.cost < 0 or stakes.delay < 0:
        raise InputError("a decision needs a positive worth and costs that are not negative; got "
                         f"worth {stakes.worth:g}, cost {stakes.cost:g}, delay {stakes.delay:g}")
    draws = goal_draws(curves(rows), goal, seed=seed)
    price = stakes.cost * goal.scale
    p = draws.belief
    waits = [_wait(draws, x, price, stakes, seed) for x in _rungs(draws)]
    best = max(waits, key=lambda w: w.value, default=None)
    value = {Choice.GO: p * stakes.worth - price, Choice.STOP: 0.0}
    if best is not None:
        value[Choice.WAIT] = best.value
    perfect = p * max(stakes.worth - price, 0.0)
    choice = max(value, key=lambda c: value[c])
    flip = None if best is None else _flip(draws, best, price / stakes.worth, choice)
    return Decision(
        goal=draws.name, choice=choice, belief=p, break_even=price / stakes.worth, value=value,
        regret={c: max(0.0, perfect - v) for c, v in value.items()},
        wait_scale=None if best is None else 10.0**best.x, flip=flip,
        sentence=_sentence(choice, p, price / stakes.worth, flip),
    )


def _rungs(draws: GoalDraws) -> list[float]:
    """log10 scales of the next rung, below the goal's own scale."""
    now, end = draws.skills[0].curve.now, float(np.log10(draws.goal.scale))
    return [now + rung for rung in RUNGS if now + rung < end - 1e-9]


class _Wait(NamedTuple):
    value: float
    x: float
    after: Floats
    """Belief after each possible result."""
    scores: Floats
    """The results, rising."""


def _wait(draws: GoalDraws, x: float, price: float, stakes: Economics, seed: int) -> _Wait:
    """What waiting for the rung at log10 scale x is worth, and what it may show."""
    skill = draws.skills[0]
    stderr, rng = usual_stderr(skill), stream(seed, "decide", skill.curve.skill)
    scores = np.sort(draws.scores(skill, x, stderr, RESULTS, rng))
    after, _ = draws.update(skill, x, stderr, scores)
    best = np.maximum(after * stakes.worth - price, 0.0)
    return _Wait(float(best.mean()) - stakes.cost * 10.0**x - stakes.delay, x, after, scores)


def _flip(draws: GoalDraws, rung: _Wait, break_even: float, choice: Choice) -> Flip | None:
    """The result at the next rung where going and stopping are worth the same; None where no likely result is."""
    over = rung.after >= break_even
    minority = int(min(over.sum(), (~over).sum()))
    # Belief rises with the score, but for noise: the flip has as few results as possible on the wrong side.
    wrong = np.concatenate([[0], np.cumsum(over)]) + np.concatenate([np.cumsum(~over[::-1])[::-1], [0]])
    k = int(np.argmin(wrong))
    if minority < RARE * over.size or wrong[k] > 0.5 * minority or not 0 < k < over.size:
        return None
    go_above = choice is not Choice.GO
    return Flip(skill=draws.goal.skill, scale=10.0**rung.x, score=float((rung.scores[k - 1] + rung.scores[k]) / 2.0),
                direction="above" if go_above else "below", becomes=Choice.GO if go_above else Choice.STOP)


def _sentence(choice: Choice, p: float, break_even: float, flip: Flip | None) -> str:
    words = {Choice.GO: "Go", Choice.WAIT: "Wait for one more rung", Choice.STOP: "Stop"}[choice]
    text = f"{words}: the belief is {wording.probability(p)}, going pays from {break_even:.2g}"
    if break_even >= 1.0:
        return text + "; the goal costs more than it is worth, whatever the evidence."
    if flip is None:
        return text + "; no likely result of the next rung changes that."
    return text + (f"; a score {flip.direction} {flip.score:.2f} at {wording.pretty(flip.scale)} makes it "
                   f"{flip.becomes.value}.")
