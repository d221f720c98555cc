"""Bad input: one clear line, exit code 2, nothing half-written."""

from __future__ import annotations

import errno
import gzip
import random
from pathlib import Path

import pytest
from cli_small import SMALL, Call

from kindergrad.exams.store import Store

ENGINES = {
    "nan": "return np.full(len(target), np.nan)",
    "shape": "return np.zeros(len(target) + 1)",
    "words": "return ['a'] * len(target)",
    "raises": "raise RuntimeError('the model fell over')",
}


def _study(tmp_path: Path, **changes: str) -> Path:
    text = SMALL
    for key, value in changes.items():
        lines = [line for line in text.splitlines() if not line.startswith(f"{key}:")]
        text = "\n".join([*lines, f"{key}: {value}"])
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(("changes", "hint"), [
    ({"engins": "[]"}, "unknown key 'engins'; did you mean 'engines'?"),
    ({"engines": "[{id: markof}]"}, "unknown engine 'markof'; did you mean 'markov'?"),
    ({"engines": "[{id: markov, sedes: 2}]"}, "did you mean 'seeds'?"),
    ({"engines": "[{id: markov, settings: {max_order: 99}}]"}, "max_order must lie in 0 to 12; got 99"),
    ({"engines": "[{id: markov, settings: {order: 3}}]"}, "refuses its settings"),
    ({"scales": "[1e4, 1e3]"}, "scales must be strictly increasing; got 10000 before 1000"),
    ({"scales": "[1e3, lots]"}, "not a scale: got 'lots'"),
    ({"scales": "[1e3, 1e9]"}, "more than the corpus holds"),
    ({"scales": "[10, 1e4]"}, "expected at least 1,000 bases"),
    ({"assessments": "[genomics/strat-codon]"}, "did you mean 'genomics/start-codon'?"),
    ({"goal": "be good"}, "not a goal: got 'be good'"),
    ({"items": "2"}, "key 'items'"),
    ({"world": "{size: 30_000, decoy: x.fa}"}, "need a genome"),
])
def test_a_wrong_study_is_refused(call: Call, tmp_path: Path, changes: dict[str, str], hint: str) -> None:
    said = call("run", _study(tmp_path, **changes), "--out", tmp_path / "o", "--workers", 1)
    assert said.code == 2 and hint in said.err, said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not list(tmp_path.glob("o/records/*/*"))


def test_files_that_are_no_study(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "b.yaml").write_text("- 1")
    for name, hint in (("a.yaml", "is not YAML"), ("b.yaml", "must hold keys"), ("c.yaml", "cannot read")):
        said = call("run", tmp_path / name, "--out", tmp_path / "o")
        assert said.code == 2 and hint in said.err


