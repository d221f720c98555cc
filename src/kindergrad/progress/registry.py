"""Registered forecasts: written down before the result, resolved by it, and scored.

Scores of a number: CRPS (Gneiting and Raftery 2007, doi:10.1198/016214506000001437) and log score; of an event: Brier
and log score; and whether intervals hold what they promise. A forecast of something already known is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import BeliefAnswer
from kindergrad.core.config import Goal
from kindergrad.core.errors import InputError
from kindergrad.core.records import Contract, Finite
from kindergrad.core.table import Row
from kindergrad.progress import ledger
from kindergrad.progress.belief import choose
from kindergrad.progress.curves import LearningCurve, curves
from kindergrad.progress.forecast import fit
from kindergrad.progress.posterior import SkillPosterior, quantiles

Floats = NDArray[np.float64]

LEVELS = tuple(float(q) for q in np.round(np.linspace(0.02, 0.98, 49), 2))
"""Quantile levels that a registered forecast keeps: enough for a CRPS."""

NEAR = 0.005  # decades within which a result is at the scale of a forecast


class Registered(Contract):
    """A forecast of one score at one scale, as it stands in the ledger."""

    skill: str
    engine: str
    readout: str
    axis: str
    scale: Finite
    scale_now: Finite
    quantiles: tuple[Finite, ...]
    """Of the score of a new run, at :data:`LEVELS`."""
    data_hash: str


class Resolved(Contract):
    """A forecast whose result came in."""

    forecast: Registered
    registered: str
    """Time at which it was written down."""
    outcome: Finite
    crps: Finite
    log_score: Finite
    """Natural log of the predictive density at the outcome."""
    pit: Finite
    """Share of the predictive distribution below the outcome; uniform if forecasts are calibrated."""
    inside80: bool
    inside90: bool


class ResolvedBelief(Contract):
    """A belief whose goal was reached, or whose scale was passed without reaching it."""

    goal: str
    registered: str
    belief: Finite
    happened: bool
    brier: Finite
    log_score: Finite


class Calibration(Contract):
    """How far registered forecasts and beliefs can be trusted so far."""

    n_forecasts: int
    crps: Finite | None
    log_score: Finite | None
    coverage80: Finite | None
    coverage90: Finite | None
    pit: tuple[int, ...]
    """Number of outcomes in each tenth of the predictive distribution."""
    n_beliefs: int
    brier: Finite | None
    brier_log: Finite | None
    reliability: tuple[tuple[Finite, Finite, int], ...]
    """Per bin of belief: mean belief, share that happened, number."""


def register(path: Path, rows: Sequence[Row], scales: Sequence[float], *, time: str, seed: int = 0) -> list[Registered]:
    """Write forecasts of every curve at absolute scales into the ledger at ``path``.

    Raises
    ------
    InputError
        If a result at or above such a scale is already in the table: that would be no forecast.
    StoreError, TableError
        As :func:`kindergrad.progress.ledger.append` and :func:`kindergrad.progress.curves.curves`.
    """
    found = curves(rows)
    for curve in found:
        if known := [s for s in scales if np.log10(s) <= curve.now + NEAR]:
            raise InputError(f"a forecast must come before its result; {curve.skill} is already known at "
                             f"{10**curve.now:.3g} {curve.axis.value}; got scale {known[0]:.3g}; try a larger scale")
    basis = results_hash(rows)
    out = [_forecast(p, scale, basis, seed) for p in fit(found, seed=seed).skills for scale in scales]
    for forecast in out:
        ledger.append(path, "forecast", forecast.model_dump(mode="json"), time=time)
    return out


def register_belief(path: Path, rows: Sequence[Row], answer: BeliefAnswer, *, time: str) -> ledger.Entry:
    """Write the latest belief into the ledger, with its bits since the entry before and the results that moved it."""
    ids = {_id(row) for row in rows}
    before = [e for e in ledger.read(path).entries if e.kind == "belief" and e.body["goal"] == answer.goal]
    known = set(before[-1].body.get("ids", [])) if before else set()
    last = answer.history[-1]
    odds = np.log2(answer.belief / (1.0 - answer.belief))
    then = before[-1].body["belief"] if before else answer.history[0].belief
    moved = ledger.Moved(goal=answer.goal, belief=answer.belief, stderr=answer.stderr,
                         bits=float(odds - np.log2(then / (1.0 - then))), data_hash=ledger.data_hash(ids),
                         n_records=last.n_records, moved_by=tuple(sorted(ids - known)))
    return ledger.append(path, "belief", moved.model_dump(mode="json") | {"ids": sorted(ids)}, time=time)


def resolve(path: Path, rows: Iterable[Row]) -> list[Resolved]:
    """Score every registered forecast whose result stands in the table; several seeds count by their mean."""
    found = {(c.skill, c.engine, c.readout.value, c.axis.value): c for c in curves(rows)}
    out = []
    for entry in ledger.read(path).entries:
        if entry.kind != "forecast":
            continue
        forecast = Registered.model_validate(entry.body)
        curve = found.get((forecast.skill, forecast.engine, forecast.readout, forecast.axis))
        here = None if curve is None else np.abs(curve.x - np.log10(forecast.scale)) <= NEAR
        if curve is not None and here is not None and here.any():
            out.append(score(forecast, curve, here, entry.time))
    return out


def resolve_beliefs(path: Path, rows: Iterable[Row]) -> list[ResolvedBelief]:
    """Score every registered belief whose scale has been reached."""
    found = curves(rows)
    out = []
    for entry in ledger.read(path).entries:
        if entry.kind != "belief":
            continue
        goal = Goal.parse(entry.body["goal"].split(" (")[0])
        number, _ = choose(found, goal)
        curve = found[number]
        if curve.now + NEAR < np.log10(goal.scale):
            continue
        upto = curve.x <= np.log10(goal.scale) + NEAR
        means = [curve.y[upto & (curve.x == level)].mean() for level in np.unique(curve.x[upto])]
        happened, p = bool(max(means) >= goal.score), float(entry.body["belief"])
        out.append(ResolvedBelief(goal=entry.body["goal"], registered=entry.time, belief=p, happened=happened,
                                  brier=(p - happened) ** 2, log_score=float(np.log(p if happened else 1.0 - p))))
    return out


def score(forecast: Registered, curve: LearningCurve, here: NDArray[np.bool_], time: str) -> Resolved:
    """CRPS, log score and interval hits of one forecast, the outcome's own standard error added to the forecast."""
    outcome = float(curve.y[here].mean())
    known = curve.stderr[here][np.isfinite(curve.stderr[here])]
    draws = np.asarray(forecast.quantiles)
    if known.size:
        # Sampling error widens each quantile's draw by the quantiles of a normal of that size.
        noise = float(np.sqrt(np.mean(known**2))) * _NORMAL
        draws = np.sort((draws[:, None] + noise[None, :]).ravel())
    low90, low80, high80, high90 = np.quantile(draws, [0.05, 0.1, 0.9, 0.95])
    spread = max(float(draws.std()), 1e-6)
    kernel = 1.06 * spread * draws.size ** (-0.2)
    density = np.mean(np.exp(-0.5 * ((outcome - draws) / kernel) ** 2)) / (kernel * np.sqrt(2.0 * np.pi))
    return Resolved(
        forecast=forecast, registered=time, outcome=outcome, crps=crps(draws, outcome),
        log_score=float(np.log(density + 1e-12)), pit=float(np.mean(draws <= outcome)),
        inside80=bool(low80 <= outcome <= high80), inside90=bool(low90 <= outcome <= high90))


