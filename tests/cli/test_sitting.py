"""One engine from the command line: run --engine, sit, export --items, score."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from cli_small import Call

from kindergrad.engines.markov import Markov
from kindergrad.worlds.genome import SyntheticGenome

EXAM = "genomics/real-or-shuffled"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("study") / "study.yaml"
    path.write_text(f"world: {{size: 30_000}}\nscales: [3e4]\nitems: 40\nassessments: [{EXAM}, genomics/next-base]\n")
    return path


@pytest.fixture(scope="module")
def questions(study: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    import sys

    from kindergrad import cli

    path = tmp_path_factory.mktemp("questions") / "items.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["kindergrad", "export", str(study), "--items", str(path)])
        with pytest.raises(SystemExit) as done:
            cli.main()
    assert not done.value.code
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def answers(questions: list[dict[str, str]]) -> list[dict[str, object]]:
    """What a Markov chain of order 4 answers that was never seen by the command line."""
    engine = Markov(max_order=4)
    engine.learn([SyntheticGenome(size=30_000).corpus(0)[0]])
    asked = [q for q in questions if q["readout"] == "likelihood"]
    log_p = engine.log_likelihood([q["context"] for q in asked], [q["target"] for q in asked])
    return [{"item_id": q["item_id"], "readout": "likelihood", "score": float(p)}
            for q, p in zip(asked, log_p, strict=True)]


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, ["item_id", "readout", "score"])
        lines.writeheader()
        lines.writerows(rows)
    return path


def test_sit_one_exam(call: Call, study: Path) -> None:
    said = call("sit", EXAM, "--engine", "markov", "--set", "max_order=4", "--study", study, "--scale", "30k", "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert {r["identity"]["assessment"] for r in found} == {EXAM}
    assert {r["identity"]["readout"] for r in found} == {"likelihood"}
    assert {r["role"] for r in found} == {"learner"}
    assert all(r["identity"]["scale"] == [{"axis": "bases", "value": 30000.0}] for r in found)
    assert all(r["estimand"]["ceiling"] > r["estimand"]["floor"] for r in found)


def test_sit_for_people(call: Call, study: Path) -> None:
    said = call("sit", EXAM, "--engine", "markov", "--study", study, "--scale", "10k")
    assert said.code == 0, said.err
    assert "real-or-shuffled" in said.out
    assert "10k bases" in said.out


def test_levels_are_named_and_a_small_corpus_is_read_whole(call: Call, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("world: {kind: genome, size: 60000}\nengines: [{id: markov}]\nitems: 12\n")
    said = call("sit", "genomics/copy", "--engine", "markov", "--study", tmp_path / "s.yaml")
    assert said.code == 0, said.err
    assert "copy[diverged]" in said.out and "60k bases" in said.out  # what stands between folds with the terminal


def test_run_with_one_engine(call: Call, study: Path, tmp_path: Path) -> None:
    said = call("run", study, "--engine", "markov", "--set", "max_order=4", "--out", tmp_path / "out", "--workers", 1,
                "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["failed"] == 0
    kept = json.loads((tmp_path / "out" / "study.json").read_text())
    assert [(e["id"], e["settings"]) for e in kept["engines"]] == [("markov", {"max_order": 4})]


def test_questions_hold_no_truth_and_training_items_have_labels(questions: list[dict[str, str]]) -> None:
    parts = {(q["readout"], q["part"]) for q in questions}
    assert parts == {("likelihood", "asked"), ("probe", "training"), ("probe", "asked")}
    assert {q["label"] for q in questions if q["part"] == "training"} == {"0", "1"}
    assert {q["label"] for q in questions if q["part"] == "asked"} == {""}
    names = [(q["readout"], q["part"], q["item_id"]) for q in questions]
    assert len(set(names)) == len(names)


def test_answers_from_elsewhere_get_the_score_of_the_same_engine_here(call: Call, study: Path, tmp_path: Path,
                                                                     questions: list[dict[str, str]]) -> None:
    given = write(tmp_path / "predictions.csv", answers(questions))
    there = call("score", given, "--study", study, "--json")
    assert there.code == 0, there.err
    here = call("run", study, "--engine", "markov", "--set", "max_order=4", "--out", tmp_path / "here", "--workers", 1,
                "--json")
    assert here.code == 0
    call("export", tmp_path / "here", "--to", tmp_path / "here.csv")
    with (tmp_path / "here.csv").open(encoding="utf-8") as lines:
        expected = {r["skill"]: float(r["value"]) for r in csv.DictReader(lines) if r["engine"] == "markov"}
    found = {r["skill"]: r["value"] for r in json.loads(there.out)}
    assert found == pytest.approx(expected)
    assert len(found) == 4


@pytest.mark.parametrize("fault", ["missing", "extra", "twice", "other items"])
def test_answers_that_do_not_match_are_refused_with_counts(call: Call, study: Path, tmp_path: Path, fault: str,
                                                           questions: list[dict[str, str]]) -> None:
    rows = answers(questions)
    n = len(rows)
    told = {"missing": f"{n} answers were expected, {n - 7} given; 7 are missing (such as {rows[0]['item_id']}",
            "extra": f"{n} answers were expected, {n + 1} given; 0 are missing; 1 were not asked for (such as nobody)",
            "twice": f"1 of {n + 1} rows are answers given twice, such as item {rows[3]['item_id']}",
            "other items": "answers were expected"}[fault].replace(f"{n}", f"{n:,}")
    changed = {"missing": rows[7:], "extra": [*rows, rows[0] | {"item_id": "nobody"}], "twice": [*rows, rows[3]],
               "other items": rows}[fault]
    more = ["--assessment", EXAM] if fault == "other items" else []
    said = call("score", write(tmp_path / "p.csv", changed), "--study", study, *more)
    assert said.code == 2
    assert told in said.err
    assert "\n" not in said.err.strip()


@pytest.mark.parametrize(("arguments", "told"), [
    (["sit", "genomics/nonsense", "--engine", "markov"], "unknown assessment"),
    (["sit", EXAM, "--engine", "markow"], "did you mean 'markov'"),
    (["sit", EXAM, "--engine", "markov", "--set", "max_order"], "expected key=value"),
    (["sit", EXAM, "--engine", "markov", "--scale", "many"], "not a scale"),
    (["sit", "genomics/copy", "--engine", "kmer"], "it can be asked for fit; expected one of likelihood, generation"),
    (["run", "--set", "a=1"], "--set needs --engine"),
    (["export"], "export needs either"),
    (["export", "--to", "x.csv"], "export needs either"),
    (["score", "nothing.csv"], "no predictions at"),
])
def test_wrong_usage_is_one_line(call: Call, arguments: list[object], told: str) -> None:
    said = call(*arguments)
    assert said.code == 2
    assert told in said.err
    assert "\n" not in said.err.strip()
