"""Models of five architectures with four kinds of tokenizer: likelihoods, embeddings, windows, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

import torch
from kindergrad.core.asks import Generate, LogLikelihood, PseudoLikelihood
from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import EngineError, InputError, SequenceError
from kindergrad.core.names import Axis
from kindergrad.core.seeds import stream
from kindergrad.engines import huggingface as hf
from kindergrad.engines._tokens import Tokens
from kindergrad.testing import check_engine

CAUSAL = [("gpt-neox", "single"), ("llama", "words"), ("mamba", "pairs"), ("llama", "single")]
MASKED = [("esm", "single"), ("bert", "overlap"), ("bert", "words"), ("esm", "pairs")]


def text(seed: int, length: int) -> str:
    return "".join(stream(seed, "text").choice(list("ACGT"), length))


@pytest.fixture
def engine(models: Path) -> Any:
    """``engine("llama", "single", passes=0)`` -> the engine of a folder that is made once."""

    def get(kind: str, tokens: str, **options: Any) -> Any:
        folder = models / f"{kind}-{tokens}"
        return hf.huggingface(str(folder if folder.is_dir() else tiny.save(folder, kind, tokens)), **options)

    return get


def tensors(ids: list[int]) -> torch.Tensor:
    return torch.tensor([ids])


@pytest.mark.parametrize(("kind", "tokens"), CAUSAL)
def test_causal_likelihood_is_the_chain_rule_over_tokens(engine: Any, kind: str, tokens: str) -> None:
    made = engine(kind, tokens)
    assert isinstance(made, LogLikelihood)
    assert not isinstance(made, PseudoLikelihood)
    context, target = text(0, 31), text(1, 44)
    words = made._source.tokenizer
    ids = [words(t, add_special_tokens=False)["input_ids"] for t in (context, target)]
    dna = [i for i, t in enumerate(made._tokens.letters) if t]
    with torch.no_grad():
        logits = made._source.model(tensors([words.bos_token_id, *ids[0], *ids[1]])).logits[0].double()
    total = 0.0
    for at, token in enumerate(ids[1], start=len(ids[0])):
        total += float(torch.log_softmax(logits[at][dna], dim=0)[dna.index(token)])
    assert made.log_likelihood([context], [target])[0] == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(("kind", "tokens"), MASKED)
def test_masked_pseudo_likelihood_hides_one_token_after_the_other(engine: Any, kind: str, tokens: str) -> None:
    made = engine(kind, tokens, passes=0)
    assert isinstance(made, PseudoLikelihood)
    assert not isinstance(made, LogLikelihood)
    context, target = text(2, 24), text(3, 6 if tokens == "overlap" else 30)
    total = 0.0
    if tokens == "overlap":  # a letter is hidden with every word that holds it, and read from one of them
        ids = made._tokens.cut([context + target])[0].ids
        for at in range(len(context), len(context) + len(target)):
            seen = min(at, len(ids) - 1)
            p = shares(made, ids, range(at - 2, min(at, len(ids) - 1) + 1), seen)
            total += np.log(sum(share for word, share in p.items() if word[at - seen] == (context + target)[at]))
    else:
        before, after = (made._tokens.cut([t])[0].ids for t in (context, target))
        for at in range(len(before), len(before + after)):
            p = shares(made, before + after, [at], at)
            total += np.log(p[made._tokens.letters[(before + after)[at]]])
    assert made.pseudo_log_likelihood([context], [target])[0] == pytest.approx(total, abs=1e-4)


def shares(made: Any, ids: list[int], hidden: Any, at: int) -> dict[str, float]:
    """Probability of every DNA token at a place when some tokens are hidden; one plain call of the model."""
    ids = [made._source.mask() if i in hidden else token for i, token in enumerate(ids)]
    before = len(made._tokens.prefix)
    with torch.no_grad():
        logits = made._source.model(tensors([*made._tokens.prefix, *ids, *made._tokens.suffix])).logits[0, at + before]
    dna = [i for i, t in enumerate(made._tokens.letters) if t]
    return dict(zip([made._tokens.letters[i] for i in dna], torch.softmax(logits[dna].double(), 0).tolist(),
                    strict=True))


def test_more_tokens_hidden_at_once_is_nearly_the_same(engine: Any) -> None:
    target = [text(i, 40) for i in range(12)]
    one, eight = (engine("esm", "single", passes=p).pseudo_log_likelihood([""] * 12, target) for p in (0, 8))
    assert not np.allclose(one, eight, atol=1e-6)
    assert np.corrcoef(one, eight)[0, 1] > 0.5


@pytest.mark.parametrize(("kind", "tokens"), [("gpt-neox", "single"), ("mamba", "single")])
def test_contract_of_causal_engines_with_single_letters(engine: Any, kind: str, tokens: str) -> None:
    check_engine(engine(kind, tokens), tolerance=2e-4)


@pytest.mark.parametrize(("kind", "tokens"), MASKED)
def test_contract_of_masked_engines(engine: Any, kind: str, tokens: str) -> None:
    check_engine(engine(kind, tokens), tolerance=2e-4)


@pytest.mark.parametrize(("kind", "tokens"), [("llama", "single"), ("esm", "single"), ("bert", "overlap")])
def test_long_texts_are_read_in_windows_and_every_token_is_answered_once(engine: Any, kind: str, tokens: str) -> None:
    made, whole = engine(kind, tokens, context=40), engine(kind, tokens)
    texts = [text(4, 200), text(5, 30)]
    assert made.windowed(texts).tolist() == [True, False]
    ask = made.log_likelihood if kind == "llama" else made.pseudo_log_likelihood
    full = whole.log_likelihood if kind == "llama" else whole.pseudo_log_likelihood
    assert ask([""], [texts[1]])[0] == pytest.approx(full([""], [texts[1]])[0], abs=1e-4)
    long = ask(["", texts[0][:150]], [texts[0], texts[0][150:]])
    assert -2.5 < long[0] / 200 < -0.5, "each of 200 letters counts once"
    assert -2.5 < long[1] / 50 < -0.5
    assert made.embed(texts).shape == (2, 32)
    assert not whole.windowed([text(6, 120)]).any()


def test_windows_of_a_causal_model_by_hand(engine: Any) -> None:
    made, long = engine("llama", "single", context=41), text(7, 90)
    by_hand = sum(made.log_likelihood([long[start:first]], [long[first:last]])[0]
                  for start, first, last in ((0, 0, 40), (20, 40, 60), (40, 60, 80), (50, 80, 90)))
    assert made.log_likelihood([""], [long])[0] == pytest.approx(by_hand, abs=1e-4)


def test_both_strands(engine: Any) -> None:
    one, both = engine("llama", "single"), engine("llama", "single", both_strands=True)
    context, target = [text(8, 20)], [text(9, 15)]
    back = one.log_likelihood([""], [reverse_complement(context[0] + target[0])]) - one.log_likelihood(
        [""], [reverse_complement(context[0])])
    assert both.log_likelihood(context, target) == pytest.approx((one.log_likelihood(context, target) + back) / 2)
    turned = [reverse_complement(target[0])]
    assert np.allclose(both.embed(target), both.embed(turned), atol=1e-5)
    masked = engine("esm", "single", both_strands=True, passes=0)
    there, back = (masked.pseudo_log_likelihood([""], t) for t in (target, turned))
    assert np.allclose(there, back, atol=1e-4)


def test_batches_shrink_when_memory_runs_out(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine("gpt-neox", "single")
    texts = [text(i, 60) for i in range(40)]
    expected = made.log_likelihood([""] * 40, texts)
    made._batches.most, forward, sizes = 1 << 14, made._source._forward, []

    def scarce(inputs: Any, **wanted: Any) -> Any:
        sizes.append(len(inputs))
        if len(inputs) > 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return forward(inputs, **wanted)

    monkeypatch.setattr(made._source, "_forward", scarce)
    assert np.allclose(made.log_likelihood([""] * 40, texts), expected, atol=1e-4)
    assert sizes[:4] == [40, 20, 10, 5]
    assert max(sizes[4:]) <= 6, "what was too much once is not tried again"
    monkeypatch.setattr(made._source, "_forward", lambda *_, **__: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(EngineError, match="one sequence of 61"):
        made.log_likelihood([""], texts[:1])


def test_a_model_in_memory_is_left_as_found(engine: Any) -> None:
    folder = engine("bert", "words")._source._path
    words, model = tiny.tokenizer("words", frame=True), tiny.model("bert", len(tiny.tokenizer("words")))
    model.train()
    model.bert.embeddings.eval()
    before = [(part.training, next(part.parameters(), torch.zeros(1)).dtype) for part in model.modules()]
    made = hf.of(model, words)
    told = made.pseudo_log_likelihood([""], [text(1, 40)])
    assert [(p.training, next(p.parameters(), torch.zeros(1)).dtype) for p in model.modules()] == before
    assert told == pytest.approx(hf.huggingface(folder).pseudo_log_likelihood([""], [text(1, 40)]), abs=1e-6)


def test_untrained_copy_has_the_shape_but_not_the_weights(engine: Any) -> None:
    made = engine("llama", "single")
    fresh = made.untrained()
    assert fresh.parameters == made.parameters
    asked = [""], [text(2, 50)]
    assert fresh.log_likelihood(*asked) != pytest.approx(made.log_likelihood(*asked), abs=1e-3)
    assert fresh.log_likelihood(*asked) == pytest.approx(made.untrained().log_likelihood(*asked)), "seeded"


def test_scale_is_tokens_if_given_else_parameters(engine: Any) -> None:
    (point,) = engine("llama", "single").points()
    assert [s.axis for s in point] == [Axis.PARAMETERS]
    folder = engine("llama", "single")._source._path
    (point,) = hf.huggingface(folder, tokens="300G").points()
    assert (point[0].axis, point[0].value) == (Axis.TOKENS, 3e11)
    assert point[1].value == sum(p.numel() for p in engine("llama", "single")._source.model.parameters())


def test_other_weights_have_another_digest(engine: Any, tmp_path: Path) -> None:
    import shutil

    first = engine("llama", "single")
    copy = Path(shutil.copytree(first._source._path, tmp_path / "copy"))
    assert hf.huggingface(str(copy)).digest(0) == first.digest(0)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert hf.huggingface(str(copy)).digest(0) != first.digest(0)


@pytest.mark.parametrize("letters", ["ACGTNACGT", "ACGUACGU"])
def test_unknown_letters_are_named_by_position(engine: Any, letters: str) -> None:
    wrong = next(c for c in letters if c not in "ACGT")
    for kind, tokens in (("llama", "single"), ("bert", "overlap")):
        made = engine(kind, tokens)
        ask = made.log_likelihood if kind == "llama" else made.pseudo_log_likelihood
        at = letters.index(wrong) + 1
        with pytest.raises(SequenceError, match=f"sequence 2: unknown letter '{wrong}' at position {at}"):
            ask(["", "ACGT"], ["ACGT", letters])
        with pytest.raises(SequenceError, match=f"sequence 1: unknown letter '{wrong}' at position {at}"):
            made.embed([letters])


class _Broken:
    """A tokenizer with one fault, around a good one."""

    def __init__(self, fault: str) -> None:
        self._good, self.fault = tiny.tokenizer("single"), fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._good, name)

    def __call__(self, texts: Any, **given: Any) -> Any:
        found = self._good(texts, **given)
        if isinstance(texts, str):
            return found
        cut = {"loses": lambda ids: ids[:-1], "changes": lambda ids: [ids[0]] * len(ids),
               "adds": lambda ids: [*ids, ids[0]]}[self.fault]
        return {"input_ids": [cut(ids) for ids in found["input_ids"]]}


@pytest.mark.parametrize("fault", ["loses", "changes", "adds"])
def test_tokenizers_that_change_dna_are_refused_with_an_example(fault: str) -> None:
    with pytest.raises(InputError, match=r"the tokenizer changes DNA: '[ACGT]{7}' became"):
        Tokens(_Broken(fault))


def test_a_causal_model_with_overlapping_words_is_refused() -> None:
    words = tiny.tokenizer("overlap")
    with pytest.raises(InputError, match="overlapping words has no likelihood"):
        hf.of(tiny.model("llama", len(words)), words)


def test_a_model_without_head_has_embeddings_only() -> None:
    model = tiny.model("bert", len(tiny.tokenizer("single"))).bert
    made = hf.of(model, tiny.tokenizer("single", frame=True))
    assert not isinstance(made, LogLikelihood | PseudoLikelihood)
    assert made.embed(["ACGT"]).shape == (1, 32)
    with pytest.raises(InputError, match="sequence 2 is empty"):
        made.embed(["ACGT", ""])


def test_weights_that_are_missing_are_not_made_up(tmp_path: Path) -> None:
    tiny.model("bert", 10).bert.save_pretrained(tmp_path / "headless")
    tiny.tokenizer("single", frame=True).save_pretrained(tmp_path / "headless")
    made = hf.huggingface(str(tmp_path / "headless"), kind="masked")
    with pytest.raises(InputError, match=r"lacks \d+ of the weights of a masked model"):
        made.pseudo_log_likelihood([""], ["ACGT"])


def test_what_cannot_be_loaded_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match="no folder 'nobody/no-such-model'") as told:
        hf.huggingface("nobody/no-such-model")
    assert "\n" not in str(told.value)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="cannot load a model from the folder") as told:
        hf.huggingface(str(tmp_path / "empty"))
    assert "\n" not in str(told.value)
    for wrong in ({"passes": -1}, {"context": 2}, {"kind": "both"}):
        with pytest.raises(ValueError, match="must be"):
            hf.Options(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "tokens"), [("llama", "single"), ("gpt-neox", "pairs"), ("mamba", "pairs")])
def test_what_is_written_is_the_most_probable_and_does_not_depend_on_the_batch(engine: Any, kind: str, tokens: str
                                                                               ) -> None:
    made = engine(kind, tokens)
    assert isinstance(made, Generate)
    contexts = [text(i, n) for i, n in enumerate((20, 5, 33, 0))]
    written = made.generate(contexts, 7, 0)
    assert [len(t) for t in written] == [7] * 4 and written == [made.generate([c], 7, 1)[0] for c in contexts]
    if tokens == "single":
        for context, letters in zip(contexts, written, strict=True):
            for i, letter in enumerate(letters):
                told = made.log_likelihood([context + letters[:i]] * 4, list("ACGT"))
                assert told["ACGT".index(letter)] == pytest.approx(told.max(), abs=1e-5)
    assert len(engine(kind, tokens, context=16).generate([text(9, 100)], 40, 0)[0]) == 40, "the end of it is read"
    assert not isinstance(engine("esm", "single"), Generate)
