"""Forecasts from a table: known truth, the verdict vocabulary, and sane answers where little is known."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.answers import ForecastAnswer
from kindergrad.core.names import Verdict
from kindergrad.core.table import Row
from kindergrad.progress.forecast import forecast
from tests.progress.progress_tables import SCALES, curve_rows, logistic, tiers


@pytest.fixture(scope="module")
def mixed() -> ForecastAnswer:
    rng = np.random.default_rng(0)
    rows = tiers(rng, seeds=2)
    rows += curve_rows("genomics/next-base", 4.2, 1.6, 0.8, rng=rng, grade="kindergarten", twin_value=0.3)
    rows += curve_rows("genomics/copy", 99.0, rng=rng)
    rows += curve_rows("genomics/jump", 4.6, 0.05, rng=rng, stderr=0.01)
    return forecast(rows, seed=1)


def test_rare_skills_are_placed_by_the_exposure_law(mixed: ForecastAnswer) -> None:
    rare = next(s for s in mixed.skills if s.skill == "genomics/word[7]")
    assert rare.score_now is not None and rare.score_now < 0.1
    assert rare.threshold.q05 is not None and rare.threshold.median is not None
    assert rare.threshold.q05 < 10**6.8 < (rare.threshold.q95 or np.inf)
    assert abs(np.log10(rare.threshold.median) - 6.8) < 0.4
    future = rare.at["100x"]
    assert future.q05 is not None and future.q95 is not None
    assert future.q05 <= logistic(np.array([8.0]), 6.8, 1.0, 0.9)[0] <= future.q95


def test_the_law_of_the_tiers_is_told(mixed: ForecastAnswer) -> None:
    law = mixed.exposure
    assert law is not None
    assert law.log10_kappa.median == pytest.approx(0.3, abs=0.2)
    assert len(law.skills) == len(law.onset) == 8
    sums = [o.median + f for o, f in zip(law.onset, law.log10_frequency, strict=True) if o.median is not None]
    assert np.allclose(sums, 0.3, atol=0.5)


def test_verdicts(mixed: ForecastAnswer) -> None:
    said = {s.skill: s.verdict for s in mixed.skills}
    assert said["genomics/next-base"] is Verdict.CONTINUOUS
    assert said["genomics/word[1]"] is Verdict.CONTINUOUS
    assert said["genomics/jump"] is Verdict.ABRUPT
    assert said["genomics/copy"] is Verdict.FLAT
    assert said["genomics/word[7]"] is Verdict.NOT_MET  # 10^-6.5 times 10^6 bases: a third of an exposure
    copy = next(s for s in mixed.skills if s.skill == "genomics/copy")
    assert copy.p_learning is not None and copy.p_learning < 0.1
    assert copy.threshold.p_never > 0.5
    assert "No sign of learning" in copy.sentence


def test_everything_that_a_picture_needs_is_there(mixed: ForecastAnswer) -> None:
    skill = next(s for s in mixed.skills if s.skill == "genomics/next-base")
    assert skill.band is not None and len(skill.band.scale) >= 50
    assert skill.band.scale[0] == pytest.approx(1e3) and skill.band.scale[-1] == pytest.approx(1e8)
    assert len(skill.points) == skill.n_points == len(SCALES)
    assert skill.points[0].twin == 0.3
    assert set(skill.at) == {"10x", "100x"}
    assert sum(skill.probabilities.values()) == pytest.approx(1.0)
    assert ForecastAnswer.model_validate_json(mixed.model_dump_json()) == mixed


def test_the_order_of_rows_does_not_matter() -> None:
    rows = tiers(np.random.default_rng(3), log_frequency=(-3, -4, -5))
    a, b = forecast(rows), forecast(rows[::-1])
    assert {s.skill: s.threshold.median for s in a.skills} == pytest.approx(
        {s.skill: s.threshold.median for s in b.skills}, rel=1e-6)


def test_a_foreign_table_with_five_columns_is_enough() -> None:
    rows = [Row.model_validate({"engine": "x", "skill": "mmlu", "axis": "flop", "scale": s, "value": v})
            for s, v in [(1e20, 0.26), (1e21, 0.31), (1e22, 0.46), (1e23, 0.62)]]
    answer = forecast(rows, scales=[1e24])
    skill = answer.skills[0]
    assert skill.score_now_stderr is None and "no standard errors" in (skill.reason or "")
    future = skill.at["1e+24"]
    assert future.scale == pytest.approx(1e24)
    assert future.median is not None and 0.6 < future.median < 0.95
    assert answer.exposure is None


@pytest.mark.parametrize("points", [[(1e3, 0.1)], [(1e3, -0.2), (1e15, 0.0)], [(1e3, 0.0), (1e4, 0.0)]])
def test_one_or_two_points_give_a_wide_honest_answer(points: list[tuple[float, float]]) -> None:
    rows = [Row.model_validate({"engine": "x", "skill": "s", "axis": "bases", "scale": s, "value": v, "stderr": 0.05})
            for s, v in points]
    skill = forecast(rows).skills[0]
    assert skill.verdict is Verdict.CANNOT_TELL
    future = skill.at["100x"]
    assert future.q05 is not None and future.q95 is not None
    assert future.q95 - future.q05 > 0.3
