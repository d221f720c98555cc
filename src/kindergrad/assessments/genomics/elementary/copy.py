"""Having read a random stretch, does the engine expect it again?

Shows: whether the architecture can look back and copy (induction).
Does not show: memory of the corpus; the stretch is fresh noise.
Floor: uniform letters. Ceiling: exact Bayes, which must still find out which part is being copied.
Trap: a real repeat may be known by heart; only fresh noise tests copying.
Source: Olsson et al. (2022), arXiv:2209.11895 (induction heads).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.asks import Generate, put_likelihood, put_written
from kindergrad.core.assessment import Assessment
from kindergrad.core.dna import decode_rows
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats.scoring import gained, gained_at_least
from kindergrad.worlds import repeats

SOURCE, LENGTH, CUE = 64, 24, 8
DIVERGENCE = {"diverged": 0.15, "identical": 0.01}
PASS = 1.0  # bits per base


def items(world: Any, n: int, level: str, seed: int) -> Items:
    drawn = repeats.copies(seeds.item_streams(n, seed, "copy", level), source=SOURCE, length=LENGTH,
                           divergence=DIVERGENCE[level])
    return Items(
        asked={"context": decode_rows(drawn.context), "target": decode_rows(drawn.target)},
        truth={"cluster": np.array([f"item-{i}" for i in range(n)]), "letters": np.full(n, LENGTH)},
        ideal=repeats.copies_log_p(drawn.context, drawn.target, DIVERGENCE[level]),
    )


def put_rest(engine: Generate, asked: Any) -> NDArray[np.float64]:
    """Let the engine write on from the first letters of the copy, without which nobody can know which part it is."""
    return put_written(engine, asked, CUE)


ASSESSMENT = Assessment(
    skill="genomics/copy", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put_likelihood, Readout.GENERATION: put_rest}, score=gained,
    twin=gained_at_least(PASS), metric="bits gained per base", twin_metric=f"copies with {PASS} bit or more",
    chance=0.0, top=2.0, needs=(), cluster="item", learner="none-yet", levels=tuple(DIVERGENCE),
    source="random letters, copied with errors",
)
