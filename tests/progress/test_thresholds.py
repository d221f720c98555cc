"""Verdicts and kinds of thresholds on curves whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import expit

from kindergrad.core.names import ThresholdKind, Verdict
from kindergrad.core.table import Row
from kindergrad.progress.thresholds import CurveThreshold, thresholds
from tests.progress.progress_tables import SCALES, logistic, tiers

STDERR = 0.02


def rows_of(latent: Callable[[float], float], twin: Callable[[float], float] | None = None, *, seeds: int = 1,
            scales: np.ndarray = SCALES, rng: np.random.Generator | None = None) -> list[Row]:
    rng = rng or np.random.default_rng(0)
    out = []
    for scale in scales:
        for seed in range(seeds):
            p = latent(float(np.log10(scale)))
            fields = {"engine": "e", "skill": "s", "axis": "bases", "scale": float(scale), "stderr": STDERR,
                      "value": p + rng.normal(0, STDERR), "seed": seed}
            if twin is not None:
                fields |= {"twin_value": twin(p) + rng.normal(0, STDERR), "twin_stderr": STDERR}
            out.append(Row.model_validate(fields))
    return out


def rising(location: float, width: float, plateau: float = 0.9) -> Callable[[float], float]:
    return lambda x: float(logistic(np.array([x]), location, width, plateau)[0])


def judged(rows: list[Row], *, advise: bool = False) -> CurveThreshold:
    return thresholds(rows, advise=advise).curves[0]


def test_a_wide_rise_is_continuous_and_a_step_is_abrupt_of_the_kind_of_a_kink() -> None:
    smooth = judged(rows_of(rising(4.5, 1.5)))
    assert (smooth.verdict, smooth.kind, smooth.false_alarm) == (Verdict.CONTINUOUS, ThresholdKind.NONE, None)
    assert smooth.width_interval is not None and smooth.width_interval[0] < 1.5 < smooth.width_interval[1]
    sharp = judged(rows_of(rising(4.6, 0.05)))
    assert (sharp.verdict, sharp.kind) == (Verdict.ABRUPT, ThresholdKind.T2)
    assert sharp.false_alarm is not None and sharp.false_alarm <= 0.05
    assert sharp.resolution is not None and sharp.resolution < 0.3


@pytest.mark.parametrize("link", [lambda p: p**8, lambda p: float(expit(60 * (p - 0.5)))])
def test_a_twin_that_jumps_above_a_smooth_score_is_the_metric(link: Callable[[float], float]) -> None:
    answer = judged(rows_of(rising(4.5, 2.0), link))
    assert answer.verdict is Verdict.CONTINUOUS
    assert answer.kind is ThresholdKind.T1
    assert answer.twin is not None and answer.twin.jump_is_the_metric
    assert "the jump is the metric" in answer.sentence


def test_a_twin_that_the_score_does_not_explain_is_not_excused() -> None:
    coin = np.random.default_rng(1)
    answer = judged(rows_of(rising(4.5, 2.0), lambda p: float(coin.random() > 0.5)))
    assert answer.kind is ThresholdKind.NONE
    assert answer.twin is not None and not answer.twin.jump_is_the_metric


def test_seeds_in_two_camps_are_a_mixture_and_ordinary_seeds_are_not() -> None:
    coin = np.random.default_rng(2)
    odds = rising(4.5, 2.0)
    camps = judged(rows_of(lambda x: 0.8 * float(coin.random() < odds(x)), seeds=6, scales=SCALES[::2]))
    assert camps.kind is ThresholdKind.T3
    assert judged(rows_of(odds, seeds=6, scales=SCALES[::2])).kind is ThresholdKind.NONE


def test_a_concept_that_was_not_met_is_a_threshold_of_data() -> None:
    rare = thresholds(tiers(np.random.default_rng(0)), advise=False).curves[-1]
    assert (rare.verdict, rare.kind) == (Verdict.NOT_MET, ThresholdKind.T0)
    assert rare.distance.median is not None and 2.0 < rare.distance.median < 40.0
    assert rare.distance.q05 is not None and rare.distance.q05 < rare.distance.median


def test_an_open_verdict_says_what_would_decide_it() -> None:
    answer = judged(rows_of(rising(4.5, 0.4), scales=10.0 ** np.array([3.0, 4.0, 5.0, 6.0])), advise=True)
    assert answer.verdict is Verdict.CANNOT_TELL
    assert answer.advice is not None and "scales" in answer.advice
    one = judged(rows_of(rising(4.5, 0.4), scales=SCALES[:1]), advise=True)
    assert one.verdict is Verdict.CANNOT_TELL
    assert one.advice is not None


@pytest.mark.slow
@pytest.mark.parametrize("n_points", [6, 8, 12])
def test_false_alarms_of_abrupt_stay_below_five_percent(n_points: int) -> None:
    alarms = []
    for seed in range(60):
        rng = np.random.default_rng([seed, n_points])
        scales = 10.0 ** np.linspace(3.0, 6.0, n_points)
        latent = rising(rng.uniform(3.5, 5.5), rng.uniform(0.6, 2.0), rng.uniform(0.5, 1.0))
        alarms.append(judged(rows_of(latent, scales=scales, rng=rng)).verdict is Verdict.ABRUPT)
    assert np.mean(alarms) <= 0.05


@pytest.mark.slow
def test_power_against_sharp_rises_with_eight_points_a_quarter_decade_apart() -> None:
    found = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 77])
        latent = rising(rng.uniform(3.5, 4.25), rng.uniform(0.02, 0.2))
        rows = []
        for x in 3.0 + 0.25 * np.arange(8):
            p = latent(x)
            stderr = max(np.sqrt(p * (1.0 - p) / 500), 0.001)  # a share of n = 500 items
            rows.append(Row.model_validate({"engine": "e", "skill": "s", "axis": "bases", "scale": 10.0**x,
                                            "value": p + rng.normal(0, stderr), "stderr": stderr}))
        found.append(judged(rows).verdict is Verdict.ABRUPT)
    assert np.mean(found) >= 0.8
