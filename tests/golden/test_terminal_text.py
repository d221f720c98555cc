"""The terminal text, letter by letter. After a wanted change: KINDERGRAD_GOLDEN=write pytest tests/golden, and read
the difference before it is committed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import report_factory as factory
from rich.console import Console

from kindergrad.core.answers import BeliefAnswer, Listing, StatusAnswer
from kindergrad.report import text

HERE = Path(__file__).parent


def printed(what: Any, width: int) -> str:
    console = Console(width=width, color_system=None, force_terminal=False, record=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    console.print(what)
    console.file.close()
    return "\n".join(line.rstrip() for line in console.export_text().splitlines()) + "\n"


def compare(name: str, found: str, width: int = 80) -> None:
    path = HERE / f"{name}.txt"
    if os.environ.get("KINDERGRAD_GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")
    assert max(len(line) for line in found.splitlines()) <= width


@pytest.fixture(scope="module")
def study() -> factory.Study:
    return factory.study()


@pytest.mark.parametrize("width", [80, 120])
def test_verdicts(study: factory.Study, width: int) -> None:
    compare(f"verdicts-{width}", printed(text.verdict_table(study.forecast, study.belief, study.facts), width), width)


def test_quick_run_is_stamped(study: factory.Study) -> None:
    found = printed(text.verdict_table(study.forecast, study.belief, factory.facts(comparable=False)), 80)
    assert found.startswith("QUICK RUN: not comparable\n")


def test_no_forecast_and_no_goal() -> None:
    compare("verdicts-none", printed(text.verdict_table(None, None, factory.facts(goal=None)), 80))


def test_no_curve_but_a_goal() -> None:
    belief = BeliefAnswer(goal=factory.GOAL, belief=0.004, stderr=0.0, history=())
    assert "100M: <1%." in printed(text.verdict_table(None, belief, factory.facts()), 80)


def test_status(study: factory.Study) -> None:
    status = study.status.model_copy(update={"planned": study.status.planned + 40})
    compare("status", printed(text.status_text(status), 80))


def test_status_of_nothing() -> None:
    empty = StatusAnswer(planned=0, ok=0, failed=0, not_applicable=0, unscored=0, reused=0, seconds=0.0)
    assert printed(text.status_text(empty), 80) == "0 of 0 exams done in 0.0 s\n  0 scored\n"


def listing(**changes: Any) -> Listing:
    base: dict[str, Any] = {
        "id": "genomics/start-codon", "domain": "genomics", "grade": "elementary", "skill": "genomics/start-codon",
        "version": "1.0", "readouts": ("likelihood", "fit"), "status": "ready",
        "summary": "Which of two ATGs begins a gene, where both open a frame? [matched decoys]"}
    return Listing(**(base | changes))


def test_list() -> None:
    lines = [listing(), listing(id="genomics/degenerate-word", skill="genomics/degenerate-word", version="1.1",
                                summary="A planted word against its shuffled self.")]
    compare("list", printed(text.listing_table(lines), 80))


def test_list_of_things_without_a_grade() -> None:
    found = printed(text.listing_table([listing(id="markov", grade=None, skill=None, summary="Contexts of mixed order.",
                                                version="")]), 80)
    assert found.splitlines()[0].split() == ["id", "status", "about"]
