"""Worlds keep the contract that exams rely on; and the contract can be broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.dna import decode, encode
from kindergrad.testing import check_world
from kindergrad.worlds.annotated_genome import load
from kindergrad.worlds.arithmetic import Arithmetic
from kindergrad.worlds.genome import SyntheticGenome


def test_synthetic_genome_keeps_the_contract(genome: SyntheticGenome) -> None:
    check_world(genome, again=SyntheticGenome(size=genome.size))


def test_the_web_keeps_the_contract() -> None:
    check_world(Arithmetic(size=60_000), again=Arithmetic(size=60_000))


def test_real_genome_keeps_the_contract(genomes: Path) -> None:
    path = genomes / "lambda" / "lambda_virus.fa"
    check_world(load(path), again=load(path))


class Faulty(SyntheticGenome):
    """A small genome with one fault, by name."""

    fault = ""

    def corpus(self, seed: int) -> list[str]:
        text = super().corpus(0 if self.fault == "order" else seed)[0]
        match self.fault:
            case "letters":
                return [text[:-1] + "N"]
            case "size":
                return [text[:-1]]
            case "content":
                return [text.replace("A", "C")] if seed else [text]
        return [text]

    def shuffled(self, seed: int) -> list[str]:
        match self.fault:
            case "control":
                return super().corpus(seed)
            case "composition":
                return [text.replace("A", "T") for text in super().shuffled(seed)]
        return super().shuffled(seed)

    def windows(self, streams: Any, length: int) -> Any:
        texts, clusters = super().windows(streams, length)
        match self.fault:
            case "streams":
                texts = np.array([*texts[1:], texts[0]]) if len(texts) > 3 else texts
            case "leak":
                whole = super().corpus(0)[0]
                starts = [sum(encode(str(text)).tolist()) * 97 for text in texts]
                texts = np.array([whole[start : start + length] for start in starts])
            case "length":
                texts = np.array([decode(encode(str(t))[1:]) for t in texts])
        return texts, clusters


@pytest.mark.parametrize(("fault", "rule"), [
    ("letters", "unknown letter"), ("size", "expected at least"), ("order", "another place"),
    ("content", "the same letters"), ("control", "lose the order"), ("composition", "keep the letters"),
    ("streams", "own stream alone"), ("leak", "shares"), ("length", "length asked for"),
])
def test_a_faulty_world_is_named_with_the_rule(fault: str, rule: str) -> None:
    world = Faulty(size=50_000)
    object.__setattr__(world, "fault", fault)
    with pytest.raises((AssertionError, ValueError), match=rule):
        check_world(world)


def test_what_is_no_world_is_told_what_is_missing() -> None:
    with pytest.raises(AssertionError, match="attributes are missing: id, digest"):
        check_world(object())
