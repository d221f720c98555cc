"""Is every posterior of ``kindergrad.stats`` calibrated? Truth from the prior, data from the model, rank of the truth.

    python benchmarks/calibration.py                    # every posterior, JSON beside this script
    python benchmarks/calibration.py walk link --share 0.2

If a posterior is right, the truth's rank among its draws is uniform (Talts et al. 2018, arXiv:1804.06788), and the
probabilities of statements that come true or not (bets: "the law is a step") add up to how often they do. One function
a posterior; ``wrong`` multiplies the noise of the data behind the posterior's back, to show that a fault is seen.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, kolmogorov, ndtr

from kindergrad.core.seeds import stream
from kindergrad.stats import curve, hierarchy
from kindergrad.stats.ability import fit_abilities
from kindergrad.stats.ability_model import _PRIOR as ABILITY
from kindergrad.stats.ability_model import COEF_SD, FREEDOM, SPREAD_FLOOR, Cells
from kindergrad.stats.conjunction import EXPONENT, compare
from kindergrad.stats.conjunction import SCATTER as PRODUCT_SCATTER
from kindergrad.stats.curve_camps import fit_camps, observe
from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_evidence import Data, fit_law, spread_quantile
from kindergrad.stats.curve_link import NOISE, SCATTER, SLOPE, START, fit_link
from kindergrad.stats.curve_two_axes import EXPONENT as FALL
from kindergrad.stats.curve_two_axes import NOISE as LOSS_NOISE
from kindergrad.stats.curve_two_axes import _shape, fit_two_axes
from kindergrad.stats.curve_walk import LossData, Residual, _hyper, fit_walk, predict_walk, transition
from kindergrad.stats.hierarchy_exceptions import NOWHERE
from kindergrad.stats.laws._law import Design, Law

Floats = NDArray[np.float64]

X = np.linspace(3.0, 7.0, 9)
RUNS = np.repeat(np.linspace(3.0, 6.0, 5), 4)
STDERR = 0.03
LATER = 8.0
BINS = 10
SUSPECT = 0.01
"""Chance of one false alarm in a posterior: its quantities share it."""


class Replication(NamedTuple):
    """One simulated study: rank of each true value among the draws, and (probability, came true) of each bet."""

    ranks: dict[str, float]
    bets: dict[str, tuple[float, bool]]


def rank(draws: Floats, truth: float, rng: np.random.Generator, weight: Floats | None = None) -> float:
    """Share of draws (n,) below the truth; equal ones are split at random, so that ties stay uniform."""
    w = np.full(draws.size, 1.0 / draws.size) if weight is None else weight
    return float(w[draws < truth].sum() + rng.random() * w[draws == truth].sum())


def one_of(law: Law, design: Design, rng: np.random.Generator) -> Floats:
    """Parameters of a law from its prior, shape (1, parameters)."""
    theta = law.nonlinear(rng.random((1, law.n_nonlinear)), design)
    prior = law.prior[rng.choice(len(law.prior), p=[p.weight for p in law.prior])]
    while True:
        linear = rng.normal(prior.mean, prior.sd)
        if law.capped is None or linear[law.capped] <= design.ceiling:
            return np.concatenate([linear, theta[0]])[None, :]


def simulated(law: Law, x: Floats, rng: np.random.Generator, wrong: float) -> tuple[Floats, float, Data]:
    """True parameters, true spread, and one curve of the law that needs no ceiling above 1."""
    design = Design(float(x.min()), float(x.max()))
    while True:
        truth, spread = one_of(law, design, rng), float(spread_quantile(rng.random(), curve.KNOWN_SPREAD))
        if law.camps:
            latent = observe(x, truth, rng)[0]
        else:
            latent = (law.basis(x, truth[:, law.n_linear :], design) @ truth[0, : law.n_linear])[0]
        y = latent + wrong * np.hypot(STDERR, spread) * rng.standard_normal(x.size)
        if np.max(y - 2.0 * STDERR) <= 1.05:  # a property of the data, so that it may be conditioned on
            return truth, spread, Data(x, y, np.full(x.size, STDERR), curve.KNOWN_SPREAD, design)


def averaged(names: Sequence[str], x: Floats) -> Callable[[np.random.Generator, float], Replication]:
    """The posterior over several laws."""

    def replicate(rng: np.random.Generator, wrong: float) -> Replication:
        weight = np.array([catalogue()[name].weight for name in names])
        # what was thrown away for its ceiling is drawn again with its law, or the prior of the laws would shift
        while True:
            law = catalogue()[str(rng.choice(names, p=weight / weight.sum()))]
            truth, spread, data = simulated(law, x, rng, wrong)
            if rng.random() < _kept(law, x):
                break
        found = curve.fit(x, data.y, data.stderr, seed=int(rng.integers(2**31)), draws=1000)
        later = law.value(np.array([LATER]), truth)[0, 0]
        ranks = {"future": rank(found.predict([LATER])[:, 0], later, rng), "spread": rank(found.spread, spread, rng)}
        for what in ("location", "width"):
            if "location" in law.parameters:
                value = truth[0, law.parameters.index(what)] if what in law.parameters else 0.0
                ranks[what] = rank(getattr(found, what), value, rng)
        return Replication(ranks, {name: (found.probabilities[name], name == law.name) for name in names})

    return replicate


_KEPT: dict[tuple[str, int], float] = {}


def _kept(law: Law, x: Floats) -> float:
    """Share of a law's curves that :func:`simulated` does not throw away."""
    if (law.name, x.size) not in _KEPT:
        rng, n, design = stream(0, "calibration", "kept", law.name), 600, Design(float(x.min()), float(x.max()))
        kept = 0
        for _ in range(n):
            truth, spread = one_of(law, design, rng), spread_quantile(rng.random(), curve.KNOWN_SPREAD)
            latent = (observe(x, truth, rng) if law.camps else
                      law.basis(x, truth[:, law.n_linear :], design) @ truth[0, : law.n_linear])[0]
            kept += np.max(latent + np.hypot(STDERR, spread) * rng.standard_normal(x.size)) - 2 * STDERR <= 1.05
        _KEPT[law.name, x.size] = kept / n
    return _KEPT[law.name, x.size]


