"""Substitution models against closed forms, the machine that writes relatives against enumeration."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import phylogeny
from kindergrad.worlds.phylogeny import LETTERS, Phylogeny, Relation, Tree, equilibrium, rates, substitution

EVERY = np.array(list(itertools.product(range(4), repeat=4)), dtype=np.uint8)


def test_it_is_a_world() -> None:
    check_world(phylogeny.make(0, size=30_000), again=phylogeny.make(0, size=30_000))


@pytest.mark.parametrize("time", [0.01, 0.3, 2.0])
def test_equal_letters_give_jukes_and_cantor(time: float) -> None:
    found = substitution(rates(np.full(4, 0.25), kappa=1.0), time)
    same = 0.25 + 0.75 * np.exp(-4 / 3 * time)
    assert np.diag(found) == pytest.approx(np.full(4, same), abs=1e-12)
    assert found[0, 1] == pytest.approx((1 - same) / 3, abs=1e-12)


def test_letters_stay_in_their_shares_and_transitions_come_first() -> None:
    table = substitution(rates(), 0.2)
    assert LETTERS @ table == pytest.approx(LETTERS, abs=1e-12)
    assert table[0, 2] / LETTERS[2] > 2 * table[0, 3] / LETTERS[3]
    neutral = rates()
    assert -(LETTERS * np.diag(neutral)).sum() == pytest.approx(1.0)


def test_selection_keeps_the_favoured_letter() -> None:
    advantage = np.array([0.0, 4.0, 0.0, 0.0])
    rate = rates(advantage=advantage)
    share = equilibrium(advantage)
    assert share @ rate == pytest.approx(np.zeros(4), abs=1e-12)  # the shares that the rates lead to
    assert share[1] > 0.9 and -rate[1, 1] < 0.2 * -rates()[1, 1]


@pytest.mark.parametrize("relation", [Relation(0.3), Relation(0.3, 0.1), Relation(1.0, 0.3, 0.7)])
def test_probabilities_of_all_relatives_sum_to_one(relation: Relation) -> None:
    source = np.tile(np.array([0, 3, 2], dtype=np.uint8), (256, 1))
    log_p = relation.log_p(source, EVERY)
    assert np.exp(log_p[:, -1]).sum() == pytest.approx(1.0, abs=1e-12)
    first = [np.exp(log_p[EVERY[:, 0] == letter, 0][0]) for letter in range(4)]
    assert sum(first) == pytest.approx(1.0, abs=1e-12)


def test_probabilities_are_how_often_relatives_are_written() -> None:
    relation, source, rng = Relation(0.3, 0.2, 0.6), np.array([0, 3, 2, 1, 1], dtype=np.uint8), stream(0, "written")
    n = 20_000
    written = np.array([relation.write(rng, source, 3) for _ in range(n)], dtype=np.int64) @ [16, 4, 1]
    found = np.bincount(written, minlength=64) / n
    every = np.array(list(itertools.product(range(4), repeat=3)), dtype=np.uint8)
    exact = np.exp(relation.log_p(np.tile(source, (64, 1)), every)[:, -1])
    assert np.abs(found - exact).max() < 5 * np.sqrt(exact.max() / n)


def test_without_gaps_letters_are_read_one_by_one() -> None:
    relation = Relation(0.5)
    source, relative = Phylogeny().pairs(item_streams(8, 0, "pairs"), relation, 12, 12)
    by_hand = np.log(relation.table[source, relative]).cumsum(axis=1)
    assert relation.log_p(source, relative) == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize(("near", "far"), [(Relation(0.1), Relation(0.5)), (Relation(0.2), Relation(0.2, 0.1))])
def test_farther_relatives_are_harder(near: Relation, far: Relation) -> None:
    def bits(relation: Relation) -> float:
        source, relative = Phylogeny().pairs(item_streams(150, 0, "bits"), relation, 60, 40)
        return float(2 + relation.log_p(source, relative)[:, -1].mean() / 40 / np.log(2))

    assert bits(near) > bits(far) + 0.1 > 0.1


def test_posterior_of_selection_by_all_ancestors() -> None:
    """Four leaves: the letters of the root and of both inner nodes, one by one."""
    tree = Tree(2, branch=0.3, advantage=3.0)
    leaves = np.array([[0, 1], [0, 2], [0, 3], [2, 1]], dtype=np.uint8)
    found = np.exp(tree.log_posterior(leaves))
    for site in range(2):
        a, b, c, d = leaves[:, site].tolist()
        joint = np.zeros(5)
        for kind in range(5):
            p = tree.tables[kind]
            joint[kind] = tree.prior[kind] * sum(
                tree.roots[kind, r] * p[r, x] * p[r, y] * p[x, a] * p[x, b] * p[y, c] * p[y, d]
                for r, x, y in itertools.product(range(4), repeat=3))
        assert found[site] == pytest.approx(joint / joint.sum(), abs=1e-12)


def test_posterior_of_selection_is_calibrated_and_more_relatives_tell_more() -> None:
    kept = []
    for splits in (1, 4):
        tree = Tree(splits)
        family = tree.write(stream(splits, "family"), 4000)
        free = np.exp(tree.log_posterior(family.leaves)[:, 4])
        truth = family.favoured < 0
        assert free.mean() == pytest.approx(truth.mean(), abs=0.03)
        unsure = (free > 0.3) & (free < 0.7)
        assert unsure.sum() < 50 or truth[unsure].mean() == pytest.approx(free[unsure].mean(), abs=0.12)
        kept.append(float(np.abs(free - truth).mean()))
    assert kept[1] < 0.6 * kept[0]
