"""Ribosome loads are those of ribosomes that scan one by one, and leaders of one item hold the same letters."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import translation
from kindergrad.worlds.translation import CONTEXT, STOPS, Translation

WORLD = Translation(seed=0)
GOOD = "GCCACC"


def test_it_is_a_world() -> None:
    check_world(translation.make(0, size=20_000), again=translation.make(0, size=20_000))


@pytest.mark.parametrize("early", [True, False])
def test_leaders_of_one_item_hold_the_same_letters(early: bool) -> None:
    for rng in item_streams(20, 0, "leaders"):
        texts = WORLD.leaders(rng, 8, early=early)
        assert len({"".join(sorted(text)) for text in texts}) == 1
        assert {len(text) for text in texts} == {WORLD.leader + WORLD.gene}
        assert all(text[WORLD.leader :].startswith("ATG") for text in texts)
        if early:
            assert all("ATG" in text[: WORLD.leader] for text in texts)


def walk(text: str, rng: np.random.Generator) -> bool:
    """One ribosome, step by step: whether it writes the gene's protein."""
    at = 0
    while at <= WORLD.leader:
        if text[at : at + 3] != "ATG" or rng.random() > WORLD.begins(text, at):
            at += 1
            continue
        if at == WORLD.leader:
            return True
        codons = range(at + 3, WORLD.leader - 2, 3)
        stop = next((i for i in codons if text[i : i + 3] in STOPS), None)
        if stop is None:
            return (WORLD.leader - at) % 3 == 0
        left = WORLD.leader - stop - 3
        if rng.random() > left / (left + WORLD.again):
            return False
        at = stop + 3
    return False


def test_loads_are_those_of_single_ribosomes() -> None:
    rng = stream(0, "walk")
    texts = [WORLD.leaders(own, 1, early=i % 4 > 0)[0] for i, own in enumerate(item_streams(24, 1, "walk"))]
    n = 1500
    walked = np.array([sum(walk(text, rng) for _ in range(n)) / n for text in texts])
    assert np.abs(walked - WORLD.load(texts)).max() < 4.5 * 0.5 / np.sqrt(n)


def test_what_makes_and_what_spoils_a_start() -> None:
    rest = "ATG" + "CCA" * 5

    def load(before: str, context: str = GOOD) -> float:
        return float(WORLD.load([before + context + rest])[0])

    plain = "C" * 42
    assert load(plain) > 0.9 > 0.6 > load(plain, "TTTTTT")
    in_frame = "CCCACCATG" + "C" * 33  # the ATG at 6: 42 letters before the gene
    out_of_frame = "C" + in_frame[:-1]
    ended = out_of_frame[:13] + "TAA" + out_of_frame[16:]
    assert (WORLD.leader - in_frame.index("ATG")) % 3 == 0 != (WORLD.leader - out_of_frame.index("ATG")) % 3
    assert load(out_of_frame) < 0.5 * load(plain)
    assert load(out_of_frame) < load(ended) < load(plain)
    assert load(in_frame) == pytest.approx(load(plain), rel=0.25)


def test_contexts_are_shares() -> None:
    assert CONTEXT.sum(axis=1) == pytest.approx(np.ones(6)) and translation.AFTER.sum() == pytest.approx(1)
