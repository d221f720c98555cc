"""The usual ways to extrapolate a loss curve, as point fits with a naive error: what a forecast has to beat.

``last_value``; ``linear`` in log scale; ``m1`` to ``m4`` (Alabdulmohsin et al. 2022, doi:10.48550/arXiv.2209.06640);
``bnsl``, one break with offset (Caballero et al. 2023, doi:10.48550/arXiv.2210.14891); ``logistic``. All but the first
two are least squares in ln loss: 256 fixed starting points are compared at once, with the linear part solved exactly
(doi:10.1137/0710036), and the best three are polished.

Errors are what a careful user of such a fit would quote: the standard deviation of the residuals, and for the last
value that of a random walk. They hold no uncertainty of the parameters: their coverage is part of the comparison.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtr, ndtri

from kindergrad.core.errors import UnknownNameError
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_sampling import points
from kindergrad.stats.laws._law import LN10, Design, Floats, log_normal_quantile, sigmoid

STARTS = 256
POLISHED = 3
LOWEST = 0.01
"""A prediction never falls below this share of the last loss: a line in log scale would reach zero."""

Shape = Callable[[Floats, Floats, Design], Floats]
"""(x of shape (n,), eta of shape (k, d), design) -> basis of shape (k, n, linear)."""


def point_forecast(name: str, x: Floats, z: Floats, x_new: Floats) -> tuple[Floats, Floats]:
    """Prediction of ln loss and its naive standard deviation at ``x_new``, both of shape (m,).

    ``x`` = log10 scale and ``z`` = ln loss, shape (n,), sorted by x.
    """
    if name == "last_value":
        return _last_value(x, z, x_new)
    if name == "linear":
        return _linear(x, z, x_new)
    if name not in _SHAPES:
        raise UnknownNameError("method", name, METHODS)
    # relative and rounded, so that neither the unit nor its rounding error can send the search elsewhere
    mean, sd = _least_squares(*_SHAPES[name], x, np.round(z - z[-1], 11), x_new)
    return mean + z[-1], sd


def _last_value(x: Floats, z: Floats, x_new: Floats) -> tuple[Floats, Floats]:
    last = float(np.mean(z[x == x[-1]]))
    gaps = np.diff(x)
    moved = gaps > 0
    rate = float(np.mean(np.diff(z)[moved] ** 2 / gaps[moved])) if moved.any() else 0.01
    return np.full(x_new.size, last), np.sqrt(np.maximum(rate * np.maximum(x_new - x[-1], 0.0), 1e-8))


def _linear(x: Floats, z: Floats, x_new: Floats) -> tuple[Floats, Floats]:
    loss, design = np.exp(z - z[-1]), np.column_stack([np.ones_like(x), x])
    coefficients, *_ = np.linalg.lstsq(design, loss, rcond=None)
    spread = _residual_sd(loss - design @ coefficients, 2)
    ahead = np.maximum(coefficients[0] + coefficients[1] * x_new, LOWEST)
    return z[-1] + np.log(ahead), np.maximum(spread / ahead, 1e-4)


def _least_squares(shape: Shape, d: int, n_linear: int, x: Floats, z: Floats, x_new: Floats) -> tuple[Floats, Floats]:
    design = Design(float(x[0]), float(x[-1]))
    if d == 0:
        best = np.empty((1, 0))
    else:
        starts = np.asarray(ndtri(np.clip(points(STARTS, d), 1e-4, 1.0 - 1e-4)))
        misfit = np.sum(_profile(shape, starts, x, z, design)[1] ** 2, axis=1)
        chosen = starts[np.argsort(misfit)[:POLISHED]]

        def residual_at(eta: Floats) -> Floats:
            return np.asarray(_profile(shape, np.clip(eta, -8, 8)[None], x, z, design)[1][0])

        polished = [least_squares(residual_at, start, max_nfev=60) for start in chosen]
        best = np.clip(min(polished, key=lambda r: float(r.cost)).x, -8, 8)[None]
    coefficients, residual = _profile(shape, best, x, z, design)
    basis = shape(x_new, best, design)[0]
    prediction = np.maximum(basis @ coefficients[0], z[-1] + np.log(LOWEST))
    return prediction, np.full(x_new.size, _residual_sd(residual[0], d + n_linear))


def _residual_sd(residual: Floats, used: int) -> float:
    return float(max(np.sqrt(np.sum(residual**2) / max(residual.size - used, 1)), 1e-4))


def _profile(shape: Shape, eta: Floats, x: Floats, z: Floats, design: Design) -> tuple[Floats, Floats]:
    """Linear coefficients (k, L) by least squares, and residuals (k, n).

    A basis of two columns whose second is the shape of M2, M4 and the like has the known coefficient 1 there.
    """
    basis = shape(x, eta, design)
    if basis.shape[2] == 2 and getattr(shape, "fixed", False):
        level = np.mean(z - basis[:, :, 1], axis=1)
        coefficients = np.column_stack([level, np.ones_like(level)])
    else:
        gram = np.einsum("kna,knb->kab", basis, basis) + 1e-10 * np.eye(basis.shape[2])
        coefficients = np.linalg.solve(gram, np.einsum("kna,n->ka", basis, z)[:, :, None])[:, :, 0]
    return coefficients, z - np.einsum("kna,ka->kn", basis, coefficients)


def _of_law(name: str, d: int) -> Shape:
    def shape(x: Floats, eta: Floats, design: Design) -> Floats:
        law = catalogue()[name]
        u = np.column_stack([np.clip(ndtr(eta), 1e-9, 1.0 - 1e-9), np.full(eta.shape[0], 0.5)])
        return law.basis(x, law.nonlinear(u, design), design)

    if name in ("m2", "m4"):
        shape.fixed = True  # type: ignore[attr-defined]
    return shape


def _bnsl(x: Floats, eta: Floats, design: Design) -> Floats:
    """``loss = C (r + (1 - r) R(x) / R(x0))``, R a power law with one smooth break."""
    share, first = ndtr(eta[:, :1]), log_normal_quantile(0.3, 1.0)(ndtr(eta[:, 1]), design)[:, None]
    change = 0.5 * eta[:, 2:3]
    place = design.low + ndtr(eta[:, 3:4]) * (design.high - design.low + 0.3)
    turn = 0.15 * np.exp(0.8 * eta[:, 4:5])

    def log_fall(at: Floats) -> Floats:
        bend = turn * (np.logaddexp(0.0, (place - at) / turn))
        return np.asarray(LN10 * (change * bend - first * (at - design.high)))

    fall = log_fall(x[None, :]) - log_fall(np.array([[design.high]]))
    log_loss = np.log(share + (1.0 - share) * np.exp(np.clip(fall, -300.0, 300.0)))
    return np.stack([np.ones_like(log_loss), log_loss], axis=2)


def _logistic(x: Floats, eta: Floats, design: Design) -> Floats:
    """A fall from one plateau to another in log scale."""
    share = ndtr(eta[:, 0])[:, None]
    middle = 0.5 * (design.low + design.high) + (design.high - design.low + 0.3) * eta[:, 1]
    fall = 1.0 - sigmoid(x, middle, 1.5 * np.exp(0.9 * eta[:, 2]))
    return np.stack([np.ones_like(fall), np.log(share + (1.0 - share) * fall + 1e-300)], axis=2)


_bnsl.fixed = True  # type: ignore[attr-defined]
_logistic.fixed = True  # type: ignore[attr-defined]

_SHAPES: dict[str, tuple[Shape, int, int]] = {
    "m1": (_of_law("m1", 0), 0, 2),
    "m2": (_of_law("m2", 2), 2, 1),
    "m3": (_of_law("m3", 1), 1, 2),
    "m4": (_of_law("m4", 4), 4, 1),
    "bnsl": (_bnsl, 5, 1),
    "logistic": (_logistic, 3, 1),
}

METHODS = ("last_value", "linear", *_SHAPES)
