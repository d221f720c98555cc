"""Which change hits a site that evolution has kept?

Shows: that what relatives have in common tells what a change will break; the levels are how many are shown.
Does not show: knowledge of real genes, or effects of kept sites on each other.
Floor: letter, pair and triplet frequencies. All changes of an item are of one letter into the same other, in one
sequence; the sharper floor is whether the other letter stands in any relative.
Ceiling: exact posterior of selection at each site, summed over all ancestors of the tree.
Trap: in real sets verdicts were made with conservation (circular), and each gene has one verdict.
Source: Felsenstein (1981), doi:10.1007/BF01734359; Halpern and Bruno (1998), doi:10.1093/oxfordjournals.molbev.a025995.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import asks, seeds
from kindergrad.core.asks import Fit, LogLikelihood, log_likelihoods
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode, decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.phylogeny import Tree

LENGTH, CONTROLS = 60, 3
TREES = {"3-relatives": Tree(2), "7-relatives": Tree(3), "15-relatives": Tree(4)}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    tree = TREES[level]
    streams = seeds.item_streams(n, seed, "clinical-variants", level)
    contexts, originals, changed, ideal = [], [], [], []
    for rng in streams:
        family, sites, letter = _draw(tree, rng)
        own = family.leaves[-1]
        log_p = tree.log_posterior(family.leaves)[sites]
        ideal.append(log_p[:, own[sites[0]]] - log_p[:, 4])
        contexts.append(decode(family.leaves[:-1].ravel()))
        originals.append(decode(own))
        rows = np.tile(own, (len(sites), 1))
        rows[np.arange(len(sites)), sites] = letter
        changed.append(decode_rows(rows))
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    drawn = choice_items(np.full(n, ""), np.stack(changed), np.array(ideal), place,
                         cluster=np.array([f"item-{i}" for i in range(n)]))
    asked = {"context": np.array(contexts)[:, None], "target": np.array(originals)[:, None],
             "changed": drawn.asked["target"]}
    return Items(asked=asked, truth=drawn.truth, ideal=drawn.ideal)


def _draw(tree: Tree, rng: np.random.Generator) -> tuple[Any, NDArray[np.int64], int]:
    """A family, four sites with one letter in its last member (the first kept, the others free), and another letter."""
    while True:
        family = tree.write(rng, LENGTH)
        own = family.leaves[-1]
        for site in rng.permutation(np.flatnonzero(family.favoured == own)).tolist():
            free = np.flatnonzero((family.favoured < 0) & (own == own[site]))
            if len(free) >= CONTROLS:
                sites = np.array([site, *rng.choice(free, CONTROLS, replace=False)])
                return family, sites, int((own[site] + rng.integers(1, 4)) % 4)


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    """How much likelihood the change costs, after the relatives."""
    whole = log_likelihoods(engine, asked["context"], asked["target"])
    return whole - log_likelihoods(engine, asked["context"], asked["changed"])


def put_fit(engine: Fit, asked: Any, train: Items) -> NDArray[np.float64]:
    """Fit relatives with a member whose kept site has changed against those with a change at a free one."""
    def changed(part: Any) -> dict[str, Any]:
        return {"context": part["context"], "target": part["changed"]}

    return asks.put_fit(engine, changed(asked), Items(asked=changed(train.asked), truth=train.truth))


ASSESSMENT = Assessment(
    skill="genomics/clinical-variants", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 free sites", twin_metric="ranked first of 4", chance=0.5, needs=("selection",),
    world="phylogeny", cluster="item", learner="none-yet", levels=tuple(TREES),
    source="families of 4 to 16 members of the world 'phylogeny', a third of the sites under selection",
)
