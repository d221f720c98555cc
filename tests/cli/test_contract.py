"""The JSON that outside scripts rely on, and exit codes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli_small import Call


def test_run_prints_a_status_and_writes_a_report(call: Call, small_study: Path, tmp_path: Path) -> None:
    said = call("run", small_study, "--out", tmp_path / "o", "--workers", 1, "--json")
    assert said.code == 0, said.err
    status = json.loads(said.out)
    assert {"planned", "ok", "failed", "not_applicable", "reused", "seconds"} <= set(status)
    assert status["planned"] == status["ok"] == (1 + 1 + 8) * 4
    assert status["reused"] == 0 and status["seconds"] > 0
    page = (tmp_path / "o" / "report.html").read_text()
    assert len(page) < 1_000_000 and "<script" not in page and "exact word" in page
    again = call("run", small_study, "--out", tmp_path / "o", "--workers", 1, "--json")
    assert json.loads(again.out)["reused"] == status["planned"]


@pytest.mark.parametrize("kind", ["assessments", "engines", "skills", "worlds"])
def test_list_has_the_promised_keys(call: Call, kind: str) -> None:
    said = call("list", kind, "--json")
    rows = json.loads(said.out)
    assert said.code == 0 and rows
    for row in rows:
        assert {"id", "domain", "grade", "skill", "version", "readouts", "status"} <= set(row)


def test_at_least_fourteen_assessments_are_ready(call: Call) -> None:
    rows = json.loads(call("list", "assessments", "--json").out)
    assert sum(row["status"] == "ready" for row in rows) >= 14


def test_export_writes_the_long_table(call: Call, finished: Path, tmp_path: Path) -> None:
    assert call("export", finished, "--to", tmp_path / "t.csv").code == 0
    assert call("export", finished, "--to", tmp_path / "t.parquet").code == 0
    with (tmp_path / "t.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    wanted = ("engine family skill grade domain readout axis scale metric value stderr n_items chance floor ceiling "
              "ceiling_kind score score_stderr direction seed train time frequency")
    assert set(wanted.split()) <= set(rows[0])
    assert {row["role"] for row in rows} == {"learner", "blind", "oracle", "reference"}
    for row in rows:
        span = float(row["ceiling"]) - float(row["floor"])
        if row["score"]:
            assert float(row["score"]) == pytest.approx((float(row["value"]) - float(row["floor"])) / span)
    from_csv, from_parquet = (call("forecast", tmp_path / f"t.{kind}", "--json").out for kind in ("csv", "parquet"))
    assert json.loads(from_csv)["skills"] == json.loads(from_parquet)["skills"]


def test_forecast_has_the_promised_keys(call: Call, finished: Path) -> None:
    answer = json.loads(call("forecast", finished, "--json", "--at", "1e8").out)
    assert len(answer["skills"]) == 10
    for skill in answer["skills"]:
        assert {"skill", "scale_now", "score_now", "p_learning", "width", "threshold", "at"} <= set(skill)
        assert {"median", "q05", "q95", "p_never"} <= set(skill["threshold"])
        assert {"10x", "100x"} <= set(skill["at"])
        assert 0 <= skill["p_learning"] <= 1 and 0 <= skill["threshold"]["p_never"] <= 1


def test_belief_has_the_promised_keys(call: Call, finished: Path) -> None:
    answer = json.loads(call("belief", finished, "--json").out)
    assert {"goal", "belief", "history", "direction"} <= set(answer)
    assert {"verdict", "p", "e_value", "violations"} <= set(answer["direction"])
    assert 0 < answer["belief"] < 1 and len(answer["history"]) == 5
    other = json.loads(call("belief", finished, "--goal", "genomics/next-base>=0.2@1e6", "--json").out)
    assert other["goal"].startswith("genomics/next-base")


def test_readers_speak_to_people_too(call: Call, finished: Path) -> None:
    for verb in ("status", "forecast", "belief", "doctor"):
        said = call(verb, finished)
        assert said.code == 0 and said.out.strip(), (verb, said.err)
    assert "exams done" in call("status", finished).out


def test_doctor_finds_a_broken_record(call: Call, small_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    call("run", small_study, "--out", out, "--workers", 1)
    victim = sorted((out / "records").glob("*/*/record.json"))[3]
    victim.write_text(victim.read_text()[:100])
    said = call("doctor", out, "--json")
    assert said.code == 1
    assert any(not line["ok"] and str(victim) in line["detail"] for line in json.loads(said.out))


@pytest.mark.parametrize(("arguments", "hint"), [
    (("show", "genomics/strat-codon"), "did you mean 'genomics/start-codon'?"),
    (("list", "assesments"), "did you mean 'assessments'?"),
    (("report", "NOWHERE"), "no run folder at 'NOWHERE'"),
    (("forecast", "none.csv"), "no table at 'none.csv'"),
    (("frobnicate",), "No such command 'frobnicate'"),
    (("run", "--quikc"), "No such option"),
])
def test_what_is_not_there_gets_one_line_and_the_nearest_name(call: Call, arguments: tuple[str, ...], hint: str,
                                                              ) -> None:
    said = call(*arguments)
    assert said.code == 2 and said.out == "" and hint in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_nearest_run_folder_is_named(call: Call, finished: Path) -> None:
    said = call("status", finished.parent / "outt")
    assert said.code == 2 and f"did you mean '{finished}'?" in said.err


def test_flags_are_the_same_with_either_dash(call: Call, small_study: Path, tmp_path: Path) -> None:
    from kindergrad.cli import _dashes

    assert _dashes("--max_scale=a_b") == "--max-scale=a_b" and _dashes("a_b") == "a_b"
