"""Rules hold in the texts that are drawn, counts of single words tell nothing, and the odds are exact."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import _background, grammar
from kindergrad.worlds._arrangement import ANY, Arrangement, arranged
from kindergrad.worlds.grammar import RULES, WORDS, Grammar

EVERY = np.array(list(itertools.product(range(4), repeat=7)), dtype=np.uint8)
TINY = Grammar(seed=1, size=20_000, length=7, width=2, fidelity=0.8)
TOGETHER = [rule for rule in RULES if RULES[rule]().against]


def test_it_is_a_world() -> None:
    check_world(grammar.make(0, size=60_000), again=grammar.make(0, size=60_000))
    assert grammar.make(0, fidelity=0.8).digest != grammar.make(0).digest != grammar.make(1).digest


@pytest.mark.parametrize("arrangement", [
    Arrangement((0,)), Arrangement((0, 1), (ANY,)), Arrangement((0, 0 + WORDS), ((2, 3),)),
    Arrangement((1, 0), ((3, 4),)),
])
def test_probabilities_of_all_texts_sum_to_one(arrangement: Arrangement) -> None:
    motifs, read = TINY.motifs("and"), TINY.background.read(EVERY)
    odds = {word: read.odds(motifs[word]) for word in arrangement.words}
    log_p = TINY.background.log_p(EVERY) + arranged(arrangement, odds, 2)
    assert np.exp(log_p).sum() == pytest.approx(1.0, abs=1e-9)


def test_odds_are_the_sum_over_places_by_hand() -> None:
    """P(text | two words) with its three stretches multiplied out, one place after the other."""
    motifs, chain = TINY.motifs("order"), TINY.background.chain
    codes = stream(0, "texts").integers(0, 4, (20, 7)).astype(np.uint8)

    def by_hand(row: np.ndarray, words: tuple[int, int]) -> float:
        total, places = 0.0, [(a, b) for a in range(6) for b in range(a + 4, 6)]
        for first, second in places:
            stretches = [row[:first], row[first + 2 : second], row[second + 2 :]]
            p = np.exp(sum(float(chain.log_p(s[None]).sum()) for s in stretches if len(s)))
            for start, word in ((first, words[0]), (second, words[1])):
                p *= motifs[word][0, row[start]] * motifs[word][1, row[start + 1]]
            total += p / len(places)
        return float(total)

    right, wrong = (np.array([np.mean([by_hand(row, pair) for pair in pairs]) for row in codes])
                    for pairs in (grammar.PAIRS, [(b, a) for a, b in grammar.PAIRS]))
    assert TINY.log_odds(codes, "order") == pytest.approx(np.log(right / wrong), abs=1e-9)


def test_background_is_the_chain_and_words_are_where_they_are_put() -> None:
    background = _background.draw_chain(stream(0, "chain"))
    uniforms = stream(0, "uniforms").random((4000, 9))
    plain = background.write(uniforms, [[]] * 4000)
    triplets = np.bincount((plain[:, 3:6] @ [16, 4, 1]), minlength=64) / 4000
    assert np.abs(triplets - background.chain.joint).max() < 0.01
    word = np.array([3, 3, 3], dtype=np.uint8)
    written = background.write(uniforms, [[_background.Written(4, word)]] * 4000)
    assert (written[:, 4:7] == 3).all() and (written[:, :4] == plain[:, :4]).all()
    after = np.bincount(written[:, 7], minlength=4) / 4000  # a stretch of its own: the word before it does not matter
    assert np.abs(after - background.chain.conditional(0)[0]).max() < 0.03


@pytest.mark.parametrize("rule", TOGETHER)
def test_each_word_is_as_frequent_where_the_rule_holds_as_where_not(rule: str) -> None:
    made = RULES[rule]()
    counts = []
    for options in made:
        found: Counter[int] = Counter()
        for option in options:
            for word in option.words:
                found[word % WORDS if rule == "orientation" else word] += 1 / len(options)
        counts.append({k: round(v, 9) for k, v in sorted(found.items())})
    assert counts[0] == counts[1]


@pytest.mark.parametrize("rule", list(RULES))
def test_the_oracle_tells_rules_apart_and_noise_blurs_them(rule: str) -> None:
    world, noisy = Grammar(seed=3), Grammar(seed=3, noise=0.5)

    def area(w: Grammar) -> float:
        right, wrong = (w.log_odds(w.draw(item_streams(100, 0, str(label)), rule, label), rule)
                        for label in (True, False))
        return float((right[:, None] > wrong[None, :]).mean())

    assert area(world) > 0.85
    assert area(world) - 0.1 > area(noisy) > 0.55


def test_more_information_is_easier() -> None:
    areas = []
    for fidelity in (0.5, 0.7, 0.9):
        w = Grammar(seed=2, fidelity=fidelity)
        right, wrong = (w.log_odds(w.draw(item_streams(200, 0, str(label)), "and", label), "and")
                        for label in (True, False))
        areas.append(float((right[:, None] > wrong[None, :]).mean()))
    assert areas[0] < areas[1] < areas[2]


def test_rearranging_draws_every_order_by_its_weight() -> None:
    rng, letters = stream(0, "orders"), np.array([0, 0, 1, 2], dtype=np.uint8)
    weight = rng.random((4, 4)) + 0.1
    drawn = Counter(tuple(_background.rearranged(rng, letters, weight).tolist()) for _ in range(6000))
    orders = sorted(set(itertools.permutations(letters.tolist())))
    exact = np.array([np.prod([weight[i, x] for i, x in enumerate(order)]) for order in orders])
    found = np.array([drawn[order] for order in orders]) / 6000
    assert np.abs(found - exact / exact.sum()).max() < 0.025 and sum(drawn.values()) == 6000
