"""The k-mer probe learns what composition tells, and only that; the oracle replays the truth where there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.errors import EngineError, SequenceError
from kindergrad.engines.kmer import KmerProbe
from kindergrad.engines.oracle import Oracle
from kindergrad.engines.sklearn_ import Probe
from kindergrad.exams import catalogue
from kindergrad.worlds.annotated_genome import load
from kindergrad.worlds.genome import SyntheticGenome


def drawn(n: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Sequences of 60 letters, label 1 with more G and C."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, n)
    share = {0: [0.3, 0.2, 0.2, 0.3], 1: [0.2, 0.3, 0.3, 0.2]}
    return ["".join(rng.choice(list("ACGT"), 60, p=share[int(label)])) for label in labels], labels


def auroc(score: np.ndarray, labels: np.ndarray) -> float:
    return float((score[labels == 1][:, None] > score[labels == 0][None, :]).mean())


def test_probe_learns_composition_and_more_from_more() -> None:
    asked, labels = drawn(400, 1)
    found = []
    for n in (10, 1000):
        probe = KmerProbe()
        probe.fit(*drawn(n, 2))
        found.append(auroc(probe.decide(asked), labels))
    assert found[1] > 0.95 and found[1] > found[0] + 0.02


def test_probe_cannot_see_where_a_word_stands() -> None:
    rng = np.random.default_rng(3)
    texts, labels = [], np.arange(400) % 2
    for label in labels:
        letters = "".join(rng.choice(list("ACGT"), 50))
        texts.append(letters[:10] + "TATAATGC" + letters[10:] if label else letters[:40] + "TATAATGC" + letters[40:])
    probe = KmerProbe()
    probe.fit(texts[:200], labels[:200])
    assert abs(auroc(probe.decide(texts[200:]), labels[200:]) - 0.5) < 0.13


def test_probe_is_deterministic_and_refuses_unknown_letters() -> None:
    asked, _ = drawn(20, 4)
    answers = []
    for _ in range(2):
        probe = KmerProbe(seed=1)
        probe.fit(*drawn(100, 5))
        answers.append(probe.decide(asked))
    assert np.array_equal(*answers) and answers[0].dtype == np.float64
    with pytest.raises(SequenceError, match="sequence 2: unknown letter 'N' at position 3"):
        probe.decide(["ACGT", "ACN"])


def test_oracle_replays_the_ideal_answers(genome: SyntheticGenome) -> None:
    items = catalogue.assessment("genomics/reading-frame").items(genome, 20, "all", 0)
    assert Oracle().ideal(items) is items.ideal


def test_oracle_refuses_items_of_a_real_genome(shared_data: Path) -> None:
    real = load(shared_data / "genomics" / "lambda" / "lambda_virus.fa")
    items = catalogue.assessment("genomics/real-or-shuffled").items(real, 20, "pairs-kept", 0)
    assert items.ideal is None
    with pytest.raises(EngineError, match="no known truth"):
        Oracle().ideal(items)


@pytest.mark.parametrize("made", [lambda: KmerProbe(k=2), lambda: Probe("one-hot")], ids=["kmer", "one-hot"])
def test_measurements_are_predicted_as_numbers(made: Callable[[], KmerProbe | Probe]) -> None:
    """Labels of float64 are measurements: the share of G and C, with noise."""
    texts, _ = drawn(700, 3)
    value = np.array([3 * (t.count("G") + t.count("C")) / 60 for t in texts])
    noisy = value + 0.05 * np.random.default_rng(4).standard_normal(700)
    engine = made()
    engine.fit(texts[:600], noisy[:600])
    answers = engine.decide(texts[600:])
    assert np.corrcoef(answers, value[600:])[0, 1] > 0.9
    assert np.abs(answers - value[600:]).mean() < 0.1
    engine.fit(texts[:600], (value[:600] > 1.5).astype(np.int64))  # and classes again
    assert auroc(engine.decide(texts[600:]), (value[600:] > 1.5).astype(np.int64)) > 0.9
