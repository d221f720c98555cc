"""What is known of one curve, whichever way it was estimated: alone, or together with the skills around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.answers import Interval
from kindergrad.core.names import ABRUPT_WIDTH
from kindergrad.progress.curves import LearningCurve
from kindergrad.stats.curve import MEANINGFUL_RISE, CurvePosterior
from kindergrad.stats.hierarchy import HierarchyPosterior
from kindergrad.stats.humble import Humble, humble

Floats = NDArray[np.float64]

HORIZON = 6.0
"""Decades beyond the data within which a threshold is looked for."""

QUANTILES = {"q05": 0.05, "q10": 0.1, "q25": 0.25, "median": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}


@dataclass(frozen=True)
class SkillPosterior:
    """Draws of one curve. ``joint`` is the exposure law it belongs to, ``index`` its place there.

    The posterior of the curve alone is always there: it tells which law holds. Where the curve belongs to an exposure
    law, widths, locations, thresholds and forecasts come from the law.
    """

    curve: LearningCurve
    alone: CurvePosterior
    joint: HierarchyPosterior | None = None
    index: int = 0

    @cached_property
    def humble(self) -> Humble:
        """The curve alone, with what no law foresees beyond its last point."""
        return humble(self.alone, self.curve.now)

    def latent(self, x: ArrayLike) -> Floats:
        """The curve itself at log10 scales ``x`` (n,): (draws, n)."""
        return self.joint.score(self.index, x) if self.joint else self.humble.latent(x)

    def predictive(self, x: ArrayLike, seed: int = 0) -> Floats:
        """Scores of new runs at ``x``: extra spread between runs included, error of the exam not. (draws, n)."""
        if self.joint:
            return self.joint.predict(self.index, x, seed)
        return self.humble.observed(x, seed)

    def crossing(self, target: float) -> Floats:
        """log10 scale at which the curve reaches ``target``, not before its first point; ``inf``: never. (draws,)."""
        at = self.joint.crossing(self.index, target) if self.joint else self.humble.crossing(target, HORIZON)
        at = np.maximum(at, self.curve.x[0])
        return np.asarray(np.where(at > self.curve.now + HORIZON, np.inf, at))

    @property
    def rise(self) -> Floats:
        """By how much the curve rises over the observed scales, at least one decade: (draws,)."""
        low, high = float(self.curve.x[0]), self.curve.now
        short = max(0.0, 1.0 - (high - low)) / 2.0
        ends = self.latent([low - short, high + short])
        return np.asarray(ends[:, 1] - ends[:, 0])

    @property
    def p_learning(self) -> float:
        return float(np.mean(self.rise > MEANINGFUL_RISE))

    @property
    def widths(self) -> Floats:
        """Decades from 10 to 90 % of the rise, given that there is one; empty where no law has a width."""
        if self.joint:
            return np.asarray(self.joint.width[np.isfinite(self.joint.location[:, self.index]), self.index])
        return self.alone.width[np.isfinite(self.alone.width)]

    @property
    def locations(self) -> Floats:
        """log10 of the scale at which half of the rise is done, given that there is one."""
        if self.joint:
            at = self.joint.location[:, self.index]
            return at[np.isfinite(at)]
        return self.alone.location[np.isfinite(self.alone.location)]

    def shapes(self) -> dict[str, float]:
        """Probability of each shape over the observed scales: flat, abrupt, peaked, continuous."""
        flat = self.rise <= MEANINGFUL_RISE
        peaked = self._peaked()
        abrupt = self._draw_widths() <= ABRUPT_WIDTH
        parts = {"peaked": peaked, "flat": flat & ~peaked, "abrupt": abrupt & ~flat & ~peaked,
                 "continuous": ~abrupt & ~flat & ~peaked}
        return {name: float(np.mean(part)) for name, part in parts.items()}

    def _peaked(self) -> NDArray[np.bool_]:
        """Rise, then fall, both meaningful and both inside the observed scales."""
        if self.joint:
            return np.zeros(self.joint.location.shape[0], dtype=bool)
        path = self.latent(np.linspace(self.curve.x[0], self.curve.now, 33))
        top = path.max(axis=1)
        return np.asarray((top - path[:, 0] > MEANINGFUL_RISE) & (top - path[:, -1] > MEANINGFUL_RISE))

    def _draw_widths(self) -> Floats:
        """Width of each draw's rise; ``inf`` where its law has none."""
        if self.joint:
            return self.joint.width[:, self.index]
        stacked = []
        for law, draws in zip(self.alone.laws, self.alone.parameters, strict=True):
            names = law.parameters
            if "width" in names:
                stacked.append(draws[:, names.index("width")])
            else:
                stacked.append(np.full(len(draws), 0.0 if "location" in names else np.inf))
        return np.asarray(np.concatenate(stacked)[self.alone.order])


def quantiles(draws: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles that may be infinite: the draw itself, never a mixture of a number and infinity."""
    return np.asarray(np.quantile(draws, levels, method="inverted_cdf"))


def summary(draws: Floats, *, ten_to: bool = False) -> dict[str, float | None]:
    """Fields of an :class:`Interval`; None where a quantile is infinite. ``ten_to`` gives back 10^draws."""
    if not draws.size:
        return dict.fromkeys(QUANTILES)
    values = quantiles(draws, list(QUANTILES.values()))
    return {name: (float(10.0**v if ten_to else v) if np.isfinite(v) else None)
            for name, v in zip(QUANTILES, values, strict=True)}


def interval(draws: Floats) -> Interval | None:
    """Median and central 50, 80 and 90 %, or None where there is nothing to sum up."""
    return Interval(**summary(draws)) if draws.size else None
