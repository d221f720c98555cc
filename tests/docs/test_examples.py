"""Every example runs and shows what it says."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pytest
from documents import EXAMPLES, ROOT, Run

from kindergrad.exams import catalogue
from kindergrad.testing import check_assessment, check_engine

TESTED = {"own_engine.py", "study.yaml", "own_assessment.py", "own_exam.yaml", "forecast_own_table.py",
          "other_harness.csv", "read_records.py", "planned.fa", "make_screen.py", "answer_elsewhere.py",
          "train_with_exams.py", "grammar.yaml"}
"""train_with_exams.py needs transformers: tests/torch/test_example.py; grammar.yaml is run by test_commands."""


def test_no_example_is_forgotten() -> None:
    assert {path.name for path in EXAMPLES if not path.name.startswith(("_", "."))} == TESTED


@pytest.fixture(scope="module")
def finished(place: Path) -> Path:
    """The example study, run once."""
    from kindergrad.exams import defaults, run

    run.run(defaults.study(ROOT / "examples" / "study.yaml"), place / "own")
    return place / "own"


def test_own_engine_and_records(finished: Path, script: Run) -> None:
    said = script([str(ROOT / "examples" / "read_records.py"), str(finished)])
    last = {tuple(line.split()[:2]): float(line.split()[2]) for line in said.splitlines() if " ± " in line}
    assert last["markov", "genomics/exact-word"] > 0.9
    assert abs(last["order-2", "genomics/exact-word"]) < 0.2, "words of ten letters are beyond two letters of context"
    assert "hardest word for markov:" in said


def test_answers_from_elsewhere(kindergrad: Run, script: Run, place: Path) -> None:
    asked, answered = str(place / "items.csv"), str(place / "predictions.csv")
    kindergrad(["export", "examples/study.yaml", "--items", asked])
    script([str(ROOT / "examples" / "answer_elsewhere.py"), asked, answered])
    said = kindergrad(["score", answered, "--study", "examples/study.yaml", "--json"])
    found = {row["skill"]: row for row in json.loads(said)}
    assert {row["identity"]["readout"] for row in found.values()} == {"likelihood"}
    assert found["genomics/next-base"]["n_scored"] == 120


def test_own_engine_keeps_the_contract_of_engines() -> None:
    own = catalogue.engines((ROOT / "examples" / "own_engine.py",))["order-2"]
    check_engine(own.make(), corpus=["ACGGATTACA" * 200])


def test_own_assessment_keeps_the_contract_of_assessments() -> None:
    from kindergrad.worlds.genome import SyntheticGenome

    own = catalogue.assessments((ROOT / "examples" / "own_assessment.py",))["genomics/which-way"]
    check_assessment(own, SyntheticGenome(size=500_000), n=200,
                     exceptions={"all": "triplets read backward are other triplets; the floor takes that out"})


def test_own_exam_is_learnt_with_data(kindergrad: Run, place: Path) -> None:
    import kindergrad as library

    kindergrad(["run", "examples/own_exam.yaml", "--out", str(place / "exam"), "--workers", "1"])
    scores = {r.main_scale.value: r.estimand.score for r in library.records(place / "exam")
              if r.skill == "genomics/which-way" and r.role == "learner" and r.estimand}
    assert scores[max(scores)] > 0.3 > scores[min(scores)]
    assert "which way" in (place / "exam" / "report.html").read_text(encoding="utf-8")


def test_own_table(script: Run) -> None:
    said = script([str(ROOT / "examples" / "forecast_own_table.py")])
    assert said.count("score now") == 5
    now, began = re.search(r"belief in .*: (\d+)% \(it began at (\d+)%\)", said).groups()  # type: ignore[union-attr]
    assert int(now) > int(began) > 0, "the common motifs raise the belief in the rare one"


def test_the_example_table_is_small_and_plain() -> None:
    with (ROOT / "examples" / "other_harness.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert {"engine", "skill", "axis", "scale", "value"} <= set(rows[0])
    assert len(rows) == 35


def test_examples_are_not_imported_by_accident() -> None:
    assert not {"own_engine", "own_assessment", "read_records"} & set(sys.modules)


def test_the_screen_shows_what_the_page_says(script: Run, kindergrad: Run, tmp_path: Path) -> None:
    script([str(ROOT / "examples" / "make_screen.py"), str(tmp_path)])
    scores = {}
    for name in ("mean", "ridge"):
        said = kindergrad(["score", str(tmp_path / f"{name}.h5ad"), "--truth", str(tmp_path / "real.h5ad"),
                           "--train-perturbations", str(tmp_path / "train.txt"), "--json"])
        scores[name] = {one["skill"]: one["score"] for one in json.loads(said)["skills"]}
    assert scores["ridge"]["perturbation/stranger"] > 0.8 > 0.0 > scores["mean"]["perturbation/stranger"]
    assert scores["mean"]["perturbation/backwards"] == pytest.approx(0.0, abs=1e-9)
