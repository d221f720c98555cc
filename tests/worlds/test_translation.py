"""Ribosome loads are those of ribosomes that scan one by one, or of all ways to bind a word; letters are the same."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.dna import encode
from kindergrad.core.errors import InputError
from kindergrad.core.names import Readout
from kindergrad.core.seeds import item_streams, stream
from kindergrad.engines.kmer import KmerProbe
from kindergrad.exams import catalogue, sit
from kindergrad.exams.material import TRAIN_SEED
from kindergrad.testing import check_world
from kindergrad.worlds import _shine_dalgarno, translation
from kindergrad.worlds._shine_dalgarno import BEGIN, FREE, SITE, SPRING, STACK
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


def by_listing(leader: str, strength: float, spacing: float) -> float:
    """The share bound, by every run of two or more pairs at every place."""
    weight = 0.0
    for place in range(len(leader) - len(SITE) + 1):
        gap = len(leader) - place - len(SITE)
        for first in range(len(SITE)):
            for end in range(first + 2, len(SITE) + 1):
                run = SITE[first:end]
                if leader[place + first : place + end] == run:
                    energy = BEGIN + sum(STACK[run[i : i + 2]] for i in range(len(run) - 1))
                    weight += np.exp(-strength * (energy + SPRING * (gap - spacing) ** 2))
    return float(np.exp(FREE) * weight / (1 + np.exp(FREE) * weight))


@pytest.mark.parametrize(("strength", "spacing"), [(0.45, 6.0), (1.0, 9.0)])
def test_bacterial_loads_count_every_way_to_bind(strength: float, spacing: float) -> None:
    world = translation.make(1, strength=strength, spacing=spacing)
    texts = [text for rng in item_streams(5, 0, "bound") for text in world.bacterial(rng, 6)]
    listed = [by_listing(text[: world.leader], strength, spacing) for text in texts]
    assert world.bound(texts) == pytest.approx(listed, rel=1e-9) and np.ptp(listed) > 0.3


def test_a_word_binds_by_its_pairs_and_its_place() -> None:
    def bound(word: str, gap: int, spacing: float = 6.0) -> float:
        return float(_shine_dalgarno.bound(encode("C" * (39 - gap) + word + "C" * gap)[None], 0.45, spacing)[0])

    for best in (4, 6, 9):
        loads = [bound(SITE, gap, best) for gap in range(15)]
        assert int(np.argmax(loads)) == best
        assert (np.diff(loads[: best + 1]) > 0).all() and (np.diff(loads[best:]) < 0).all()
    words = [SITE, "CAAGGAGGT", "CCAGGAGGC", "CCCGGAGCC", "CCCGGCCCC", "CCCCCCCCC"]
    loads = [bound(word, 6) for word in words]
    assert (np.diff(loads) < 0).all() and loads[0] > 0.8 > 0.1 > loads[3] and loads[-1] < 1e-12
    assert _shine_dalgarno.bound(encode("A" * 48)[None], 0.0, 6.0)[0] == pytest.approx(
        by_listing("A" * 48, 0.0, 6.0))  # without strength only the number of ways counts


def test_bacterial_leaders_hold_the_same_words() -> None:
    """So neither the letters nor the best word tell anything, and a k-mer probe that was fitted on loads neither."""
    for rng in item_streams(20, 0, "bacterial"):
        texts = WORLD.bacterial(rng, 8)
        assert len({"".join(sorted(text)) for text in texts}) == 1 and {len(t) for t in texts} == {WORLD.leader + 18}
        assert all(text[WORLD.leader :].startswith("ATG") for text in texts)
        words = {text[i : i + len(SITE)] for text in texts for i in range(WORLD.leader - len(SITE) + 1)}
        shared = [word for word in words if sorted(word) == sorted(SITE) and all(word in text for text in texts)]
        assert all(sum(text.count(word) for word in shared) >= len(translation.WORDS) for text in texts)
    a = catalogue.assessment("genomics/translation-context")
    items, train = (a.items(WORLD, 100, "bacterial", seed) for seed in (0, TRAIN_SEED))
    found = a.score(sit.ask(KmerProbe(), a, Readout.FIT, items, train), items)
    assert abs(found.mean()) < 4 * found.std() / 10 and a.score(np.asarray(items.ideal), items).mean() > 0.95


def test_place_or_word_alone_is_not_enough() -> None:
    """Knowing the distance of the best word leaves some of the load unexplained; its presence explains nothing."""
    a = catalogue.assessment("genomics/translation-context")
    items = a.items(WORLD, 100, "bacterial", 0)

    def fits(text: str, at: int) -> int:
        return sum(x == y for x, y in zip(text[at : at + len(SITE)], SITE, strict=True))

    def of_the_best(text: str) -> tuple[float, float]:
        at = max(range(WORLD.leader - len(SITE) + 1), key=lambda i: fits(text, i))
        return float(fits(text, at)), -abs(WORLD.leader - len(SITE) - at - WORLD.spacing)

    presence, place = np.moveaxis([[of_the_best(t) for t in row] for row in items.asked["target"].tolist()], 2, 0)
    assert abs(a.score(presence, items).mean()) < 0.1
    assert 0.4 < a.score(place, items).mean() < 0.85 < a.score(np.asarray(items.ideal), items).mean()


def test_a_leader_needs_room_for_its_words() -> None:
    with pytest.raises(InputError, match="leaders of 30 letters are too short; expected at least 40"):
        translation.make(0, leader=30)
    assert len(translation.make(0, leader=translation.SHORTEST).bacterial(stream(0, "short"), 3)) == 3
