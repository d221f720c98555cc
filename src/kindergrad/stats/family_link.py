"""A skill from other skills, for engines that come in families and skills that may still stand at their floor.

``logit p_e = a + b . z_e + u_f + v_f . z_e + r_e``: z are the other skills of engine e, f its family. Families differ
by more than their scores say (what they were trained on): each has its own level u and its own slopes v, and each
engine a rest r of its own. So a forecast opens with the distance from the engines that were seen, more for a family
never seen. Given the four scales of b, u, v and r the log odds are normal, and b needs no choice of components: it is a
ridge over all skills. The scales are sampled (:mod:`curve_sampling`).

A score is read as k right of n items: 0 of n says "low", not "minus infinity", and nothing on how low. The log odds
given the scales are approximated at their mode (Laplace; Williams and Barber 1998, doi:10.1109/34.735807).
*Shows* what engines like these score. *Does not show* a cause, or a ceiling below 1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_solve
from scipy.special import expit

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.curve_evidence import systematic
from kindergrad.stats.curve_sampling import sample
from kindergrad.stats.laws._law import Floats

START = 4.0
"""Prior sd of the log odds of the average engine."""
SCALES = ((2.0, 0.5), (1.0, 0.7), (0.4, 0.7), (0.5, 0.7))
"""Log-normal priors (median, sd of the logarithm) of the sd, in log odds, of: b . z of a typical engine, a family's
level, a family's slopes, and what is left of a single engine."""
ITEMS = 100.0
"""Items behind a score without standard error: few, since engines differ by more at their floor than items say."""
MOST_ITEMS = 1e5
RIDGE = 0.05
"""Added to the variance of every standardised skill where missing ones are filled."""
ENOUGH = 60.0
STEPS, CLOSE = 20, 1e-3
"""Newton steps at most, and the change of the log odds at which they stop."""


class FamilyLink(NamedTuple):
    """Posterior on k weighted points of the four scales, with the engines that taught it."""

    log_evidence: float
    weight: Floats
    scales: Floats
    """Of slopes, families' levels, families' slopes and single engines, shape (4, k)."""
    features: Floats
    family: NDArray[np.str_]
    right: Floats
    items: Floats

    def predict(self, features: ArrayLike, family: ArrayLike, *, draws: int = 2000, seed: int = 0) -> Floats:
        """Draws of the true score, jointly for engines with these features (m, p) and families, shape (draws, m)."""
        z, names = np.atleast_2d(np.asarray(features, dtype=np.float64)), np.asarray(family, dtype=np.str_)
        rng = stream(seed, "family link")
        count = np.bincount(systematic(self.weight, draws, rng), minlength=self.weight.size)
        parts = [self._some(i, int(n), z, names, rng) for i, n in enumerate(count) if n]
        return np.asarray(expit(rng.permutation(np.concatenate(parts))))

    def _some(self, point: int, n: int, z: Floats, names: NDArray[np.str_], rng: np.random.Generator) -> Floats:
        scales, own = self.scales[:, point], (self.features, self.family)
        found = _mode(scales, *own, self.right, self.items)
        cross = _covariance(scales, own, (z, names))
        explained = np.linalg.solve(found.root, found.weight[:, None] * cross)
        left = _covariance(scales, (z, names), (z, names)) - explained.T @ explained
        spread = np.linalg.cholesky(left + np.diag(np.full(len(z), scales[3] ** 2 + 1e-9)))
        return np.asarray(cross.T @ found.slope + rng.standard_normal((n, len(z))) @ spread.T)


def fit_family_link(
    features: ArrayLike, family: ArrayLike, score: ArrayLike, stderr: ArrayLike | None = None
) -> FamilyLink:
    """Posterior from features (n, p), families (n,) and scores (n,) between floor 0 and ceiling 1.

    Features in units in which a typical engine has length 1 (:func:`standardised`). ``stderr`` (n,) may hold NaN or 0
    where it is not known.

    Raises
    ------
    InputError
        For shapes that do not fit or values that are not finite.
    """
    z, y = np.asarray(features, dtype=np.float64), np.atleast_1d(np.asarray(score, dtype=np.float64))
    names = np.asarray(family, dtype=np.str_)
    error = np.full(y.size, np.nan) if stderr is None else np.atleast_1d(np.asarray(stderr, dtype=np.float64))
    if z.ndim != 2 or not y.size or not len(z) == names.size == y.size == error.size:
        raise InputError(f"features, families and scores must have one row per engine; got {z.shape}, {names.shape} "
                         f"and {y.shape}")
    if not (np.all(np.isfinite(z)) and np.all(np.isfinite(y))):
        raise InputError("features and scores must be finite; leave engines out, or fill with `standardised`")
    if np.any(error < 0) or np.any(np.isinf(error)):
        raise InputError("a standard error is negative or infinite; expected values >= 0, or NaN where unknown")
    right, items = _counts(y, error)

    def solve(eta: Floats) -> tuple[Floats, Floats]:
        scales = np.array([m * np.exp(s * np.clip(e, -6, 6)) for (m, s), e in zip(SCALES, eta.T, strict=True)])
        return np.array([_mode(s, z, names, right, items).log_evidence for s in scales.T]), scales

    (_, scales), weight, log_evidence = sample(solve, len(SCALES), enough=ENOUGH)
    return FamilyLink(log_evidence, weight, scales, z, names, right, items)


