"""From easy to hard: the order of grades is recovered, skills ahead of their needs are named, forecasts are set beside
what came."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.answers_journey import Journey, JourneyAnswer
from kindergrad.core.answers_vertical import OrderVerdict
from kindergrad.core.table import Row
from kindergrad.progress import registry
from kindergrad.progress.curves import curves
from kindergrad.progress.forecast import fit
from kindergrad.progress.journey import journey, twin_crossing
from kindergrad.progress.posterior import SkillPosterior
from kindergrad.report import journey_text
from kindergrad.report.figures import journey as figure
from tests.progress.progress_tables import curve_rows

SKILLS = {"count": ("kindergarten", 3.6), "compare": ("kindergarten", 3.8), "add": ("elementary", 4.4),
          "carry": ("elementary", 4.6), "solve": ("high", 5.6), "prove": ("frontier", 4.9), "dream": ("frontier", 9.0)}
NEEDS = {"m/solve": ("m/add",), "m/prove": ("m/solve", "m/add")}


@pytest.fixture(scope="module")
def table() -> list[Row]:
    rng = np.random.default_rng(3)
    out = []
    for name, (grade, at) in SKILLS.items():
        rows = curve_rows(f"m/{name}", at, 1.0, 0.98, rng=rng, grade=grade)
        out += [row.model_copy(update={"twin_value": max(row.value or 0.0, 0.0) ** 4, "twin_stderr": 0.03})
                for row in rows]
    return out


@pytest.fixture(scope="module")
def fitted(table: list[Row]) -> tuple[SkillPosterior, ...]:
    return fit(curves(table)).skills


@pytest.fixture(scope="module")
def answer(fitted: tuple[SkillPosterior, ...]) -> JourneyAnswer:
    return journey(fitted, prerequisites=NEEDS, first_met={"m/count": 500.0, "m/dream": None}, corpus=1e6)


@pytest.fixture(scope="module")
def found(answer: JourneyAnswer) -> Journey:
    (one,) = answer.journeys
    return one


def test_grades_stand_in_their_order(found: Journey) -> None:
    edges = {(e.easier, e.harder): e for e in found.order}
    assert edges["kindergarten", "elementary"].verdict is OrderVerdict.HOLDS
    assert edges["elementary", "high"].verdict is OrderVerdict.HOLDS
    halves = {g.grade.value: g.half.median for g in found.grades}
    assert np.log10(halves["elementary"] or 0.0) == pytest.approx(4.6, abs=0.25)  # the later of two
    assert next(g for g in found.grades if g.grade.value == "frontier").p_never > 0.3


def test_a_skill_ahead_of_its_need_is_named(found: Journey) -> None:
    assert [(e.easier, e.harder) for e in found.ahead_of_need] == [("m/solve", "m/prove")]


def test_the_twin_of_four_steps_comes_later(found: Journey, table: list[Row]) -> None:
    add = next(r for r in found.rises if r.skill == "m/add")
    assert add.half.median is not None and add.twin_half is not None and add.twin_half > 1.3 * add.half.median
    curve = next(c for c in curves(table) if c.skill == "m/dream")
    assert twin_crossing(curve, 0.5) is None
    assert next(r for r in found.rises if r.skill == "m/count").first_met == 500.0


def test_forecasts_stand_beside_what_came(
    table: list[Row], fitted: tuple[SkillPosterior, ...], tmp_path: Path
) -> None:
    path = tmp_path / "ledger.jsonl"
    registry.register(path, [row for row in table if row.scale < 1.1e5], [1e6], time="2024-05-01T12:00:00Z")
    answer = journey(fitted, resolved=registry.resolve(path, table), corpus=1e6)
    told = {f.skill: f for f in answer.journeys[0].foretold}
    assert len(told) == len(SKILLS) and sum(f.inside90 for f in told.values()) >= len(SKILLS) - 1
    assert told["m/count"].off == pytest.approx(told["m/count"].outcome - told["m/count"].median)
    (shown,) = journey_text.shown(answer)
    said = dict(journey_text.sentences(shown, answer))
    assert f"of {len(SKILLS)} outcomes lie in their 90 % interval" in said["Was it foretold?"]
    assert "When was it first met?" not in said
    svg = figure.journey(shown, answer, name="j")
    assert svg.startswith("<svg") and "foretold" in svg and "dream" in svg


def test_sentences_say_what_was_found(answer: JourneyAnswer, found: Journey) -> None:
    said = dict(journey_text.sentences(found, answer))
    assert "Yes: prove before solve." in said["Do skills rise before what they need?"]
    assert "kindergarten 500 (count, 0.05%). Never met: " in said["When was it first met?"]
    order = said["Do easy grades rise before hard ones?"]
    assert "frontier never" in order and "Yes: each before the next" in order
    assert "7 scores reached the target; 0 of them rose abruptly" in said["Is the jump one of the metric?"]
    assert "Was it foretold?" not in said
