"""Tiny models of the Hugging Face kind with random weights, and tokenizers of every kind, saved to disk."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[BOS]"]
WINDOW = 128


def tokenizer(kind: str, *, frame: bool = False) -> Any:
    """``single``, ``words`` (six letters, no overlap), ``overlap`` (three letters, spaced), ``pairs`` (BPE)."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    letters = list("ACGT")
    made: Any
    if kind == "pairs":
        made = Tokenizer(models.BPE(unk_token="[UNK]"))
        trainer = trainers.BpeTrainer(vocab_size=60, special_tokens=SPECIAL, initial_alphabet=letters,
                                      show_progress=False)
        made.train_from_iterator(["ACGTTGCA" * 6, "GATTACA" * 9, "CCGGTTAA" * 8, "TTTTACGC" * 5], trainer)
    else:
        width = {"single": 1, "words": 6, "overlap": 3}[kind]
        words = ["".join(w) for w in itertools.product(letters, repeat=width)]
        words += letters if kind == "words" else []
        vocabulary = {token: i for i, token in enumerate([*SPECIAL, *words])}
        made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
        made.pre_tokenizer = (pre_tokenizers.Whitespace() if kind == "overlap" else
                              pre_tokenizers.Split(Regex(f"[ACGT]{{{width}}}|."), "isolated"))
    if frame:
        made.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", SPECIAL.index("[CLS]")),
                                                     ("[SEP]", SPECIAL.index("[SEP]"))])
    return PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", mask_token="[MASK]", bos_token="[BOS]")


def model(kind: str, vocabulary: int) -> Any:
    """``gpt-neox``, ``llama``, ``mamba`` (causal), ``bert``, ``esm`` (masked), with random weights."""
    import transformers as hf

    import torch

    sizes = {"vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": 2, "pad_token_id": 0}
    heads = {"num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": WINDOW}
    made: Any
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        match kind:
            case "gpt-neox":
                made = hf.GPTNeoXForCausalLM(hf.GPTNeoXConfig(**sizes, **heads))
            case "llama":
                made = hf.LlamaForCausalLM(hf.LlamaConfig(**sizes, **heads))
            case "mamba":
                made = hf.MambaForCausalLM(hf.MambaConfig(**sizes, state_size=4))
            case "bert":
                made = hf.BertForMaskedLM(hf.BertConfig(**sizes, **heads))
            case "esm":
                made = hf.EsmForMaskedLM(hf.EsmConfig(**sizes, **heads, mask_token_id=4))
        for weights in made.parameters():  # random weights of the usual size say next to nothing of the letters
            weights.data.mul_(3.0)
    return made


def save(folder: Path, kind: str, tokens: str) -> Path:
    """A folder with a model and its tokenizer."""
    words = tokenizer(tokens, frame=kind in ("bert", "esm"))
    words.save_pretrained(folder)
    model(kind, len(words)).save_pretrained(folder)
    return folder
