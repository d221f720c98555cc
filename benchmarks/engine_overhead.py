"""What do exams cost beside the forward passes of a net?

    python benchmarks/engine_overhead.py --out benchmarks/engine_overhead.json    # needs kindergrad[hf]

A net of the Hugging Face kind (GPT-NeoX, random weights, letters as tokens) sits every exam from kindergarten to middle
school. Counted are the seconds inside the model's own forward pass, and all the rest: mapping the items, letters to
tokens, batches, adding up, scoring, the record. The rest must stay under a tenth of the passes. Processor time, one
core. The net is small, so that this ends; a larger one makes the share smaller.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from ladder_speed import climb, study  # noqa: E402  the numbers of threads must be set first

from kindergrad.engines import huggingface  # noqa: E402
from kindergrad.exams import run  # noqa: E402

WIDTH, DEPTH = 256, 4
AIM = 0.10


def net(width: int, depth: int) -> tuple[Any, Any]:
    """A causal model over letters, and its tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, PreTrainedTokenizerFast

    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[BOS]", "A", "C", "G", "T"])}
    letters = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    letters.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=letters, pad_token="[PAD]", unk_token="[UNK]",
                                        bos_token="[BOS]")
    config = GPTNeoXConfig(vocab_size=len(vocabulary), hidden_size=width, num_hidden_layers=depth,
                           num_attention_heads=8, intermediate_size=4 * width, max_position_embeddings=2048)
    return GPTNeoXForCausalLM(config), tokenizer


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--items", type=int, default=10)
    options.add_argument("--width", type=int, default=WIDTH)
    options.add_argument("--depth", type=int, default=DEPTH)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    model, tokenizer = net(given.width, given.depth)
    engine = huggingface.of(model, tokenizer)
    inside = [0.0, 0]
    forward = model.forward

    def timed(*arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        out = forward(*arguments, **named)
        inside[0] += time.process_time() - start
        inside[1] += named["input_ids"].numel()
        return out

    model.forward = timed
    with tempfile.TemporaryDirectory() as folder:
        ready = run.prepare(study("markov", given.items), folder, lambda done, planned, what: None)
        engine.log_likelihood(["ACGT"], ["ACGT"])  # the first pass of a process is slow
        inside[:] = [0.0, 0]
        start, load = time.process_time(), os.getloadavg()[0]
        climb(ready, engine)
        whole = time.process_time() - start
    rest = whole - inside[0]
    found = {"parameters": engine.parameters, "items": given.items, "tokens": int(inside[1]),
             "forward_seconds": round(inside[0], 2), "rest_seconds": round(rest, 2),
             "overhead": round(rest / inside[0], 4), "aim": AIM, "met": rest / inside[0] < AIM, "load": round(load, 1)}
    print(json.dumps(found, indent=1))
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
