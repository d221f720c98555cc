"""Which rows stand on one curve, and which are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kindergrad.core.errors import TableError
from kindergrad.core.names import Axis, Readout, Role
from kindergrad.core.table import Row, rows
from kindergrad.progress.curves import assumptions, curves


def row(**fields: Any) -> Row:
    return Row.model_validate({"engine": "e", "skill": "s", "axis": "bases", "scale": 1e3, "value": 0.5, **fields})


def test_one_curve_per_skill_readout_and_family_sorted_with_seeds_kept() -> None:
    rows = [row(scale=1e4, seed=1), row(scale=1e4), row(scale=1e3), row(readout="probe"), row(skill="t"),
            row(engine="f-small", family="f", scale=1e3), row(engine="f-large", family="f", scale=1e4)]
    found = curves(rows)
    assert [(c.skill, c.readout, c.engine) for c in found] == [
        ("s", Readout.ANSWER, "e"), ("s", Readout.PROBE, "e"), ("t", Readout.ANSWER, "e"), ("s", Readout.ANSWER, "f")]
    assert found[0].x.tolist() == [3.0, 4.0, 4.0]
    assert found[0].seed.tolist() == [0, 0, 1]
    assert found[0].axis is Axis.BASES
    assert np.isnan(found[0].stderr).all()


def test_score_lies_between_floor_and_ceiling_and_a_loss_rises() -> None:
    assert curves([row(value=0.4, floor=0.2, ceiling=0.6, stderr=0.02)])[0].y[0] == pytest.approx(0.5)
    loss = curves([row(value=1.95, floor=2.0, ceiling=1.9, direction="lower", stderr=0.01)])[0]
    assert (loss.y[0], loss.stderr[0]) == (pytest.approx(0.5), pytest.approx(0.1))


def test_only_learners_count_unless_others_are_asked_for() -> None:
    rows = [row(), row(engine="shuffled", role="control"), row(engine="u", role="blind")]
    assert [c.engine for c in curves(rows)] == ["e"]
    assert [c.engine for c in curves(rows, roles=[Role.CONTROL, Role.BLIND])] == ["shuffled", "u"]


def test_rows_without_a_score_are_left_out() -> None:
    rows = [row(), row(scale=1e4, value=None, status="failed", reason="boom"), row(scale=1e5, status="unscored")]
    assert curves(rows)[0].x.tolist() == [3.0]


def test_the_score_now_is_the_mean_of_seeds_and_its_error_does_not_pretend_more() -> None:
    now, stderr = curves([row(value=0.5, stderr=0.1), row(value=0.7, stderr=0.1, seed=1)])[0].score_now()
    assert now == pytest.approx(0.6)
    assert stderr == pytest.approx(0.1)
    assert curves([row(value=0.5)])[0].score_now() == (0.5, None)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(), row(axis="tokens", scale=1e4)], "axes are mixed; got bases, tokens"),
        ([row(version="1.0"), row(version="2.0", scale=1e4)], "versions are mixed; got 1, 2"),
        ([row(metric="acc"), row(metric="f1", scale=1e4)], "metrics are mixed"),
        ([row(), row()], "is there twice"),
        ([row(floor=0.9, ceiling=0.1)], "ceiling lies below the floor"),
        ([row(direction="lower")], "needs its floor above its ceiling"),
        ([row(value=0.4), row(value=61.0, scale=1e4)], "percent and fractions"),
        ([row(value=0.4, floor=0.2), row(value=61.0, scale=1e4, floor=0.2)], "percent and fractions"),
        ([row(value=61.0)], "far above the ceiling"),
        ([row(role="blind")], "no row can be used"),
    ],
)
def test_what_cannot_be_compared_is_refused(rows: list[Row], message: str) -> None:
    with pytest.raises(TableError, match=message):
        curves(rows)


def test_a_later_minor_version_stays_comparable() -> None:
    assert len(curves([row(version="1.0"), row(version="1.3", scale=1e4)])) == 1


def test_engines_of_one_family_and_several_sizes_have_a_curve_each() -> None:
    raw = [{"engine": f"lm-{size:g}-{scale:g}", "family": "lm", "skill": "s", "axis": "tokens", "scale": scale,
            "value": 0.3, "parameters": size} for size in (1e6, 1e7) for scale in (1e3, 1e4)]
    assert [(c.engine, len(c.x)) for c in curves(rows(raw))] == [("lm 1M", 2), ("lm 10M", 2)]
    growing = [r | {"engine": "counts", "family": "", "parameters": r["scale"]} for r in raw[:2]]
    assert [len(c.x) for c in curves(rows(growing))] == [2]


def test_a_score_above_a_low_ceiling_is_kept() -> None:
    assert curves([row(value=0.5, floor=0.3, ceiling=0.4)])[0].y[0] == pytest.approx(2.0)


def test_what_was_taken_for_granted_is_said_with_counts() -> None:
    found = assumptions([row(stderr=0.1), row(scale=1e4, value=float("nan")), row(scale=1e5, stderr=None),
                         row(scale=1e6, stderr=0.0)])
    assert [said.split(":")[0].split(" hold")[0] for said in found] == [
        "1 of 4 rows", "1 of 3 scores come without a standard error", "1 of 3 standard errors are 0"]


def test_records_of_our_own_need_no_assumption() -> None:
    assert assumptions([row(stderr=0.0, record_id="r1")]) == ()
