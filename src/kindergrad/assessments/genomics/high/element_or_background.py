"""Is this a regulatory element, or a piece that only looks like one?

Shows: that the arrangement of several words decides: three in order, the first two close together.
Does not show: anything of the genome around an element, or of the cell.
Floor: letter, pair and triplet frequencies. Negatives of the easy level are shuffles of the element that keep its
length and every triplet; those of the hard level hold the same words in another order, so that a k-mer probe and the
nearest neighbour fail, too.
Ceiling: exact Bayes over all places of the words.
Trap: on popular sets length alone tells; here all texts of an item have one length, and the same background.
Source: Grešová et al. (2023), doi:10.1186/s12863-023-01123-8 (the sets with the shortcuts); the grammar is ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

CONTROLS = 3
RULE = {"same-words": "element", "same-triplets": "presence"}


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "element-or-background", level)
    rule = RULE[level]
    true = world.draw(streams, rule, True)
    controls = [world.shuffles(streams, true) if rule == "presence" else world.draw(streams, rule, False)
                for _ in range(CONTROLS)]
    flat = np.stack([true, *controls], axis=1).reshape(n * (CONTROLS + 1), -1)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    return choice_items(np.full(n, ""), decode_rows(flat).reshape(n, -1), world.log_odds(flat, rule).reshape(n, -1),
                        place, cluster=np.array([f"item-{i}" for i in range(n)]))


ASSESSMENT = Assessment(
    skill="genomics/element-or-background", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 matched negatives", twin_metric="ranked first of 4", chance=0.5, needs=("grammar",),
    world="grammar", cluster="item", learner="markov", levels=tuple(RULE),
    source="elements of 60 letters with three motifs of 11 bits, of the world 'grammar'",
)