def single(name: str, x: Floats) -> Callable[[np.random.Generator, float], Replication]:
    """The posterior under one law, every parameter of it."""

    def replicate(rng: np.random.Generator, wrong: float) -> Replication:
        law = catalogue()[name]
        truth, spread, data = simulated(law, x, rng, wrong)
        drawn, spreads = (fit_camps if law.camps else fit_law)(law, data).draw(data, 1000, rng)
        later = np.array([LATER])
        ranks = {what: rank(drawn[:, i], truth[0, i], rng) for i, what in enumerate(law.parameters)
                 if what not in ("origin", "cap")}
        ranks["future"] = rank(law.value(later, drawn)[:, 0], law.value(later, truth)[0, 0], rng)
        return Replication(ranks | {"spread": rank(spreads, spread, rng)}, {})

    return replicate


def walk(name: str, residual: Residual) -> Callable[[np.random.Generator, float], Replication]:
    """A law of loss with its residual; the forecast is judged by its exact mixture of normals."""
    x, ahead = np.linspace(2.0, 5.0, 13), 5.7

    def replicate(rng: np.random.Generator, wrong: float) -> Replication:
        law, count = catalogue()[name], {"noise": 1, "walk": 2, "drift": 4}[residual]
        places = np.append(x, ahead)
        hyper = _hyper(rng.standard_normal((1, count)))
        design = Design(float(x[0]), float(x[-1]), np.inf)
        truth = one_of(law, design, rng)
        z = law.value(places, truth)[0] + hyper.sigma * wrong * rng.standard_normal(places.size)
        state, drift = 0.0, float(hyper.speed[0]) * rng.standard_normal()
        for i in range(1, places.size):
            stay, move, *noise = (float(np.ravel(v)[0]) for v in transition(places[i] - places[i - 1], hyper))
            both = rng.multivariate_normal([0.0, 0.0], [[noise[0], noise[1]], [noise[1], noise[2]]])
            state, drift = state + move * drift + both[0], stay * drift + both[1]
            z[i] += state
        data = LossData(x, z[:-1], np.zeros(x.size), 0.0)
        found = fit_walk(law, data, residual=residual)
        mean, variance = predict_walk(found, data, np.array([ahead]))
        ranks = {"future": float(found.weight @ ndtr((z[-1] - mean[0]) / np.sqrt(variance[0])))}
        for what in ("sigma", "tau", "speed", "decay")[:count]:
            ranks[what] = rank(getattr(found.hyper, what), float(getattr(hyper, what)[0]), rng, found.weight)
        for i, what in enumerate(law.parameters):
            if i < law.n_linear and law.prior[0].sd[i] > 0:
                sd = np.sqrt(found.covariance[i, i])
                ranks[what] = float(found.weight @ ndtr((truth[0, i] - found.mean[i]) / sd))
            elif i >= law.n_linear and what != "origin":
                ranks[what] = rank(found.theta[:, i - law.n_linear], truth[0, i], rng, found.weight)
        return Replication(ranks, {})

    return replicate


