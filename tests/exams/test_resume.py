"""Interrupted runs lose nothing, compute nothing twice, and end with the same numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kindergrad.core import config
from kindergrad.core.records import Record
from kindergrad.exams import run
from kindergrad.exams.store import Store

STUDY = config.build({
    "world": {"size": 60_000}, "items": 40, "scales": [1e3, 3e3, 1e4, 3e4, 6e4],
    "engines": [{"id": "markov", "settings": {"max_order": 8}, "seeds": 2}],
    "assessments": ["genomics/next-base", "genomics/exact-word", "genomics/degenerate-word", "genomics/periodicity"],
})
LAST = ("seconds", "time", "record_id")


def _numbers(folder: Path) -> dict[str, dict[str, object]]:
    return {r.record_id: {k: v for k, v in r.model_dump(mode="json").items() if k not in LAST}
            for r in run.records(folder)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = tmp_path_factory.mktemp("whole")
    run.run(STUDY, folder, workers=1)
    return _numbers(folder)


def test_workers_do_not_change_the_numbers(whole: dict[str, object], tmp_path: Path) -> None:
    status = run.run(STUDY, tmp_path, workers=2)
    assert status.ok == status.planned
    assert _numbers(tmp_path) == whole


def test_a_half_finished_run_ends_the_same(whole: dict[str, object], tmp_path: Path) -> None:
    """Also in the middle of a ladder: the engine must read the same pieces again."""
    run.run(STUDY, tmp_path, workers=1)
    store = Store(tmp_path)
    gone = sorted(whole)[::3]
    for record_id in gone:
        for part in store.place(record_id).iterdir():
            part.unlink()
        store.place(record_id).rmdir()
    before = {p: p.stat().st_mtime_ns for p in store.paths()}
    status = run.run(STUDY, tmp_path, workers=1)
    assert status.ok == status.planned and 0 < status.reused < status.planned
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert _numbers(tmp_path) == whole


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_resumes(whole: dict[str, dict[str, object]], tmp_path: Path, sent: signal.Signals) -> None:
    """Kill the command in the middle, orphans and torn files included; the same command ends the work."""
    study = tmp_path / "study.yaml"
    study.write_text(STUDY.model_dump_json(exclude_unset=True))  # JSON is YAML
    out = tmp_path / "out"
    command = [sys.executable, "-m", "kindergrad.cli", "run", str(study), "--out", str(out), "--workers", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    references = sum(r["role"] in ("blind", "oracle", "reference") for r in whole.values())
    while len(Store(out).paths()) < references + 15 and started.poll() is None:
        time.sleep(0.01)
    assert started.poll() is None, "the run ended before it could be killed"
    started.send_signal(sent)
    _, err = started.communicate(timeout=60)
    assert started.returncode == (-9 if sent is signal.SIGKILL else 130)
    if sent is signal.SIGINT:
        assert b"the same command resumes" in err and b"Traceback" not in err
    _wait_for_quiet(out)
    before = {p: p.stat().st_mtime_ns for p in Store(out).paths()}
    status = run.run(STUDY, out, workers=1)
    assert status.reused == len(before) - references and 0 < status.reused < status.planned
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert _numbers(out) == whole


def _wait_for_quiet(out: Path) -> None:
    """Orphaned workers must end by themselves soon after their parent."""
    count, deadline = -1, time.monotonic() + 30
    while time.monotonic() < deadline:
        now = len(Store(out).paths())
        if now == count:
            return
        count = now
        time.sleep(1.5)
    raise AssertionError("workers go on after their parent died")


def test_two_writers_of_one_record_do_no_harm(tmp_path: Path, whole: dict[str, object]) -> None:
    run.run(STUDY, tmp_path / "a", workers=1)
    record = next(iter(run.records(tmp_path / "a")))
    store = Store.create(tmp_path / "b")
    store.write(record, {})
    store.write(record.model_copy(update={"seconds": 9.0}), {})
    assert [r.seconds for r in store.records()] == [record.seconds]
    assert isinstance(Record.model_validate_json(record.model_dump_json()), Record)
