"""Which experiment should be done next?

Shows: that an engine knows what it does not know, and where that matters for others.
Does not show: a whole campaign; one step is asked.
Floor: the strongest experiment, expression of its target, and a guess.
Ceiling: the gain itself, from exact responses.
Trap: strong perturbations that are known already teach nothing.
Source: simulated; Settles (2009), Active Learning Literature Survey.

The gain of an experiment is how much of what its pathway's mean leaves unexplained in the other unknown genes of the
pathway its own response would explain: sum over genes r of (e_r . e_c)^2 / (e_c . e_c), e the exact response minus the
mean of the pathway's known genes, or of all where none is known.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_choice
from kindergrad.core.responses import Condition, asked_columns
from kindergrad.stats.response_exact import correlation
from kindergrad.worlds.response_items import clusters

Floats = NDArray[np.float64]
FROM = {"stranger": 3, "relative": 3, "seen": 1, "nothing": 1}
"""Candidates of an item, by kind."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    context = world.design.contexts[0]
    known = {kind: [c for c in world.conditions(kind) if c.context == context] for kind in FROM}
    gain = _gains(world, known)
    rows = []
    for rng in seeds.item_streams(n, seed, "right-question"):
        row = [known[kind][i] for kind, count in FROM.items()
               for i in rng.choice(len(known[kind]), count, replace=False)]
        rows.append([row[i] for i in rng.permutation(len(row))])
    worth = np.array([[gain.get(c, 0.0) for c in row] for row in rows])
    return Items(asked=asked_columns(rows), ideal=worth,
                 truth={"worth": worth, "cluster": clusters(world, [row[0] for row in rows])})


def score(answers: Floats, items: Any) -> Floats:
    return correlation(answers - answers.mean(axis=1, keepdims=True), items.truth["worth"])


def twin(answers: Floats, items: Any) -> Floats:
    told = np.ptp(answers, axis=1) > 1e-12
    return (told & (answers.argmax(axis=1) == items.truth["worth"].argmax(axis=1))).astype(np.float64)


def _gains(world: Any, known: dict[str, list[Condition]]) -> dict[Condition, float]:
    """Gain of each condition of genes that are unknown; all others teach nothing."""
    unknown = known["stranger"] + known["relative"]
    pathway = np.array([world.cluster(c) for c in unknown])
    left = world.response(unknown) - world.centroid(unknown)
    for name in np.unique(pathway):
        told = [c for c in known["seen"] if world.cluster(c) == name]
        if told:
            mean = (world.response(told) - world.centroid(told)).mean(axis=0)
            left[pathway == name] -= mean
    shared = (left @ left.T) ** 2 * (pathway[:, None] == pathway) / np.maximum((left**2).sum(axis=1), 1e-9)
    np.fill_diagonal(shared, 0.0)
    return dict(zip(unknown, np.sqrt(shared.sum(axis=0)).tolist(), strict=True))


ASSESSMENT = Assessment(
    skill="perturbation/right-question", version="1.0", items=items, readouts={Readout.CHOICE: put_choice},
    score=score, twin=twin, metric="correlation with the gain", twin_metric="best of 8 named", chance=0.0,
    needs=("stranger", "relative", "seen", "nothing"), cluster="pathway", learner="response-kernel",
    floor=("perturbed-mean", "on-target", "metadata"), source="experiments that could be done next",
)
