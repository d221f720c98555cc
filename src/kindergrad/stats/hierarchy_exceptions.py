"""Curves that follow no common law: what their points say under a prior of their own, whatever the other curves do.

An exception may rise anywhere, or nowhere. Without it, a law that five common skills obey
would promise the sixth with all but certainty, and a skill that breaks the law would bend it for all others.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from kindergrad.stats.hierarchy_atoms import LOG_SPREAD, Atoms, Guess

Floats = NDArray[np.float64]

NOWHERE = 0.5
"""Chance that an exception never rises."""


class Exceptions(NamedTuple):
    """What each curve says if it is an exception; S curves, K atoms, E nodes of log spread.

    log_atoms (S, K) is the log posterior weight of an atom if the curve rises, normalised; log_spread (S, E) that of a
    node if it never does; rises and never (S,) are log densities of the points.
    """

    log_atoms: Floats
    log_spread: Floats
    rises: Floats
    never: Floats

    @property
    def total(self) -> Floats:
        """Log density of the points, (S,)."""
        return np.asarray(np.logaddexp(self.rises + np.log(1.0 - NOWHERE), self.never + np.log(NOWHERE)))

    @property
    def p_never(self) -> Floats:
        """Probability that an exception never rises, (S,)."""
        return np.asarray(expit(self.never - self.rises + np.log(NOWHERE / (1.0 - NOWHERE))))

    def replaced(self, index: int, row: Exceptions) -> Exceptions:
        """With curve ``index`` as the only one of ``row``."""
        parts = [part.copy() for part in self]
        for part, new in zip(parts, row, strict=True):
            part[index] = new[0]
        return Exceptions(*parts)


def exceptions(atoms: Atoms, own: Guess, never: Floats, log_spread: Floats) -> Exceptions:
    """From atoms (S, K), the prior of a single curve, and densities of points that never rise, (S, E) on nodes (E,)."""
    z = (atoms.theta - own.mean[:, None]) / own.sd
    log_atoms = atoms.log_weight - 0.5 * np.sum(z * z, axis=2) - np.sum(np.log(own.sd)) - 2.0 * np.log(2.0 * np.pi)
    rises = logsumexp(log_atoms, axis=1)
    z = (log_spread - own.mean[:, LOG_SPREAD, None]) / own.sd[LOG_SPREAD]
    prior = -0.5 * z * z
    nodes = never + prior - logsumexp(prior, axis=1, keepdims=True)
    flat = logsumexp(nodes, axis=1)
    return Exceptions(log_atoms - rises[:, None], nodes - flat[:, None], np.asarray(rises), np.asarray(flat))
