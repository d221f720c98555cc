"""The ledger: chained, append-only, tolerant of a torn last line and of nothing else."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import InputError, StoreError
from kindergrad.progress import ledger

TIME = "2024-05-01T12:00:00Z"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "forecasts" / "ledger.jsonl"
    for k in range(4):
        ledger.append(path, "note", {"k": k, "text": "grüße"}, time=TIME)
    return path


def test_entries_come_back_in_order_and_chained(path: Path) -> None:
    found = ledger.read(path)
    assert [e.body["k"] for e in found.entries] == [0, 1, 2, 3]
    assert found.entries[0].before == ledger.FIRST
    assert all(b.before == a.hash for a, b in itertools.pairwise(found.entries))
    assert found.torn == b""


def test_a_file_that_does_not_exist_is_an_empty_ledger(tmp_path: Path) -> None:
    assert ledger.read(tmp_path / "none.jsonl") == ledger.Ledger(())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(share=st.floats(0.01, 0.99))
def test_a_torn_last_line_is_tolerated_and_the_next_entry_stands_alone(path: Path, share: float) -> None:
    text = path.read_bytes()
    head, last = text[: text[:-1].rfind(b"\n") + 1], text[text[:-1].rfind(b"\n") + 1:]
    path.write_bytes(head + last[: max(1, int(share * (len(last) - 1)))])
    torn = ledger.read(path)
    assert len(torn.entries) == 3 and torn.torn
    ledger.append(path, "note", {"k": 9}, time=TIME)
    assert [e.body["k"] for e in ledger.read(path).entries] == [0, 1, 2, 9]
    path.write_bytes(text)


def test_an_edited_middle_line_is_named(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace('"k": 1', '"k": 7'), encoding="utf-8")
    with pytest.raises(StoreError, match=r"line 2 was edited"):
        ledger.read(path)
    with pytest.raises(StoreError, match=r"line 2 was edited"):
        ledger.append(path, "note", {}, time=TIME)


@pytest.mark.parametrize("keep", [[0, 2, 3], [0, 2, 1, 3], [0, 1, 1, 2]])
def test_a_removed_moved_or_repeated_line_is_named(path: Path, keep: list[int]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[k] for k in keep), encoding="utf-8")
    with pytest.raises(StoreError, match="does not follow the line before"):
        ledger.read(path)


def test_a_middle_line_that_is_no_entry_is_named(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], "nonsense\n", *lines[1:]]), encoding="utf-8")
    with pytest.raises(StoreError, match="line 2 is not an entry"):
        ledger.read(path)


def test_what_json_cannot_hold_is_refused_before_anything_is_written(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(InputError, match="cannot stand in a ledger"):
        ledger.append(path, "note", {"x": float("nan")}, time=TIME)
    assert path.read_bytes() == before


def test_the_hash_is_frozen() -> None:
    """A ledger written by any release must verify for ever."""
    assert ledger.digest({"b": [1, 2.5, None], "a": "ü"}) == "c239a4a8c77eaa057e329e97f7c35441"
    assert ledger.data_hash(["b", "a", "a"]) == "711f39d30a944b54f4984702704ad8a4"
