"""Is there a threshold, of which kind, how far is it, and what could these data have told at all?

Verdicts are posterior probabilities over the shapes of ``core.names.Verdict``; a verdict of ``abrupt`` must also pass
a parametric bootstrap, since the place of a break is not identified where there is none (Davies 1987,
doi:10.1093/biomet/74.1.33).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import Interval
from kindergrad.core.names import VERDICT_PROBABILITY, ThresholdKind, Verdict
from kindergrad.core.records import Contract, Finite
from kindergrad.core.table import Row
from kindergrad.progress import threshold_guard, twin, wording
from kindergrad.progress.curves import assumptions, curves
from kindergrad.progress.forecast import fit, threshold, verdict
from kindergrad.progress.posterior import SkillPosterior, summary
from kindergrad.stats import curve as one_curve

Floats = NDArray[np.float64]

UNKNOWN = 1e3
"""A standard error under which a point says nothing: it gives the prior for the same design."""


class Distance(Interval):
    """How many times the present scale the target needs; quantiles are null where it is never reached."""

    target: Finite
    p_never: Finite


class TwinAnswer(Contract):
    """The sharp twin beside its score."""

    p_abrupt: Finite
    width: Finite | None
    half: Finite
    """Share of the twin's rise that is done where the score has done half of its own; up to 0.25 the twin is late."""
    link: str
    """What the twin makes of the score: ``score^8`` (eight equally hard steps must all succeed), ``a cut at 0.5``."""
    p_value: Finite | None
    """Of the scatter around that link; null where no error is known."""
    explained: Finite
    """Share of the twin's variance that the link explains."""
    jump_is_the_metric: bool


class CurveThreshold(Contract):
    """The verdict on one curve."""

    curve: str
    engine: str
    readout: str
    axis: str
    verdict: Verdict
    kind: ThresholdKind
    probabilities: dict[str, Finite]
    """Posterior probability of each shape: flat, continuous, abrupt, peaked."""
    laws: dict[str, Finite]
    width: Finite | None
    width_interval: tuple[Finite, Finite] | None
    log10_bayes_factor: Finite | None
    """Abrupt against continuous, from this curve alone; null where a shape has no draw at all."""
    false_alarm: Finite | None
    """Share of smooth curves of the same design that look as abrupt; null unless abrupt is probable."""
    resolution: Finite | None
    """Smallest width in decades that could be told from a step; null if none."""
    smallest_effect: Finite
    """Smallest rise that the first and last scale would show with 95 % power."""
    distance: Distance
    twin: TwinAnswer | None
    sentence: str
    advice: str | None = None


class ThresholdAnswer(Contract):
    curves: tuple[CurveThreshold, ...]
    assumptions: tuple[str, ...] = ()


def thresholds(rows: Sequence[Row], *, target: float = 0.5, seed: int = 0, advise: bool = True) -> ThresholdAnswer:
    """Verdict, kind, distance and resolution of every curve in a table.

    Parameters
    ----------
    rows : the long table; learners with a score are used.
    target : the score whose distance is wanted.
    seed : of all random numbers.
    advise : whether to find out, by simulation, what would decide an open verdict (about a second a curve).

    Raises
    ------
    TableError
        As :func:`kindergrad.progress.curves.curves`.

    Notes
    -----
    *Shows* what the curve does over the observed scales. *Does not show* that a smooth curve stays smooth beyond.
    """
    fitted = fit(curves(rows), seed=seed)
    return ThresholdAnswer(curves=tuple(judge(p, target=target, seed=seed, advise=advise) for p in fitted.skills),
                           assumptions=assumptions(rows))


