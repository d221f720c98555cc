"""A built-in study on a machine that lacks an extra: it does without that engine, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kindergrad.core import extras
from kindergrad.core.config import EngineConfig
from kindergrad.core.names import Domain
from kindergrad.exams import defaults
from kindergrad.exams.store import Store
from kindergrad.report import card


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "installed", lambda extra: False)


@pytest.mark.usefixtures("bare")
def test_what_is_left_out_is_said_once_for_all(tmp_path: Path) -> None:
    study = defaults.study(domain=Domain.ARITHMETIC)
    assert [engine.id for engine in study.engines] == ["ngram"]
    (why,) = study.without
    assert why == "text-transformer needs torch, which is not installed; try pip install 'kindergrad[torch]'"
    Store.create(tmp_path).write_json("study.json", study.model_dump(mode="json"))
    assert f"Left out: {why}." in card.facts(tmp_path, []).notes


@pytest.mark.usefixtures("bare")
def test_nothing_is_left_out_of_a_study_that_names_its_engines(tmp_path: Path) -> None:
    assert defaults.study(domain=Domain.ARITHMETIC, quick=True).without == (), "quick never asks for it"
    assert defaults.with_engine(defaults.study(domain=Domain.ARITHMETIC), "ngram", []).without == ()
    (tmp_path / "s.yaml").write_text("domain: arithmetic\nengines: [{id: ngram}]\n")
    own = defaults.study(tmp_path / "s.yaml")
    assert own.without == () and own.engines == (EngineConfig(id="ngram"),)


def test_nothing_is_left_out_where_all_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "installed", lambda extra: True)
    study = defaults.study(domain=Domain.ARITHMETIC)
    assert study.without == () and [engine.id for engine in study.engines] == ["ngram", "text-transformer"]
