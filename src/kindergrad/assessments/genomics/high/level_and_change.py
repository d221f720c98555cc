"""Is the change upon one letter predicted as well as the level itself?

Shows: that what is known of levels holds for the difference between two sequences that are almost alike.
Does not show: changes in other elements than the one measured.
Floor: composition; for the level, one weight per letter and place does more, and stands beside the score.
Ceiling: the square root of the correlation of two measurements of the same quantity. That of the change is far below
that of the level: the two sequences share most of their signal, and none of their noise.
Trap: reporting r of levels as if it were a skill with variants.
Source: Wong et al. (2018), doi:10.1016/j.molcel.2018.07.033; the two skills told apart: Sample et al. (2019),
doi:10.1038/s41587-019-0164-5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import Fit, LogLikelihood, put_fit_levels, put_levels
from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.stats import correlation

Floats = NDArray[np.float64]
CHANGE, LEVEL = "change", "level"


def items(world: Any, n: int, level: str, seed: int) -> Items:
    """Pairs that differ in one letter; ``value`` is what the level of the exam asks for."""
    drawn: Items = world.table("pairs").items(n, seed, "level-and-change")
    truth: Mapping[str, NDArray[Any]] = drawn.truth
    told = {"value": truth["after"], "asks": np.full(len(drawn), level)}
    if level == CHANGE:
        told |= {"value": truth["after"] - truth["before"]}
        told |= {"error": np.sqrt(2) * truth["error"]} if "error" in truth else {}
    return Items(asked=drawn.asked, skipped=drawn.skipped, truth={**truth, **told})


def wanted(answers: Floats, told: Items) -> Floats:
    """The change, or the level of the changed sequence, from the levels of both, (n, 2) -> (n,)."""
    return answers[:, 1] - answers[:, 0] if told.truth["asks"][0] == CHANGE else answers[:, 1]


def score(answers: Floats, told: Items) -> Floats:
    return correlation.r_within(wanted(answers, told), told)


def twin(answers: Floats, told: Items) -> Floats:
    return correlation.side_within(wanted(answers, told), told)


def put(engine: LogLikelihood, asked: Mapping[str, NDArray[np.str_]]) -> Floats:
    return put_levels(engine, asked)


def put_fit(engine: Fit, asked: Mapping[str, NDArray[np.str_]], train: Items) -> Floats:
    return put_fit_levels(engine, asked, train)


ASSESSMENT = Assessment(
    skill="genomics/level-and-change", version="1.0", items=items,
    readouts={Readout.LIKELIHOOD: put, Readout.FIT: put_fit},
    score=score, twin=twin, metric="correlation with the measurement", twin_metric="on the right side of the median",
    chance=0.0, needs=("pairs",), cluster="original sequence", learner="kmer", levels=(CHANGE, LEVEL),
    references=("kmer", "position", "position-pairs"), world="mpsa",
    source="pairs of 5' splice sites of BRCA2 exon 17 that differ in one letter, measured twice",
)
