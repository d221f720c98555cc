"""What do two changes do together, beyond the sum of each?

Shows: interaction between sites; at the hard level it depends on a third site.
Does not show: the effects of single changes, which cancel.
Floor: any engine whose score is a sum over sites, such as the best additive fit, letter frequencies or short words:
it gives every pair of changes the same answer, 0.
Ceiling: the true interactions against those of four noisy measurements each: exact, and below 1.
Trap: saturation looks like interaction; in the simulation fitness adds up without a curve, in measured data the best
additive fit with a rising curve is taken away first.
Source: Weinreich et al. (2013), doi:10.1016/j.gde.2013.10.007.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Fit, LogLikelihood, checked, log_likelihoods
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import correlated, correlated_top
from kindergrad.worlds.landscape import interaction

CYCLES = 8
PARTS = ("none", "left", "right", "both")


def items(world: Any, n: int, level: str, seed: int) -> Items:
    streams = seeds.item_streams(n, seed, "epistasis", level)
    drawn = world.double_changes(streams, level, CYCLES)
    return Items(
        asked={part: drawn.texts[..., i] for i, part in enumerate(PARTS)},
        truth={"value": drawn.value, "measured": drawn.measured, **drawn.columns,
               "cluster": np.array([f"item-{i}" for i in range(n)])},
        ideal=drawn.ideal,
    )


def put(engine: LogLikelihood, asked: Any) -> NDArray[np.float64]:
    answers = [log_likelihoods(engine, np.array(""), asked[part]) for part in PARTS]
    return interaction(np.stack(answers, axis=-1))


def put_fit(engine: Fit, asked: Any, train: Items) -> NDArray[np.float64]:
    """Fit the measured fitness of all forms of ``train``, and take the interaction of what is decided."""
    engine.fit([str(text) for part in PARTS for text in train.asked[part].flat],
               np.moveaxis(np.asarray(train.truth["measured"]), -1, 0).ravel())
    answers = [checked(engine.decide([str(text) for text in asked[part].flat]), asked[part].shape, "decide")
               for part in PARTS]
    return interaction(np.stack(answers, axis=-1))


ASSESSMENT = Assessment(
    skill="genomics/epistasis", version="1.0", items=items, readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit},
    score=correlated, twin=correlated_top, metric="correlation within 8 pairs of changes",
    twin_metric="largest interaction of 8 named", chance=0.0, needs=("landscapes",), world="landscape", cluster="item",
    learner="markov", levels=("triples", "pairs"),
    references=("kmer", "position", "position-pairs"), source="landscapes of 6 sites of the world 'landscape'",
)
