"""Does the engine say that nothing happens where nothing happens?

Shows: that noise of few cells, and the response that most perturbations share, are not taken for an effect.
Does not show: that the engine sees effects where there are some; strong-or-weak asks for that.
Floor: the mean response of training perturbations, which moves many genes. That no response at all is right is the
question itself, so an engine that always says so is not among the floors.
Ceiling: exactly nothing; of real cells nominal: they were chosen because their response does not repeat.
Trap: the perturbed gene itself does move, and does not count.
Source: simulated guides that cut nothing, and genes that act on no other; how common they are: scPerturb,
doi:10.1038/s41592-023-02144-y.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.core.response_puts import put_response
from kindergrad.core.responses import asked_columns
from kindergrad.worlds.response_items import counted, draw

Floats = NDArray[np.float64]
SMALL = 0.1
"""A predicted response below this part of a usual one passes the sharp twin."""


def items(world: Any, n: int, level: str, seed: int) -> Items:
    chosen = draw(world, world.conditions("nothing"), n, seed, "nothing")
    mask = counted(world, chosen)
    return Items(asked=asked_columns(chosen), ideal=world.response(chosen) * mask if world.exact else None,
                 truth={"counted": mask, "usual": np.full(len(chosen), np.sqrt(world.typical)),
                        "cluster": np.array([c.perturbation for c in chosen])})


def score(answers: Floats, items: Any) -> Floats:
    size = np.sqrt(((answers * items.truth["counted"]) ** 2).sum(axis=1))
    return np.asarray(1 - size / items.truth["usual"])


def twin(answers: Floats, items: Any) -> Floats:
    return (score(answers, items) > 1 - SMALL).astype(np.float64)


ASSESSMENT = Assessment(
    skill="perturbation/nothing", version="1.0", items=items, readouts={Readout.RESPONSE: put_response},
    score=score, twin=twin, metric="1 - size of the response / usual size", twin_metric="under a tenth of the usual",
    chance=0.0, needs=("nothing",), cluster="perturbation", learner="additive", floor=("perturbed-mean",),
    source="guides that cut nothing, and genes that nothing depends on",
)
