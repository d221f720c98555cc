"""``kindergrad audit``: the contract of its JSON, exit codes, the page, one line for bad input."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_sets import Draft

from kindergrad import cli
from kindergrad.exams.audit_answers import THRESHOLDS

Audit = Callable[..., tuple[int, str, str]]
KINDS = {"length-only", "gc-only", "kmer", "coordinates", "nearest-neighbour", "duplicates", "overlap", "split"}


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kindergrad", "audit", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            cli.main()
        shown = capsys.readouterr()
        return int(done.value.code or 0), shown.out, shown.err

    return run


def table(path: Path, draft: Draft) -> Path:
    rows = [f"{draft.labels[i]},{draft.sequences[i]},{draft.chrom[i]},{draft.start[i]},{draft.start[i] + 120},"
            f"{'test' if draft.test[i] else 'train'}" for i in range(len(draft.labels))]
    path.write_text("\n".join(["label,sequence,chrom,start,end,split", *rows]))
    return path


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    return table(tmp_path / "clean.csv", Draft(200))


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    draft = Draft(200)
    for i in range(150, 200, 5):
        draft.sequences[i] = draft.sequences[i - 100]
    return table(tmp_path / "leaky.csv", draft)


def test_the_json_has_the_promised_keys(audit: Audit, clean: Path, leaky: Path) -> None:
    code, out, _ = audit(clean, leaky, "--json")
    answer = json.loads(out)
    assert code == 0 and answer["verdict"] == "leak"
    assert {f["kind"] for f in answer["findings"]} == KINDS
    for found in answer["findings"]:
        assert {"set", "kind", "score", "majority", "n", "detail"} <= set(found)
        assert 0 <= found["score"] <= 1 and 0 < found["majority"] < 1 and found["n"] > 0 and found["detail"]
    assert {f["set"] for f in answer["findings"]} == {"clean", "leaky"}


def test_exit_codes(audit: Audit, clean: Path, leaky: Path) -> None:
    assert audit(clean, "--fail-if", "leak")[0] == audit(clean, "--fail-if", "shortcut")[0] == 0
    assert audit(leaky, "--fail-if", "leak")[0] == audit(leaky, "--fail_if", "shortcut", "--json")[0] == 3
    assert audit(leaky)[0] == 0


def test_the_page_and_the_terminal_tell_the_same(audit: Audit, leaky: Path, tmp_path: Path) -> None:
    page = tmp_path / "out" / "audit.html"
    _, out, _ = audit(leaky, "--report", page)
    text = page.read_text()
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")
    assert "leaky.csv row 151" in text and "10 of 50 test rows stand in training too" in text
    assert all(name in text for name in THRESHOLDS)
    assert "verdict: leak" in out and "10 of 50 test rows stand in training too" in " ".join(out.split())


def test_text_in_a_file_stays_text_on_the_page(audit: Audit, tmp_path: Path) -> None:
    draft = Draft(100)
    draft.labels = [label.replace("yes", "<b>yes</b>") for label in draft.labels]
    audit(table(tmp_path / "x.csv", draft), "--report", tmp_path / "x.html")
    assert "<b>yes" not in (tmp_path / "x.html").read_text()


@pytest.mark.parametrize(("arguments", "hint"), [
    ([], "expected either PATH..., or both --train and --test"),
    (["--train", "a.csv"], "both --train and --test"),
    (["nowhere.csv"], "nowhere.csv does not exist"),
    (["x.csv", "--fail-if", "rain"], "rain"),
])
def test_bad_input_is_one_line(audit: Audit, arguments: list[str], hint: str) -> None:
    code, out, err = audit(*arguments)
    assert code == 2 and hint in err and not out
    assert len(err.strip().splitlines()) == 1
