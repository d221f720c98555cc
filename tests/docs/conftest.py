"""Run the command line and the examples in this process."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import ROOT, Run

from kindergrad import cli
from kindergrad.exams import catalogue
from kindergrad.syllabus import skills


@pytest.fixture(autouse=True)
def syllabus_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Skills of plug-ins stay in the syllabus of a process; other tests must not see them."""
    monkeypatch.setattr(skills, "_added", dict(skills._added))
    catalogue.assessments.cache_clear()
    yield
    catalogue.assessments.cache_clear()


@pytest.fixture
def kindergrad(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """``kindergrad(["status", folder])`` -> stdout; any exit code but 0 is a failure."""

    def run(arguments: list[str]) -> str:
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr(sys, "argv", ["kindergrad", *arguments])
        capsys.readouterr()
        try:
            cli.main()
        except SystemExit as done:
            shown = capsys.readouterr()
            assert not done.code, f"kindergrad {' '.join(arguments)}: exit {done.code}\n{shown.err}"
            return shown.out
        return capsys.readouterr().out

    return run


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a Python file as ``__main__`` -> stdout."""

    def run(arguments: list[str]) -> str:
        monkeypatch.setattr(sys, "argv", arguments)
        capsys.readouterr()
        runpy.run_path(arguments[0], run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of the documentation go; those that follow read them."""
    return tmp_path_factory.mktemp("docs")
