"""What every law must hold: a conformance suite for files in ``stats/laws`` and for laws of plug-ins."""

from __future__ import annotations

import re

import numpy as np

from kindergrad.core.seeds import stream
from kindergrad.stats.laws._law import Design, Floats, Law

DESIGN = Design(3.0, 7.0)


def check_law(law: Law, seed: int = 0) -> None:
    """Raise AssertionError, with the rule that is broken, if a law is not what it says.

    Rules: names and bounds fit; priors are proper and inside the bounds; the basis gives the same curve as
    ``value``; ``inverse`` is the first place where the curve reaches a score; DOI in the right form.
    """
    _require(law, len(law.bounds) == len(law.parameters), "bounds must have one pair per parameter")
    gridded = law.unit == "score"
    _require(law, not gridded or len(law.nodes) == law.n_nonlinear, "nodes: one number per nonlinear parameter")
    _require(law, len(law.nonlinear_prior) == law.n_nonlinear, "one quantile function per nonlinear parameter")
    _require(law, abs(sum(p.weight for p in law.prior) - 1.0) < 1e-12, "weights of the linear prior must sum to 1")
    _require(law, all(len(p.mean) == len(p.sd) == law.n_linear for p in law.prior), "prior of every coefficient")
    _require(law, not law.doi or re.fullmatch(r"10\.\d{4,9}/\S+", law.doi) is not None, f"not a DOI: {law.doi}")
    _quantiles(law)
    parameters = draw_parameters(law, 60, seed)
    _basis(law, parameters)
    _inverse(law, parameters)


def draw_parameters(law: Law, n: int, seed: int, design: Design = DESIGN) -> Floats:
    """Draws from the prior of a law, shape (n, parameters); capped coefficients stay below the ceiling."""
    rng = stream(seed, "check_law", law.name)
    theta = law.nonlinear(rng.uniform(0.01, 0.99, (n, law.n_nonlinear)), design)
    component = rng.choice(len(law.prior), n, p=[p.weight for p in law.prior])
    mean = np.array([p.mean for p in law.prior])[component]
    sd = np.array([p.sd for p in law.prior])[component]
    linear = mean + sd * rng.standard_normal(mean.shape)
    while law.capped is not None and np.any(over := linear[:, law.capped] > design.ceiling):
        again = mean[over, law.capped] + sd[over, law.capped] * rng.standard_normal(over.sum())
        linear[over, law.capped] = again
    return np.column_stack([linear, theta])


def _quantiles(law: Law) -> None:
    u = np.linspace(0.001, 0.999, 400)
    values = law.nonlinear(np.repeat(u[:, None], law.n_nonlinear, axis=1), DESIGN)
    _require(law, bool(np.all(np.isfinite(values))), "quantiles must be finite")
    _require(law, bool(np.all(np.diff(values, axis=0) >= 0)), "quantile functions must not fall")
    for j, (low, high) in enumerate(law.bounds[law.n_linear :]):
        _require(law, bool(np.all((values[:, j] >= low) & (values[:, j] <= high))), "priors must respect bounds")


def _basis(law: Law, parameters: Floats) -> None:
    x = np.linspace(DESIGN.low, DESIGN.high, 9)
    value = law.value(x, parameters)
    _require(law, value.shape == (len(parameters), x.size), "value must have shape (k, n)")
    _require(law, bool(np.all(np.isfinite(value))), "values must be finite")
    theta = parameters[:, law.n_linear :]
    linear = np.einsum("knl,kl->kn", law.basis(x, theta, DESIGN), parameters[:, : law.n_linear])
    inside = linear <= DESIGN.ceiling
    _require(law, bool(np.allclose(value[inside], linear[inside])), "basis and value must give the same curve")


def _inverse(law: Law, parameters: Floats) -> None:
    """A score reaches a target from below, a loss from above."""
    x = np.linspace(-30.0, 40.0, 10_001)
    value = law.value(x, parameters)
    sign = 1.0 if law.unit == "score" else -1.0
    for target in (0.05, 0.3, 0.7):
        at = law.inverse(sign * target, parameters)
        _require(law, at.shape == (len(parameters),) and not np.any(np.isnan(at)), "inverse must have shape (k,)")
        reached = sign * value >= target
        first = np.where(reached.any(axis=1), x[np.argmax(reached, axis=1)], np.inf)
        first = np.where(reached[:, 0], -np.inf, first)
        inside = np.isfinite(at) & (np.abs(at) < 30.0)
        exact = np.abs(first[inside] - at[inside]) < 0.01
        _require(law, bool(exact.all()), f"inverse({target}) is not the first crossing")
        far = (at >= 30.0) & (first < 25.0)
        _require(law, not far.any(), f"inverse({target}) says never, but the curve gets there")


def _require(law: Law, condition: bool, rule: str) -> None:
    if not condition:
        raise AssertionError(f"law '{law.name}': {rule}")
