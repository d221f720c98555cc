"""After a long way, is the value that belongs to a key still found?

Shows: the reach of an architecture, apart from data: nature never writes such pairs.
Does not show: any biology; show it beside enhancer-to-gene.
Floor: letter frequencies; the values are noise. A sharper floor is the value of any pair: copying without its key.
Ceiling: exact posterior over the pairs, given the letters of the last key.
Trap: the place of the pair; all pairs stand together, in any order. The levels are the world's distance (100,000
letters unless the study's world is "recall" with another, up to 1,000,000), a tenth of it, and a hundredth; long
texts are few, so that a level holds some 2,000,000 letters at most.
Source: Arora et al. (2023), arXiv:2312.04927; near-duplicate keys as in HuggingFaceBio/genomic-niah.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Generate, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode, decode_rows
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

SHARE = {"far": 1, "tenth": 10, "hundredth": 100}
LETTERS, FEWEST = 2_000_000, 10


def items(world: Any, n: int, level: str, seed: int) -> Items:
    distance = max(1, world.distance // SHARE[level])
    n = min(n, max(FEWEST, LETTERS // distance))
    streams = seeds.item_streams(n, seed, "long-range-recall", level)
    asked = [world.ask(rng, distance) for rng in streams]
    c = world.pairs
    place = np.array([int(rng.integers(c)) for rng in streams])
    order = (np.arange(c)[None, :] - place[:, None]) % c
    values = np.stack([decode_rows(one.values) for one in asked])
    rows = np.arange(n)[:, None]
    return Items(
        asked={"context": np.array([decode(one.context) for one in asked])[:, None], "target": values[rows, order]},
        truth={"true": place, "cluster": np.array([f"item-{i}" for i in range(n)])},
        ideal=np.stack([one.log_p for one in asked])[rows, order],
    )


def put_generation(engine: Generate, asked: Any) -> NDArray[np.float64]:
    """Let the engine write the value; the answer is how many letters it has in common with each candidate."""
    length = len(asked["target"][0, 0])
    written = engine.generate([str(text) for text in asked["context"][:, 0]], length, 0)
    return np.array([[sum(map(str.__eq__, text, str(value))) for value in row]
                     for text, row in zip(written, asked["target"], strict=True)], dtype=np.float64)


ASSESSMENT = Assessment(
    skill="genomics/long-range-recall", version="2.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_generation}, score=placed,
    twin=placed_first, metric="placement among the values of near keys", twin_metric="ranked first of 4", chance=0.5,
    needs=("keys",), world="recall", cluster="item", learner="none-yet", levels=tuple(SHARE),
    source="4 pairs of the world 'recall', keys of 16 letters that differ in 4",
)
