"""Verbs around progress, on a run and on a table of others."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from cli_small import Call

from kindergrad.cli import doors

SCALES = 10.0 ** np.arange(3, 7.01, 0.5)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two engines, two skills, one column more than needed; the better engine is a decade ahead."""
    path = tmp_path / "table.csv"
    rng = np.random.default_rng(1)
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["engine", "skill", "axis", "scale", "value", "stderr", "remark"])
        for engine, ahead in (("ours", 1.0), ("theirs", 0.0)):
            for skill, onset in (("easy", 4.0), ("hard", 5.5)):
                for scale in SCALES:
                    p = 0.9 / (1 + np.exp(-4 * (np.log10(scale) + ahead - onset)))
                    writer.writerow([engine, skill, "tokens", scale, round(p + rng.normal(0, 0.02), 4), 0.02, "x"])
    return path


def test_threshold(call: Call, table: Path) -> None:
    found = json.loads(call("threshold", table, "--json").out)
    curves = found["curves"] if isinstance(found, dict) else found
    assert {c["engine"] for c in curves} == {"ours", "theirs"} and len(curves) == 4
    for curve in curves:
        assert {"curve", "verdict", "kind", "probabilities", "width", "distance", "resolution"} <= set(curve)
    assert "verdict" in call("threshold", table).out


