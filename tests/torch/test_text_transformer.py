"""The small transformer of text: the contract, learning, writing with and without memory of what came before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import torch
from kindergrad.core.errors import SequenceError
from kindergrad.core.names import Domain
from kindergrad.core.text import CHARACTERS
from kindergrad.engines.text_transformer import TextTransformer
from kindergrad.testing import check_engine

TEXT = "3+4 = 7. 2+2 = 4. after 39 is 40. the old house. " * 40


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def taught() -> TextTransformer:
    engine = TextTransformer(width=32, depth=1, seed=1)
    engine.learn([TEXT[:500], TEXT[500:]])
    return engine


def test_it_keeps_the_contract(taught: TextTransformer) -> None:
    check_engine(taught, domain=Domain.ARITHMETIC, tolerance=1e-4)


def test_untaught_all_characters_are_equal() -> None:
    assert TextTransformer().log_likelihood(["a"], ["bcd"])[0] == pytest.approx(-3 * np.log(96))


def test_it_learns_what_it_reads(taught: TextTransformer) -> None:
    right, wrong = taught.log_likelihood(["old house. 3+4 = ", "old house. 3+4 = "], ["7", "5"])
    assert right > wrong + 1.0


def test_writing_remembers_what_reading_it_anew_would_give(taught: TextTransformer) -> None:
    context = "the old ho"
    written = taught.generate([context], 12, 0)[0]
    for i, letter in enumerate(written):
        every = taught.log_likelihood([context + written[:i]] * 96, list(CHARACTERS))
        assert every[CHARACTERS.index(letter)] == pytest.approx(every.max(), abs=1e-4)


def test_the_seed_decides_the_weights() -> None:
    def answer(seed: int) -> float:
        engine = TextTransformer(width=16, depth=1, effort=0.02, seed=seed)
        engine.learn([TEXT])
        return float(engine.log_likelihood(["3+"], ["4 = 7"])[0])

    assert answer(0) == answer(0) != answer(1)


def test_what_it_refuses() -> None:
    with pytest.raises(ValueError, match="width must be a multiple of 16"):
        TextTransformer(width=20)
    with pytest.raises(SequenceError, match="piece 1: unknown character 'ä'"):
        TextTransformer().learn(["\u00e4"])


def test_half_of_the_windows_come_from_the_new_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is that of the nets of DNA; what differs is the recipe."""
    from kindergrad.engines import _training

    seen, loss = [], _training._cross_entropy

    def watched(net: object, windows: np.ndarray, *rest: object) -> object:
        seen.append((windows == CHARACTERS.index("b")).any(axis=1).mean())
        return loss(net, windows, *rest)

    monkeypatch.setattr(_training, "_cross_entropy", watched)
    engine = TextTransformer(width=16, depth=1, effort=0.2)
    engine.learn(["a" * 20_000])
    assert set(seen) == {0.0}
    seen.clear()
    engine.learn(["b" * 1000])
    assert np.mean(seen) == pytest.approx(0.5 + 0.5 * 1000 / 21_000, abs=0.1)
