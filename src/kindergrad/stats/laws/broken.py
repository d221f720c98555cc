"""Broken power law with one smooth break: ``ln loss = c - ln 10 [g (x - x0) - d f softplus((b - x) / f)]``.

Before the break b the exponent is g + d, after it g; f = scale of the turn in decades. exp(c) is close to the loss at
the last scale x0. A negative g lets the loss rise again (peaked curves). This is the law of Caballero et al. with no
offset: linear in (c, g, d).
"""

from __future__ import annotations

import numpy as np

from kindergrad.stats.laws._law import LN10, WIDE, Design, Floats, Gaussian, Law, last_scale, log_normal_quantile


def _place(u: Floats, design: Design) -> Floats:
    """Break: uniform over the observed scales and a third of a decade beyond."""
    return np.asarray(design.low + u * (design.high - design.low + 0.3))


def _columns(x: Floats, place: Floats, turn: Floats, origin: Floats) -> tuple[Floats, Floats]:
    line = -LN10 * (x[None, :] - origin[:, None])
    bend = LN10 * turn[:, None] * np.logaddexp(0.0, (place[:, None] - x[None, :]) / turn[:, None])
    return line, bend


def _value(x: Floats, params: Floats) -> Floats:
    line, bend = _columns(x, *params[:, 3:].T)
    return np.asarray(params[:, :1] + params[:, 1:2] * line + params[:, 2:3] * bend)


def _basis(x: Floats, theta: Floats, design: Design) -> Floats:
    line, bend = _columns(x, *theta.T)
    return np.stack([np.ones_like(line), line, bend], axis=2)


def _inverse(y: float, params: Floats) -> Floats:
    """Bisection on the falling part that comes first; a curve that comes down from -inf was below y already."""
    _, after, change, place, turn, _ = params.T
    before = after + change
    low, high = place - 1e4, place + 1e4
    # where the slope changes sign from falling to rising lies the minimum: nothing is reached beyond it first
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = place - turn * np.log(np.maximum(-after / before, 1e-300))
    high = np.where((before > 0) & (after < 0), rest, high)
    lowest = _value_at(high, params)
    for _ in range(80):
        middle = 0.5 * (low + high)
        reached = _value_at(middle, params) <= y
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    falls = before > 0
    return np.where(falls, np.where(lowest <= y, high, np.inf), -np.inf)


def _value_at(x: Floats, params: Floats) -> Floats:
    log_loss, after, change, place, turn, origin = params.T
    bend = turn * np.logaddexp(0.0, (place - x) / turn)
    return np.asarray(log_loss + LN10 * (change * bend - after * (x - origin)))


LAW = Law(
    name="broken",
    parameters=("log_loss", "exponent", "change", "place", "turn", "origin"),
    n_nonlinear=3,
    value=_value,
    basis=_basis,
    inverse=_inverse,
    bounds=(*(((-np.inf, np.inf),) * 4), (0.0, np.inf), (-np.inf, np.inf)),
    prior=(Gaussian(1.0, (0.0, 0.08, 0.1), (WIDE, 0.15, 0.4)),),
    nonlinear_prior=(_place, log_normal_quantile(0.15, 0.8), last_scale),
    unit="log loss",
    doi="10.48550/arXiv.2210.14891",
)
