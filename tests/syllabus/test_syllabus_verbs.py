"""``show`` and ``syllabus`` as people and scripts call them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kindergrad import cli

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Exit code, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kindergrad", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "80")
        try:
            cli.main()
            code = 0
        except SystemExit as done:
            code = int(done.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_show_a_ready_skill(call: Call) -> None:
    code, out, _ = call("show", "genomics/start-codon")
    assert code == 0 and max(map(len, out.splitlines())) <= 80
    for said in ("status          ready", "Worked item", "→", "broken", "leads to", "ceiling", "does not show",
                 "Score (placement"):
        assert said in out


def test_show_a_skill_that_needs_data(call: Call) -> None:
    code, out, _ = call("show", "genomics/splice-variants")
    assert code == 0 and max(map(len, out.splitlines())) <= 80
    assert "needs-data" in out and "KosuriLab/MFASS" in out and "Worked item" not in out


def test_show_as_json(call: Call) -> None:
    _, out, _ = call("show", "genomics/exact-word", "--json")
    found = json.loads(out)
    assert {"id", "grade", "question", "why", "exposure", "floor", "ceiling", "trap", "prerequisites", "references",
            "status", "feeds", "exam", "example"} <= set(found)
    assert found["status"] == "ready" and sum(o["right"] for o in found["example"]["options"]) == 1
    assert {"engine", "score", "mean"} == set(found["example"]["oracle"]) == set(found["example"]["blind"])
    assert json.loads(call("show", "genomics/new-genome", "--json")[1])["example"] is None


def test_the_syllabus_in_the_terminal(call: Call) -> None:
    code, out, _ = call("syllabus", "genomics")
    assert code == 0 and max(map(len, out.splitlines())) <= 80
    assert out.split()[0] == "Kindergarten" and "47 skills" in out
    assert out.index("periodicity") < out.index("codon-table") < out.index("missense-severity")
    assert call("syllabus")[1] == out


def test_the_syllabus_as_json_and_svg(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "new" / "graph.svg"
    code, out, _ = call("syllabus", "genomics", "--svg", file, "--json")
    found = json.loads(out)
    assert code == 0 and file.read_text().startswith("<?xml")
    names = {s["id"] for s in found["skills"]}
    assert len(names) == 47 and {n for edge in found["edges"] for n in edge} <= names
    assert sorted(need for _, need in found["edges"]) == sorted(s["id"] for s in found["skills"]
                                                                for _ in s["prerequisites"])


@pytest.mark.parametrize(("arguments", "hint"), [
    (("show", "genomics/splice"), "did you mean 'genomics/splice-site'?"),
    (("syllabus", "genomic"), "did you mean 'genomics'?"),
])
def test_unknown_names_get_the_nearest(call: Call, arguments: tuple[str, ...], hint: str) -> None:
    code, out, err = call(*arguments)
    assert code == 2 and out == "" and hint in err and len(err.strip().splitlines()) == 1
