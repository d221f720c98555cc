"""The long table: any harness can feed one, and every error names its row and its column."""

from __future__ import annotations

from typing import Any

import pytest

from kindergrad.core.errors import TableError
from kindergrad.core.names import Role, Status
from kindergrad.core.records import Record
from kindergrad.core.table import COLUMNS, REQUIRED, rows

GOOD: dict[str, Any] = {"engine": "e", "skill": "d/s", "axis": "bases", "scale": 1000, "value": 0.5}


def test_five_columns_are_enough() -> None:
    row = rows([GOOD])[0]
    assert row.scored == (0.5, None) and row.role is Role.LEARNER and row.seed == 0


def test_score_is_taken_or_derived_and_never_clipped() -> None:
    def scored(**more: Any) -> Any:
        return rows([GOOD | more])[0].scored

    assert scored(floor=0.25, ceiling=0.75, stderr=0.1) == (0.5, pytest.approx(0.2))
    assert scored(value=2.0) == (2.0, None)
    assert scored(floor=1.0, ceiling=0.0, stderr=0.1) == (0.5, pytest.approx(0.1))  # a loss: lower is better
    assert scored(score=0.9, score_stderr=0.01, floor=0.25) == (0.9, 0.01)
    assert scored(floor=0.5, ceiling=0.5) is None
    assert scored(value=None) is None
    assert scored(status="failed", reason="x") is None


@pytest.mark.parametrize("empty", [None, "", float("nan")])
def test_empty_cells_are_defaults(empty: object) -> None:
    row = rows([GOOD | {"stderr": empty, "floor": empty, "frequency": empty, "status": empty, "unknown": 3}])[0]
    assert row.stderr is None and row.floor == 0.0 and row.status is Status.OK
    assert rows([GOOD | {"value": empty}])[0].value is None


@pytest.mark.parametrize(("change", "message"), [
    ({"scale": 0}, "row 2, column 'scale': .*greater than 0; got 0"),
    ({"scale": "many"}, "row 2, column 'scale'.*got 'many'"),
    ({"scale": ""}, "row 2, column 'scale'"),
    ({"stderr": -0.1}, "row 2, column 'stderr'"),
    ({"value": "high"}, "row 2, column 'value'"),
    ({"value": float("inf")}, "row 2, column 'value'"),
    ({"axis": "bananas"}, "row 2, column 'axis'"),
    ({"grade": "nursery"}, "row 2, column 'grade'"),
    ({"status": "fine"}, "row 2, column 'status'"),
    ({"frequency": 0}, "row 2, column 'frequency'"),
])
def test_a_bad_cell_is_named_with_row_and_column(change: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=rf"my\.csv, {message}"):
        rows([GOOD, GOOD | change], where="my.csv")


@pytest.mark.parametrize("column", REQUIRED)
def test_a_missing_column_names_the_nearest(column: str) -> None:
    table = [{(name + "s" if name == column else name): value for name, value in GOOD.items()}]
    with pytest.raises(TableError, match=f"column '{column}' is missing; the nearest there is '{column}s'"):
        rows(table, where="my.csv")


def test_a_missing_cell_in_a_later_row_is_named() -> None:
    with pytest.raises(TableError, match="row 2, column 'scale'"):
        rows([GOOD, {k: v for k, v in GOOD.items() if k != "scale"}])


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(TableError, match=r"my\.csv holds no rows"):
        rows([], where="my.csv")


def test_columns_are_those_of_a_record(record: Record) -> None:
    assert set(record.row()) == set(COLUMNS)
    back = rows([record.row()])[0]
    assert back.scored == (record.estimand.score, record.estimand.score_stderr)  # type: ignore[union-attr]
    assert back.record_id == record.record_id
