"""Weights by place: they learn what adds up, and order 2 what does not."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import SequenceError
from kindergrad.engines.position import PositionProbe

RNG = np.random.default_rng(0)
TEXTS = ["".join(RNG.choice(list("ACGT"), size=9)) for _ in range(1200)]
TRAIN, NEW = TEXTS[:800], TEXTS[800:]


def r(probe: PositionProbe, truth: list[float]) -> float:
    probe.fit(TRAIN, np.array(truth[:800]))
    return float(np.corrcoef(probe.decide(NEW), truth[800:])[0, 1])


def test_additive_values_are_learned() -> None:
    truth = [1.5 * (t[2] == "A") - (t[7] == "G") for t in TEXTS]
    assert r(PositionProbe(), truth) > 0.99


def test_pairs_are_beyond_order_1_and_within_order_2() -> None:
    truth = [float((t[2] in "AC") == (t[5] in "AC")) for t in TEXTS]
    assert abs(r(PositionProbe(), truth)) < 0.2
    assert r(PositionProbe(order=2), truth) > 0.9


def test_classes_are_learned_too() -> None:
    labels = np.array([int(t[0] == "T") for t in TRAIN])
    probe = PositionProbe()
    probe.fit(TRAIN, labels)
    told = probe.decide(NEW)
    assert min(told[i] for i, t in enumerate(NEW) if t[0] == "T") > max(
        told[i] for i, t in enumerate(NEW) if t[0] != "T")


def test_texts_of_other_lengths_and_letters() -> None:
    probe = PositionProbe()
    probe.fit(["ACG", "A", "ACGTT"] * 5, np.arange(15.0))
    assert probe.decide(["ACGTTTTTTTT", "", "acg"]).shape == (3,)
    assert probe.decide([]).shape == (0,)
    with pytest.raises(SequenceError, match="sequence 2"):
        probe.decide(["ACG", "ACN"])
    with pytest.raises(ValueError, match="order"):
        PositionProbe(order=3)
