"""Forecasts of a study's own end are registered before it is reached, once, and the report says how they did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kindergrad.core.names import Domain
from kindergrad.exams import defaults, run
from kindergrad.exams.store import LEDGER
from kindergrad.progress import ledger
from kindergrad.report import card

SKILLS = ("arithmetic/counting", "arithmetic/carrying")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("foretold") / "out"
    study = defaults.study(quick=True, domain=Domain.ARITHMETIC).model_copy(
        update={"assessments": SKILLS, "scales": (1000.0, 2000.0, 4000.0, 8000.0, 80000.0), "items": 40})
    run.run(study, out)
    return out


def test_forecasts_come_before_their_results(finished: Path) -> None:
    entries = [e for e in ledger.read(finished / LEDGER).entries if e.kind == "forecast"]
    assert len(entries) == 2 * 2  # two skills, two readouts
    assert {round(e.body["scale"]) for e in entries} == {80000}
    assert {round(e.body["scale_now"]) for e in entries} == {8000}
    last = [r for r in run.records(finished) if r.main_scale.value == 80000.0 and r.role.value == "learner"]
    assert max(e.time for e in entries) <= min(r.time for r in last)


def test_the_same_command_registers_nothing_twice(finished: Path) -> None:
    before = (finished / LEDGER).read_text()
    study = json.loads((finished / "study.json").read_text())
    status = run.run(run.StudyConfig.model_validate(study), finished)
    assert (finished / LEDGER).read_text() == before
    assert status.reused == status.planned == status.ok


def test_the_report_tells_the_journey(finished: Path) -> None:
    found = card.card(finished)
    assert found.facts.journey is not None and found.facts.journey.corpus == 300_000
    page = found.write(finished / "report.html").read_text()
    for text in ("From easy to hard", "Was it foretold?", "When was it first met?", "ngram, by generation"):
        assert text in page


def test_without_the_key_nothing_is_foretold(tmp_path: Path) -> None:
    study = defaults.study(quick=True, domain=Domain.ARITHMETIC).model_copy(
        update={"assessments": SKILLS[:1], "scales": (1000.0, 20000.0), "items": 10, "foretell": None})
    run.run(study, tmp_path / "out")
    assert not (tmp_path / "out" / LEDGER).exists()
