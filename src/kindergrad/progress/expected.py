"""What engines will score on a skill that they have not sat yet, from what they score on the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_vertical import ExpectedScore
from kindergrad.core.errors import TableError, UnknownNameError
from kindergrad.core.table import Row
from kindergrad.progress.posterior import interval
from kindergrad.progress.vertical_cells import Tabulated, Unit, tabulate
from kindergrad.stats.family_link import fit_family_link, standardised

Floats = NDArray[np.float64]

FEWEST = 6
"""Engines that sat the skill; fewer leave the prior."""
KNOWN = 0.5
"""Another skill teaches if at least this share of those who sat the skill, and of those who did not, have it."""


class Expected(NamedTuple):
    """Draws of the scores of engines that did not sit a skill."""

    engines: tuple[Unit, ...]
    draws: Floats
    """Between floor 0 and ceiling 1, shape (draws, engines)."""
    taught_by: tuple[str, ...]
    """The other skills."""
    n_engines: int
    """Engines that sat it."""


def expected_scores(rows: Sequence[Row], skill: str, *, seed: int = 0) -> tuple[ExpectedScore, ...]:
    """Intervals of the scores of all engines (at a scale) without a result on this skill; errors as :func:`expect`."""
    found = expect(rows, skill, seed=seed)
    out = []
    for unit, draws in zip(found.engines, found.draws.T, strict=True):
        score = interval(draws)
        if score is not None:
            out.append(ExpectedScore(engine=unit.name, skill=skill, score=score, taught_by=found.taught_by,
                                     n_engines=found.n_engines))
    return tuple(out)


def expect(rows: Sequence[Row], skill: str, *, seed: int = 0) -> Expected:
    """Expected scores, jointly for all engines without a result on this skill.

    Families that stray from the others are learnt from the engines that sat it (:mod:`family_link`); an engine without
    a family is one of its own.

    Raises
    ------
    UnknownNameError
        For a skill that is not in the table.
    TableError
        Where all engines sat the skill, too few did, or no other skill is known of both.
    """
    table = tabulate(rows)
    names = [s.name for s in table.skills]
    if skill not in names:
        raise UnknownNameError("skill", skill, names)
    score, stderr = _matrix(table)
    at = names.index(skill)
    seen = np.isfinite(score[:, at])
    if seen.all() or seen.sum() < FEWEST:
        raise TableError(f"{skill}: {seen.sum()} of {seen.size} engines have a result; expected at least {FEWEST}, "
                         "and one without")
    known = np.isfinite(score)
    teaches = (known[seen].mean(axis=0) >= KNOWN) & (known[~seen].mean(axis=0) >= KNOWN)
    teaches[at] = False
    if not teaches.any():
        raise TableError(f"{skill}: no other skill is known of the engines that sat it and of those that did not; "
                         "try examining both on an easier one")
    features = standardised(score[:, teaches], seen)
    family = np.array([unit.family or unit.engine for unit in table.engines])
    link = fit_family_link(features[seen], family[seen], score[seen, at], stderr[seen, at])
    absent = np.flatnonzero(~seen)
    return Expected(tuple(table.engines[i] for i in absent),
                    link.predict(features[absent], family[absent], seed=seed),
                    tuple(name for name, yes in zip(names, teaches, strict=True) if yes), int(seen.sum()))


def _matrix(table: Tabulated) -> tuple[Floats, Floats]:
    """Mean score and its standard error (NaN where unknown) of every engine and skill, shape (E, S); NaN: no result."""
    cells = table.cells
    shape = (len(table.engines), len(table.skills))
    items = np.maximum(cells.n, 1.0)
    counted = cells.n > 0
    span = cells.hi - cells.lo
    share = (cells.value + 0.5) / (items + 1.0)
    score = np.where(counted, (cells.value / items - cells.lo) / span, cells.value)
    error = np.where(counted, np.sqrt(share * (1.0 - share) / items) / span, cells.stderr)
    error = np.where(error > 0, error, np.nan)
    place = np.ravel_multi_index((cells.engine, cells.skill), shape)
    n = np.bincount(place, minlength=shape[0] * shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(place, score, n.size) / n
        both = np.sqrt(np.bincount(place, error**2, n.size)) / n
    return mean.reshape(shape), both.reshape(shape)
