"""Which perturbation moves the cell from here to there?

Shows: that predicted responses are good enough to choose by, among genes and pairs that were never perturbed.
Does not show: a search among thousands, or a goal that no single experiment comes near to.
Floor: a choice at random, which gets 0; the strongest perturbation by what is known beforehand; the mean of the
pathway.
Ceiling: the exact responses.
Trap: large effects reach everything a little; what counts is how much of the way to the goal is left. The perturbed
genes of the goal and of all candidates do not count, so that no target gives itself away.
Source: simulated; regret as in bandits, Lattimore and Szepesvari (2020), doi:10.1017/9781108571401.

The goal is the exact response to a gene that is not among the candidates. A candidate gains the share of the squared
distance to the goal that it covers. The score is the gain expected of a choice in proportion to how well each candidate
fits the goal by the engine's responses: 0 for a choice at random, 1 for the best candidate.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import NothingToAskError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import match, put_match
from kindergrad.core.responses import Condition, asked_columns, joined
from kindergrad.worlds.response_items import RESPONSES, WIDTH, clusters, counted

Floats = NDArray[np.float64]
OTHERS = 4
"""Candidates of other pathways, beside one of the goal's pathway, and three pairs."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    groups: dict[tuple[str, str], list[Condition]] = {}
    for condition in world.conditions("relative"):
        groups.setdefault((condition.context, world.cluster(condition)), []).append(condition)
    able = sorted(key for key, own in groups.items() if len(own) > 1)
    if not able or len({pathway for _, pathway in groups}) <= OTHERS:
        raise NothingToAskError(f"this world has too few genes never perturbed, of {OTHERS + 1} pathways that were")
    goals, rows = [], []
    for rng in seeds.item_streams(n, seed, "design"):
        context, pathway = able[int(rng.integers(len(able)))]
        goal, near = (groups[context, pathway][i] for i in rng.permutation(len(groups[context, pathway]))[:2])
        elsewhere = [own for (c, p), own in sorted(groups.items()) if c == context and p != pathway]
        others = [elsewhere[i][int(rng.integers(len(elsewhere[i])))]
                  for i in rng.choice(len(elsewhere), OTHERS, replace=False)]
        row = [near, *others, _pair(near, others[0]), _pair(others[1], others[2]), _pair(others[2], others[3])]
        goals.append(goal)
        rows.append([row[i] for i in rng.permutation(len(row))])
    return _of(world, goals, rows)


def _pair(one: Condition, two: Condition) -> Condition:
    return Condition(joined([one.perturbation, two.perturbation]), one.context)


def _of(world: Any, goals: list[Condition], rows: list[list[Condition]]) -> Items:
    flat, goal = [c for row in rows for c in row], world.response(goals)
    exact = world.response(flat).reshape(len(rows), len(rows[0]), -1)
    mask = counted(world, flat).reshape(exact.shape).min(axis=1) * counted(world, goals)
    left = (((exact - goal[:, None]) * mask[:, None]) ** 2).sum(axis=2)
    asked = {**asked_columns(rows), "profile": goal * mask, "ignored": 1 - mask,
             "width": np.full(len(rows), world.typical / WIDTH)}
    return Items(asked=asked, ideal=match(exact, asked), truth={
        "gain": 1 - left / ((goal * mask) ** 2).sum(axis=1, keepdims=True), "cluster": clusters(world, goals)})


def score(answers: Floats, items: Any) -> Floats:
    gain = items.truth["gain"]
    random, best = gain.mean(axis=1), gain.max(axis=1)
    return np.asarray(((softmax(answers, axis=1) * gain).sum(axis=1) - random) / (best - random))


def twin(answers: Floats, items: Any) -> Floats:
    """1 where the best candidate is chosen, 1/k where k candidates are chosen alike."""
    gain, chosen = items.truth["gain"], answers >= answers.max(axis=1, keepdims=True) - 1e-9
    best = gain >= gain.max(axis=1, keepdims=True) - 1e-12
    return np.asarray((best & chosen).sum(axis=1) / chosen.sum(axis=1))


ASSESSMENT = Assessment(
    skill="perturbation/design", version="1.0", items=items, readouts={Readout.RESPONSE: put_match}, score=score,
    twin=twin, metric="gain over a choice at random", twin_metric="best of 8 chosen", chance=0.0,
    needs=("relative", "pathways"), cluster="pathway", learner="response-kernel",
    floor=(*RESPONSES, "nearest-relative"), source="goals that genes never perturbed would reach",
)
