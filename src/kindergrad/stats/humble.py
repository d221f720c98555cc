"""What no law foresees: forecasts of one curve, mixed with two humble members and tilted by an error of the slope.

Beyond the data a draw is one of three: its law; the *last value*, which flexible laws lose to when they reach far; or
the *fading trend* of the last half decade (Gardner and McKenzie 1985, doi:10.1287/mnsc.31.10.1237). Every draw of a law
is tilted by a random slope, in proportion to the present slope: laws that fit equally well part from there. Within the
data nothing changes.

The constants were chosen on 160 accuracy curves of LCDB 1.0 (doi:10.1007/978-3-031-26419-1_1) and one ladder of a
Markov engine. There the 90 % intervals of the laws alone held 79 and 80 % of what came later; with these members they
hold 91 and 86 %, and the mean CRPS falls by 2 and 10 %. ``benchmarks/humble.py`` repeats it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kindergrad.core.seeds import stream
from kindergrad.stats.curve import MEANINGFUL_RISE, CurvePosterior

Floats = NDArray[np.float64]

LAST_VALUE, TREND = 0.1, 0.25
"""Shares of the draws that follow the two humble members."""
TILT = (0.4, 0.015)
"""Sd of the unforeseen slope: a share of the present slope, plus score per decade."""
WALK = 0.03
"""Sd, after one decade, by which the humble members wander."""
LOOK_BACK = 0.5
"""Decades over which the present slope is taken."""
FADES = (3.0, 4.0)
"""Decades after which tilt and trend are half spent."""
GRID = 0.05


class Humble(NamedTuple):
    """Per draw of ``posterior``: which member it follows beyond log10 scale ``now``, and how it strays: (draws,)."""

    posterior: CurvePosterior
    now: float
    member: NDArray[np.int8]
    """0 law, 1 last value, 2 fading trend."""
    slope: Floats
    tilt: Floats
    wander: Floats

    def latent(self, x: ArrayLike) -> Floats:
        """Draws of the curve at log10 scales ``x`` (n,): (draws, n)."""
        at = np.atleast_1d(np.asarray(x, dtype=np.float64))
        beyond = np.maximum(at - self.now, 0.0)
        law = self.posterior.predict(at)
        if not beyond.any():
            return law
        last = self.posterior.predict(np.minimum(at, self.now))
        wander = self.wander[:, None] * np.sqrt(beyond)
        trend = last + self.slope[:, None] * beyond / (1.0 + beyond / FADES[1]) + wander
        tilted = law + self.tilt[:, None] * beyond / (1.0 + beyond / FADES[0])
        out = np.choose(self.member[:, None], [tilted, last + wander, trend])
        # Nothing rises above the ceiling, but what stands above it already.
        return np.asarray(np.minimum(out, np.maximum(self.posterior.design.ceiling, np.maximum(last, law))))

    def observed(self, x: ArrayLike, seed: int = 0) -> Floats:
        """As :meth:`latent`, with the extra spread between runs."""
        latent = self.latent(x)
        noise = stream(seed, "humble", "observation").standard_normal(latent.shape)
        return np.asarray(latent + self.posterior.spread[:, None] * noise)

    def crossing(self, target: float, horizon: float) -> Floats:
        """First log10 scale where each draw reaches ``target``; ``inf`` beyond ``now + horizon`` decades. (draws,)."""
        seen = self.posterior.crossing(target)
        grid = self.now + np.arange(0.0, horizon + GRID, GRID)
        path = self.latent(grid)
        over = path >= target
        first = np.argmax(over, axis=1)
        rows = np.arange(path.shape[0])
        before = np.maximum(first - 1, 0)
        low, high = path[rows, before], path[rows, first]
        share = np.where(high > low, (target - low) / np.where(high > low, high - low, 1.0), 0.0).clip(0.0, 1.0)
        ahead = np.where(over.any(axis=1), grid[before] + share * (grid[first] - grid[before]), np.inf)
        return np.asarray(np.where(seen <= self.now, seen, ahead))


def humble(posterior: CurvePosterior, now: float, *, seed: int = 0) -> Humble:
    """Assign every draw its member and its strays; deterministic given the seed.

    Draws whose rise has not begun by ``now`` follow their law: a trend that is not there tells nothing against it.
    """
    rng = stream(seed, "humble", "members")
    n = posterior.n_draws
    u = rng.random(n)
    path = posterior.predict([min(posterior.design.low, now - LOOK_BACK), now - LOOK_BACK, now])
    moving = np.abs(path[:, 2] - path[:, 0]) > MEANINGFUL_RISE
    member = np.where(u < LAST_VALUE, 1, np.where(u < LAST_VALUE + TREND, 2, 0))
    member = np.where(moving, member, 0).astype(np.int8)
    present = float(np.median(path[:, 2] - path[:, 1])) / LOOK_BACK
    sd = TILT[0] * abs(present) + TILT[1]
    return Humble(posterior, now, member, present * rng.uniform(0.2, 1.0, n), sd * rng.standard_normal(n),
                  WALK * rng.standard_normal(n))
