"""Chains are proper, stationary, the same on both strands, and keep the chain below them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.seeds import stream
from kindergrad.worlds import _chain


@pytest.fixture(scope="module")
def chain() -> _chain.Chain:
    return _chain.build(3, stream(0, "test"), concentration=4.0)


@pytest.mark.parametrize("length", [1, 3, 6])
def test_probabilities_of_all_words_sum_to_one(chain: _chain.Chain, length: int) -> None:
    words = np.array(list(itertools.product(range(4), repeat=length)), dtype=np.uint8)
    assert np.exp(chain.log_p(words).sum(axis=1)).sum() == pytest.approx(1.0, abs=1e-12)


def test_log_p_is_the_joint_probability_of_short_words(chain: _chain.Chain) -> None:
    words = np.array(list(itertools.product(range(4), repeat=4)), dtype=np.uint8)
    assert np.exp(chain.log_p(words).sum(axis=1)) == pytest.approx(chain.joint, abs=1e-12)


def test_stationary_and_the_same_on_both_strands(chain: _chain.Chain) -> None:
    joint = chain.joint.reshape(4, -1, 4)
    assert joint.sum(axis=0).ravel() == pytest.approx(joint.sum(axis=2).ravel(), abs=1e-10)
    words = np.array(list(itertools.product(range(4), repeat=4)))
    other = (3 - words[:, ::-1]) @ (4 ** np.arange(3, -1, -1))
    assert chain.joint[other] == pytest.approx(chain.joint, abs=1e-9)


def test_longer_chain_keeps_the_words_of_its_base(chain: _chain.Chain) -> None:
    longer = _chain.build(5, stream(1, "test"), concentration=4.0, base=chain)
    assert longer.joint.reshape(256, -1).sum(axis=1) == pytest.approx(chain.joint, abs=1e-10)
    assert longer.bits < chain.bits  # more context, less surprise


def test_draws_have_the_frequencies_of_the_chain(chain: _chain.Chain) -> None:
    codes = chain.sample(stream(2, "test").random((4000, 12))).astype(np.int64)
    for start in (0, 8):  # from the first letter on, and in the middle
        words = codes[:, start : start + 3] @ np.array([16, 4, 1])
        expected = chain.joint.reshape(64, 4).sum(axis=1) * len(words)
        count = np.bincount(words, minlength=64)
        assert float(((count - expected) ** 2 / expected).sum()) < 63 + 5 * np.sqrt(126)


def test_a_draw_depends_on_its_own_numbers_alone(chain: _chain.Chain) -> None:
    uniforms = stream(3, "test").random((5, 30))
    whole = chain.sample(uniforms)
    assert (chain.sample(uniforms[2:3])[0] == whole[2]).all()
    assert (chain.sample(uniforms[:, :10]) == whole[:, :10]).all()


def test_bits_of_equal_letters_are_two() -> None:
    assert _chain.Chain(0, np.full(4, 0.25)).bits == pytest.approx(2.0)
