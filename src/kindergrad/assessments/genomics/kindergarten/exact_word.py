"""Is a word that the genome uses preferred to words made of the same pairs of letters?

Shows: that words, not only letters, are being remembered.
Does not show: any meaning of the word.
Floor: letter, pair and triplet frequencies; the controls keep the word's pairs of letters where they can.
Ceiling: the list of words that wrote the genome.
Trap: the composition of the word; over-represented words of a real genome are chosen on a third part of it.
Source: Karlin and Burge (1995), doi:10.1016/S0168-9525(00)89076-9 (genomic signatures of words).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.asks import put_fit, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first
from kindergrad.worlds.shuffles import distinct_shuffles

FLANK, CONTROLS = 16, 7


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "exact-word")
    words = world.words()
    known = set(words.words)
    which = np.array([int(rng.integers(len(words.words))) for rng in streams])
    context, _ = world.before_word([words.words[w] for w in which], streams, FLANK)
    rows = [[words.words[w], *distinct_shuffles(words.words[w], 2, CONTROLS, rng)]
            for w, rng in zip(which, streams, strict=True)]
    ideal = np.array([[0.0 if text in known else -1.0 for text in row] for row in rows]) if world.exact else None
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    names = np.array(words.words)[which]
    return choice_items(context, np.array(rows), ideal, place, cluster=names, concept=names)


ASSESSMENT = Assessment(
    skill="genomics/exact-word", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 7 controls", twin_metric="ranked first of 8", chance=0.5, needs=("words",), cluster="word",
    learner="markov", frequency=lambda world, level: float(np.median(world.words().frequency)),
    source="planted words of 10 letters, or words over-represented in a real genome",
)
