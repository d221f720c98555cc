"""Does a sequence satisfy a rule of two motifs: AND, OR, XOR, NOT, or an order?

Shows: that two words are read together, where either alone tells nothing.
Does not show: how strong a word is, or how far two may stand apart.
Floor: letter, pair and triplet frequencies. Counts of single words are balanced in all rules but OR, where the
controls are shuffles with the same triplets; the sharper floor is a k-mer probe, which OR alone lets through.
Ceiling: exact Bayes over all places, with motifs and rule known.
Trap: counts of single motifs that leak the label: AND is against two of one word, XOR against both or none, NOT
against a word and the one that it forbids.
Source: Buchler et al. (2003), doi:10.1073/pnas.0930314100 (logic of regulation); the words are random motifs.
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
RULES = ("xor", "and", "not", "order", "or")


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "motif-logic", level)
    true = world.draw(streams, level, True)
    if level == "or":
        controls = [world.shuffles(streams, true) for _ in range(CONTROLS)]
    else:
        controls = [world.draw(streams, level, False) for _ in range(CONTROLS)]
    texts = np.stack([true, *controls], axis=1)
    flat = texts.reshape(n * (CONTROLS + 1), -1)
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    return choice_items(np.full(n, ""), decode_rows(flat).reshape(n, -1), world.log_odds(flat, level).reshape(n, -1),
                        place, cluster=np.array([f"item-{i}" for i in range(n)]))


ASSESSMENT = Assessment(
    skill="genomics/motif-logic", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 that break the rule", twin_metric="ranked first of 4", chance=0.5, needs=("grammar",),
    world="grammar", cluster="item", learner="markov", levels=RULES,
    source="texts of 60 letters with motifs of 11 bits, of the world 'grammar'",
)
