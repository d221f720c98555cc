"""Hide the larger scales of real curves, forecast them, and score the forecast beside the usual methods.

All scores are on the natural logarithm of the loss, so that no unit enters; a score (higher is better) is turned into
the loss ``ceiling - value`` first. Every method sees the same points.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from kindergrad.core.errors import TableError
from kindergrad.core.names import Direction, Role
from kindergrad.core.records import Contract, Finite
from kindergrad.core.table import Row
from kindergrad.progress.curves import assumptions, comparable, too_large
from kindergrad.stats.average import BANDS, Members, Weights, conformal_factors
from kindergrad.stats.curve_baselines import METHODS, point_forecast
from kindergrad.stats.curve_loss import LossForecast, forecast, loss_data
from kindergrad.stats.curve_scores import GRID, MEDIAN, crps, interval_score, paired_interval

Floats = NDArray[np.float64]
OURS = "kindergrad"
LEVELS = (0.05, 0.1, 0.25, 0.75, 0.9, 0.95)
SMALLEST_CURVE = 3
NEAREST = 0.01
"""Share of the range between floor and ceiling that counts as the error of a score without one."""
FOLDS, ENOUGH_HISTORY = 10, 50
"""Folds of skills for recalibration, and the hidden points of other skills that it takes."""


class Curve(NamedTuple):
    """One curve, cut: log10 scales and losses that are seen, and those that are hidden."""

    name: str
    source: str
    x: Floats
    loss: Floats
    stderr: Floats
    x_hidden: Floats
    hidden: Floats
    ceiling: float | None
    """What value the loss is measured from, where the table holds scores; None where it holds losses."""


class MethodScore(Contract):
    """Mean over curves (each curve counts once) of scores on ln loss."""

    rmse_log: Finite
    mae: Finite
    median_ae: Finite
    """Median over curves of the mean absolute error."""
    crps: Finite
    interval_score80: Finite
    coverage50: Finite
    coverage80: Finite
    coverage90: Finite


class Difference(Contract):
    """Ours minus another method, with the 90 % interval of a paired bootstrap over curves; negative = ours better."""

    rmse_log: Finite
    rmse_log_low: Finite
    rmse_log_high: Finite
    crps: Finite
    crps_low: Finite
    crps_high: Finite


class BandScore(Contract):
    """Scores of the hidden points whose extrapolation ratio lies in a band."""

    ratio_low: Finite
    ratio_high: Finite | None
    n_curves: int
    n_points: int
    methods: dict[str, MethodScore]


class BacktestAnswer(Contract):
    n_curves: int
    n_points: int
    skipped: dict[str, str]
    """Curves that could not be used, with the reason."""
    bands: tuple[BandScore, ...]
    methods: dict[str, MethodScore]
    differences: dict[str, Difference]
    notes: tuple[str, ...] = ()


class Prediction(Contract):
    """One hidden point and what one method said of it, in the unit of the table."""

    curve: str
    method: str
    scale: Finite
    ratio: Finite
    value: Finite
    median: Finite
    q05: Finite
    q10: Finite
    q25: Finite
    q75: Finite
    q90: Finite
    q95: Finite


class _Scored(NamedTuple):
    """Errors of one method on the hidden points of one curve, each of shape (m,), and the quantiles (6 + 49, m)."""

    error: Floats
    crps: Floats
    interval: Floats
    inside: Floats
    """Shape (3, m): 1 where the 50, 80, 90 % interval holds the truth."""
    quantiles: Floats


def backtest(
    rows: Sequence[Row],
    *,
    hold_out: float | None = None,
    max_scale: float | None = None,
    methods: Sequence[str] = METHODS,
    weights: Weights | None = None,
    recalibrate: bool = False,
) -> tuple[BacktestAnswer, list[Prediction]]:
    """Score our forecast and others on hidden points.

    Parameters
    ----------
    rows : the long table; where any row says ``train = 0``, that is the split.
    hold_out : share of the scales of each curve, from the top, that is hidden.
    max_scale : everything above it is hidden.
    methods : baselines to run beside ours.
    weights : weights of our members; those of the package by default.
    recalibrate : stretch the intervals of each skill by what the curves of the *other* skills in this table would have
        needed, so that no curve calibrates itself.

    Raises
    ------
    TableError
        If there is no split at all, or no curve that can be used.
    """
    curves, skipped, notes = split(rows, hold_out=hold_out, max_scale=max_scale)
    scored: dict[str, list[_Scored]] = {name: [] for name in (OURS, *methods)}
    predictions: list[Prediction] = []
    ours = [forecast(c.x, c.loss, c.x_hidden, c.stderr, weights=weights) for c in curves]
    if recalibrate:
        ours, note = _recalibrated(curves, ours)
        notes = (*notes, note)
    for curve, own in zip(curves, ours, strict=True):
        for name, results in scored.items():
            quantiles = np.log(own.quantile((*LEVELS, *GRID))) if name == OURS else _baseline(name, curve)
            results.append(_score(quantiles, np.log(curve.hidden)))
            predictions += _predictions(name, curve, quantiles)
    ratio = [curve.x_hidden - curve.x.max() for curve in curves]
    everything = [np.ones(r.size, dtype=bool) for r in ratio]
    bands = []
    for low, high in itertools.pairwise(BANDS):
        inside = [(r > low) & (r <= high) for r in ratio]
        if any(i.any() for i in inside):
            bands.append(BandScore(
                ratio_low=10.0**low, ratio_high=10.0**high if high < 50 else None,
                n_curves=sum(bool(i.any()) for i in inside), n_points=sum(int(i.sum()) for i in inside),
                methods={name: _mean(results, inside) for name, results in scored.items()},
            ))
    answer = BacktestAnswer(
        n_curves=len(curves), n_points=sum(r.size for r in ratio), skipped=skipped, bands=tuple(bands),
        methods={name: _mean(results, everything) for name, results in scored.items()},
        differences={name: _difference(scored[OURS], scored[name]) for name in methods},
        notes=(*notes, "all scores are on ln loss and do not depend on its unit"),
    )
    return answer, predictions


def split(
    rows: Sequence[Row], *, hold_out: float | None = None, max_scale: float | None = None
) -> tuple[list[Curve], dict[str, str], tuple[str, ...]]:
    """Curves with their hidden part, the curves that were left out with the reason, and notes on the input."""
    marked = any(row.train == 0 for row in rows)
    if not marked and hold_out is None and max_scale is None:
        raise TableError("nothing is hidden: no row has train = 0; try --hold-out 0.3 or --max-scale 1e8")
    if hold_out is not None and not 0.0 < hold_out < 1.0:
        raise TableError(f"hold-out must lie between 0 and 1; got {hold_out:g}; try 0.3")
    grouped: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row.value is not None:
            grouped[row.engine, row.skill, row.readout.value, row.assessment, row.metric].append(row)
    curves: list[Curve] = []
    skipped: dict[str, str] = {}
    repeated = twice = lifted = 0
    for key, members in sorted(grouped.items()):
        name = " | ".join(part for part in key[:2] if part)
        comparable(f"skill '{key[1]}' of '{key[0]}'", members)
        unique = {(r.scale, float(r.value or 0.0), r.seed, r.train): r for r in members}
        repeated += len(members) - len(unique)
        twice += len(unique) - len({(place[0], place[2]) for place in unique})
        points = [unique[place] for place in sorted(unique)]
        seen = _seen(points, marked, hold_out, max_scale)
        made = _curve(name, points, seen)
        lifted += sum(_room(r) < _least(r) for r in points if r.direction is Direction.HIGHER)
        if isinstance(made, str):
            skipped[name] = made
        else:
            curves.append(made)
    if not curves:
        raise TableError(f"no curve can be backtested; the first reason: {next(iter(skipped.values()), 'no rows')}")
    notes = assumptions(rows, roles=tuple(Role))
    if repeated:
        notes += (f"rows that repeat scale, value and seed count once: {repeated} left out",)
    if twice:
        notes += (f"{twice} rows share scale and seed with another value: they count as repeated runs",)
    if lifted:
        notes += (f"{lifted} scores closer to their ceiling than their error, or above it, count as a standard error "
                  f"below it ({NEAREST:.0%} of the range where none is known)",)
    return curves, skipped, notes


def _no_score(points: Sequence[Row]) -> str:
    """Empty, or why these values are no scores between their floor and their ceiling."""
    wrong = next((r for r in points if r.ceiling <= r.floor), None)
    if wrong is not None:
        return f"the ceiling {wrong.ceiling:g} does not lie above the floor {wrong.floor:g}"
    return too_large(points)


def _room(row: Row) -> float:
    """What a score leaves to its ceiling."""
    return row.ceiling - float(row.value or 0.0)


def _least(row: Row) -> float:
    """The smallest loss that can be told from none: a ceiling is measured, and scores are not clipped at it."""
    return float(row.stderr or NEAREST * abs(row.ceiling - row.floor))


def _seen(points: Sequence[Row], marked: bool, hold_out: float | None, max_scale: float | None) -> NDArray[np.bool_]:
    scale = np.array([row.scale for row in points])
    if marked:
        return np.array([row.train == 1 for row in points])
    if max_scale is not None:
        return np.asarray(scale <= max_scale)
    levels = np.unique(scale)
    hidden = max(1, round(float(hold_out or 0.0) * levels.size))
    return np.asarray(scale < levels[-hidden])


def _curve(name: str, points: Sequence[Row], seen: NDArray[np.bool_]) -> Curve | str:
    """A curve, or the reason why there is none."""
    lower = points[0].direction is Direction.LOWER
    if not lower and (why := _no_score(points)):
        return why
    ceiling = None if lower else points[0].ceiling
    loss = np.array([float(r.value or 0.0) if lower else max(_room(r), _least(r)) for r in points])
    x = np.log10([row.scale for row in points])
    if seen.sum() < SMALLEST_CURVE or seen.all():
        return f"{int(seen.sum())} points seen and {int((~seen).sum())} hidden; at least {SMALLEST_CURVE} and 1 needed"
    if np.any(loss < 0) or not np.any(loss[seen] > 0) or np.any(loss[~seen] <= 0):
        return "a loss is not positive; direction = lower is for losses, higher for scores"
    stderr = np.array([np.nan if row.stderr is None else row.stderr for row in points])
    beyond = ~seen & (x > x[seen].max())
    if not beyond.any():
        return "no hidden point lies beyond the seen ones"
    return Curve(name, points[0].skill, x[seen], loss[seen], stderr[seen], x[beyond], loss[beyond], ceiling)


def _baseline(name: str, curve: Curve) -> Floats:
    """Quantiles of ln loss at LEVELS and GRID of a point fit with normal errors, shape (6 + 49, m)."""
    data, _ = loss_data(curve.x, curve.loss, curve.stderr)
    mean, sd = point_forecast(name, data.x, data.z + data.last, curve.x_hidden)
    return np.asarray(mean + sd * ndtri(np.array((*LEVELS, *GRID)))[:, None])


def _recalibrated(curves: Sequence[Curve], ours: Sequence[LossForecast]) -> tuple[list[LossForecast], str]:
    """Forecasts with conformal factors from the other skills' hidden points, in at most ten folds of skills."""
    skills = sorted({curve.source for curve in curves})
    fold = {skill: i % FOLDS for i, skill in enumerate(skills)}
    place = np.array([fold[curve.source] for curve in curves])
    out, kept = list(ours), 0
    for f in range(min(FOLDS, len(skills))):
        others = np.flatnonzero(place != f).tolist()
        if sum(curves[i].x_hidden.size for i in others) < ENOUGH_HISTORY:
            kept += int(np.sum(place == f))
            continue
        members = Members(*(np.concatenate(part, axis=-1)
                            for part in zip(*(ours[i].members for i in others), strict=True)))
        truth = np.concatenate([np.log(curves[i].hidden) for i in others])
        factor = conformal_factors(members, truth, ours[0].weights)
        for i in np.flatnonzero(place == f).tolist():
            out[i] = ours[i]._replace(weights=ours[i].weights._replace(factor=factor))
    note = "intervals recalibrated on the other skills of this table"
    return out, note + (f"; {kept} curves keep the shipped factors: too little history" if kept else "")


