"""Copies and tandem repeats, and oracles whose probabilities are those of the process."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.core.seeds import item_streams
from kindergrad.testing import check_world
from kindergrad.worlds import repeats

ALL = np.array(list(itertools.product(range(4), repeat=3)), dtype=np.uint8)


@pytest.mark.parametrize("divergence", [0.01, 0.15, 0.75])
def test_probabilities_of_all_copies_sum_to_one(divergence: float) -> None:
    for seed in range(5):
        context = np.random.default_rng(seed).integers(0, 4, (1, 9)).astype(np.uint8)
        total = np.exp(repeats.copies_log_p(np.repeat(context, 64, axis=0), ALL, divergence)).sum()
        assert total == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("before", [1, 4, 7])
def test_probabilities_of_all_continuations_sum_to_one(before: int) -> None:
    for seed in range(5):
        context = np.random.default_rng(seed).integers(0, 4, (1, before)).astype(np.uint8)
        total = np.exp(repeats.tandem_log_p(np.repeat(context, 64, axis=0), ALL, range(1, 5), 0.05)).sum()
        assert total == pytest.approx(1.0, abs=1e-9)


def test_tandem_oracle_is_the_sum_over_all_units() -> None:
    context, target, error = np.array([[0, 1, 0, 1]]), np.array([[0, 2]]), 0.1

    def given(text: list[int]) -> float:
        total = 0.0
        for unit in (1, 2, 3):
            for template in itertools.product(range(4), repeat=unit):
                right = [text[i] == template[i % unit] for i in range(len(text))]
                total += np.prod([0.9 if r else 0.1 / 3 for r in right]) / 4**unit
        return total

    expected = given([0, 1, 0, 1, 0, 2]) / given([0, 1, 0, 1])
    found = repeats.tandem_log_p(context.astype(np.uint8), target.astype(np.uint8), range(1, 4), error)
    assert np.exp(found[0]) == pytest.approx(expected)


def test_copies_are_copied_from_anywhere_with_errors_at_their_rate() -> None:
    drawn = repeats.copies(item_streams(400, 0, "test"), source=40, length=16, divergence=0.1)
    places = np.lib.stride_tricks.sliding_window_view(drawn.context, 16, axis=1)
    same = (places == drawn.target[:, None, :]).mean(axis=2)
    assert float(1 - same.max(axis=1).mean()) == pytest.approx(0.1, abs=0.015)
    start = same.argmax(axis=1)
    assert start.min() == 0 and start.max() == 24 and abs(float(start.mean()) - 12) < 1.5


def test_tandem_repeats_its_unit() -> None:
    drawn = repeats.tandem(item_streams(100, 0, "test"), unit=3, before=12, length=6, error=0.0)
    text = np.concatenate([drawn.context, drawn.target], axis=1)
    assert text.shape == (100, 18) and (text[:, 3:] == text[:, :-3]).all()


def test_the_corpus_of_copies_is_a_world_of_stretches_of_every_length() -> None:
    check_world(repeats.make(0, size=20_000), again=repeats.make(0, size=20_000))
    plain, diverged, noise = (_again(repeats.make(0, divergence=d).write(50_000)) for d in (0.0, 0.1, 0.75))
    assert plain > 0.2 and noise < 0.01
    assert diverged == pytest.approx(plain * 0.9**12, abs=0.1)  # all letters of a word must be right


def _again(codes: np.ndarray) -> float:
    """Share of the words of 12 letters that stood there before."""
    text = decode(codes)
    words = [text[i : i + 12] for i in range(len(text) - 11)]
    return 1 - len(set(words)) / len(words)


def test_copies_from_far_back_begin_once_copying_is_shown() -> None:
    """How far back the same twelve letters stood, at every tenth place: within reach at first, then far beyond it."""
    near, far = repeats.make(0, size=repeats.NEAR + 200_000), repeats.make(0, size=repeats.NEAR + 200_000, back=16)
    texts = [world.corpus(0)[0] for world in (near, far)]
    assert texts[0][: repeats.NEAR - 1000] == texts[1][: repeats.NEAR - 1000]

    def lags(text: str) -> np.ndarray:
        begins = range(repeats.NEAR + 10_000, len(text) - 12, 10)
        found = [(at, text.rfind(text[at : at + 12], at - 5000, at + 11)) for at in begins]
        return np.array([at - before for at, before in found if before >= 0])

    close, apart = lags(texts[0]), lags(texts[1])
    assert len(close) > 3000 and len(apart) > 3000
    assert (close < 200).mean() > 0.97 and 0.2 < (apart > 200).mean() < 0.8 and np.quantile(apart, 0.99) > 700


def test_a_copy_needs_a_stretch_to_come_from() -> None:
    with pytest.raises(ValueError, match="at least 1 stretch back; got back = 0"):
        repeats.make(0, back=0)