def _noisy(expected: Floats, sd: Floats, rng: np.random.Generator) -> Floats:
    return np.asarray(expected + sd * rng.standard_normal(expected.size))


def _through(log_odds: Floats, noise: tuple[float, float, float], rng: np.random.Generator) -> Floats:
    """Scores of engines (n,), with ``noise`` = top, noise of the score, scatter of the log odds."""
    top, sigma, scatter = noise
    share = expit(log_odds + scatter * rng.standard_normal(log_odds.size))
    return _noisy(top * share, np.full(log_odds.size, sigma), rng)


def link(rng: np.random.Generator, wrong: float, engines: int = 24) -> Replication:
    """A hard skill from two features."""
    z = rng.standard_normal((engines, 2))
    slopes = rng.standard_normal(3) * [START, SLOPE, SLOPE]
    top = min(1.0, 2.0 * float(ndtr(rng.standard_normal())))
    sigma = 1e-3 + NOISE[0] * np.exp(NOISE[1] * rng.standard_normal())
    scatter = SCATTER[0] * np.exp(SCATTER[1] * rng.standard_normal())
    y = _through(slopes[0] + z @ slopes[1:], (top, wrong * sigma, wrong * scatter), rng)
    found, new = fit_link(z, y), rng.standard_normal(2)
    values = {"start": (found.slopes[0], slopes[0]), "slope": (found.slopes[1], slopes[1]),
              "top": (found.top, top), "sigma": (found.sigma, sigma), "scatter": (found.scatter, scatter),
              "future": (found.top * expit(found.slopes[0] + new @ found.slopes[1:]),
                         top * expit(slopes[0] + new @ slopes[1:]))}
    return Replication({k: rank(v, t, rng, found.weight) for k, (v, t) in values.items()}, {})


def two_axes(rng: np.random.Generator, wrong: float) -> Replication:
    n, d = (a.ravel() for a in np.meshgrid([8.3, 8.6, 8.9, 9.1], [9.6, 10.0, 10.4, 10.8]))
    eta = rng.standard_normal(5)
    share, of_n = ndtr(eta[:2])
    a, b = FALL[0] * np.exp(FALL[1] * eta[2:4])
    sigma = 1e-4 + LOSS_NOISE[0] * np.exp(LOSS_NOISE[1] * eta[4])
    place = np.append(n, 9.8) - n.max(), np.append(d, 11.8) - d.max()
    z = 1.0 + _shape(*place, *(np.array([v]) for v in (share, of_n, a, b)))[0]
    z += sigma * wrong * rng.standard_normal(z.size)
    found = fit_two_axes(n, d, np.exp(z[:-1]))
    future = found.predict([9.8], [11.8], draws=1000, seed=int(rng.integers(2**31)))[:, 0]
    ranks = {"future": rank(future, z[-1], rng),
             "level": float(found.weight @ ndtr((1.0 - found.level) / np.sqrt(found.level_variance)))}
    for what, truth in {"share": share, "of_parameters": of_n, "exponent_parameters": a, "exponent_data": b,
                        "sigma": sigma}.items():
        ranks[what] = rank(getattr(found, what), float(truth), rng, found.weight)
    return Replication(ranks, {})