def crps(draws: Floats, outcome: float) -> float:
    """Continuous ranked probability score of equally weighted draws; smaller is better, in the unit of the score."""
    ordered = np.sort(draws)
    n = ordered.size
    spread = float(np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * ordered)) / n**2
    return float(np.mean(np.abs(ordered - outcome)) - spread)


def calibration(forecasts: Sequence[Resolved], beliefs: Sequence[ResolvedBelief] = ()) -> Calibration:
    """Sum up what was resolved so far; None where nothing was."""

    def mean(values: list[float]) -> float | None:
        return float(np.mean(values)) if values else None

    edges = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0 + 1e-9])
    p, y = np.array([b.belief for b in beliefs]), np.array([float(b.happened) for b in beliefs])
    parts = [(p >= low) & (p < high) for low, high in itertools.pairwise(edges)] if beliefs else []
    return Calibration(
        n_forecasts=len(forecasts), crps=mean([f.crps for f in forecasts]),
        log_score=mean([f.log_score for f in forecasts]), coverage80=mean([float(f.inside80) for f in forecasts]),
        coverage90=mean([float(f.inside90) for f in forecasts]),
        pit=tuple(int(k) for k in np.histogram([f.pit for f in forecasts], bins=10, range=(0.0, 1.0))[0]),
        n_beliefs=len(beliefs), brier=mean([b.brier for b in beliefs]), brier_log=mean([b.log_score for b in beliefs]),
        reliability=tuple((float(p[k].mean()), float(y[k].mean()), int(k.sum())) for k in parts if k.any()))


def results_hash(rows: Iterable[Row]) -> str:
    """Hash of the results in a table."""
    return ledger.data_hash(_id(row) for row in rows)


def _id(row: Row) -> str:
    """Record id, or what tells a foreign row from others."""
    named = f"{row.engine}|{row.skill}|{row.readout.value}|{row.axis.value}|{row.scale!r}|{row.seed}|{row.value!r}"
    return row.record_id or named


def _forecast(posterior: SkillPosterior, scale: float, basis: str, seed: int) -> Registered:
    curve = posterior.curve
    draws = posterior.predictive([float(np.log10(scale))], seed)[:, 0]
    return Registered(skill=curve.skill, engine=curve.engine, readout=curve.readout.value, axis=curve.axis.value,
                      scale=scale, scale_now=10.0**curve.now,
                      quantiles=tuple(float(q) for q in quantiles(draws, LEVELS)), data_hash=basis)


_NORMAL = np.array([-1.96, -1.28, -0.842, -0.524, -0.253, 0.0, 0.253, 0.524, 0.842, 1.28, 1.96])
"""Quantiles of the standard normal at 2.5, 10, 20 ... 90, 97.5 %."""
