"""Scales are positive, finite, and can be written in the units of the field."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kindergrad.core.errors import StudyError
from kindergrad.core.names import Axis
from kindergrad.core.scale import Scale, check_increasing, ladder, parse, pretty

positive = st.floats(1e-6, 1e15)


@pytest.mark.parametrize(("text", "value"), [
    ("1e6", 1e6), ("3 Mb", 3e6), ("200k", 2e5), ("1.5Gb", 1.5e9), (" 17bp ", 17.0), (1000, 1000.0), (2.5, 2.5),
    ("1E+3", 1e3), ("12 KB", 12e3), ("7", 7.0),
])
def test_parse(text: str | float, value: float) -> None:
    assert parse(text) == pytest.approx(value)


@pytest.mark.parametrize("text", [
    "", "many", "-3", "1e", "3 parsec", "0", "nan", "1e400", "1.2.3", ".", "1e6.5", 0, -1.0, math.inf, math.nan,
])
def test_what_is_no_scale_is_refused(text: str | float) -> None:
    with pytest.raises(StudyError, match="scale"):
        parse(text)


@given(positive)
def test_numbers_go_through_text_unchanged(value: float) -> None:
    assert parse(repr(value)) == pytest.approx(value, rel=1e-12)
    assert parse(value) == value


@given(st.floats(1e-2, 9e11))
def test_pretty_is_within_half_a_per_cent_and_can_be_read_back(value: float) -> None:
    assert parse(pretty(value)) == pytest.approx(value, rel=0.006)


@given(positive, st.sampled_from(["k", "kb", "Mb", "g", "bp", ""]), st.booleans())
def test_units_do_not_care_about_case_and_space(value: float, unit: str, space: bool) -> None:
    text = f"{value!r}{' ' if space else ''}"
    assert parse(text + unit) == parse(text + unit.upper())


@given(st.floats(1, 1e5), st.floats(0.3, 6), st.integers(1, 10))
def test_ladder_rises_evenly_from_end_to_end(low: float, decades: float, per_decade: int) -> None:
    low, high = round(low * 100), round(low * 100 * 10**decades)
    found = ladder(low, high, per_decade)
    assert found[0] == low and found[-1] == high
    check_increasing(found, "ladder")
    steps = [math.log10(b / a) for a, b in itertools.pairwise(found)]
    assert max(steps) - min(steps) < 0.02 and len(found) == max(1, round(math.log10(high / low) * per_decade)) + 1


@pytest.mark.parametrize(("sizes", "rule"), [
    ([], "empty"), ([1, 1], "strictly increasing"), ([1, 3, 2], "got 3 before 2"),
])
def test_ladders_must_rise(sizes: list[float], rule: str) -> None:
    with pytest.raises(StudyError, match=rule):
        check_increasing(sizes, "scales")


def test_scale_is_positive_with_a_known_axis() -> None:
    assert Scale(axis=Axis.BASES, value=1e6).log10 == 6.0 and str(Scale(axis=Axis.BASES, value=1e6)) == "1M bases"
    for value in (0, -1, math.inf, math.nan):
        with pytest.raises(ValidationError):
            Scale(axis=Axis.BASES, value=value)
    with pytest.raises(ValidationError):
        Scale.model_validate({"axis": "bananas", "value": 1})
