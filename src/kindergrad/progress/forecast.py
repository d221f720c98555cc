"""Per curve: what is the score, is it learning, how abrupt, how far is the target, what comes at 10x and 100x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import (
    Band,
    ForecastAnswer,
    Future,
    Point,
    SkillForecast,
    Threshold,
)
from kindergrad.core.names import VERDICT_PROBABILITY, Verdict
from kindergrad.core.table import Row
from kindergrad.progress import exposure_law, wording
from kindergrad.progress.curves import LearningCurve, assumptions, curves
from kindergrad.progress.exposure_law import Group
from kindergrad.progress.posterior import HORIZON, SkillPosterior, interval, quantiles, summary
from kindergrad.stats import curve as one_curve
from kindergrad.stats.hierarchy import HierarchyPosterior

Floats = NDArray[np.float64]

BAND_POINTS = 60
BAND_BEYOND = 2.0  # decades of forecast that are drawn
AT_FLOOR = 0.05
"""A score up to here, or up to two standard errors, counts as being at the floor."""


@dataclass(frozen=True)
class Fitted:
    """All curves of a table with their posteriors, and the exposure laws behind them."""

    skills: tuple[SkillPosterior, ...]
    laws: dict[Group, HierarchyPosterior]


def forecast(rows: Sequence[Row], *, at: Sequence[float] = (10.0, 100.0), target: float = 0.5, seed: int = 0,
             scales: Sequence[float] = ()) -> ForecastAnswer:
    """Forecast of every learning curve in a table.

    Parameters
    ----------
    rows : the long table; learners with a score are used.
    at : multiples of each curve's largest scale; the keys of ``SkillForecast.at`` are ``"10x"`` and so on.
    target : score whose threshold is wanted, between floor 0 and ceiling 1.
    seed : of all random numbers.
    scales : absolute scales to forecast as well; their keys are the scales in short, ``"3M"``.

    Raises
    ------
    TableError
        As :func:`kindergrad.progress.curves.curves`.

    Notes
    -----
    *Shows* what the scores so far and the priors support, as distributions. *Does not show* a bound: a change of
    architecture, data or learning-rate schedule is a new curve.
    """
    answer = told(fit(curves(rows), seed=seed), at=at, target=target, seed=seed, scales=scales)
    return answer.model_copy(update={"assumptions": assumptions(rows)})


def told(fitted: Fitted, *, at: Sequence[float] = (10.0, 100.0), target: float = 0.5, seed: int = 0,
         scales: Sequence[float] = ()) -> ForecastAnswer:
    """:func:`forecast` of curves that are fitted already."""
    skills = tuple(describe(p, at=at, scales=scales, target=target, seed=seed) for p in fitted.skills)
    return ForecastAnswer(skills=skills, exposure=exposure_law.answer([p.curve for p in fitted.skills], fitted.laws))


def fit(found: Sequence[LearningCurve], *, seed: int = 0) -> Fitted:
    """Posterior of every curve: alone, and under the exposure law of its group where frequencies are known."""
    laws = {group: exposure_law.fit(found, group, seed=seed) for group in exposure_law.groups(found)}
    place = {i: (law, k) for group, law in laws.items() for k, i in enumerate(group.members)}
    out = []
    for i, curve in enumerate(found):
        alone = one_curve.fit(curve.x, curve.y, curve.stderr, seed=seed)
        joint, index = place.get(i, (None, 0))
        out.append(SkillPosterior(curve, alone, joint, index))
    return Fitted(tuple(out), laws)


def describe(posterior: SkillPosterior, *, at: Sequence[float] = (10.0, 100.0), scales: Sequence[float] = (),
             target: float = 0.5, seed: int = 0) -> SkillForecast:
    """One curve in the words of ``core.answers``."""
    curve = posterior.curve
    now, stderr = curve.score_now()
    widths, shapes, p_learning = posterior.widths, posterior.shapes(), posterior.p_learning
    said = verdict(posterior, shapes)
    ahead = threshold(posterior, target)
    width = float(np.median(widths)) if widths.size else None
    parts = [wording.learning(p_learning), wording.shape(said, width),
             wording.threshold(ahead, curve.axis, 10.0**curve.now)]
    futures = {f"{factor:g}x": curve.now + float(np.log10(factor)) for factor in at}
    futures |= {wording.pretty(scale): float(np.log10(scale)) for scale in scales}
    return SkillForecast(
        skill=curve.skill,
        grade=curve.grade.value if curve.grade else None,
        engine=curve.engine,
        readout=curve.readout.value,
        axis=curve.axis.value,
        frequency=curve.frequency,
        n_points=len(curve.x),
        scale_now=10.0**curve.now,
        score_now=now,
        score_now_stderr=stderr,
        p_learning=p_learning,
        width=width,
        width_interval=_bounds(widths),
        location=interval(posterior.locations),
        threshold=ahead,
        at={key: future(posterior, x, seed=seed) for key, x in futures.items()},
        verdict=said,
        probabilities=posterior.alone.probabilities,
        sentence=wording.sentence(curve.skill, parts),
        points=points(curve),
        band=band(posterior, seed=seed),
        reason="; ".join(posterior.alone.assumptions) or None,
    )


def verdict(posterior: SkillPosterior, shapes: dict[str, float]) -> Verdict:
    """The shape whose probability is at least 0.9; before that, whether the concept was met at all."""
    if not_met(posterior):
        return Verdict.NOT_MET
    name, p = max(shapes.items(), key=lambda item: item[1])
    return Verdict(name) if p >= VERDICT_PROBABILITY else Verdict.CANNOT_TELL


def not_met(posterior: SkillPosterior) -> bool:
    """Fewer than one exposure is expected so far, and the score is at the floor and shows no sign of rising."""
    curve = posterior.curve
    now, stderr = curve.score_now()
    exposures = None if curve.frequency is None else curve.frequency * 10.0**curve.now
    at_floor = now <= max(AT_FLOOR, 2.0 * (stderr or 0.0)) and posterior.alone.p_learning < VERDICT_PROBABILITY
    return exposures is not None and exposures < 1.0 and at_floor


def threshold(posterior: SkillPosterior, target: float) -> Threshold:
    """The scale at which the score reaches ``target``; P(never) counts what lies beyond the horizon."""
    at = posterior.crossing(target)
    horizon = 10.0 ** (posterior.curve.now + HORIZON)
    return Threshold(target=target, p_never=float(np.mean(np.isinf(at))), horizon=horizon, **summary(at, ten_to=True))


def future(posterior: SkillPosterior, x: float, *, seed: int = 0) -> Future:
    """Score of a new run at log10 scale ``x``."""
    return Future(scale=10.0**x, **summary(posterior.predictive([x], seed)[:, 0]))


def band(posterior: SkillPosterior, *, seed: int = 0) -> Band:
    """The curve and its forecast for a picture, from the first point to 100 times the last."""
    x = np.linspace(posterior.curve.x[0], posterior.curve.now + BAND_BEYOND, BAND_POINTS)
    draws = posterior.predictive(x, seed)
    low, lower, middle, upper, high = np.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    return Band(scale=tuple(10.0**x), median=tuple(middle), q05=tuple(low), q25=tuple(lower), q75=tuple(upper),
                q95=tuple(high))


def points(curve: LearningCurve) -> tuple[Point, ...]:
    columns = zip(curve.scale, curve.y, curve.stderr, curve.seed, curve.twin, strict=True)
    return tuple(Point(scale=float(x), score=float(y), stderr=_finite(e), seed=int(s), twin=_finite(t))
                 for x, y, e, s, t in columns)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _bounds(widths: Floats) -> tuple[float, float] | None:
    """Central 90 % of the widths."""
    if not widths.size:
        return None
    low, high = quantiles(widths, [0.05, 0.95])
    return float(low), float(high)