@pytest.mark.parametrize(("content", "hint"), [
    (b"", "empty"),
    (b">a\n" + b"MKVLAAGIVGLCAKRWQPF" * 300, "letter"),
    (b">a\n" + b"ACGT" * 100, "bases"),
    (gzip.compress(b">a\n" + bytes(random.Random(1).choices(b"ACGT", k=20_000)))[:2000], "gz"),
    (b">a\n" + b"ACGT" * 900 + b"\n>a\n" + b"ACGT" * 900, "a"),
])
def test_a_genome_that_cannot_be_used(call: Call, tmp_path: Path, content: bytes, hint: str) -> None:
    path = tmp_path / ("g.fa.gz" if content[:2] == b"\x1f\x8b" else "g.fa")
    path.write_bytes(content)
    said = call("run", "--genome", path, "--out", tmp_path / "o")
    assert said.code == 2 and str(path) in said.err and hint in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_a_folder_that_cannot_be_written(call: Call, small_study: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = call("run", small_study, "--out", tmp_path / "file" / "o")
    assert said.code == 2 and "cannot write to" in said.err and "--out" in said.err


def test_a_full_disk_keeps_what_is_finished(call: Call, small_study: Path, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    kept, write = 0, Store.write

    def full(self: Store, record: object, items: object) -> None:
        nonlocal kept
        if kept == 60:  # all references, then a few exams
            monkeypatch.setattr(Path, "rename", _no_space)
        write(self, record, items)  # type: ignore[arg-type]
        kept += 1

    monkeypatch.setattr(Store, "write", full)
    said = call("run", small_study, "--out", tmp_path / "o", "--workers", 1)
    assert said.code == 2 and "No space left" in said.err and "same command" in said.err
    assert len(list((tmp_path / "o" / "records").glob("*/*/record.json"))) == 60
    monkeypatch.undo()
    assert not list((tmp_path / "o" / "records").glob("*/.*"))


def _no_space(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _plugin(tmp_path: Path, body: str, learn: str = "pass") -> Path:
    path = tmp_path / "own.py"
    path.write_text(f"""import numpy as np


class Own:
    name = "own"

    def learn(self, pieces):
        {learn}

    def log_likelihood(self, context, target):
        {body}
""")
    return path


@pytest.mark.parametrize("fault", ENGINES)
def test_an_engine_that_answers_wrongly_fails_by_name(call: Call, tmp_path: Path, fault: str) -> None:
    plugin = _plugin(tmp_path, ENGINES[fault])
    study = _study(tmp_path, engines="[{id: own}, {id: markov, settings: {max_order: 4}}]")
    said = call("run", study, "--plugins", plugin, "--out", tmp_path / "o", "--workers", 1, "--json")
    assert said.code == 1
    assert '"failed": 40' in said.out and '"ok": 40' in said.out  # the other engine is not harmed
    assert "own: " in call("status", tmp_path / "o").out


def test_an_engine_that_raises_in_the_middle_keeps_what_came_before(call: Call, tmp_path: Path) -> None:
    plugin = _plugin(tmp_path, "return -1.4 * np.array([len(t) for t in target])",
                     learn="self.n = getattr(self, 'n', 0) + 1\n        assert self.n < 3, 'third piece'")
    said = call("run", _study(tmp_path, engines="[{id: own}]"), "--plugins", plugin, "--out", tmp_path / "o",
                "--workers", 1, "--json")
    assert said.code == 1 and '"failed": 20' in said.out and '"ok": 20' in said.out
    assert "raised while learning: AssertionError: third piece" in " ".join(call("status", tmp_path / "o").out.split())


@pytest.mark.parametrize(("text", "hint"), [
    ("import kindergrad\n1 / 0\n", "line 2, raised at import: ZeroDivisionError"),
    ("x = 1\n", "offers nothing"),
])
def test_a_plugin_that_cannot_be_used(call: Call, small_study: Path, tmp_path: Path, text: str, hint: str) -> None:
    (tmp_path / "p.py").write_text(text)
    said = call("run", small_study, "--plugins", tmp_path / "p.py", "--out", tmp_path / "o")
    assert said.code == 2 and hint in said.err and "p.py" in said.err


@pytest.mark.parametrize(("rows", "hint"), [
    ("engine,skill,axis,scale\na,s,bases,10\n", "column 'value' is missing"),
    ("engine,skill,axis,scale,value\na,s,bases,-1,0.5\n", "row 1, column 'scale'"),
    ("engine,skill,axis,scale,value\na,s,metres,1,0.5\n", "row 1, column 'axis'"),
    ("engine,skill,axis,scale,value,stderr\na,s,bases,1,0.5,0.1\na,s,bases,2,0.5,-0.1\n", "row 2, column 'stderr'"),
    ("engine,skill,axis,scale,value\n", "holds no rows"),
])
def test_a_table_that_cannot_be_used(call: Call, tmp_path: Path, rows: str, hint: str) -> None:
    (tmp_path / "t.csv").write_text(rows)
    said = call("forecast", tmp_path / "t.csv", "--json")
    assert said.code == 2 and hint in said.err and said.out == ""


def test_export_to_another_format_is_refused(call: Call, finished: Path, tmp_path: Path) -> None:
    said = call("export", finished, "--to", tmp_path / "t.xlsx")
    assert said.code == 2 and ".csv or .parquet" in said.err