def conjunction(rng: np.random.Generator, wrong: float, engines: int = 20) -> Replication:
    """Either form with probability one half; ranks of the product's parameters where it is the truth."""
    easy = rng.uniform(0.15, 0.95, (engines, 2))
    top = min(1.0, 2.0 * float(ndtr(rng.standard_normal())))
    sigma = 1e-3 + NOISE[0] * np.exp(NOISE[1] * rng.standard_normal())
    product = bool(rng.random() < 0.5)
    exponents = EXPONENT[0] * np.exp(EXPONENT[1] * rng.standard_normal(2))
    slopes = rng.standard_normal(3) * [START, SLOPE, SLOPE]
    if product:
        scatter = PRODUCT_SCATTER[0] * np.exp(PRODUCT_SCATTER[1] * rng.standard_normal())
        expected = top * np.prod(easy**exponents, axis=1)
        y = _noisy(expected, wrong * np.hypot(sigma, scatter * expected), rng)
    else:
        scatter = SCATTER[0] * np.exp(SCATTER[1] * rng.standard_normal())
        log_odds = slopes[0] + np.log(easy / (1.0 - easy)) @ slopes[1:]
        y = _through(log_odds, (top, wrong * sigma, wrong * scatter), rng)
    forms = compare(easy, y)
    found = forms.conjunctive
    ranks = {"exponent": rank(found.exponents[0], exponents[0], rng, found.weight),
             "top": rank(found.top, top, rng, found.weight)} if product else {}
    return Replication(ranks, {"product": (float(expit(forms.log10_bayes_factor * np.log(10.0))), product)})


def exposure(rng: np.random.Generator, wrong: float, n: int = 6) -> Replication:
    """The hierarchy over curves."""
    prior, x = hierarchy.Prior(), np.arange(3.0, 5.51, 0.25)
    phi = prior.population(0).draw(1, rng)[0]
    offset = rng.uniform(1.5, 5.0, n)
    theta = phi[:4] + np.exp(phi[4:8]) * rng.standard_normal((n, 4))
    weight, mean, sd = np.array(prior.floors).T
    which = rng.choice(len(weight), size=n, p=weight)
    excepted, own = rng.random(n) < expit(phi[9]), prior.single(offset)
    theta[excepted] = (own.mean - offset[:, None] * [1, 0, 0, 0] + own.sd * rng.standard_normal((n, 4)))[excepted]
    floor, never = rng.normal(mean[which], sd[which]), rng.random(n) < np.where(excepted, NOWHERE, expit(phi[8]))
    plateau, location = prior.top * expit(theta[:, 2]), np.where(never, np.inf, offset + theta[:, 0])
    curves = []
    for s in range(n):
        g = expit(2.0 * np.log(9.0) * (x - location[s]) / np.exp(theta[s, 1]))
        error = np.sqrt(STDERR**2 + prior.law_error**2 + np.exp(2.0 * theta[s, 3]))
        y = _noisy(floor[s] * (1.0 - g) + plateau[s] * g, np.full(x.size, wrong * error), rng)
        curves.append(hierarchy.Curve(x, y, np.full(x.size, STDERR), float(offset[s])))
    found = hierarchy.fit(curves, seed=int(rng.integers(2**31)))
    g = expit(2.0 * np.log(9.0) * (7.0 - location[0]) / np.exp(theta[0, 1]))
    share_never, apart = expit(phi[8:10])
    pairs = {"exposures": (found.exposures, phi[0]), "tau": (found.tau, np.exp(phi[4])),
             "width": (found.widths, np.exp(phi[1])),
             "share_never": (found.share_never, (1.0 - apart) * share_never + apart * NOWHERE),
             "share_exceptions": (found.share_exceptions, apart),
             "floor": (found.floor[:, 0], floor[0]), "spread": (found.spread[:, 0], np.exp(theta[0, 3])),
             "location": (found.location[:, 0], location[0]),
             "future": (found.score(0, [7.0])[:, 0], floor[0] * (1.0 - g) + plateau[0] * g)}
    return Replication({k: rank(np.asarray(v), float(t), rng) for k, (v, t) in pairs.items()},
                       {"never": (float(found.never[1]), bool(never[1])),
                        "exception": (float(found.exception[1]), bool(excepted[1]))})


