"""What a law is: a family of learning curves ``y(x)`` over ``x = log10 scale``.

All laws here are *separable*: given the nonlinear parameters (location, width, exponent ...) the curve is a linear
combination of a few basis functions, ``y(x) = sum_l c_l B_l(x; theta)``. The coefficients have Gaussian priors and
are integrated in closed form; only ``theta`` needs a grid (variable projection, doi:10.1137/0710036).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

Floats = NDArray[np.float64]


class Design(NamedTuple):
    """Where a curve was observed: the smallest and the largest log10 scale, and the highest score that is possible."""

    low: float
    high: float
    ceiling: float = 1.0


class Gaussian(NamedTuple):
    """One component of the prior of the linear coefficients: independent normal distributions."""

    weight: float
    mean: tuple[float, ...]
    sd: tuple[float, ...]


Quantile = Callable[[Floats, Design], Floats]
"""Prior of a nonlinear parameter as its quantile function: (probability in (0, 1), design) -> value."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """A family of learning curves.

    Attributes
    ----------
    name : as in the file name.
    parameters : names of the linear coefficients, then of the nonlinear parameters.
    n_nonlinear : how many of ``parameters``, at the end, are nonlinear.
    value : ``(x, params) -> y``; x of shape (n,), params of shape (k, len(parameters)), y of shape (k, n).
    basis : ``(x, theta, design) -> B``; theta of shape (k, n_nonlinear), B of shape (k, n, n_linear).
    inverse : ``(y, params) -> x``, shape (k,): the first log10 scale where the curve reaches y (a score from below, a
        loss from above); ``inf`` where it never does, ``-inf`` where it is reached however small the scale.
    bounds : support of each parameter.
    prior : components of the prior of the linear coefficients, for a score between floor 0 and ceiling 1.
    nonlinear_prior : quantile function of each nonlinear parameter.
    weight : prior probability relative to the other laws.
    capped : index of the linear coefficient that may not exceed the ceiling, or None.
    nodes : number of grid nodes of each nonlinear parameter.
    camps : whether single runs stand at the floor or at the plateau, with odds that follow the curve.
    unit : ``score``, or ``log loss``: natural logarithm of a positive loss, where lower is better.
    doi : where the law was proposed, or "" for elementary ones.
    """

    name: str
    parameters: tuple[str, ...]
    n_nonlinear: int
    value: Callable[[Floats, Floats], Floats]
    basis: Callable[[Floats, Floats, Design], Floats]
    inverse: Callable[[float, Floats], Floats]
    bounds: tuple[tuple[float, float], ...]
    prior: tuple[Gaussian, ...]
    nonlinear_prior: tuple[Quantile, ...] = ()
    weight: float = 1.0
    capped: int | None = None
    nodes: tuple[int, ...] = ()
    camps: bool = False
    unit: Literal["score", "log loss"] = "score"
    doi: str = ""

    @property
    def n_linear(self) -> int:
        return len(self.parameters) - self.n_nonlinear

    def nonlinear(self, u: Floats, design: Design) -> Floats:
        """Map prior probabilities u, shape (k, n_nonlinear), to parameter values of the same shape."""
        if not self.n_nonlinear:
            return np.empty((u.shape[0], 0))
        return np.column_stack([q(u[:, j], design) for j, q in enumerate(self.nonlinear_prior)])


LN9 = float(np.log(9.0))

FLOOR = ((0.75, 0.0, 0.05), (0.25, 0.4, 0.4))
"""Prior of the lower end of a score: (weight, mean, sd). Mostly the measured floor; others' tables start anywhere."""

PLATEAU = (0.6, 0.4)
"""Prior mean and sd of the upper end of a score."""


def floor_and(*rest: tuple[float, float]) -> tuple[Gaussian, ...]:
    """The prior of the floor, joined with normal priors (mean, sd) of further coefficients."""
    return tuple(
        Gaussian(weight, (mean, *(m for m, _ in rest)), (sd, *(s for _, s in rest))) for weight, mean, sd in FLOOR
    )


def sigmoid(x: Floats, location: Floats, width: Floats) -> Floats:
    """Rise from 0 to 1 with 10 to 90 % within ``width`` decades; shapes (n,), (k,), (k,) -> (k, n)."""
    rise: Floats = expit(2.0 * LN9 * (x[None, :] - location[:, None]) / width[:, None])
    return rise


def location_quantile(u: Floats, design: Design) -> Floats:
    """Prior of a location: uniform from a decade below the data to half a decade above, then an exponential tail.

    The tail has a scale of two decades and ends after eight: what has not been seen yet is more likely to come
    soon than late, and may lie far beyond the data.
    """
    start, stop, scale, end = design.low - 1.0, design.high + 0.5, 2.0, 8.0
    inside, beyond = stop - start, scale * (1.0 - np.exp(-end / scale))
    area = u * (inside + beyond)
    over = np.clip((area - inside) / scale, 0.0, 1.0 - 1e-12)
    return np.asarray(np.where(area <= inside, start + area, stop - scale * np.log1p(-over)))


def log_normal_quantile(median: float, sd: float) -> Quantile:
    """Log-normal prior with this median, and sd of the natural logarithm."""

    def quantile(u: Floats, design: Design) -> Floats:
        return np.asarray(median * np.exp(sd * ndtri(u)))

    return quantile


LN10 = float(np.log(10.0))
WIDE = 5.0
"""Prior sd of ln loss at the last scale, around the last point: flat for all practical purposes."""


def uniform_quantile(u: Floats, design: Design) -> Floats:
    """Uniform between 0 and 1."""
    return u


def last_scale(u: Floats, design: Design) -> Floats:
    """Not random: the largest observed log10 scale, from which the laws of loss measure."""
    return np.full_like(u, design.high)
