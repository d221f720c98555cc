"""Numbers in words: no minus zero, no certainty, no bare threshold."""

from __future__ import annotations

import math

import pytest
import report_factory as factory
from hypothesis import given
from hypothesis import strategies as st
from report_factory import Study

from kindergrad.core.answers import DirectionAnswer, Threshold
from kindergrad.core.names import Direction, DirectionVerdict, Role, Verdict
from kindergrad.report import beside, ladder, words
from kindergrad.report.ladder import State

SCORES = st.floats(-5, 5)
ERRORS = st.floats(0, 2)


@given(SCORES)
def test_number_reads_back(value: float) -> None:
    text = words.number(value)
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.0051)
    assert text != "−0.00"


@given(st.floats(0, 1))
def test_percent_never_says_certain(p: float) -> None:
    assert words.percent(p) not in ("0%", "100%")


@given(st.floats(1, 1e14))
def test_scale_keeps_two_digits(value: float) -> None:
    text = words.scale(value)
    size = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(text[-1], 1.0)
    assert float(text.rstrip("kMGT")) * size == pytest.approx(value, rel=0.0501)


@given(st.lists(st.tuples(SCORES, ERRORS), min_size=1, max_size=6))
def test_pooled_error_is_no_smaller_than_either_source(scores: list[tuple[float, float]]) -> None:
    mean, error = ladder.pooled(scores)
    n = len(scores)
    assert mean == pytest.approx(sum(s for s, _ in scores) / n, abs=1e-9)
    assert error is not None
    assert error >= math.sqrt(sum(e * e for _, e in scores)) / n - 1e-12
    if n > 1:
        spread = math.sqrt(sum((s - mean) ** 2 for s, _ in scores) / (n - 1))
        assert error >= spread / math.sqrt(n) - 1e-9


def test_pooled_without_errors_has_no_resolution() -> None:
    assert ladder.pooled([(0.4, None)]) == (0.4, None)
    assert ladder.pooled([(0.4, None), (0.6, None)])[1] == pytest.approx(0.1)


def test_with_error() -> None:
    assert words.with_error((0.934, 0.021)) == "0.93±.02"
    assert words.with_error((-0.001, 0.012)) == "0.00±.01"
    assert words.with_error((-0.31, 1.25)) == "−0.31±1.25"
    assert words.with_error((0.5, None)) == "0.50"
    assert words.with_error(None) == "–"


def test_threshold_is_never_a_bare_number(study: Study) -> None:
    base = study.forecast.skills[0]

    def said(reached: bool = False, **changes: object) -> str:
        t = Threshold(**({"target": 0.5, "p_never": 0.1, "horizon": 1e10, "median": 3e7, "q05": 1e7, "q95": 9e7}
                         | changes))  # type: ignore[arg-type]
        return words.threshold(base.model_copy(update={"threshold": t}), reached)

    assert said() == "10M–90M"
    assert said(q95=None) == "10M–>10G"
    assert said(p_never=0.72, median=None, q05=None, q95=None) == "never 72%"
    assert said(p_never=0.4, median=None, q05=None, q95=None) == ">10G"
    assert said(reached=True) == "reached"
    assert words.threshold(None, False) == "–"
    assert words.threshold(base.model_copy(update={"threshold": None}), False) == "–"


def test_width_is_not_shown_without_a_rise(study: Study) -> None:
    risen = next(f for f in study.forecast.skills if f.width is not None)
    assert words.width(risen) != "–"
    assert words.width(risen.model_copy(update={"verdict": Verdict.FLAT})) == "–"


def test_goal_in_words() -> None:
    assert words.goal("genomics/start-codon>=0.5@1e8") == "start codon scores at least 0.5 by 100M"
    assert words.goal("genomics/start-codon>=0.5@1e+08 (markov, likelihood)") == \
        "start codon scores at least 0.5 by 100M (markov, likelihood)"
    assert words.goal("be good") == "be good"


def test_states(study: Study) -> None:
    found = {c.skill: c for c in ladder.curves(study.rows, study.forecast, study.facts)}
    assert found["genomics/next-base"].state is State.LEARNT
    assert found["genomics/start-codon"].state is State.RISING
    assert found["genomics/copy"].state is State.FLAT
    assert found["genomics/splice-variants"].state is State.NOT_MET
    assert found["genomics/enhancer-to-gene"].state is State.NONE


def test_levels_by_number_and_else_as_listed(study: Study) -> None:
    one = next(r for r in study.rows if r.role is Role.LEARNER)
    rows = [one.model_copy(update={"skill": f"genomics/degenerate-word[tier-{k}]"}) for k in (10, 2, 1)]
    assert [c.level for c in ladder.curves(rows, None, study.facts)] == ["tier-1", "tier-2", "tier-10"]
    listed = [c.level for c in ladder.curves(study.rows, None, study.facts) if c.base == "genomics/real-vs-shuffled"]
    assert listed == ["mono-shuffle", "di-shuffle", "tri-shuffle"]


