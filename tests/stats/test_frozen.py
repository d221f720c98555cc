"""A linear head on frozen embeddings finds what is linearly there, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from kindergrad.core.asks import Fit, put_fit_values
from kindergrad.core.errors import EngineError
from kindergrad.core.items import Items
from kindergrad.stats.frozen import Frozen, frozen


class Counts:
    """Embeds a sequence as its letter counts, and noise that is a function of the letters."""

    def __init__(self, wide: int = 0) -> None:
        self.wide, self.asked = wide, 0

    def embed(self, sequences: Sequence[str]) -> np.ndarray:
        self.asked += 1
        counts = np.array([[s.count(c) for c in "ACGT"] for s in sequences], dtype=np.float64)
        noise = np.array([np.random.default_rng(sum(map(ord, s))).normal(size=self.wide) for s in sequences])
        return np.hstack([counts, noise]) if self.wide else counts


def texts(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice(list("ACGT"), size=30)) for _ in range(n)]


@pytest.mark.parametrize("wide", [0, 200])
def test_finds_a_linear_signal(wide: int) -> None:
    """Also with more columns than examples, where the ridge must be chosen well."""
    train, new = texts(100, 0), texts(200, 1)
    head = Frozen(Counts(wide))
    assert isinstance(head, Fit)
    head.fit(train, np.array([2.0 * t.count("A") - t.count("G") for t in train]))
    truth = [2.0 * t.count("A") - t.count("G") for t in new]
    assert np.corrcoef(head.decide(new), truth)[0, 1] > (0.999 if not wide else 0.5)


def test_labels_that_mean_nothing_are_not_learned() -> None:
    head = Frozen(Counts(50))
    head.fit(texts(200, 0), np.random.default_rng(5).integers(0, 2, 200))
    assert np.std(head.decide(texts(100, 1))) < 0.15


def test_the_readout_probe_asks_what_fit_asks() -> None:
    train, new = texts(60, 0), texts(9, 1)
    truth = {"value": np.array([float(t.count("C")) for t in train]), "cluster": np.array(train)}
    items = Items(asked={"context": np.full(60, ""), "target": np.array(train)}, truth=truth)
    engine = Counts()
    told = frozen(put_fit_values)(engine, {"context": np.full(9, ""), "target": np.array(new)}, items)
    assert told == pytest.approx([t.count("C") for t in new], abs=0.05)
    assert engine.asked == 2


def test_wrong_shapes_are_refused() -> None:
    class Bad:
        def embed(self, sequences: Sequence[str]) -> np.ndarray:
            return np.zeros(len(sequences))

    class Holes(Counts):
        def embed(self, sequences: Sequence[str]) -> np.ndarray:
            return super().embed(sequences) * np.nan

    with pytest.raises(EngineError, match="a row per sequence"):
        Frozen(Bad()).fit(["ACG"], np.array([1.0]))
    with pytest.raises(EngineError, match="non-finite"):
        Frozen(Holes()).fit(["ACG"], np.array([1.0]))
