"""Extrapolation that the corpus tests on itself: it covers where concepts cluster, and says when it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.stats.discovery import Incidence, discover

BLOCKS, FAMILIES, OWN = 48, 500, 8


def world(seed: int) -> tuple[Incidence, np.ndarray, np.ndarray]:
    """Concepts come in families of 8 that stand in the same blocks: the incidence of all of 2 x 48 blocks."""
    rng = stream(seed, "clustered")
    rates = rng.lognormal(-3.2, 1.0, size=FAMILIES)
    shown = rng.random((2 * BLOCKS, FAMILIES)) < rates
    block, family = np.nonzero(shown)
    concept = (family[:, None] * OWN + np.arange(OWN)).ravel()
    every = np.repeat(block, OWN)
    half = every < BLOCKS
    return Incidence(concept[half], every[half], np.ones(BLOCKS)), concept, every


def test_intervals_cover_although_concepts_cluster() -> None:
    inside, naive = [], []
    for seed in range(16):
        first, concept, block = world(seed)
        new = len(set(concept[block >= BLOCKS]) - set(first.concept))
        found = discover(first, 1.0, seed=seed)
        inside.append(found.low[0] <= new <= found.high[0])
        naive.append(abs(new - found.value[0]) < 1.64 * np.sqrt(len(set(first.concept)) + new))
    assert np.mean(inside) >= 0.75
    assert np.mean(naive) < np.mean(inside), "as if independent, the intervals would be too narrow"


def test_the_same_whatever_the_names_and_the_order() -> None:
    first, _, _ = world(0)
    order = stream(1, "order").permutation(first.concept.size)
    other = Incidence(first.concept[order] * 17 + 5, first.block[order], first.sizes)
    for a, b in zip(discover(first, [1.0, 9.0])[:3], discover(other, [1.0, 9.0])[:3], strict=True):
        assert a == pytest.approx(b)


def test_few_blocks_or_nothing_met_cannot_tell() -> None:
    few = Incidence(np.arange(4), np.arange(4), np.ones(4))
    none = Incidence(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.ones(40))
    for found in (discover(few, 1.0), discover(none, 1.0)):
        assert np.isnan(found.value).all() and found.method == ("none",)


def test_far_extrapolation_is_wider_or_refused() -> None:
    first, _, _ = world(2)
    found = discover(first, [1.0, 9.0, 99.0])
    told = found.error[np.isfinite(found.error)]
    assert (np.diff(told) >= 0).all()


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match="needs a block for each concept"):
        discover(Incidence(np.arange(3), np.arange(2), np.ones(2)), 1.0)
