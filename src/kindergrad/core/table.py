"""The long table that everything speaks: one row per (engine, scale point, assessment, seed).

Required: engine, skill, axis, scale, value. The rest has defaults, so any harness can feed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict, Field, ValidationError, field_validator

from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.names import Axis, CeilingKind, Direction, Domain, Grade, Readout, Role, Status
from kindergrad.core.records import Contract, Finite

TABLE_VERSION = 1


class Row(Contract):
    """One row. ``score`` is derived from value, floor and ceiling where it is not given."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    engine: str
    skill: str
    axis: Axis
    scale: Finite = Field(gt=0)
    value: Finite | None
    family: str = ""
    role: Role = Role.LEARNER
    grade: Grade | None = None
    domain: Domain | None = None
    assessment: str = ""
    version: str = ""
    readout: Readout = Readout.ANSWER
    metric: str = "value"
    stderr: Finite | None = Field(default=None, ge=0)
    n_items: int | None = None
    chance: Finite | None = None
    floor: Finite = 0.0
    ceiling: Finite = 1.0
    ceiling_kind: CeilingKind = CeilingKind.NOMINAL
    score: Finite | None = None
    score_stderr: Finite | None = Field(default=None, ge=0)
    direction: Direction = Direction.HIGHER
    seed: int = 0
    train: int = 1
    time: str = ""
    frequency: Finite | None = Field(default=None, gt=0)
    parameters: Finite | None = Field(default=None, gt=0)
    """Of the engine, where families differ in size and in data."""
    twin_metric: str = ""
    twin_value: Finite | None = None
    twin_stderr: Finite | None = None
    status: Status = Status.OK
    reason: str | None = None
    record_id: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_default(cls, value: Any, info: Any) -> Any:
        field = cls.model_fields[info.field_name]
        missing = value is None or value == "" or (isinstance(value, float) and value != value)
        if missing and not field.is_required():
            return field.default
        return None if missing and info.field_name == "value" else value

    @property
    def scored(self) -> tuple[float, float | None] | None:
        """(score, standard error) between floor and ceiling, or None where there is no score."""
        if self.status is not Status.OK or self.value is None:
            return None
        if self.score is not None:
            return self.score, self.score_stderr
        span = self.ceiling - self.floor
        if span == 0:
            return None
        return (self.value - self.floor) / span, None if self.stderr is None else self.stderr / abs(span)


COLUMNS: tuple[str, ...] = tuple(Row.model_fields)
REQUIRED = ("engine", "skill", "axis", "scale", "value")


def rows(raw: Iterable[Mapping[str, Any]], where: str = "table") -> list[Row]:
    """Validate rows, and name the line, the column and what was wrong.

    Raises
    ------
    TableError
        For the first row that cannot be used, or when there is none.
    """
    out: list[Row] = []
    for number, record in enumerate(raw, start=1):
        if number == 1 and (absent := [c for c in REQUIRED if c not in record]):
            near = UnknownNameError("column", absent[0], record).nearest
            raise TableError(f"{where}: column '{absent[0]}' is missing; the nearest there is '{near}'; required: "
                             f"{', '.join(REQUIRED)}")
        try:
            out.append(Row.model_validate(dict(record)))
        except ValidationError as error:
            first = error.errors()[0]
            raise TableError(f"{where}, row {number}, column '{'.'.join(map(str, first['loc']))}': "
                             f"{first['msg']}; got {first['input']!r}") from None
    if not out:
        raise TableError(f"{where} holds no rows; expected one row per engine, scale, skill and seed")
    return out
