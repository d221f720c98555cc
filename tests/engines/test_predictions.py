"""Answers from a file: read, matched by name, refused with counts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kindergrad.core import questions
from kindergrad.core.asks import Fit, LogLikelihood, PseudoLikelihood, Trained
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.names import Axis
from kindergrad.engines.predictions import Predictions


def write(path: Path, rows: list[tuple[str, str, object]]) -> Path:
    table = [dict(zip(("item_id", "readout", "score"), row, strict=True)) for row in rows]
    if path.suffix == ".csv":
        path.write_text("\n".join(["item_id,readout,score", *(",".join(map(str, row)) for row in rows)]))
    else:
        pq.write_table(pa.Table.from_pylist(table), path)
    return path


NAMES = [questions.likelihood("ACG", "T"), questions.likelihood("", "GGG")]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_answers_are_found_by_name_in_any_case(tmp_path: Path, ending: str) -> None:
    engine = Predictions(str(write(tmp_path / f"p.{ending}", [(NAMES[1], "likelihood", -3.5),
                                                             (NAMES[0], "likelihood", -1.25)])))
    assert engine.log_likelihood(["acg", "", "ACG"], ["T", "ggg", "T"]).tolist() == [-1.25, -3.5, -1.25]
    assert isinstance(engine, LogLikelihood)
    assert isinstance(engine, Trained)
    assert not isinstance(engine, PseudoLikelihood)
    assert not isinstance(engine, Fit)
    with pytest.raises(EngineError, match="does not answer 1 of 2 questions"):
        engine.log_likelihood(["ACG", "A"], ["T", "A"])


def test_a_decision_belongs_to_its_training_items(tmp_path: Path) -> None:
    import numpy as np

    labels = np.array([0, 1])
    sets = [questions.training(texts, labels.tolist()) for texts in (["AA", "CC"], ["AA", "GG"])]
    rows = [(questions.decision(s, "TTT"), "probe", float(i)) for i, s in enumerate(sets)]
    engine = Predictions(str(write(tmp_path / "p.parquet", rows)))
    for i, texts in enumerate((["AA", "CC"], ["AA", "GG"])):
        engine.fit(texts, labels)
        assert engine.decide(["ttt"]).tolist() == [float(i)]


def test_its_scale_is_what_it_was_told(tmp_path: Path) -> None:
    path = str(write(tmp_path / "p.csv", [(NAMES[0], "likelihood", -1)]))
    (known,) = Predictions(path, tokens="300G", parameters="7e9").points()
    assert [(s.axis, s.value) for s in known] == [(Axis.TOKENS, 3e11), (Axis.PARAMETERS, 7e9)]
    (unknown,) = Predictions(path).points()
    assert [(s.axis, s.value) for s in unknown] == [(Axis.STEP, 1.0)]
    other = Predictions(str(write(tmp_path / "q.csv", [(NAMES[0], "likelihood", -2)])))
    assert other.digest(0) != Predictions(path).digest(0)


@pytest.mark.parametrize(("rows", "told"), [
    ([(NAMES[0], "likelihood", -1.0), (NAMES[0], "likelihood", -1.0)], "1 of 2 rows are answers given twice, such as"),
    ([(NAMES[0], "likelihood", float("nan"))], "1 of 1 rows are scores that are no finite number"),
    ([(NAMES[0], "generation", -1.0)], "got readout 'generation'"),
    ([], "no rows|lacks the column"),
])
def test_wrong_rows_are_refused_with_counts(tmp_path: Path, rows: list[tuple[str, str, object]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Predictions(str(write(tmp_path / "p.parquet", rows)))


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("x")
    (tmp_path / "p.csv").write_text("item,score\na,1\n")
    (tmp_path / "q.csv").write_text("item_id,readout,score\na,likelihood,high\n")
    (tmp_path / "p.parquet").write_bytes(b"PAR1 not really")
    for name, told in (("none.csv", "no predictions at"), ("p.txt", "ends in .csv or .parquet"),
                       ("p.csv", "lacks the column 'item_id'"), ("q.csv", "cannot be read"),
                       ("p.parquet", "cannot be read")):
        with pytest.raises(InputError, match=told) as found:
            Predictions(str(tmp_path / name))
        assert "\n" not in str(found.value)
