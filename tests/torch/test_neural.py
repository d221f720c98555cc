"""The neural engines: the contract, determinism, causality, and what they learn of a planted corpus."""

from __future__ import annotations

import numpy as np
import pytest

import torch
from kindergrad.core.asks import Embed, Generate, Learn, LogLikelihood, Restarts
from kindergrad.core.errors import SequenceError
from kindergrad.core.seeds import stream
from kindergrad.engines import _training, transformer
from kindergrad.engines._language_model import LanguageModel
from kindergrad.exams import catalogue
from kindergrad.testing import check_engine

NAMES = ("convolution", "state-space", "transformer")
SMALL = {"convolution": {"width": 16, "depth": 5}, "state-space": {"width": 16, "depth": 2},
         "transformer": {"width": 32, "depth": 1, "window": 32}}


@pytest.fixture(autouse=True)
def short_rungs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_training, "DNA", _training.DNA._replace(least=20_000))


def make(name: str, **more: object) -> LanguageModel:
    made: LanguageModel = catalogue.engine(name).make(**SMALL[name], **more)
    return made


def text(seed: int, length: int) -> str:
    return "".join(stream(seed, "text").choice(list("ACGT"), length))


@pytest.mark.parametrize("name", NAMES)
def test_the_contract_untaught_and_taught(name: str) -> None:
    check_engine(make(name), tolerance=1e-4)
    check_engine(make(name), corpus=["ACGGATTACA" * 300], tolerance=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_it_offers_all_asks(name: str) -> None:
    engine = make(name)
    for ask in (LogLikelihood, Embed, Generate, Learn, Restarts):
        assert isinstance(engine, ask)
    assert engine.parameters == sum(p.numel() for p in engine.net.parameters())


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_engine_and_torch_is_left_as_found(name: str) -> None:
    pieces, asked = ["ACGGATTACA" * 300], ["GGATTACAACGGA"]
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    answers = []
    for seed in (0, 0, 1):
        engine = make(name, seed=seed)
        engine.learn(pieces)
        answers.append(float(engine.log_likelihood([""], asked)[0]))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_sees_a_later_one(name: str) -> None:
    engine = make(name)
    torch.nn.init.normal_(engine.net.head.weight, generator=torch.Generator().manual_seed(0))
    first = text(2, 100)
    other = first[:60] + text(3, 40)
    codes = torch.tensor([["ACGT".index(c) for c in t] for t in (first, other)])
    with torch.no_grad():
        seen = engine.net.hidden(codes)
    assert torch.allclose(seen[0, :60], seen[1, :60], atol=1e-5)
    assert not torch.allclose(seen[0, 60:], seen[1, 60:], atol=1e-2)


def test_sliding_attention_is_attention_with_a_band() -> None:
    rng = torch.Generator().manual_seed(0)
    reach, length = 8, 37
    query, key, value = (torch.randn(2, 3, length, 16, generator=rng) for _ in range(3))
    place = torch.arange(length)
    band = (place[None, :] <= place[:, None]) & (place[None, :] > place[:, None] - reach)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=band)
    assert torch.allclose(transformer._attend(query, key, value, reach), expected, atol=1e-5)


def test_the_scan_has_the_gradient_of_a_loop() -> None:
    from kindergrad.engines.state_space import _scan

    rng = torch.Generator().manual_seed(0)
    keep, new = (torch.rand(6, 2, 3, generator=rng, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(_scan(), (keep, new))


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_a_planted_word_and_its_untrained_copy_does_not(name: str) -> None:
    rng, word = stream(4, "plant"), "GATTACAGCT"
    corpus = "".join(text(10 + i, int(rng.integers(8, 16))) + word for i in range(1500))
    engine = make(name, effort=6)
    engine.learn([corpus[:15_000]])
    engine.learn([corpus[15_000:]])
    asked = (["CCT" + word[:5]] * 2, [word[5:], word[5:][::-1]])
    told, fresh = (np.diff(e.log_likelihood(*asked))[0] for e in (engine, engine.untrained()))
    assert told < -3, "the word's own end is at least twenty times as probable as another"
    assert abs(fresh) < 1e-6, "untaught, all letters are equally probable"
    drawn = engine.generate([text(i, 6) + word[:5] for i in range(30)], 5, seed=0)
    assert drawn.count(word[5:]) >= 5, "one in 1,024 by chance"


def test_held_out_text_stops_learning_by_heart() -> None:
    """On noise nothing can be learnt: what is kept must not be worse than knowing nothing."""
    engine = make("convolution")
    engine.learn([text(5, 2000)])
    fresh = engine.log_likelihood([""], [text(6, 4000)])[0]
    assert fresh / 4000 > np.log(0.25) - 0.02


@pytest.mark.parametrize("name", NAMES)
def test_embeddings_and_drawn_letters_do_not_depend_on_the_batch(name: str) -> None:
    engine = make(name)
    texts = [text(i, n) for i, n in enumerate((5, 80, 33, 12))]
    whole = engine.embed(texts)
    assert whole.shape == (4, engine.width)
    assert whole.dtype == np.float64
    assert np.allclose(np.concatenate([engine.embed([t]) for t in texts]), whole, atol=1e-5)
    drawn = engine.generate(texts, 7, seed=3)
    assert [len(t) for t in drawn] == [7] * 4
    assert drawn == [engine.generate([t], 7, seed=3)[0] for t in texts]


def test_of_many_short_pieces_whole_ones_are_held_out() -> None:
    """Their ends alone could not be predicted by anything that needs their beginnings."""
    read = _training.Text()
    assert read.add(["ACGTACGTAC"] * 30) == 300
    assert len(read.held_out) == 3 * 11
    assert len(read.read) == 27 * 11
    single = _training.Text()
    single.add(["ACGTACGTAC" * 10])
    assert (len(single.read), len(single.held_out)) == (91, 11)


def test_bad_input_is_refused() -> None:
    engine = make("convolution")
    with pytest.raises(SequenceError, match=r"piece 2: unknown letter 'U' at position 3"):
        engine.learn(["ACGT", "ACUG"])
    with pytest.raises(SequenceError, match=r"sequence 1: unknown letter 'N' at position 2"):
        engine.embed(["ANG"])
    for wrong in ({"width": 0}, {"effort": -1}, {"window": 0}):
        with pytest.raises(ValueError, match="must be positive"):
            catalogue.engine("convolution").make(**wrong)
    with pytest.raises(ValueError, match="multiple of 16"):
        catalogue.engine("transformer").make(width=20)
