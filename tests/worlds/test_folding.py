"""Hairpins fold, and the oracle's probabilities are those of the process."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.dna import reverse_complement_codes
from kindergrad.core.seeds import item_streams
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