def ability(rng: np.random.Generator, wrong: float, shape: tuple[int, int] = (8, 6)) -> Replication:
    """The vertical scale, half of the skills counts, half scores, ability regressed on one covariate."""
    mu, eta, tau, sigma = (rng.normal(*ABILITY[name]) for name in ("mu", "eta", "tau", "sigma"))
    covariate = np.linspace(-1.0, 1.0, shape[0])[:, None]
    theta = covariate[:, 0] * COEF_SD * rng.standard_normal() + np.exp(tau) * rng.standard_normal(shape[0])
    b = mu + np.exp(sigma) * rng.standard_normal(shape[1])
    log_a = 0.3 * rng.standard_normal(shape[1])
    a, spread = np.exp(log_a - log_a.mean()), np.exp(eta + 0.5 * rng.standard_normal(shape[1]))
    e, s = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    p = expit(a[s] * (theta[e] - b[s]))
    m, precision = np.clip(p, 1e-9, 1.0 - 1e-9), spread[s] ** -2.0
    n = np.where(s % 2 == 0, 40.0, 0.0)
    k = rng.binomial(40, rng.beta(np.maximum(m * precision, 1e-12), np.maximum((1.0 - m) * precision, 1e-12)))
    error = np.sqrt(STDERR**2 + SPREAD_FLOOR**2 + spread[s] ** 2)
    y = p + wrong * error * rng.standard_t(FREEDOM, e.size)
    cells = Cells(e, s, np.where(n > 0, k, y), n, np.full(e.size, STDERR), np.zeros(e.size), np.ones(e.size))
    found = fit_abilities(cells, shape, seed=int(rng.integers(2**31)), slope_sd=0.3, design=covariate, draws=400)
    zero = float(np.median(b))
    pairs = {"ability": (found.ability[:, 0], theta[0] - zero), "difficulty": (found.difficulty[:, 0], b[0] - zero),
             "slope": (found.slope[:, 1], a[1]), "spread_of_counts": (found.spread[:, 0], spread[0]),
             "spread_of_scores": (found.spread[:, 1], spread[1]),
             "unseen": (found.ability[:, 2] - found.difficulty[:, 3], theta[2] - b[3])}
    return Replication({k: rank(v, float(t), rng) for k, (v, t) in pairs.items()}, {})


POSTERIORS: dict[str, tuple[Callable[[np.random.Generator, float], Replication], int]] = {
    "curve": (averaged(curve.LAWS, X), 400),
    "curve with seeds": (averaged((*curve.LAWS, "mixture"), RUNS), 150),
    **{f"curve, {name}": (single(name, X), 400) for name in ("flat", "line", "logistic", "power", "step")},
    "curve, peaked": (single("peaked", X), 300),
    "camps": (single("mixture", RUNS), 300),
    "walk, last_value": (walk("last_value", "walk"), 300),
    "walk, m3": (walk("m3", "walk"), 300),
    "walk, broken": (walk("broken", "walk"), 300),
    "drift, last_value": (walk("last_value", "drift"), 300),
    "drift, m3": (walk("m3", "drift"), 300),
    "drift, m4": (walk("m4", "drift"), 600),
    "link": (link, 600),
    "two axes": (two_axes, 600),
    "conjunction": (conjunction, 300),
    "hierarchy": (exposure, 600),
    "ability": (ability, 300),
}
"""Name -> one replication, and how many make the full check."""


