"""Splice sites and their decoys are what the world says, and the odds are exact."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from kindergrad.core.seeds import item_streams, stream
from kindergrad.testing import check_world
from kindergrad.worlds import splicing
from kindergrad.worlds.splicing import FLANK, SITES, Splicing, window_codes

WORLD = Splicing(seed=0)


def top(world: Splicing, kind: str) -> float:
    """How often the oracle ranks the true site first."""
    ideal = world.splice_sites(item_streams(300, 0, "top"), kind, 20, 3).ideal
    assert ideal is not None
    return float((ideal[:, 0] > ideal[:, 1:].max(axis=1)).mean())


def test_it_is_a_world() -> None:
    check_world(splicing.make(0, size=60_000), again=splicing.make(0, size=60_000))


@pytest.mark.parametrize(("kind", "fixed"), [("donor", "GT"), ("acceptor", "AG")])
def test_decoys_hold_the_letters_of_the_site(kind: str, fixed: str) -> None:
    offered = WORLD.splice_sites(item_streams(50, 0, "test"), kind, 29, 3)
    site = SITES[kind]
    start = offered.middle - site.fixed
    assert all(t[offered.middle : offered.middle + 2] == fixed and len(t) == 60 for t in offered.texts.ravel())
    letters = [[sorted(t[start : start + len(site.shares)]) for t in row] for row in offered.texts.tolist()]
    assert all(row.count(row[0]) == 4 for row in letters)


def test_letters_of_true_sites_have_their_shares() -> None:
    offered = WORLD.splice_sites(item_streams(2000, 0, "shares"), "donor", 10, 0)
    site = SITES["donor"]
    start = offered.middle - site.fixed
    codes = window_codes(offered.texts)[:, start : start + len(site.shares)]
    found = np.stack([(codes == letter).mean(axis=0) for letter in range(4)], axis=1)
    assert np.abs(found - site.shares).max() < 0.04


@pytest.mark.parametrize("kind", ["donor", "acceptor"])
def test_decoys_that_fit_better_are_harder(kind: str) -> None:
    assert top(WORLD, kind) > top(Splicing(seed=0, strength=0.5), kind) > top(Splicing(seed=0, strength=1.0), kind)
    assert top(Splicing(seed=0, strength=1.0), kind) == pytest.approx(0.25, abs=0.12)


def test_orders_of_equal_letters_are_told_by_the_shares_alone() -> None:
    """Posterior of "this is the true one" among all orders of the letters, by Bayes, against the oracle's answers."""
    site = SITES["donor"]
    free = stream(0, "orders").integers(0, 4, 4)
    orders = np.array(sorted(set(itertools.permutations(free.tolist()))), dtype=np.uint8)
    codes = np.tile(np.argmax(site.shares, axis=1).astype(np.uint8), (len(orders), 1))
    codes[:, site.free[3:]] = orders
    by_bayes = np.array([np.prod([site.shares[i, row[i]] for i in site.free[3:]]) for row in codes])
    answered = np.exp(WORLD.fit(codes, "donor", 0))
    assert answered / answered.sum() == pytest.approx(by_bayes / by_bayes.sum(), abs=1e-12)


def test_company_is_on_the_right_side() -> None:
    for kind in SITES:
        offered = WORLD.splice_contexts(item_streams(60, 0, kind), kind, FLANK, 1)
        ideal = offered.ideal
        assert ideal is not None and (ideal[:, 0] > ideal[:, 1]).mean() > 0.97
        assert ideal[:, 0].mean() == pytest.approx(-ideal[:, 1].mean(), abs=2.0)


def test_texts_of_both_kinds_hold_the_same_words() -> None:
    """The best fit to each enhancer and silencer anywhere in the text is as good in decoys as in true sites."""
    offered = WORLD.splice_contexts(item_streams(300, 0, "same"), "donor", FLANK, 1)
    for motif in WORLD.motifs:
        best = WORLD.background.read(window_codes(offered.texts)).odds(motif).max(axis=1).reshape(-1, 2)
        assert best[:, 0].mean() == pytest.approx(best[:, 1].mean(), abs=0.6)
