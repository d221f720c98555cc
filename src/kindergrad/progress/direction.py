"""Is the engine learning in the desired direction?

Three things are looked at: an anytime-valid e-process against "no drift" over all skills; its mirror, on the mean
score over the last decades, for "stalled"; and whether a skill is there without its prerequisites, which hints at a
shortcut or a leak rather than at learning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from kindergrad.core.answers import DirectionAnswer
from kindergrad.core.assessment import skill_of
from kindergrad.core.names import VERDICT_PROBABILITY, DirectionVerdict
from kindergrad.core.table import Row
from kindergrad.progress.curves import LearningCurve, curves
from kindergrad.stats import eprocess

Floats = NDArray[np.float64]

RECENT = 2.0
"""Decades at the end of the ladder in which an engine that once moved may have stalled."""
STALLED_SLOPE = 0.05
"""Rise of the mean score per decade below which an engine does not move in any sense that matters."""
MASTERED = 0.8
"""Above this score a skill has nowhere to move."""
HALF = 0.5
ABSENT = 0.25
"""A prerequisite counts as absent below this score. Scores of two skills are not compared with each other: how near a
ceiling can be reached differs from skill to skill."""


def direction(rows: Iterable[Row], *, engine: str | None = None,
              prerequisites: Mapping[str, Sequence[str]] | None = None) -> DirectionAnswer:
    """Verdict, anytime-valid p-value and e-value, and violations of the syllabus order.

    Parameters
    ----------
    rows : the long table; learners with a score are used.
    engine : only the curves of this engine (or family); None for all.
    prerequisites : skill -> skills that come before it; without it, no violation can be found.

    Returns
    -------
    DirectionAnswer
        ``e_value`` is the evidence against "no drift" (20 is evidence at 5 % whatever the number of looks), or, where
        the verdict is ``stalled``, against "the
        mean score still moves by 0.05 per decade". ``p`` is 1 / e_value, at most 1.

    Raises
    ------
    TableError
        As :func:`kindergrad.progress.curves.curves`.
    """
    found = [c for c in curves(rows) if engine is None or c.engine == engine]
    return judge(found, prerequisites=prerequisites or {})


def judge(found: Sequence[LearningCurve], *, prerequisites: Mapping[str, Sequence[str]]) -> DirectionAnswer:
    """As :func:`direction`, for curves."""
    moved = float(eprocess.average([eprocess.upward(_levels(c)[1]) for c in found if _can_move(c)])[-1])
    still = stall(found)
    broken = tuple(violations(found, prerequisites))
    if still >= eprocess.STRONG:
        return _answer(DirectionVerdict.STALLED, still, broken)
    verdict = DirectionVerdict.MOVING if moved >= eprocess.STRONG else DirectionVerdict.CANNOT_TELL
    return _answer(verdict, moved, broken)


def stall(found: Sequence[LearningCurve]) -> float:
    """Evidence that the mean score over the last two decades rises by less than 0.05 per decade; 1 for none.

    The mean is over the skills that were met and not mastered when these decades began; what no longer can move says
    nothing about stalling.
    """
    end = max((c.now for c in found), default=0.0)
    series = []
    for curve in found:
        x = np.unique(np.round(curve.x[curve.x >= end - RECENT - 1e-9], 6))
        if x.size >= 2 and not _unmet(curve):
            y = np.array([curve.y[np.abs(curve.x - level) < 1e-5].mean() for level in x])
            if y[0] < MASTERED:
                series.append(dict(zip(x.tolist(), y.tolist(), strict=True)))
    common = sorted(set.intersection(*(set(s) for s in series))) if series else []
    if len(common) < 2:
        return 1.0
    mean = [float(np.mean([s[level] for s in series])) for level in common]
    return float(eprocess.below_slope(common, mean, STALLED_SLOPE)[-1])


def violations(found: Sequence[LearningCurve], prerequisites: Mapping[str, Sequence[str]]) -> list[str]:
    """Skills that are half mastered while a prerequisite is clearly absent, each in words."""
    now = {}
    for curve in found:
        now[(curve.engine, curve.readout, curve.skill)] = (skill_of(curve.skill), *curve.score_now())
    out = []
    for (engine, readout, skill), (base, score, _) in now.items():
        for before in prerequisites.get(skill, prerequisites.get(base, ())):
            # Of a prerequisite with levels, the easiest counts: the best score.
            levels = [(s, e) for (en, r, _), (b, s, e) in now.items() if en == engine and r == readout and b == before]
            if not levels:
                continue
            lower, lower_stderr = max(levels)
            sd = lower_stderr or 0.0
            gap = ABSENT - lower
            p = float(ndtr(gap / sd)) if sd > 0 else float(gap > 0)
            if score >= HALF and p >= VERDICT_PROBABILITY:
                out.append(f"{skill} ({score:.2f}) without its prerequisite {before} ({lower:.2f})")
    return sorted(out)


def _levels(curve: LearningCurve) -> tuple[Floats, Floats]:
    """log10 scales and mean scores over seeds, up to where the skill was mastered."""
    x = np.unique(curve.x)
    y = np.array([curve.y[curve.x == level].mean() for level in x])
    over = np.flatnonzero(y >= MASTERED)
    end = int(over[0]) + 1 if over.size else x.size
    return x[:end], y[:end]


def _can_move(curve: LearningCurve) -> bool:
    return _levels(curve)[0].size >= 2


def _unmet(curve: LearningCurve) -> bool:
    return curve.frequency is not None and curve.frequency * 10.0**curve.now < 1.0


def _answer(verdict: DirectionVerdict, e_value: float, broken: tuple[str, ...]) -> DirectionAnswer:
    return DirectionAnswer(verdict=verdict, p=min(1.0, 1.0 / e_value) if e_value > 0 else 1.0, e_value=e_value,
                           violations=broken)
