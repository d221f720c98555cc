"""Must all the easy skills be there at once? A hard skill as a product of easy ones, against a weighted sum.

Conjunctive (noisy AND): ``score = top * prod_j easy_j^(w_j)``, w_j > 0. A task of L equal steps has w = L: it looks
sudden where the step moves smoothly. Compensatory: ``score = top / (1 + exp(-(a + sum_j b_j logit(easy_j))))``, where
one strong skill makes up for a weak one (:mod:`curve_link`). Both have the same noise; their evidence is compared
(noisy-AND: Pearl 1988, doi:10.1016/C2009-0-27609-4).

*Shows* which form these engines' results support. *Does not show* that the easy skills cause the hard one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit, ndtr

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.curve_evidence import systematic
from kindergrad.stats.curve_link import ENOUGH, NODES, NOISE, Link, checked, fit_link
from kindergrad.stats.curve_sampling import sample
from kindergrad.stats.laws._law import Floats

EXPONENT = (1.0, 1.0)
"""Log-normal prior of an exponent: median, and sd of the natural logarithm."""
SCATTER = (0.3, 0.8)
"""Log-normal prior of the scatter between engines with the same easy skills, in natural logarithms of the product."""
LOWEST, HIGHEST = 0.01, 0.99
"""Scores are moved into this range before a logarithm or a logit is taken."""


class Conjunction(NamedTuple):
    """Posterior of the product on k weighted points."""

    log_evidence: float
    weight: Floats
    exponents: Floats
    """Shape (p, k)."""
    top: Floats

    def draw(self, draws: int = 2000, seed: int = 0) -> Floats:
        """Posterior draws of the exponents, shape (draws, p)."""
        return np.asarray(self.exponents[:, systematic(self.weight, draws, stream(seed, "conjunction"))].T)


class Forms(NamedTuple):
    """Both forms, fitted to the same engines."""

    conjunctive: Conjunction
    compensatory: Link

    @property
    def log10_bayes_factor(self) -> float:
        """Above 0: conjunctive."""
        return float((self.conjunctive.log_evidence - self.compensatory.log_evidence) / np.log(10.0))


def compare(easy: ArrayLike, hard: ArrayLike) -> Forms:
    """Fit both forms.

    Parameters
    ----------
    easy : scores of the easy skills between floor 0 and ceiling 1, shape (n, p), one row an engine at a scale.
    hard : scores of the hard skill, shape (n,).

    Raises
    ------
    InputError
        For shapes that do not fit or values that are not finite.
    """
    z, y = checked(easy, hard)
    if not z.size:
        raise InputError("there is no easy skill to compare with; expected at least one")
    inside = np.clip(z, LOWEST, HIGHEST)
    return Forms(_conjunction(np.log(inside), y), fit_link(logit(inside), y))


def _conjunction(log_easy: Floats, y: Floats) -> Conjunction:
    p = log_easy.shape[1]

    def solve(eta: Floats) -> tuple[Floats, ...]:
        exponents = EXPONENT[0] * np.exp(EXPONENT[1] * np.clip(eta[:, :p].T, -6, 6))
        top = np.minimum(1.0, 2.0 * ndtr(eta[:, p]))
        sigma = 1e-3 + NOISE[0] * np.exp(NOISE[1] * np.clip(eta[:, p + 1], -8, 8))
        scatter = SCATTER[0] * np.exp(SCATTER[1] * np.clip(eta[:, p + 2], -8, 8))
        expected = top[:, None] * np.exp(exponents.T @ log_easy.T)
        sd = np.hypot(sigma[:, None], scatter[:, None] * expected)
        left = (y - expected) / sd
        return np.sum(-0.5 * left**2 - np.log(sd), axis=1) - 0.5 * y.size * np.log(2.0 * np.pi), exponents, top

    (_, exponents, top), weight, log_evidence = sample(solve, p + 3, nodes=NODES, enough=ENOUGH)
    return Conjunction(log_evidence, weight, exponents, top)