def test_grades_come_easiest_first(study: Study) -> None:
    grades = list(ladder.by_grade(ladder.curves(study.rows, study.forecast, study.facts)))
    assert grades == ["kindergarten", "elementary", "middle", "high", "college", "frontier"]


def test_skill_is_learnt_only_with_all_its_levels(study: Study) -> None:
    curves = [c for c in ladder.curves(study.rows, study.forecast, study.facts)
              if c.base == "genomics/degenerate-word"]
    assert words.skill_states(curves) == {"genomics/degenerate-word": (State.LEARNT, "all 8 levels")}
    rare = study.forecast.skills[0].model_copy(
        update={"skill": curves[-1].skill, "threshold": None, "score_now": 0.01, "verdict": Verdict.NOT_MET})
    mixed = [*curves[:-1], ladder.Curve(rare.skill, "elementary", "markov", "likelihood", (), rare)]
    assert words.skill_states(mixed) == {"genomics/degenerate-word": (State.RISING, "7 of 8 levels learnt")}


def test_best_engine_speaks_for_a_level(study: Study) -> None:
    able, unable = (next(f for f in study.forecast.skills if f.skill == s) for s in
                    ("genomics/next-base", "genomics/copy"))
    both = [ladder.Curve("genomics/copy", "kindergarten", e, "likelihood", (), f)
            for e, f in (("markov", unable), ("copyist", able))]
    assert words.skill_states(both)["genomics/copy"][0] is State.LEARNT


def test_grade_sentences(study: Study) -> None:
    grades = ladder.by_grade(ladder.curves(study.rows, study.forecast, study.facts))
    assert words.grade_sentence(grades["middle"]) == "0 of 2 learnt. Flat: spacing and base pairing."
    assert words.grade_sentence(grades["high"]) == "Not met yet: splice variants."
    assert words.grade_sentence(grades["frontier"]) == "Its skill has no score yet."


def test_direction(study: Study) -> None:
    assert words.direction_sentence(study.belief) == ""
    moving = study.belief.model_copy(update={"direction": DirectionAnswer(
        verdict=DirectionVerdict.MOVING, p=0.02, violations=("start codon before codon table",))})
    assert words.direction_sentence(moving) == ("Direction: moving (anytime-valid p = 0.02). Against the order of "
                                                "the syllabus: start codon before codon table.")


def test_control_sentences(study: Study) -> None:
    curves = ladder.curves(study.rows, study.forecast, study.facts)
    found = beside.controls(curves, study.rows)
    assert len(found) == 25
    assert "in 1 of 25 curves: next base" in beside.control_sentence(found)
    clean = [c for c in found if c.curve.skill != "genomics/next-base"]
    assert "stays at the floor in all 24 curves" in beside.control_sentence(clean)
    assert "No control" in beside.control_sentence([])


def test_controls_are_compared_at_a_scale_that_both_have(study: Study) -> None:
    curves = ladder.curves(study.rows, study.forecast, study.facts)
    rows = [r for r in study.rows if r.role is Role.CONTROL and r.scale < 1e6]
    found = beside.controls(curves, rows)
    assert {c.scale for c in found} == {max(r.scale for r in rows)}
    learner = next(r for r in study.rows if r.role is Role.LEARNER and r.skill == found[0].curve.skill
                   and r.scale == found[0].scale)
    assert found[0].learner[0] == pytest.approx(learner.score, abs=0.15)


@pytest.mark.parametrize(("direction", "best"), [(Direction.HIGHER, "composition-2"), (Direction.LOWER, "uniform")])
def test_best_blind_engine_follows_the_direction(study: Study, direction: Direction, best: str) -> None:
    rows = [r.model_copy(update={"direction": direction}) for r in study.rows]
    found = beside.bounds(ladder.curves(rows, study.forecast, study.facts), rows)
    assert found and {b.blind[0] for b in found if b.blind} == {best}
    assert found[0].oracle == 0.96


def test_ahead_finds_the_multiple_whatever_its_key(study: Study) -> None:
    found = study.forecast.skills[0]
    renamed = found.model_copy(update={"at": {"a": found.at["100x"], "b": found.at["10x"]}})
    assert ladder.ahead(renamed, 10) == (found.at["10x"].median, found.at["10x"].q05, found.at["10x"].q95)
    assert ladder.ahead(found, 1000) == (None, None, None)


def test_mishaps_put_failures_first_and_count_them(study: Study) -> None:
    found = beside.mishaps(study.rows)
    assert [(m.status, m.count) for m in found] == [("failed", 34), ("unscored", 34)]
    assert found[0].scales == tuple(ladder.step(s) for s in factory.SCALES)
