"""After n examples of a word never met before, is a new example recognised?

Shows: learning from little data within one text; the levels are n = 4 to 64, and the motif is fresh in every item.
Does not show: memory of the corpus, or how well a word is recognised after thousands of examples.
Floor: letter frequencies; the controls hold the letters of the new example in another order. The sharper floor is the
nearest neighbour among the examples.
Ceiling: exact Bayes with a Dirichlet posterior over the motif and all places, for every n.
Trap: motifs from a database may have been met before; these are drawn at random.
Source: Chan et al. (2022), arXiv:2205.05055 (learning in context).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Fit, checked, put_likelihood
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import placed, placed_first

CONTROLS = 3
SHOTS = (4, 8, 16, 32, 64)


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams, shots = seeds.item_streams(n, seed, "few-shot-word", level), int(level.removeprefix("n-"))
    contexts, rows, ideal = [], [], []
    for rng in streams:
        drawn = world.draw(rng, shots + 1)
        asked = np.stack([drawn[-1], *(rng.permutation(drawn[-1]) for _ in range(CONTROLS))])
        contexts.append(drawn[:-1].ravel())
        rows.append(decode_rows(asked))
        ideal.append(world.log_p(drawn[:-1], asked))
    place = np.array([int(rng.integers(CONTROLS + 1)) for rng in streams])
    return choice_items(decode_rows(np.stack(contexts)), np.stack(rows), np.array(ideal), place,
                        cluster=np.array([f"item-{i}" for i in range(n)]))


def put_fit(engine: Fit, asked: Any, train: Items) -> NDArray[np.float64]:
    """Fit the examples of each item against shuffles of them, at most as many as ``train`` has items."""
    answers = []
    for i, (context, row) in enumerate(zip(asked["context"], asked["target"], strict=True)):
        texts = [context[0][j : j + len(row[0])] for j in range(0, len(context[0]), len(row[0]))][: len(train)]
        shuffled = ["".join(seeds.stream(i, "few-shot-word", text).permutation(list(text))) for text in texts]
        engine.fit([*texts, *shuffled], np.repeat([1, 0], len(texts)))
        answers.append(engine.decide([str(text) for text in row]))
    return checked(np.array(answers), asked["target"].shape, "decide")


ASSESSMENT = Assessment(
    skill="genomics/few-shot-word", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.FIT: put_fit}, score=placed, twin=placed_first,
    metric="placement among 3 shuffles", twin_metric="ranked first of 4", chance=0.5, needs=("fresh-words",),
    world="few-shot", cluster="item", learner="none-yet", levels=tuple(f"n-{n}" for n in SHOTS),
    source="fresh motifs of 8 letters in examples of 20, of the world 'few-shot'",
)
