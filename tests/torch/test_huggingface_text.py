"""A causal model of text of the Hugging Face kind, tiny and random: its arithmetic, and a line for what is amiss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import torch
from kindergrad.core.asks import Generate, LogLikelihood, Trained
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.text import CHARACTERS
from kindergrad.engines.huggingface_text import huggingface_text

PAIRS = ["= ", " 7", "quiz"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of 40 tokens in a row, whose tokenizer knows characters and a few longer tokens."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    vocabulary = {token: i for i, token in enumerate(["[BOS]", *CHARACTERS, *PAIRS])}
    made: Any = Tokenizer(models.WordLevel(vocabulary, unk_token="[BOS]"))
    made.pre_tokenizer = pre_tokenizers.Split(Regex("= | 7|quiz|."), "isolated")
    made.decoder = decoders.Fuse()
    path = tmp_path_factory.mktemp("model")
    PreTrainedTokenizerFast(tokenizer_object=made, bos_token="[BOS]").save_pretrained(path)
    torch.manual_seed(0)
    GPT2LMHeadModel(GPT2Config(vocab_size=len(vocabulary), n_positions=40, n_embd=16, n_layer=1, n_head=2,
                               bos_token_id=0, eos_token_id=0)).save_pretrained(path)
    return path


def by_hand(engine: Any, whole: list[int], start: int) -> float:
    with torch.no_grad():
        log_p = torch.log_softmax(engine._source.model(torch.tensor([[0, *whole]])).logits[0].double(), dim=-1)
    return float(sum(log_p[i, whole[i]] for i in range(start, len(whole))))


def test_likelihoods_are_those_of_the_tokens_that_differ(folder: Path) -> None:
    engine = huggingface_text(str(folder))
    ids = engine._cut("quiz 3+4 = 7")
    assert len(ids) == 8  # quiz, space, 3, +, 4, space, "= ", 7
    found = engine.log_likelihood(["quiz 3+4 = ", "quiz 3+4 =", "a"], ["7", " 7", ""])
    assert found == pytest.approx([by_hand(engine, ids, 7), by_hand(engine, ids, 6), 0.0], abs=1e-6)
    alone = engine.log_likelihood(["quiz 3+4 = "], ["7"])
    assert alone[0] == pytest.approx(found[0], abs=1e-6)


def test_it_writes_the_most_probable(folder: Path) -> None:
    engine = huggingface_text(str(folder))
    written = engine.generate(["quiz 3+4 = ", "12"], 3, 0)
    assert [len(text) for text in written] == [3, 3] == [len(t) for t in engine.generate(["12", "1"], 3, 0)]
    assert isinstance(engine, LogLikelihood) and isinstance(engine, Generate) and isinstance(engine, Trained)
    assert engine.points()[0][0].value == engine.parameters


def test_a_preface_stands_before_every_question(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("1+1 = 2. ")
    plain, led = huggingface_text(str(folder)), huggingface_text(str(folder), preface=str(tmp_path / "page.txt"))
    assert led.log_likelihood(["3+4 = "], ["7"]) == pytest.approx(plain.log_likelihood(["1+1 = 2. 3+4 = "], ["7"]))
    assert np.isfinite(led.log_likelihood(["3+4 = "], ["7"])).all()


def test_what_it_refuses(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="a text of 50 tokens does not fit into the 40"):
        huggingface_text(str(folder)).log_likelihood(["x" * 50], ["7"])
    with pytest.raises(InputError, match=r"cannot read .*nowhere"):
        huggingface_text(str(folder), preface=str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"cannot load a model from the folder|no folder"):
        huggingface_text(str(tmp_path))
