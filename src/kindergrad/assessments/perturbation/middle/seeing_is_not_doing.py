"""Of two genes that vary together, which one moves the other?

Shows: that direction comes from interventions, not from correlation.
Does not show: whether two genes act on each other at all; one of them does.
Floor: correlation, which has no direction, and the order of variances.
Ceiling: the network; of real proteins nominal, since their edges are a consensus of the literature.
Trap: simulated data are sorted by variance; in half of the pairs here the cause varies more than its effect.
Source: simulated; Sachs et al. (2005), doi:10.1126/science.1105809; varsortability, arXiv:2102.13647.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.assessment import Assessment
from kindergrad.core.errors import NothingToAskError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_edges
from kindergrad.stats.scoring import placed, placed_first

LEAST = 0.1
"""Correlation that a pair has at least."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Edges between correlated genes, both ways round; in half of them the cause varies more. In a real world each
    edge once, as far as one of its ends was perturbed.
    """
    streams = seeds.item_streams(n, seed, "seeing-is-not-doing")
    edges = _drawn(world, streams) if world.exact else _known(world, n, seed)
    place = np.array([int(rng.integers(2)) for rng in streams[: len(edges)]])
    turned = np.where(place[:, None] == 0, edges, edges[:, ::-1])
    return Items(asked={"source": turned, "target": turned[:, ::-1]},
                 truth={"true": place, "cluster": world.groups(edges[:, 0])},
                 ideal=(place[:, None] == [0, 1]).astype(np.float64) if world.exact else None)


def _drawn(world: Any, streams: list[np.random.Generator]) -> NDArray[np.str_]:
    edges, away, scatter = world.network.edges, world.distances, world.scatter(world.design.contexts[0])
    one_way = (np.abs(scatter.correlation[edges.source, edges.target]) > LEAST) & (away[edges.target, edges.source] < 0)
    rises = scatter.variance[edges.target] > scatter.variance[edges.source]
    pools = [np.flatnonzero(one_way & (rises == up)) for up in (False, True)]
    if not all(map(len, pools)):
        raise NothingToAskError("all edges of this world between correlated genes go the same way in variance; try a "
                                "larger one")
    picks = [pools[int(rng.integers(2))] for rng in streams]
    at = np.array([pool[int(rng.integers(len(pool)))] for pool, rng in zip(picks, streams, strict=True)])
    names = np.array(world.panel.genes)
    return np.stack([names[edges.source[at]], names[edges.target[at]]], axis=1)


def _known(world: Any, n: int, seed: int) -> NDArray[np.str_]:
    order = seeds.stream(seed, "seeing-is-not-doing", "order").permutation(len(world.edges))[:n]
    return np.array(world.edges)[order]


ASSESSMENT = Assessment(
    skill="perturbation/seeing-is-not-doing", version="1.0", items=items, readouts={Readout.EDGES: put_edges},
    score=placed, twin=placed_first, metric="right way round", twin_metric="right way round", chance=0.5,
    needs=("edges",), cluster="pathway", learner="inverse-effects", floor=("correlation", "varsortability"),
    source="edges between genes that vary together",
)
