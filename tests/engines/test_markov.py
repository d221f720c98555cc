"""The context model learns real DNA, never does worse than no model at all, and is deterministic."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.dna import decode
from kindergrad.engines.markov import Markov
from kindergrad.worlds import fasta
from kindergrad.worlds.genome import SyntheticGenome

SIZES = (1_000, 3_162, 10_000, 31_623, 100_000)
CUTS = (0, 1, 2)


def noise(size: int, seed: int) -> str:
    return decode(np.random.default_rng(seed).integers(0, 4, size).astype(np.uint8))


def bits(engine: Markov, text: str) -> float:
    """Bits per letter of a text read from nothing."""
    return float(-engine.log_likelihood([""], [text])[0] / np.log(2) / len(text))


@pytest.fixture(scope="module")
def ecoli(shared_data: Path) -> np.ndarray:
    """Codes of the chromosome of E. coli O157."""
    found = fasta.read(shared_data / "genomics" / "ecoli_o157" / "GCF_000008865.2.fna.gz")
    chromosome = found.codes[: int(found.lengths[0])]
    return np.asarray(chromosome[chromosome < 4])


def cut(codes: np.ndarray, which: int, share: float = 0.1) -> tuple[str, str]:
    """Training text, which begins after the held-out tenth, and the held-out text."""
    start, size = which * len(codes) // 3, int(len(codes) * share)
    return decode(np.concatenate([codes[start + size :], codes[:start]])), decode(codes[start : start + size])


@pytest.mark.parametrize("size", SIZES)
def test_on_noise_it_is_no_worse_than_uniform(size: int) -> None:
    engine = Markov()
    engine.learn([noise(size, 0)])
    assert bits(engine, noise(100_000, 1)) < 2.01


@pytest.mark.parametrize("which", CUTS)
def test_on_ecoli_it_is_never_worse_than_uniform_and_learns(ecoli: np.ndarray, which: int) -> None:
    train, held_out = cut(ecoli, which)
    found = []
    for size in SIZES:
        engine = Markov()
        engine.learn([train[:size]])
        found.append(bits(engine, held_out[:100_000]))
    assert max(found) < 2.01 and found[-1] < 1.97 and found[-1] < found[0]


@pytest.mark.slow
def test_on_all_of_ecoli_it_reaches_its_target(ecoli: np.ndarray) -> None:
    found = []
    for which in CUTS:
        train, held_out = cut(ecoli, which)
        engine = Markov()
        engine.learn([train])
        found.append(bits(engine, held_out))
    assert np.mean(found) <= 1.93


def test_learning_in_steps_never_gets_much_worse_and_is_deterministic(genome: SyntheticGenome) -> None:
    text = genome.corpus(0)[0]
    held_out = genome.stretches([np.random.default_rng(i) for i in range(60)], 500).texts.tolist()
    engines = Markov(), Markov()
    found, start = [], 0
    for size in (1_000, 10_000, 100_000, 300_000):
        for engine in engines:
            engine.learn([text[start:size]])
        start = size
        answers = [engine.log_likelihood([""] * 60, held_out) for engine in engines]
        assert np.array_equal(*answers)
        found.append(float(-answers[0].sum() / np.log(2) / 30_000))
    assert found[0] < 2.01 and found[-1] < found[1] < found[0]
    assert all(later < earlier + 0.01 for earlier, later in itertools.pairwise(found))


def test_counts_do_not_depend_on_how_the_corpus_is_cut_but_for_the_cuts(genome: SyntheticGenome) -> None:
    text = genome.corpus(0)[0][:60_000]
    whole, steps = Markov(max_order=4), Markov(max_order=4)
    whole.learn([text])
    for start in range(0, 60_000, 20_000):
        steps.learn([text[start : start + 20_000]])
    asked = [text[i : i + 300] for i in range(0, 60_000, 1000)]
    apart = whole.log_likelihood([""] * 60, asked) - steps.log_likelihood([""] * 60, asked)
    assert np.abs(apart / 300 / np.log(2)).max() < 0.02


def test_pieces_shorter_than_the_order_are_ignored() -> None:
    one, other, fresh = Markov(), Markov(), Markov()
    text = noise(5_000, 2)
    one.learn([text])
    other.learn(["ACGT", text, "", "A" * 12])
    asked = [text[i : i + 50] for i in range(0, 4000, 97)]
    assert np.array_equal(*(e.log_likelihood([""] * len(asked), asked) for e in (one, other)))
    fresh.learn(["ACGT", "A" * 12])
    assert fresh.log_likelihood([""], ["ACGT"])[0] == pytest.approx(4 * np.log(0.25))
    assert fresh.parameters == 0


def test_a_word_that_is_repeated_is_expected() -> None:
    rng = np.random.default_rng(3)
    word = noise(14, 4)
    text = "".join(noise(int(rng.integers(20, 60)), i) + word for i in range(10, 500))
    engine = Markov()
    engine.learn([text])
    wrong = word[12:].translate(str.maketrans("ACGT", "CGTA"))
    expected, other = engine.log_likelihood([word[:12]] * 2, [word[12:], wrong])
    assert np.exp(expected) > 0.8 and np.exp(other) < 0.05


@pytest.mark.parametrize("order", [-1, 13])
def test_orders_that_do_not_fit_are_refused(order: int) -> None:
    with pytest.raises(ValueError, match=f"max_order must lie in 0 to 12; got {order}"):
        Markov(max_order=order)


def test_two_workers_stay_under_two_gigabytes() -> None:
    assert 4 * (4**14 - 1) // 3 < 2e9 / 2 / 2  # bytes of all counts of order 12, and as much again to work in
    assert all(counts.dtype == np.uint32 for counts in Markov(max_order=2)._counts)


def test_it_writes_on_as_it_predicts() -> None:
    """Letters are drawn with the probabilities that it gives; the same seed gives the same text."""
    engine = Markov(max_order=2)
    engine.learn(["ACGT" * 2000])
    texts = engine.generate(["ACG", "TTAC", ""], 40, 0)
    assert texts == engine.generate(["ACG", "TTAC", ""], 40, 0) != engine.generate(["ACG", "TTAC", ""], 40, 1)
    assert [len(text) for text in texts] == [40, 40, 40]
    assert texts[0].startswith("TACGT") and "ACGTACGT" in texts[1]
    fresh = "".join(Markov().generate([""] * 200, 20, 0))
    assert all(0.22 < fresh.count(letter) / len(fresh) < 0.28 for letter in "ACGT")