def test_what_was_assumed_of_a_table_is_said_by_every_verb(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "holes.csv"
    lines = [f"e,s,tokens,1e{k},{value},0.02" for k, value in enumerate((0.1, 0.2, "nan", 0.4, 0.5), start=4)]
    path.write_text("engine,skill,axis,scale,value,stderr\n" + "\n".join(lines) + "\n")
    for verb in (("forecast",), ("threshold",), ("belief", "--goal", "s>=0.5@1e9"), ("backtest", "--max-scale", "1e7")):
        assert "1 of 5 rows hold no value (empty or NaN)" in call(verb[0], path, *verb[1:]).out
        assert "1 of 5 rows hold no value (empty or NaN)" in call(verb[0], path, *verb[1:], "--json").out


def test_compare(call: Call, table: Path) -> None:
    said = call("compare", table, "--baseline", "theirs", "--json")
    answer = json.loads(said.out)
    assert {c["skill"]: c["verdict"] for c in answer["by_skill"]} == {"easy": "better", "hard": "better"}
    assert all(c["detectable"] > 0 for c in answer["by_skill"])
    assert "ours against theirs" in call("compare", table, "--baseline", "theirs").out
    small = json.loads(call("compare", table, "--small-data", "--baseline", "theirs", "--json").out)
    assert small["area"] and small["examples"]
    assert call("compare", table, "--small-data", "--baseline", "theirs").code == 0
    assert "did you mean 'theirs'?" in call("compare", table, "--baseline", "thiers").err


def test_backtest(call: Call, table: Path, tmp_path: Path) -> None:
    said = call("backtest", table, "--max-scale", "1e5", "--predictions", tmp_path / "p.csv", "--markdown",
                tmp_path / "b.md", "--json")
    answer = json.loads(said.out)
    assert answer["n_curves"] == 4
    assert {"kindergrad", "last_value", "m1", "m2", "m3", "m4", "bnsl", "logistic"} <= set(answer["methods"])
    assert {"rmse_log", "mae", "crps", "coverage80", "coverage90"} <= set(answer["methods"]["kindergrad"])
    assert (tmp_path / "b.md").read_text().startswith("# Backtest: 4 curves")
    with (tmp_path / "p.csv").open() as handle:
        assert {"curve", "method", "scale", "median", "q05", "q95"} <= set(next(iter(csv.DictReader(handle))))
    assert call("backtest", table).code == 2


def test_vertical(call: Call, table: Path) -> None:
    answer = json.loads(call("vertical", table, "--json").out)
    difficulty = {s["skill"]: s["difficulty"]["median"] for s in answer["skills"]}
    assert difficulty["easy"] < difficulty["hard"]
    assert call("vertical", table, "--anchors", "one").code == 2
    assert call("vertical", table, "--expect", "eazy").code == 2


def test_vertical_expects_what_was_not_sat(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    lines = ["engine,family,skill,axis,scale,value"]
    for e in range(9):
        lines += [f"e{e},f{e % 3},{name},bases,1e6,{value}" for name, value in
                  (("easy", 0.1 * e), ("middle", 0.01 * e**2), ("hard", 0.001 * e**3)) if name != "hard" or e < 7]
    path.write_text("\n".join(lines) + "\n")
    answer = json.loads(call("vertical", path, "--expect", "hard", "--json").out)
    assert {(x["engine"], x["skill"]) for x in answer["expected"]} == {("e7", "hard"), ("e8", "hard")}
    assert "not sat yet" in call("vertical", path, "--expect", "hard").out


def test_decide_and_next(call: Call, finished: Path) -> None:
    said = call("belief", finished, "--decide", "--worth", 100, "--cost", "1e-6", "--json")
    decision = json.loads(said.out)
    assert decision["choice"] in ("go", "wait", "stop") and set(decision["regret"]) == {"go", "wait", "stop"}
    assert min(decision["regret"].values()) == pytest.approx(decision["regret"][decision["choice"]])
    assert "expected regret" in call("belief", finished, "--decide", "--worth", 100, "--cost", "1e-6").out
    assert "give --worth" in call("belief", finished, "--decide").err
    exams = json.loads(call("belief", finished, "--next", "--json").out)["exams"]
    assert [e["bits_per_cost"] for e in exams] == sorted((e["bits_per_cost"] for e in exams), reverse=True)


def test_forecasts_are_registered_and_resolved(call: Call, table: Path, tmp_path: Path) -> None:
    early, ledger = tmp_path / "early.csv", tmp_path / "ledger.jsonl"
    lines = table.read_text().splitlines()
    early.write_text("\n".join([lines[0], *(x for x in lines[1:] if float(x.split(",")[3]) < 2e6)]))
    assert call("forecast", early, "--at", "1e7", "--register", ledger).code == 0
    late = call("forecast", table, "--at", "1e7", "--register", ledger)
    assert late.code == 2 and "must come before its result" in late.err
    outcome = json.loads(call("forecast", table, "--resolve", ledger, "--json").out)
    assert outcome["n_forecasts"] == 4
    assert "4 forecasts resolved" in call("forecast", table, "--resolve", ledger).out
    assert "4 entries" in call("doctor", ledger).out
    with ledger.open("a") as file:
        file.write('{"torn')
    assert "is torn" in call("forecast", table, "--resolve", ledger).err
    assert "is torn" in call("doctor", ledger).out
    ledger.write_text(ledger.read_text().replace("easy", "eezy", 1))
    assert "line 1" in call("forecast", table, "--resolve", ledger).err


def test_brackets_in_a_line_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    doors.say("pip install 'kindergrad[torch]'")
    assert capsys.readouterr().out == "pip install 'kindergrad[torch]'\n"


def test_run_keeps_its_belief_in_a_ledger(call: Call, small_study: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    call("run", small_study, "--out", out, "--workers", 1)
    call("run", small_study, "--out", out, "--workers", 1)
    assert len((out / "ledger.jsonl").read_text().splitlines()) == 1
    assert "1 entries" in call("doctor", out).out
    edited = (out / "ledger.jsonl").read_text().replace('"belief": 0.', '"belief": 0.9')
    (out / "ledger.jsonl").write_text(edited)
    said = call("doctor", out)
    assert said.code == 1 and "ledger" in said.out


def test_adaptive_run_stays_within_its_budget(call: Call, small_study: Path, tmp_path: Path) -> None:
    said = call("run", small_study, "--adaptive", "--budget", 32, "--out", tmp_path / "o", "--workers", 1, "--json")
    assert said.code == 0 and 27 <= json.loads(said.out)["planned"] <= 32
    few = call("run", small_study, "--adaptive", "--budget", 3, "--out", tmp_path / "p", "--workers", 1)
    assert few.code == 2 and "does not cover the first look" in few.err
