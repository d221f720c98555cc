"""Promoters of one item hold the same letters, occupancy is the partition function, counts have mean and spread."""

from __future__ import annotations

import numpy as np
import pytest

from kindergrad.core.dna import decode, reverse_complement_codes
from kindergrad.core.seeds import item_streams, stream
from kindergrad.stats.scoring import correlation
from kindergrad.testing import check_world
from kindergrad.worlds import occupancy
from kindergrad.worlds.occupancy import HIGHEST, LOWEST, Occupancy, measured

WORLD = Occupancy(seed=0)


def test_it_is_a_world() -> None:
    check_world(occupancy.make(0, size=20_000), again=occupancy.make(0, size=20_000))


def test_promoters_of_one_item_hold_the_same_letters() -> None:
    for rng in item_streams(5, 0, "letters"):
        codes = WORLD.promoters(rng, 8)
        assert len({"".join(sorted(decode(row))) for row in codes}) == 1
        assert len({decode(row) for row in codes}) > 4


def test_occupancy_by_states() -> None:
    """A factor is free, or bound at one place on one strand: shares of states that are written out one by one."""
    codes = WORLD.promoters(stream(0, "states"), 3)
    for row, found in zip(codes, WORLD.bound(codes), strict=True):
        for factor, motif in enumerate(WORLD.motifs):
            states = [1.0]
            for strand in (row, reverse_complement_codes(row)):
                for start in range(len(row) - WORLD.width + 1):
                    affinity = sum(np.log(motif[i, strand[start + i]] / 0.25) for i in range(WORLD.width))
                    states.append(float(np.exp(WORLD.concentration + affinity)))
            assert found[factor] == pytest.approx(1 - states[0] / sum(states), abs=1e-12)


def test_activators_add_and_the_repressor_takes() -> None:
    best = [np.argmax(motif, axis=1) for motif in WORLD.motifs]
    noise = stream(1, "noise").integers(0, 4, 80)

    def rate(*factors: int) -> float:
        row = noise.copy()
        for i, factor in enumerate(factors):
            row[10 + 20 * i : 10 + 20 * i + WORLD.width] = best[factor]
        return float(WORLD.rate(row[None].astype(np.uint8))[0])

    assert LOWEST <= rate() < rate(0) < rate(0, 1) <= HIGHEST
    assert rate(0, 1, 2) < 0.5 * rate(0, 1)


def test_counts_have_the_mean_and_the_spread_that_are_told() -> None:
    counts = WORLD.counts(stream(0, "counts"), np.full(40_000, 10.0), 3.0)
    assert counts.mean() == pytest.approx(30, rel=0.02)
    assert counts.var() == pytest.approx(30 + WORLD.spread * 900, rel=0.05)
    assert Occupancy(spread=0.0).counts(stream(0, "counts"), np.full(40_000, 10.0), 3.0).var() == pytest.approx(
        30, rel=0.05)


def test_deeper_counts_give_a_higher_ceiling() -> None:
    streams = item_streams(60, 0, "depth")
    codes = np.stack([WORLD.promoters(rng, 8) for rng in streams])
    truth = np.log(WORLD.rate(codes.reshape(-1, 80))).reshape(60, 8)
    shallow, deep = (correlation(truth, measured(WORLD, item_streams(60, 1, "depth"), codes, depth)).mean()
                     for depth in (0.3, 30.0))
    assert 0.3 < shallow < deep - 0.2 < 0.8
