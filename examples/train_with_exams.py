"""A tiny model learns words, and sits exams while it trains: a minute on one core. Needs kindergrad[hf] and accelerate.

    python examples/train_with_exams.py /tmp/training
    kindergrad report /tmp/training/exams

Ten-letter words stand in noise. The exam "exact word" is passed more and more; "copy" is not, since no noise is
repeated.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Trainer, TrainingArguments, set_seed

import kindergrad
from kindergrad.exchange import training
from kindergrad.worlds.genome import SyntheticGenome

STUDY = kindergrad.StudyConfig(
    name="Words in noise", world={"size": 100_000}, items=60, goal="genomics/exact-word>=0.5@1e6",
    assessments=("genomics/exact-word", "genomics/copy"))
LENGTH, STEPS, EVERY = 76, 300, 100


def tokenizer() -> PreTrainedTokenizerFast:
    """One token a letter."""
    vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[BOS]", "A", "C", "G", "T"])}
    letters = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    letters.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=letters, pad_token="[PAD]", unk_token="[UNK]", bos_token="[BOS]")


def main(folder: Path) -> None:
    """Train, sit, and print the score at every checkpoint."""
    letters, rng = tokenizer(), random.Random(0)
    words = SyntheticGenome(size=100_000).words().words
    texts = ["".join("".join(rng.choices("ACGT", k=rng.randint(4, 8))) + rng.choice(words) for _ in range(6))[:LENGTH]
             for _ in range(1200)]
    rows = [[letters.bos_token_id, *letters(text, add_special_tokens=False)["input_ids"]] for text in texts]
    set_seed(0)  # of the first weights
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(letters), hidden_size=32, intermediate_size=64,
                                         num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=128))
    sitter = training.Sitter(folder / "exams", STUDY, name="tiny-llama")
    Trainer(
        model=model,
        args=TrainingArguments(output_dir=str(folder / "checkpoints"), max_steps=STEPS, save_steps=EVERY,
                               learning_rate=1e-2, per_device_train_batch_size=16, report_to=[], disable_tqdm=True,
                               include_num_input_tokens_seen="all", logging_strategy="no", seed=0),
        train_dataset=[{"input_ids": row, "labels": row} for row in rows],
        callbacks=[training.hugging_face(sitter, letters)],
    ).train()
    for record in sorted(kindergrad.records(folder / "exams"), key=lambda r: (r.skill, r.main_scale.value)):
        if record.role == "learner" and record.estimand and record.estimand.score is not None:
            print(f"{record.skill:28} {record.main_scale!s:14} score {record.estimand.score:5.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
