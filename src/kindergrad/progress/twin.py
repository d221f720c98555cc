"""Is the jump the metric's doing? The sharp twin, predicted from the smooth score through one fixed link.

If the twin is the score pushed through one monotone function, then whatever jumps in the twin moves smoothly beneath
(Schaeffer et al. 2023, arXiv 2304.15004). Twin and score come from the same answers, so the link is fitted to their
pairs: ``score^L``, the chance that L equally hard steps all succeed, or a soft cut (a vote, a rank, a call at a
level). Whether the pairs scatter around the link no more than their errors allow is checked by chi-squared, and by the
share of the twin's variance that the link explains.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit

from kindergrad.core.names import ABRUPT_WIDTH, VERDICT_PROBABILITY
from kindergrad.progress.posterior import SkillPosterior
from kindergrad.stats import curve as one_curve

Floats = NDArray[np.float64]

NEEDED = 4  # scales with a twin below which nothing is said
FITS = 0.05
"""A p-value above this does not contradict the link."""
EXPLAINED = 0.9
"""Share of the twin's variance that a link must explain."""
LAG = 0.25
"""A twin that has done less than this share of its rise where the score has done half lags behind."""

POWERS = np.geomspace(0.25, 64.0, 49)
STEEP = np.array([5.0, 10.0, 20.0, 40.0, 80.0])
CUTS = 17
STEP = 0.01
ROUGH = 0.02
"""Sd, as a share of the twin's rise, within which no link is expected to be exact."""


class TwinCheck(NamedTuple):
    """What the twin does and whether the score explains it."""

    p_abrupt: float
    """P(the twin's own rise takes at most 0.3 decades)."""
    width: float
    """Median decades of the twin's rise."""
    half: float
    """Share of the twin's rise that the link has done where the score has done half of its own."""
    link: str
    """The link in words: ``score^8``, eight equally hard steps must all succeed; ``a cut at score 0.5``."""
    p_value: float | None
    """Of the scatter around the link, given the errors; None where no error is known."""
    explained: float
    """Share of the twin's variance that the link explains."""

    @property
    def jumps(self) -> bool:
        """The twin looks like a threshold: abrupt, or near its floor where the score is half way."""
        return self.p_abrupt >= VERDICT_PROBABILITY or self.half <= LAG

    @property
    def is_the_metric(self) -> bool:
        """The twin looks like a threshold, and the score pushed through the link explains it."""
        fits = self.p_value is None or self.p_value >= FITS
        return self.jumps and fits and self.explained >= EXPLAINED


class _Link(NamedTuple):
    words: str
    of: Callable[[Floats], Floats]


def check(posterior: SkillPosterior, *, seed: int = 0) -> TwinCheck | None:
    """Compare the twin with the score; None where fewer than four scales have a twin."""
    curve = posterior.curve
    have = np.isfinite(curve.twin)
    if np.unique(curve.x[have]).size < NEEDED or np.ptp(curve.twin[have]) == 0.0:
        return None
    unit = float(np.max(np.abs(curve.twin[have])))
    unit = unit if unit > 1.5 else 1.0  # percent and the like: the laws expect a score of about 0 to 1
    twin, stderr = curve.twin[have] / unit, curve.twin_stderr[have] / unit
    alone = one_curve.fit(curve.x[have], twin, stderr, seed=seed)
    own = alone.width[np.isfinite(alone.width)]
    half, link, p_value, explained = _explain(curve.y[have], curve.stderr[have], twin, stderr)
    return TwinCheck(float(np.mean(own <= ABRUPT_WIDTH)), float(np.median(own)), half, link, p_value, explained)


def _explain(score: Floats, error: Floats, twin: Floats, stderr: Floats) -> tuple[float, str, float | None, float]:
    """(share at half, link in words, p-value, share explained) of the best link."""
    best = min(_links(score), key=lambda link: _line(link.of(score), twin)[0])
    left, low, rise = _line(best.of(score), twin)
    slope = rise * (best.of(score + STEP) - best.of(score - STEP)) / (2.0 * STEP)
    variance = np.nan_to_num(stderr) ** 2 + (slope * np.nan_to_num(error)) ** 2 + (ROUGH * max(abs(rise), ROUGH)) ** 2
    misfit = float(np.sum((twin - low - rise * best.of(score)) ** 2 / variance))
    known = bool(np.isfinite(stderr).any() and np.isfinite(error).any())
    p_value = float(chdtrc(max(1, twin.size - 3), misfit)) if known else None
    bottom, middle, top = best.of(np.array([score.min(), (score.min() + score.max()) / 2.0, score.max()]))
    half = float((middle - bottom) / (top - bottom)) if top > bottom else 0.5
    return half, best.words, p_value, 1.0 - left / float(np.sum((twin - twin.mean()) ** 2))


def _links(score: Floats) -> list[_Link]:
    """Conjunctions, and soft cuts at a score between the smallest and the largest that is there."""
    low, top = float(score.min()), float(max(score.max(), 1e-3))
    links = [_Link(f"score^{power:.2g}", partial(_conjunction, top, power)) for power in POWERS]
    for cut in np.linspace(low, top, CUTS + 2)[1:-1]:
        for steep in STEEP / max(top - low, 1e-3):
            links.append(_Link(f"a cut at score {cut:.2g}", partial(_cut, float(cut), float(steep))))
    return links


def _conjunction(top: float, power: float, score: Floats) -> Floats:
    return np.asarray(np.clip(score / top, 0.0, None) ** power)


def _cut(place: float, steep: float, score: Floats) -> Floats:
    return np.asarray(expit(steep * (score - place)))


def _line(z: Floats, twin: Floats) -> tuple[float, float, float]:
    """Least squares of twin on z: (sum of squares left, intercept, slope >= 0)."""
    spread = float(np.sum((z - z.mean()) ** 2))
    slope = max(0.0, float(np.sum((z - z.mean()) * (twin - twin.mean()))) / spread) if spread > 1e-12 else 0.0
    low = float(twin.mean() - slope * z.mean())
    return float(np.sum((twin - low - slope * z) ** 2)), low, slope