def replicate(name: str, n: int, *, wrong: float = 1.0, seed: int = 0) -> list[Replication]:
    """``n`` simulated studies of one posterior."""
    return [POSTERIORS[name][0](stream(seed, "calibration", name, i), wrong) for i in range(n)]


def judge(replications: Sequence[Replication], bins: int = BINS) -> dict[str, dict[str, float]]:
    """Per quantity: p-values against uniform ranks and coverage; per bet: z of its sum.

    Three p-values: band of the ECDF, chi-square of ``bins``, and the spread of the ranks around one half, which sees
    intervals that are too narrow or too wide; ``p`` is three times the smallest. That of a bet is two-sided normal.
    """
    from scipy.stats import chi2

    out: dict[str, dict[str, float]] = {}
    for key in sorted({k for r in replications for k in r.ranks}):
        u = np.sort([r.ranks[key] for r in replications if key in r.ranks])
        n = u.size
        band = max(float(np.max(np.arange(1, n + 1) / n - u)), float(np.max(u - np.arange(n) / n)))
        counts = np.histogram(u, bins=bins, range=(0.0, 1.0))[0]
        p_band = float(kolmogorov(np.sqrt(n) * band))
        p_bins = float(chi2.sf(np.sum((counts - n / bins) ** 2) * bins / n, bins - 1))
        # 12 (u - 1/2)^2 has mean 1 and variance 4/5 where u is uniform
        p_spread = float(2.0 * ndtr(-abs(np.mean(12.0 * (u - 0.5) ** 2) - 1.0) / np.sqrt(0.8 / n)))
        inside = {f"coverage{c}": float(np.mean(np.abs(u - 0.5) <= c / 200)) for c in (50, 80, 90)}
        out[key] = {"n": n, "p": min(1.0, 3.0 * min(p_band, p_bins, p_spread)), "p_ecdf": p_band, "p_chi2": p_bins,
                    "p_spread": p_spread, "mean_rank": float(u.mean())} | inside
    for key in sorted({k for r in replications for k in r.bets}):
        told, happened = np.array([r.bets[key] for r in replications if key in r.bets]).T
        z = float(np.sum(happened - told) / np.sqrt(np.sum(told * (1.0 - told)) + 1e-9))
        out[f"P({key})"] = {"n": told.size, "p": float(2.0 * ndtr(-abs(z))), "told": float(told.mean()),
                            "happened": float(happened.mean())}
    return out


def suspects(judged: dict[str, dict[str, float]], level: float = SUSPECT) -> list[str]:
    """Quantities whose ranks are not uniform; together one false alarm in ``1 / level`` posteriors."""
    return [key for key, line in judged.items() if line["p"] < level / len(judged)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(POSTERIORS))
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of replications")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/calibration.json"))
    args = parser.parse_args()
    result: dict[str, Any] = json.loads(args.out.read_text(encoding="utf-8")) if args.out.exists() else {}
    for name in args.names:
        start, n = time.process_time(), max(20, int(args.share * POSTERIORS[name][1]))
        judged = judge(replicate(name, n))
        result[name] = {"replications": n, "suspect": suspects(judged), "load": round(os.getloadavg()[0], 1),
                        "cpu_seconds": round(time.process_time() - start, 1),
                        "quantities": {k: {i: round(v, 4) for i, v in line.items()} for k, line in judged.items()}}
        args.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        worst = min(judged, key=lambda k: judged[k]["p"])
        print(f"{name}: {n} in {result[name]['cpu_seconds']} s; suspect {result[name]['suspect']}; "
              f"worst {worst} {judged[worst]}", flush=True)


if __name__ == "__main__":
    main()
