"""Records: an id that never changes its algorithm, contents that agree, splits that are disjoint."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kindergrad.core.names import Axis, Readout
from kindergrad.core.records import Identity, Record, Split, parameters
from kindergrad.core.scale import Scale


def test_record_id_is_frozen(identity: Identity) -> None:
    """If this fails, every record on every disk has lost its identity: raise IDENTITY_VERSION and keep the old one."""
    assert identity.record_id == "e76e237ea8d3fa56cc920ef69dc2af83"


@pytest.mark.parametrize("change", [
    {"engine": "kmer"}, {"engine_digest": "0"}, {"scale": (Scale(axis=Axis.BASES, value=2e6),)},
    {"assessment": "genomics/copy"}, {"version": "1.1"}, {"level": "hard"}, {"items_digest": "0"},
    {"readout": Readout.FIT}, {"seed": 4},
], ids=lambda change: next(iter(change)))
def test_every_part_of_the_identity_changes_the_id(identity: Identity, change: dict[str, Any]) -> None:
    assert identity.model_copy(update=change).record_id != identity.record_id


def test_id_survives_json(identity: Identity) -> None:
    assert Identity.model_validate_json(identity.model_dump_json()).record_id == identity.record_id


def test_record_survives_json(record: Record) -> None:
    assert Record.model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(("change", "message"), [
    ({"record_id": "0" * 32}, "does not belong to this identity"),
    ({"status": "failed"}, "needs a reason"),
    ({"status": "unscored", "reason": ""}, "needs a reason"),
    ({"value": None}, "needs a value"),
    ({"value": math.nan}, "finite"),
    ({"stderr": math.inf}, "finite"),
    ({"surprise": 1}, "Extra inputs"),
    ({"grade": "nursery"}, "grade"),
    ({"diagnostics": {"x": math.nan}}, "finite"),
])
def test_inconsistent_records_are_refused(fields: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Record(**(fields | change))


def test_records_are_never_edited(record: Record) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        record.value = 0.7  # type: ignore[misc]


def test_a_failed_record_with_a_reason_needs_no_value(fields: dict[str, Any]) -> None:
    record = Record(**(fields | {"status": "failed", "reason": "it raised", "value": None, "estimand": None}))
    assert record.row()["value"] is None and record.row()["score"] is None and record.row()["reason"] == "it raised"


def test_main_scale_comes_first_and_parameters_are_found(record: Record) -> None:
    assert record.main_scale.axis is Axis.BASES and record.row()["scale"] == 1e6
    assert parameters(record.identity.scale) == 1234.0 and parameters(record.identity.scale[:1]) is None


names = st.frozensets(st.sampled_from("abcdefgh"), max_size=4).map(lambda found: tuple(sorted(found)))


@given(names, names, names)
def test_splits_are_disjoint_or_refused(train: tuple[str, ...], reference: tuple[str, ...], scored: tuple[str, ...]
                                        ) -> None:
    common = (set(train) & set(reference)) | (set(train) & set(scored)) | (set(reference) & set(scored))
    if common:
        with pytest.raises(ValidationError, match="split is not disjoint"):
            Split(train=train, reference=reference, scored=scored)
    else:
        assert Split(train=train, reference=reference, scored=scored).scored == scored
