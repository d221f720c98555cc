"""The posterior over a fresh motif is exact, and more examples tell more."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import few_shot
from kindergrad.worlds.few_shot import FewShot

TINY = FewShot(length=4, width=2, concentration=0.5)
EVERY = np.array(list(itertools.product(range(4), repeat=4)), dtype=np.uint8)


def test_it_is_a_world() -> None:
    check_world(few_shot.make(0, size=30_000), again=few_shot.make(0, size=30_000))


@pytest.mark.parametrize("shots", [1, 3, 10])
def test_probabilities_of_all_texts_sum_to_one(shots: int) -> None:
    examples = TINY.draw(stream(shots, "examples"), shots)
    assert np.exp(TINY.log_p(examples, EVERY)).sum() == pytest.approx(1.0, abs=1e-12)


def test_posterior_against_many_motifs_drawn_from_the_prior() -> None:
    """P(next | examples) as the mean over motifs and places, weighted by how well they explain the examples."""
    examples, rng = TINY.draw(stream(5, "examples"), 3), stream(6, "prior")
    n = 400_000
    motif, place = rng.dirichlet(np.full(4, 0.5), (n, 2)), rng.integers(0, TINY.places, n)
    rows = np.arange(n)

    def likelihood(text: np.ndarray) -> np.ndarray:
        return np.asarray(motif[rows, 0, text[place]] * motif[rows, 1, text[place + 1]] / 16)

    weight = np.prod([likelihood(text) for text in examples], axis=0)
    asked = EVERY[[0, 27, 100, 255]]
    sampled = [float((weight * likelihood(text)).sum() / weight.sum()) for text in asked]
    assert np.exp(TINY.log_p(examples, asked)) == pytest.approx(sampled, rel=0.05)


def test_the_order_of_examples_does_not_matter() -> None:
    examples = FewShot().draw(stream(0, "order"), 6)
    asked = FewShot().draw(stream(1, "asked"), 3)
    assert FewShot().log_p(examples, asked) == pytest.approx(FewShot().log_p(examples[::-1], asked))


def test_more_examples_and_sharper_motifs_tell_more() -> None:
    def first(world: FewShot, shots: int) -> float:
        found = []
        for rng in item_streams(300, 0, "shots"):
            drawn = world.draw(rng, shots + 1)
            asked = np.stack([drawn[-1], *(rng.permutation(drawn[-1]) for _ in range(3))])
            log_p = world.log_p(drawn[:-1], asked)
            found.append(log_p[0] > log_p[1:].max())
        return float(np.mean(found))

    assert first(FewShot(), 2) + 0.1 < first(FewShot(), 8) < first(FewShot(), 64)
    assert first(FewShot(concentration=2.0), 8) + 0.1 < first(FewShot(concentration=0.2), 8)