def judge(posterior: SkillPosterior, *, target: float = 0.5, seed: int = 0, advise: bool = True) -> CurveThreshold:
    """The verdict on one curve."""
    curve, shapes = posterior.curve, posterior.shapes()
    said, alarm = verdict(posterior, shapes), None
    if said is Verdict.ABRUPT:
        alarm = threshold_guard.false_alarm(posterior, shapes["abrupt"], seed=seed)
        said = said if alarm <= threshold_guard.ALLOWED else Verdict.CANNOT_TELL
    beside = twin.check(posterior, seed=seed)
    kind = _kind(posterior, said, beside)
    widths = posterior.widths
    width = float(np.median(widths)) if widths.size else None
    ahead = distance(posterior, target)
    advice = threshold_guard.advice(posterior, seed=seed) if advise and said is Verdict.CANNOT_TELL else None
    resolution = posterior.alone.resolution
    return CurveThreshold(
        curve=curve.skill, engine=curve.engine, readout=curve.readout.value, axis=curve.axis.value,
        verdict=said, kind=kind, probabilities=shapes, laws=posterior.alone.probabilities, width=width,
        width_interval=(float(np.quantile(widths, 0.05)), float(np.quantile(widths, 0.95))) if widths.size else None,
        log10_bayes_factor=bayes_factor(posterior, seed=seed), false_alarm=alarm,
        resolution=float(resolution) if np.isfinite(resolution) else None, smallest_effect=smallest_effect(posterior),
        distance=ahead, twin=_twin_answer(beside), sentence=_sentence(posterior, said, kind, width, target),
        advice=advice,
    )


def distance(posterior: SkillPosterior, target: float) -> Distance:
    """Multiplier of the present scale at which the score reaches ``target``."""
    ahead = posterior.crossing(target) - posterior.curve.now
    return Distance(target=target, p_never=float(np.mean(np.isinf(ahead))), **summary(ahead, ten_to=True))


def bayes_factor(posterior: SkillPosterior, *, seed: int = 0) -> float | None:
    """log10 of posterior over prior odds of abrupt against continuous, of the curve alone, for its own design."""
    curve = posterior.curve
    blank = one_curve.fit(curve.x, np.zeros(curve.x.size), np.full(curve.x.size, UNKNOWN), seed=seed)
    odds = []
    for alone in (posterior.alone, blank):
        shapes = SkillPosterior(curve, alone).shapes()
        if min(shapes["abrupt"], shapes["continuous"]) <= 0.0:
            return None
        odds.append(shapes["abrupt"] / shapes["continuous"])
    return float(np.log10(odds[0] / odds[1]))


def smallest_effect(posterior: SkillPosterior) -> float:
    """Rise between the first and the last scale that a 5 % two-sided test sees with 95 % power."""
    curve, extra = posterior.curve, float(np.median(posterior.alone.spread))
    variance = 0.0
    for x in (curve.x[0], curve.now):
        here = curve.x == x
        variance += float(np.mean(np.nan_to_num(curve.stderr[here]) ** 2)) + extra**2 / int(here.sum())
    return float((1.96 + 1.645) * np.sqrt(variance))


def _kind(posterior: SkillPosterior, said: Verdict, beside: twin.TwinCheck | None) -> ThresholdKind:
    if said is Verdict.NOT_MET:
        return ThresholdKind.T0
    if posterior.alone.probabilities.get("mixture", 0.0) >= VERDICT_PROBABILITY:
        return ThresholdKind.T3
    if said is Verdict.ABRUPT:
        return ThresholdKind.T2
    if beside is not None and beside.is_the_metric and said is Verdict.CONTINUOUS:
        return ThresholdKind.T1
    return ThresholdKind.NONE


def _twin_answer(beside: twin.TwinCheck | None) -> TwinAnswer | None:
    if beside is None:
        return None
    return TwinAnswer(p_abrupt=beside.p_abrupt, width=beside.width, half=beside.half, link=beside.link,
                      p_value=beside.p_value, explained=beside.explained, jump_is_the_metric=beside.is_the_metric)


_KINDS = {
    ThresholdKind.T0: "the threshold is one of data: the concept was not met yet",
    ThresholdKind.T1: "the twin looks like a threshold, but the smooth score explains it: the jump is the metric",
    ThresholdKind.T2: "the skill itself turns sharply",
    ThresholdKind.T3: "seeds fall into two camps: the odds move, not the score",
    ThresholdKind.NONE: "",
}


def _sentence(posterior: SkillPosterior, said: Verdict, kind: ThresholdKind, width: float | None, target: float) -> str:
    ahead = threshold(posterior, target)
    parts = [wording.shape(said, width), _KINDS[kind],
             wording.threshold(ahead, posterior.curve.axis, 10.0**posterior.curve.now)]
    return wording.sentence(posterior.curve.skill, [part for part in parts if part])