def _score(quantiles: Floats, truth: Floats) -> _Scored:
    grid = quantiles[len(LEVELS) :]
    low = {50: 2, 80: 1, 90: 0}
    inside = [(truth >= quantiles[i]) & (truth <= quantiles[5 - i]) for i in low.values()]
    return _Scored(grid[MEDIAN] - truth, crps(grid, truth), interval_score(quantiles[1], quantiles[4], truth, 0.8),
                   np.array(inside, dtype=np.float64), quantiles)


def _mean(results: Sequence[_Scored], inside: Sequence[NDArray[np.bool_]]) -> MethodScore:
    used = [(r, i) for r, i in zip(results, inside, strict=True) if i.any()]
    absolute = [float(np.mean(np.abs(r.error[i]))) for r, i in used]
    covered = np.mean([r.inside[:, i].mean(axis=1) for r, i in used], axis=0)
    return MethodScore(
        rmse_log=float(np.mean([np.sqrt(np.mean(r.error[i] ** 2)) for r, i in used])),
        mae=float(np.mean(absolute)), median_ae=float(np.median(absolute)),
        crps=float(np.mean([r.crps[i].mean() for r, i in used])),
        interval_score80=float(np.mean([r.interval[i].mean() for r, i in used])),
        coverage50=float(covered[0]), coverage80=float(covered[1]), coverage90=float(covered[2]),
    )