def standardised(table: ArrayLike, seen: NDArray[np.bool_]) -> Floats:
    """Features (m, p) from scores with gaps: in units of the spread of the engines ``seen`` (m,), gaps filled.

    A gap takes the mean that the other skills of its engine let expect, over all engines. Columns without spread among
    the engines seen tell nothing and become 0.

    Raises
    ------
    InputError
        Where a skill has no score among the engines seen.
    """
    z = np.array(table, dtype=np.float64)
    if np.isnan(z[seen]).all(axis=0).any():
        raise InputError("a skill has no score among the engines that teach; leave it out")
    sd = np.nanstd(z[seen], axis=0)
    z = np.where(sd > 0, (z - np.nanmean(z[seen], axis=0)) / np.where(sd > 0, sd, 1.0), 0.0)
    gaps = np.isnan(z)
    z[gaps] = 0.0
    for _ in range(50 if gaps.any() else 0):
        covariance = np.atleast_2d(np.cov(z.T, bias=True)) + RIDGE * np.eye(z.shape[1])
        mean = z.mean(axis=0)
        for row in np.flatnonzero(gaps.any(axis=1)):
            gap, known = gaps[row], ~gaps[row]
            slope = np.linalg.solve(covariance[np.ix_(known, known)], covariance[np.ix_(known, gap)])
            z[row, gap] = mean[gap] + (z[row, known] - mean[known]) @ slope
    return np.asarray(z / max(np.sqrt(np.mean(np.sum(z[seen] ** 2, axis=1))), 1e-12))


def _counts(score: Floats, stderr: Floats) -> tuple[Floats, Floats]:
    """Right answers and items, of scores as shares of as many items as have these standard errors.

    An error of 0, such as that of a share of 0, is not one: those scores have as many items as the others.
    """
    known = stderr > 0
    inside = np.clip(score[known], np.minimum(stderr[known], 0.5), np.maximum(1.0 - stderr[known], 0.5))
    items = np.full(score.size, ITEMS)
    items[known] = np.clip(inside * (1.0 - inside) / stderr[known] ** 2, 1.0, MOST_ITEMS)
    items[~known] = np.median(items[known]) if known.any() else ITEMS
    return np.clip(score, 0.0, 1.0) * items, items


def _covariance(
    scales: Floats, one: tuple[Floats, NDArray[np.str_]], other: tuple[Floats, NDArray[np.str_]]
) -> Floats:
    """Prior covariance of the log odds of engines (features, families), without the rest of single engines."""
    slope, level, own, _ = scales
    product = one[0] @ other[0].T
    return np.asarray(START**2 + slope**2 * product + (one[1][:, None] == other[1]) * (level**2 + own**2 * product))


class _Mode(NamedTuple):
    """The log odds at their mode: log evidence, slope of the log likelihood, root of its curvature, Cholesky factor."""

    log_evidence: float
    slope: Floats
    weight: Floats
    root: Floats


def _mode(scales: Floats, z: Floats, family: NDArray[np.str_], right: Floats, items: Floats) -> _Mode:
    """Newton steps from the empirical log odds; the log likelihood is concave."""
    prior = _covariance(scales, (z, family), (z, family)) + scales[3] ** 2 * np.eye(right.size)
    log_odds = np.log((right + 0.5) / (items - right + 0.5))
    for _ in range(STEPS):
        share = expit(log_odds)
        weight = np.sqrt(items * share * (1.0 - share) + 1e-12)
        root = np.linalg.cholesky(np.eye(right.size) + weight[:, None] * prior * weight)
        aim = weight**2 * log_odds + right - items * share
        dual = aim - weight * cho_solve((root, True), weight * (prior @ aim), check_finite=False)
        before, log_odds = log_odds, prior @ dual
        if np.max(np.abs(log_odds - before)) < CLOSE:
            break
    log_likelihood = right @ log_odds - items @ np.logaddexp(0.0, log_odds)
    log_evidence = float(log_likelihood - 0.5 * dual @ log_odds - np.sum(np.log(np.diag(root))))
    return _Mode(log_evidence, right - items * expit(log_odds), weight, root)
