"""Is a stretch of the genome preferred to the same letters in reverse order?

    kindergrad run examples/own_exam.yaml --out /tmp/own-exam

An exam of your own is a file like this one: this docstring, a skill, three pure functions and a constant.

Shows: that the engine knows which way a strand is read.
Does not show: what is written there.
Floor: the letters are the same both ways, but triplets are not: what they tell, about half, is taken out.
Ceiling: the chain that wrote the synthetic genome; on a real genome nominal, since nobody can tell every stretch.
Trap: the reverse complement would be no control at all: it is as much of the genome as the stretch itself.
Source: written for this example.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import LogLikelihood, log_likelihoods
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Grade, Readout
from kindergrad.stats.scoring import placement, rank_first
from kindergrad.syllabus.skills import Skill

LENGTH = 100

SKILL = Skill(
    id="genomics/which-way", grade=Grade.KINDERGARTEN, prerequisites=("genomics/next-base",),
    question="Is a stretch of the genome preferred to the same letters in reverse order?",
    why="Every stretch of the corpus is an example.", exposure="every stretch of 100 bases",
)


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Stretches that no engine has read, each from a random stream of its own: more items leave the first alone."""
    streams = seeds.item_streams(n, seed, "which-way")
    windows, clusters = world.windows(streams, LENGTH)
    candidates = np.array([[str(window), str(window)[::-1]] for window in windows])  # the true one stands first
    place = np.array([int(rng.integers(2)) for rng in streams])  # and is moved to where it tells nothing
    ideal = world.window_log_p(candidates) if world.exact else None
    return choice_items(np.full(n, ""), candidates, ideal, place, cluster=clusters)


def put(engine: LogLikelihood, asked: Any) -> np.ndarray:
    """The only line that touches an engine; it sees what is asked and never what is true."""
    return log_likelihoods(engine, asked["context"], asked["target"])


def score(answers: np.ndarray, items: Items) -> np.ndarray:
    """Smooth, one number per item: is the true one above the other?"""
    return placement(answers, items.truth["true"])


def twin(answers: np.ndarray, items: Items) -> np.ndarray:
    """Sharp; with two candidates it is the same question."""
    return rank_first(answers, items.truth["true"])


ASSESSMENT = Assessment(
    skill=SKILL.id, version="1.0", items=items, readouts={Readout.LIKELIHOOD: put}, score=score, twin=twin,
    metric="placement against its reverse", twin_metric="ranked first of 2", chance=0.5,
    needs=("windows",), cluster="window", learner="markov", source="stretches that no engine has read",
)
