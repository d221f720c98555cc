"""From answers to scores: one number per item, then a score between floor and ceiling with its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from kindergrad.stats.intervals import cluster_mean

Floats = NDArray[np.float64]
_CLEAR = 2.0
"""Ceiling and floor must lie this many standard errors apart, else the score is a ratio of noise."""
TIE = 1e-3
"""Answers closer than this (nats) are held equal: an engine that knows nothing must not win by rounding."""
_FAR = 500.0
"""Nats beyond which odds are as good as certain, and exponentials safe."""


def placement(answers: Floats, true: NDArray[np.int64]) -> Floats:
    """Share of the other candidates that the true one beats, ties one half. (n, c), (n,) -> (n,) in [0, 1].

    The mean over items is the area under the ROC curve within items (0.5 for a coin).
    """
    own = np.take_along_axis(answers, true[:, None], axis=1)
    beaten = (answers < own - TIE).sum(axis=1) + 0.5 * ((np.abs(answers - own) <= TIE).sum(axis=1) - 1)
    return np.asarray(beaten / (answers.shape[1] - 1))


def rank_first(answers: Floats, true: NDArray[np.int64]) -> Floats:
    """1 where the true candidate beats all others, 0 where not, 1/k in a tie of k at the top. (n,) in [0, 1]."""
    own = np.take_along_axis(answers, true[:, None], axis=1)
    beaten_by_none = (answers <= own + TIE).all(axis=1)
    ties = (np.abs(answers - own) <= TIE).sum(axis=1)
    return np.asarray(np.where(beaten_by_none, 1.0 / ties, 0.0))


def preference(answers: Floats, true: NDArray[np.int64]) -> Floats:
    """Probability of the true candidate against another one, mean over the others. (n, c), (n,) -> (n,) in [0, 1].

    ``answers`` are natural log probabilities. 0.5 for a coin. Where candidates differ in one place only, this is the
    likelihood of what stands there, alone: it does not fall with the length of the answer, and the notation around it,
    which every candidate shares, does not count.
    """
    own = np.take_along_axis(answers, true[:, None], axis=1)
    apart = np.clip(answers - own, -_FAR, _FAR)  # own against itself gives 1/2
    return np.asarray(((1.0 / (1.0 + np.exp(apart))).sum(axis=1) - 0.5) / (answers.shape[1] - 1))


def correlation(answers: Floats, value: Floats) -> Floats:
    """Pearson correlation of answers with measured values within each list, (n, c), (n, c) -> (n,) in [-1, 1].

    0 where the answers, or the values, are all alike (closer than :data:`TIE`).
    """
    left, right = (x - x.mean(axis=1, keepdims=True) for x in (answers, value))
    alike = (np.ptp(answers, axis=1) <= TIE) | (np.ptp(value, axis=1) <= TIE)
    size = np.where(alike, 1.0, np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1)))
    return np.asarray(np.where(alike, 0.0, (left * right).sum(axis=1) / size))


def top_found(answers: Floats, value: Floats) -> Floats:
    """1 where the largest answer is that of the largest value, 0 where not, 1/k in a tie of k. (n,) in [0, 1]."""
    return rank_first(answers, np.argmax(value, axis=1))


def bits_gained(log_p: Floats, letters: NDArray[np.int64]) -> Floats:
    """Bits per letter gained over four equal letters: 0 for a uniform engine, 2 for a perfect one. (n,)."""
    return np.asarray(2.0 + log_p / np.log(2.0) / letters)


class Answered(Protocol):
    """Items with what is true of them."""

    @property
    def truth(self) -> Mapping[str, NDArray[Any]]: ...


def placed(answers: Floats, items: Answered) -> Floats:
    """:func:`placement` of items that ask "which of these is the real one?"."""
    return placement(answers, items.truth["true"])


class Asked(Answered, Protocol):
    """Items with what was asked as well."""

    @property
    def asked(self) -> Mapping[str, NDArray[Any]]: ...


def preferred(answers: Floats, items: Asked) -> Floats:
    """:func:`preference` among the candidates; a further answer, "none of these", counts in the sharp twin only."""
    return preference(answers[:, : items.asked["target"].shape[1]], items.truth["true"])


def placed_first(answers: Floats, items: Answered) -> Floats:
    """:func:`rank_first`, the sharp twin of :func:`placed`."""
    return rank_first(answers, items.truth["true"])


def correlated(answers: Floats, items: Answered) -> Floats:
    """:func:`correlation` of items that ask to rank a list."""
    return correlation(answers, items.truth["value"])


def correlated_top(answers: Floats, items: Answered) -> Floats:
    """:func:`top_found`, the sharp twin of :func:`correlated`."""
    return top_found(answers, items.truth["value"])


def gained(answers: Floats, items: Answered) -> Floats:
    """:func:`bits_gained` of items that ask for a continuation."""
    return bits_gained(answers, items.truth["letters"])


def gained_at_least(bits: float) -> Callable[[Floats, Answered], Floats]:
    """The sharp twin of :func:`gained`: 1 where an item gains so many bits per letter, else 0."""
    return lambda answers, items: (gained(answers, items) >= bits).astype(np.float64)


def cluster_stderr(values: Floats, clusters: NDArray[np.str_]) -> float:
    """Standard error of a mean whose items come in clusters; 0 for identical values, NaN-free.

    With a single cluster the spread between clusters is unknown; the items are then taken as independent.
    """
    if len(values) < 2:
        return 0.0
    alone = bool(np.all(clusters == clusters[0]))
    return cluster_mean(values, np.arange(len(values)) if alone else clusters)[1]


class Normalised(NamedTuple):
    """A metric between floor and ceiling.

    ``score`` is None where the two cannot be told apart; it is never clipped.
    """

    score: float | None
    stderr: float | None
    floor: float
    floor_stderr: float
    ceiling: float
    ceiling_stderr: float


def normalise(value: Floats, floor: Floats, ceiling: Floats, clusters: NDArray[np.str_]) -> Normalised:
    """Score (m - f) / (u - f) with a clustered standard error that is paired on the items.

    Parameters
    ----------
    value, floor, ceiling : one number per item, shape (n,), of the engine, the best blind engine and the oracle.
    clusters : shape (n,).

    Notes
    -----
    The error is that of the linearised ratio: each item contributes
    m_i - (1 - s) f_i - s u_i, divided by u - f (delta method).
    """
    m, f, u = float(value.mean()), float(floor.mean()), float(ceiling.mean())
    errors = cluster_stderr(floor, clusters), cluster_stderr(ceiling, clusters)
    apart = cluster_stderr(ceiling - floor, clusters)
    if u - f <= _CLEAR * apart or u <= f:
        return Normalised(None, None, f, errors[0], u, errors[1])
    score = (m - f) / (u - f)
    stderr = cluster_stderr(value - (1 - score) * floor - score * ceiling, clusters) / (u - f)
    return Normalised(score, stderr, f, errors[0], u, errors[1])
