"""Joint draws of a goal and of every curve that bears on it: the common ground of "what next" and "what to do"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.config import Goal
from kindergrad.progress import exposure_law
from kindergrad.progress.belief import DRAWS, SIZE, choose
from kindergrad.progress.curves import LearningCurve
from kindergrad.progress.posterior import SkillPosterior
from kindergrad.stats import curve as one_curve

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GoalDraws:
    """Draw i of every curve here belongs to draw i of the goal.

    Attributes
    ----------
    goal : the goal; ``name`` says which engine and readout are meant.
    happens : (N,) whether the goal is reached.
    skills : curves that share draws with the goal; the first is the goal's own.
    """

    goal: Goal
    name: str
    happens: NDArray[np.bool_]
    skills: tuple[SkillPosterior, ...]

    @property
    def belief(self) -> float:
        return float(np.mean(self.happens))

    def update(self, skill: SkillPosterior, x: float, stderr: float, scores: Floats) -> tuple[Floats, Floats]:
        """P(goal) after each of ``scores`` (K,) at log10 scale ``x``, and how probable each is: two arrays (K,).

        Draws are reweighted by the likelihood of the score: the exact posterior for these draws.
        """
        latent, spread = skill.latent([x])[:, 0], self.spread(skill)
        v = spread**2 + stderr**2
        log_l = -0.5 * (scores[:, None] - latent) ** 2 / v - 0.5 * np.log(2.0 * np.pi * v)
        top = log_l.max(axis=1, keepdims=True)
        w = np.exp(log_l - top)
        return np.asarray(w @ self.happens / w.sum(axis=1)), np.asarray(np.exp(top[:, 0]) * w.mean(axis=1))

    def scores(self, skill: SkillPosterior, x: float, stderr: float, n: int, rng: np.random.Generator) -> Floats:
        """Possible results (n,) of a sitting at ``x``, as probable as they are believed to be."""
        latent, spread = skill.latent([x])[:, 0], self.spread(skill)
        pick = rng.permutation(latent.size)[np.arange(n) % latent.size]
        return np.asarray(latent[pick] + rng.standard_normal(n) * np.hypot(spread[pick], stderr))

    @staticmethod
    def spread(skill: SkillPosterior) -> Floats:
        """Extra spread between runs, (N,)."""
        return skill.joint.spread[:, skill.index] if skill.joint else skill.alone.spread


def goal_draws(found: Sequence[LearningCurve], goal: Goal, *, seed: int = 0) -> GoalDraws:
    """Draws of the goal and of the curves of its exposure law; of its own curve where there is no law.

    Raises
    ------
    UnknownNameError
        If no curve has the skill.
    """
    number, name = choose(found, goal)
    group = next((g for g in exposure_law.groups(found) if number in g.members), None)
    members = [number] if group is None else [number, *(i for i in group.members if i != number)]
    joint = None if group is None else exposure_law.fit(found, group, seed=seed, size=SIZE)
    skills = []
    for i in members:
        c = found[i]
        alone = one_curve.fit(c.x, c.y, c.stderr, seed=seed, draws=DRAWS)
        skills.append(SkillPosterior(c, alone, joint, 0 if group is None else group.members.index(i)))
    happens = skills[0].latent([float(np.log10(goal.scale))])[:, 0] >= goal.score
    return GoalDraws(goal, name, happens, tuple(skills))