def _difference(ours: Sequence[_Scored], other: Sequence[_Scored]) -> Difference:
    rmse = np.array([np.sqrt(np.mean(a.error**2)) - np.sqrt(np.mean(b.error**2))
                     for a, b in zip(ours, other, strict=True)])
    score = np.array([a.crps.mean() - b.crps.mean() for a, b in zip(ours, other, strict=True)])
    r, c = paired_interval(rmse), paired_interval(score)
    return Difference(rmse_log=r[0], rmse_log_low=r[1], rmse_log_high=r[2], crps=c[0], crps_low=c[1], crps_high=c[2])


def _predictions(name: str, curve: Curve, quantiles: Floats) -> list[Prediction]:
    value = np.exp(np.vstack([quantiles[: len(LEVELS)], quantiles[len(LEVELS) + MEDIAN]]))
    if curve.ceiling is not None:  # a large loss is a small score
        value = curve.ceiling - np.vstack([value[5::-1], value[6]])
    truth = curve.hidden if curve.ceiling is None else curve.ceiling - curve.hidden
    names = ("q05", "q10", "q25", "q75", "q90", "q95", "median")
    return [
        Prediction(curve=curve.name, method=name, scale=float(10.0**x), ratio=float(10.0 ** (x - curve.x.max())),
                   value=float(truth[i]), **dict(zip(names, map(float, value[:, i]), strict=True)))
        for i, x in enumerate(curve.x_hidden)
    ]
