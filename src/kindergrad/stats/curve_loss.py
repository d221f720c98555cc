"""Forecast of a positive loss (lower is better) by several laws, averaged and recalibrated.

Members are a law and a residual: a plain random walk, or one with a drift of its own (:mod:`curve_walk`). Their
weights depend on the extrapolation ratio and on the evidence, and were learnt on an archive (:mod:`average`). The
forecast does not depend on the unit of the loss, on the unit of the scale, or on the order of the points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from kindergrad.core.errors import InputError
from kindergrad.stats.average import Members, Weights, log_weights, quantiles, shipped
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_walk import LossData, Residual, fit_walk, predict_walk
from kindergrad.stats.laws._law import Floats

RECIPES: dict[str, tuple[str, Residual]] = {
    "last_value": ("last_value", "walk"),
    "trend": ("last_value", "drift"),
    **{law: (law, "walk") for law in ("m1", "m2", "m3", "m4", "broken")},
    **{f"{law}+drift": (law, "drift") for law in ("m1", "m2", "m3", "m4", "broken")},
    **{f"{law}+noise": (law, "noise") for law in ("m1", "m2", "m3", "m4", "broken")},
}
"""name -> (law, residual). ``trend`` has no law: only a local trend that dies out."""

MEMBERS = ("last_value", "m3", "broken", "trend", "m3+drift", "m4+drift")
"""The members for which weights are learnt; the humble one is first, since forecasts are shrunk towards it."""


class LossForecast(NamedTuple):
    """Forecast at m new scales."""

    x: Floats
    """log10 scale, shape (m,)."""
    members: Members
    weights: Weights
    assumptions: tuple[str, ...]

    def quantile(self, levels: ArrayLike) -> Floats:
        """Quantiles of the loss, shape (levels, m)."""
        return np.asarray(np.exp(quantiles(list(np.atleast_1d(levels)), self.members, self.weights)))

    @property
    def median(self) -> Floats:
        """Median of the loss, shape (m,)."""
        return np.asarray(self.quantile([0.5])[0])

    @property
    def weight(self) -> dict[str, Floats]:
        """Weight of each member at each new scale."""
        return dict(zip(self.weights.members, np.exp(log_weights(self.members, self.weights)), strict=True))


def forecast(
    x: ArrayLike,
    loss: ArrayLike,
    x_new: ArrayLike,
    stderr: ArrayLike | None = None,
    *,
    weights: Weights | None = None,
) -> LossForecast:
    """Predict a positive loss at new scales from points at smaller ones.

    Parameters
    ----------
    x : log10 scales, shape (n,), any order, repeats allowed.
    loss : losses, shape (n,), finite, at least one positive; zeros are lifted to half of the smallest positive one.
    x_new : log10 scales to predict, shape (m,).
    stderr : standard errors in the unit of the loss, shape (n,), or None.
    weights : weights of the members; those of the package by default.

    Raises
    ------
    InputError
        For different lengths, no point, values that are not finite, negative losses or errors.
    """
    data, notes = loss_data(x, loss, stderr)
    new = np.atleast_1d(np.asarray(x_new, dtype=np.float64))
    if not np.all(np.isfinite(new)) or not new.size:
        raise InputError(f"scales to predict must be finite log10 values, at least one; got {new}")
    used = weights or shipped()
    return LossForecast(new, member_forecasts(data, new, used.members), used, notes)


def member_forecasts(data: LossData, x_new: Floats, names: tuple[str, ...] = MEMBERS) -> Members:
    """Mean, sd and evidence of every member at new scales."""
    mean, sd, evidence = [], [], []
    laws = catalogue()
    for name in names:
        law, residual = RECIPES[name]
        posterior = fit_walk(laws[law], data, residual=residual)
        m, v = predict_walk(posterior, data, x_new)
        centre = m @ posterior.weight
        mean.append(centre)
        sd.append(np.sqrt((v + (m - centre[:, None]) ** 2) @ posterior.weight))
        evidence.append(np.full(x_new.size, posterior.log_evidence))
    ratio = np.maximum(0.0, x_new - data.x[-1])
    return Members(np.array(mean), np.array(sd), np.array(evidence), ratio)


def loss_data(x: ArrayLike, loss: ArrayLike, stderr: ArrayLike | None = None) -> tuple[LossData, tuple[str, ...]]:
    """Sorted and validated points in ln loss, and the assumptions that were needed; errors as :func:`forecast`."""
    scale, value = (np.atleast_1d(np.asarray(a, dtype=np.float64)) for a in (x, loss))
    if scale.shape != value.shape or scale.ndim != 1 or not scale.size:
        raise InputError(f"x and loss must be lists of the same length, at least 1; got {scale.shape}, {value.shape}")
    if not (np.all(np.isfinite(scale)) and np.all(np.isfinite(value))):
        raise InputError("scales and losses must be finite; leave points without a loss out")
    if np.any(value < 0) or not np.any(value > 0):
        raise InputError(f"a loss must be positive; got {value.min()}; try ceiling minus score, or score laws")
    notes = []
    if np.any(value == 0):
        value = np.where(value == 0, 0.5 * value[value > 0].min(), value)
        notes.append("losses of 0 lifted to half of the smallest positive one")
    error = np.zeros(value.size) if stderr is None else np.atleast_1d(np.asarray(stderr, dtype=np.float64))
    if error.shape != value.shape or np.any(error < 0) or np.any(np.isinf(error)):
        raise InputError("stderr must have one value per loss, not negative, NaN where unknown")
    relative = np.where(np.isnan(error), 0.0, error) / value
    order = np.lexsort((value, scale))
    z = np.log(value[order])
    at_end = scale[order] == scale.max()
    last = float(np.mean(z[at_end]))
    # rounded, so that rounding errors of the unit leave no trace
    return LossData(scale[order], np.round(z - last, 11), relative[order], last), tuple(notes)
