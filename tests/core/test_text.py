"""Plain text as codes: round trip, and one clear line for what cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindergrad.core.errors import SequenceError
from kindergrad.core.text import CHARACTERS, decode, encode


@given(st.text(CHARACTERS, max_size=50))
def test_round_trip(text: str) -> None:
    codes = encode(text)
    assert len(codes) == len(text) and decode(codes) == text
    assert codes.size == 0 or codes.max() < len(CHARACTERS) == 96


@pytest.mark.parametrize(("text", "letter", "position"), [
    ("3+4é", "'é'", 4), ("x² = 4", "'²'", 2), ("π", "'π'", 1), ("a\tb", "'\\\\t'", 2), ("12\x00", "'\\\\x00'", 3),
    ("wait… no", "'…'", 5),
])
def test_an_unknown_character_is_named_with_its_place(text: str, letter: str, position: int) -> None:
    with pytest.raises(SequenceError, match=f"page 3: unknown character {letter} at position {position}; expected"):
        encode(text, "page 3")
