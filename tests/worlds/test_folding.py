"""Hairpins fold, and the oracle's probabilities are those of the process."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from kindergrad.core.dna import reverse_complement_codes
from kindergrad.core.seeds import item_streams
from kindergrad.testing import check_world
from kindergrad.worlds import folding


@pytest.mark.parametrize("mismatch", [0.0, 0.05, 0.4, 0.75])
def test_probabilities_of_all_arms_sum_to_one(mismatch: float) -> None:
    arms = np.array(list(itertools.product(range(4), repeat=3)), dtype=np.uint8)
    for seed in range(5):
        context = np.random.default_rng(seed).integers(0, 4, (1, 14)).astype(np.uint8)
        total = np.exp(folding.log_p(np.repeat(context, 64, axis=0), arms, mismatch)).sum()
        assert total == pytest.approx(1.0, abs=1e-9)


def test_log_p_is_the_mean_over_loops_letter_by_letter() -> None:
    drawn = folding.draw(item_streams(5, 0, "test"), stem=6, before=5, mismatch=0.1)
    for context, arm, found in zip(drawn.context, drawn.arm, folding.log_p(drawn.context, drawn.arm, 0.1), strict=True):
        total = 0.0
        for loop in folding.LOOPS:
            p = 1.0
            for i, letter in enumerate(arm):
                partner = context[len(context) - loop - 1 - i]
                p *= 0.9 if letter == 3 - partner else 0.1 / 3
            total += p / len(folding.LOOPS)
        assert found == pytest.approx(np.log(total))


def test_without_mismatch_every_arm_pairs_at_one_of_the_loops() -> None:
    drawn = folding.draw(item_streams(300, 1, "test"), stem=12, before=20, mismatch=0.0)
    assert drawn.context.shape == (300, 20 + 12 + 8) and drawn.arm.shape == (300, 12)
    length = drawn.context.shape[1]
    pairs = np.stack([(drawn.arm == reverse_complement_codes(drawn.context[:, length - loop - 12 : length - loop])
                       ).all(axis=1) for loop in folding.LOOPS])
    assert pairs.any(axis=0).all()
    assert (np.abs(pairs.mean(axis=1) - 1 / len(folding.LOOPS)) < 0.1).all()


def test_mismatches_come_at_their_rate() -> None:
    streams = (item_streams(500, 2, "test"), item_streams(500, 2, "test"))
    clean, noisy = (folding.draw(s, stem=10, before=4, mismatch=m) for s, m in zip(streams, (0.0, 0.2), strict=True))
    assert (clean.context == noisy.context).all()
    assert float((clean.arm != noisy.arm).mean()) == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / 5000))


def test_it_is_a_world() -> None:
    check_world(folding.make(0, size=20_000), again=folding.make(0, size=20_000))


def test_its_corpus_holds_folds_hairpins_and_pseudoknots_in_turn() -> None:
    world = folding.make(0, size=20_000)
    text = world.write(20_000)
    long = sum(bool((text[i : i + 8] == reverse_complement_codes(text[i + 8 + loop : i + 16 + loop])).all())
               for i in range(len(text) - 24) for loop in (4, 5, 6, 7, 8))
    assert long > 50  # by chance 20,000 x 5 / 4^8 = 1.5


def folds(start: int, end: int) -> list[tuple[float, list[tuple[int, int]]]]:
    """All folds of a free stretch with their probabilities, one by one."""
    found = [] if end > start else [(folding.END, [])]
    if end > start:
        found += [(folding.OPEN * p, pairs) for p, pairs in folds(start + 1, end)]
    for middle in range(start + 5, end + 1):
        found += [(folding.BRANCH * p * q, own + rest) for p, own in stems(start, middle)
                  for q, rest in folds(middle, end)]
    return found


def stems(start: int, end: int) -> list[tuple[float, list[tuple[int, int]]]]:
    """All stems whose outer pair is that of the ends."""
    if end - start < 5:
        return []
    pair = [(start, end - 1)]
    return ([(folding.STACK * p, pair + own) for p, own in stems(start + 1, end - 1)]
            + [((1 - folding.STACK) * p, pair + own) for p, own in folds(start + 4, end - 1)])


def test_the_partition_function_is_the_sum_over_all_folds() -> None:
    every = folds(0, 12)
    total = sum(p for p, _ in every)
    assert len(every) > 50 and folding._weights(12)[0][12] == pytest.approx(total)
    codes = np.random.default_rng(0).integers(0, 4, (6, 12)).astype(np.uint8)
    by_hand = [sum(p * np.prod([16 * folding.PAIRS[row[a], row[b]] for a, b in pairs]) for p, pairs in every) / total
               for row in codes]
    assert folding.fold_log_odds(codes) == pytest.approx(np.log(by_hand), abs=1e-9)


def test_folds_are_drawn_with_their_probabilities() -> None:
    every = {tuple(sorted(pairs)): 0.0 for _, pairs in folds(0, 11)}
    for p, pairs in folds(0, 11):
        every[tuple(sorted(pairs))] += p / folding._weights(11)[0][11]
    rng = np.random.default_rng(1)
    drawn = Counter(tuple(sorted(folding.draw_pairs(rng, 11))) for _ in range(6000))
    assert set(drawn) <= set(every)
    assert max(abs(drawn[fold] / 6000 - p) for fold, p in every.items()) < 0.025


def test_pairs_of_a_fold_pair() -> None:
    codes, pairs = folding.draw_fold(np.random.default_rng(3), 60)
    assert all(folding.PAIRS[codes[a], codes[b]] > 0 and b - a > 3 for a, b in pairs)
    assert len({place for pair in pairs for place in pair}) == 2 * len(pairs)
    assert folding.PAIRS.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("mismatch", [0.02, 0.3])
def test_probabilities_of_all_last_arms_of_a_pseudoknot_sum_to_one(mismatch: float) -> None:
    arms = np.array(list(itertools.product(range(4), repeat=3)), dtype=np.uint8)
    drawn = folding.draw_knot(item_streams(4, 0, "knot"), stem=3, before=2, mismatch=mismatch)
    for context in drawn.context:
        total = np.exp(folding.knot_log_p(np.repeat(context[None], 64, axis=0), arms, mismatch)).sum()
        assert total == pytest.approx(1.0, abs=1e-9)


def test_no_nested_grammar_sees_the_second_stem_of_a_pseudoknot() -> None:
    """Breaking its last arm costs the sum over loops much, and the sum over nested folds little."""
    drawn = folding.draw_knot(item_streams(40, 0, "nested"), stem=8, before=4, mismatch=0.0)
    broken = drawn.arm.copy()
    broken[:, 3:5] = (broken[:, 3:5] + 1) % 4
    crossing = folding.knot_log_p(drawn.context, drawn.arm, 0.02) - folding.knot_log_p(drawn.context, broken, 0.02)
    whole = [np.concatenate([drawn.context, arm], axis=1) for arm in (drawn.arm, broken)]
    nested = folding.fold_log_odds(whole[0]) - folding.fold_log_odds(whole[1])
    assert crossing.mean() > 5 and nested.mean() < 0.7 * crossing.mean()
