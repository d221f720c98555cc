"""Parameters and data together: what a larger engine would score after more data, and which of the two holds it back.

Every family whose engines differ in both is fitted by one law of the loss (``stats.curve_two_axes``). A score becomes a
loss by its distance to the ceiling. The largest engine is also forecast from the smaller ones alone, so that every
forecast stands beside how well the same step worked inside the table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import Future, Interval
from kindergrad.core.errors import InputError, TableError
from kindergrad.core.names import Direction, Role
from kindergrad.core.records import Contract, Finite
from kindergrad.core.table import Row
from kindergrad.progress.posterior import summary
from kindergrad.progress.wording import pretty
from kindergrad.stats.curve_two_axes import TwoAxes, fit_two_axes

Floats = NDArray[np.float64]
FEWEST_SIZES, FEWEST_SCALES, FEWEST_POINTS = 3, 3, 8
"""Sizes of engine, amounts of data, and results that a family needs: the law has six parameters."""
NEAREST = 0.01
"""Smallest distance to the ceiling that counts where no error is known."""
HELD_BACK = 0.9


class LargestHeldOut(Contract):
    """The largest engine, forecast from the smaller ones alone."""

    parameters: Finite
    n: int
    rmse_log: Finite
    """Of ln loss."""
    inside90: Finite


class TwoAxesForecast(Contract):
    """One skill of one family over parameters and data."""

    skill: str
    family: str
    readout: str
    axis: str
    n_points: int
    sizes: tuple[Finite, ...]
    exponent_parameters: Interval
    exponent_data: Interval
    irreducible: Interval
    """Share of the loss at the largest scales that neither axis removes."""
    of_parameters: Interval
    """Share of what can be removed there that more parameters remove; the rest is removed by more data."""
    at: dict[str, Future]
    """``7G parameters, 4T tokens`` -> the loss (or the score) of a new run."""
    largest: LargestHeldOut | None
    sentence: str


class TwoAxesAnswer(Contract):
    skills: tuple[TwoAxesForecast, ...]
    skipped: dict[str, str]


class _Family(list[Row]):
    """Rows of one skill and family, with their coordinates."""

    @property
    def coordinates(self) -> tuple[Floats, Floats]:
        """log10 of parameters and of data, each (n,)."""
        return (np.log10([row.parameters or 1.0 for row in self]), np.log10([row.scale for row in self]))

    @property
    def loss(self) -> Floats:
        return np.array([_loss(row) for row in self])


def two_axes(rows: Sequence[Row], parameters: Sequence[float], scales: Sequence[float], *, seed: int = 0
             ) -> TwoAxesAnswer:
    """Fit every family in which parameters and data vary.

    Parameters
    ----------
    rows : the long table, with the column ``parameters`` (of the engine of the row).
    parameters, scales : sizes and amounts of data to forecast, in all pairs.
    seed : of the draws.

    Raises
    ------
    TableError
        If no row has ``parameters``, or no family has enough of both.
    InputError
        For a size or scale that is not positive.
    """
    wanted = (*parameters, *scales)
    if any(not value > 0 for value in wanted):
        raise InputError(f"sizes and scales must be positive; got {', '.join(f'{value:g}' for value in wanted)}")
    grouped: dict[tuple[str, ...], _Family] = defaultdict(_Family)
    for row in rows:
        if row.role is Role.LEARNER and row.parameters is not None and _usable(row):
            key = (row.skill, row.family or row.engine, row.readout.value, row.axis.value, row.version.split(".")[0])
            grouped[key].append(row)
    if not grouped:
        raise TableError("no row has a number of parameters; add the column 'parameters' (of the engine of the row)")
    found, skipped = [], {}
    for (skill, family, readout, axis, _), members in sorted(grouped.items()):
        if why := _too_little(members):
            skipped[f"{skill} | {family}"] = why
        else:
            ordered = _Family(sorted(members, key=lambda r: (r.parameters or 0.0, r.scale, r.seed, r.value or 0.0)))
            found.append(_forecast((skill, family, readout, axis), ordered, (parameters, scales), seed))
    if not found:
        name, why = next(iter(skipped.items()))
        raise TableError(f"no family has enough of both axes; the first, {name}: {why}")
    return TwoAxesAnswer(skills=tuple(found), skipped=skipped)


def _usable(row: Row) -> bool:
    return bool(row.value and row.value > 0) if row.direction is Direction.LOWER else row.scored is not None


def _loss(row: Row) -> float:
    if row.direction is Direction.LOWER:
        return float(row.value or 0.0)
    score, stderr = row.scored or (0.0, None)
    return max(1.0 - score, stderr or NEAREST)


def _too_little(rows: _Family) -> str:
    sizes, scales = len({r.parameters for r in rows}), len({r.scale for r in rows})
    if sizes < FEWEST_SIZES or scales < FEWEST_SCALES or len(rows) < FEWEST_POINTS:
        return (f"{sizes} sizes, {scales} scales and {len(rows)} results; at least {FEWEST_SIZES}, {FEWEST_SCALES} "
                f"and {FEWEST_POINTS} are needed")
    if len({(r.parameters, r.scale) for r in rows}) == max(sizes, scales):
        return "parameters and data rise together, so that their effects cannot be told apart"
    return ""


def _forecast(key: tuple[str, str, str, str], rows: _Family, wanted: tuple[Sequence[float], Sequence[float]],
              seed: int) -> TwoAxesForecast:
    skill, family, readout, axis = key
    fitted = fit_two_axes(*rows.coordinates, rows.loss)
    lower = rows[0].direction is Direction.LOWER
    at = {}
    for size in wanted[0]:
        for scale in wanted[1]:
            loss = np.exp(fitted.predict([np.log10(size)], [np.log10(scale)], seed=seed)[:, 0])
            name = f"{pretty(size)} parameters, {pretty(scale)} {axis}"
            at[name] = Future(scale=scale, **summary(loss if lower else 1.0 - loss))
    of_parameters = fitted.draw(fitted.of_parameters, seed=seed)
    sizes = tuple(sorted({float(r.parameters or 0.0) for r in rows}))
    return TwoAxesForecast(
        skill=skill, family=family, readout=readout, axis=axis, n_points=len(rows), sizes=sizes,
        exponent_parameters=Interval(**summary(fitted.draw(fitted.exponent_parameters, seed=seed))),
        exponent_data=Interval(**summary(fitted.draw(fitted.exponent_data, seed=seed))),
        irreducible=Interval(**summary(fitted.draw(fitted.share, seed=seed))),
        of_parameters=Interval(**summary(of_parameters)), at=at, largest=_largest(rows, sizes, seed),
        sentence=_sentence(skill, family, axis, of_parameters),
    )


def _largest(rows: _Family, sizes: Sequence[float], seed: int) -> LargestHeldOut | None:
    """None where the smaller engines alone are too few."""
    smaller = _Family(r for r in rows if (r.parameters or 0.0) < sizes[-1])
    hidden = _Family(r for r in rows if r.parameters == sizes[-1])
    if len(smaller) < FEWEST_POINTS:
        return None
    fitted: TwoAxes = fit_two_axes(*smaller.coordinates, smaller.loss)
    draws, truth = fitted.predict(*hidden.coordinates, seed=seed), np.log(hidden.loss)
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95], axis=0)
    return LargestHeldOut(parameters=sizes[-1], n=len(hidden), rmse_log=float(np.sqrt(np.mean((middle - truth) ** 2))),
                          inside90=float(np.mean((truth >= low) & (truth <= high))))


def _sentence(skill: str, family: str, axis: str, of_parameters: Floats) -> str:
    p = float(np.mean(of_parameters > 0.5))
    if p >= HELD_BACK:
        return f"{skill}, {family}: at its largest scales it is held back by parameters more than by {axis}"
    if p <= 1.0 - HELD_BACK:
        return f"{skill}, {family}: at its largest scales it is held back by {axis} more than by parameters"
    return f"{skill}, {family}: whether parameters or {axis} hold it back cannot be told yet"
