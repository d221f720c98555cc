"""DNA as codes, random streams, and many pairs laid end to end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindergrad.core import dna, seeds
from kindergrad.core.errors import SequenceError
from kindergrad.core.packed import pack

texts = st.text(alphabet="ACGT", max_size=40)


@given(texts)
def test_codes_and_text_are_two_ways_to_write_the_same(text: str) -> None:
    codes = dna.encode(text)
    assert dna.decode(codes) == text and (dna.encode(text.lower()) == codes).all()
    assert dna.decode(dna.reverse_complement_codes(codes)) == dna.reverse_complement(text)
    assert dna.reverse_complement(dna.reverse_complement(text)) == text


@given(st.lists(st.text(alphabet="ACGT", min_size=5, max_size=5), min_size=1, max_size=6))
def test_rows_are_decoded_one_by_one(rows: list[str]) -> None:
    codes = np.stack([dna.encode(row) for row in rows])
    assert dna.decode_rows(codes).tolist() == rows
    assert dna.decode_rows(codes[:, :0]).tolist() == [""] * len(rows)


@given(texts, st.characters().filter(lambda c: c not in "ACGTacgt"), texts)
def test_unknown_letters_are_named_with_their_position(left: str, letter: str, right: str) -> None:
    with pytest.raises(SequenceError) as caught:
        dna.encode(left + letter + right, where="my text")
    assert f"my text: unknown letter '{letter}' at position {len(left) + 1}" in str(caught.value)


@given(st.lists(st.tuples(texts, texts), max_size=12), st.integers(1, 100))
def test_packing_keeps_every_letter_in_its_row(pairs: list[tuple[str, str]], letters: int) -> None:
    context, target = [c for c, _ in pairs], [t for _, t in pairs]
    seen = {}
    for part in pack(context, target, letters):
        assert part.sum(np.ones(len(part.codes))) == pytest.approx([len(target[r]) for r in part.rows])
        for k, r in enumerate(part.rows.tolist()):
            own = part.owner == k
            seen[r] = dna.decode(part.codes[own])
            assert part.place[own].tolist() == list(range(int(own.sum())))
            assert int(part.asked[own].sum()) == len(target[r])
    assert seen == {r: c + t for r, (c, t) in enumerate(pairs) if c + t}


def test_packing_names_the_sequence_and_the_position() -> None:
    with pytest.raises(SequenceError, match="sequence 3: unknown letter 'N' at position 4"):
        list(pack(["", "A", "AC"], ["A", "C", "GN"], 1000))


def test_streams_depend_on_every_name_and_on_the_seed() -> None:
    def first(*args: int | str) -> float:
        return float(seeds.stream(*args).random())  # type: ignore[arg-type]

    values = [first(0, "a", "b"), first(0, "ab"), first(0, "b", "a"), first(1, "a", "b"), first(0, "a", "b", 1),
              first(-1, "a", "b")]
    assert len(set(values)) == len(values) and first(0, "a", "b") == values[0]


def test_streams_are_frozen() -> None:
    """If this fails, every synthetic genome and every item in the world has changed."""
    assert seeds.key("genome", "motifs") == 12392476283087805264
    assert seeds.stream(0, "genome", "motifs").integers(0, 1000, 5).tolist() == [974, 696, 173, 213, 264]
    assert [int(s.integers(1000)) for s in seeds.item_streams(3, 7, "items")] == [45, 988, 626]


@given(st.integers(1, 30), st.integers(0, 5))
def test_item_streams_do_not_change_when_more_are_asked(n: int, seed: int) -> None:
    few, many = (seeds.item_streams(k, seed, "x") for k in (n, n + 5))
    assert [s.random() for s in few] == [s.random() for s in many[:n]]


def test_item_streams_differ() -> None:
    drawn = [s.random() for s in seeds.item_streams(1000, 0, "x")]
    assert len(set(drawn)) == 1000 and abs(float(np.mean(drawn)) - 0.5) < 4 / np.sqrt(12 * 1000)
