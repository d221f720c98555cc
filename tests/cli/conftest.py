"""Run the command line in this process and look at what it prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_small import SMALL, Call, Said

from kindergrad import cli


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """``call("status", folder)`` -> exit code, stdout, stderr."""

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["kindergrad", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as done:
            code = int(done.code or 0)
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return run


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture(scope="session")
def finished(small_study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the small study."""
    from kindergrad.core import config
    from kindergrad.exams import run

    out = tmp_path_factory.mktemp("run") / "out"
    run.run(config.load(small_study), out)
    return out
