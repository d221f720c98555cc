"""The exposures of a corpus in the long table: what engines would have scored, had they read another corpus.

Under the exposure law a skill needs so many exposures of its concept, wherever they come from. Reading X units of a
planned corpus that shows a concept at rate q gives as many exposures as X q / p units of the corpus that was read,
where the rate was p. So a row's scale is multiplied by p / q, and its frequency by q / p: exposures stay the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.assessment import skill_of
from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain
from kindergrad.core.table import Row
from kindergrad.exposure import measure
from kindergrad.exposure.genome import Tell

SILENT = ("every", "forms", "facts")
"""Kinds of concepts without a rate of their own: all of any corpus shows the first, and the others are many."""


def rates(corpus: Any, domain: Domain, *, tell: Tell = lambda done, planned, what: None) -> dict[str, float]:
    """Skill -> median rate of its concepts per unit of a corpus, the lower of two; without skills of which that is 0.

    Parameters
    ----------
    corpus, tell : as :func:`kindergrad.exposure.measure.exposure`.
    """
    asked = measure.wanted(domain)
    telling = tuple(concept for concept in asked.concepts if concept.kind not in SILENT)
    return told(measure.exposure(corpus, asked._replace(concepts=telling), tell=tell))


def told(found: ExposureAnswer) -> dict[str, float]:
    """The same of an exposure that was counted already."""
    own: dict[str, list[float]] = defaultdict(list)
    for row in found.rows:
        if row.kind not in SILENT:
            own[row.skill].append(row.rate)
    return {skill: rate for skill, rates in own.items() if (rate := sorted(rates)[(len(rates) - 1) // 2])}


def planned(rows: Iterable[Row], of: Mapping[str, float], read: Mapping[str, float] | None = None) -> list[Row]:
    """The rows as if the planned corpus had been read; those without frequency, or without a rate there, stay.

    Parameters
    ----------
    of, read : skill -> rate in the planned corpus, and in the one that was read. Where the latter is not known, a row's
        frequency stands for it.

    Raises
    ------
    InputError
        If no row has both: then the forecast would be the same.
    """
    kept = list(rows)
    out = [_moved(row, of, read or {}) for row in kept]
    if not any(new is not old for new, old in zip(out, kept, strict=True)):
        named = ", ".join(sorted({row.skill for row in kept})[:3])
        raise InputError(f"the planned corpus tells nothing of these skills; got rates for {len(of)} skills, and rows "
                         f"of {named} ...; expected rows with a frequency, of skills with a concept that the corpus "
                         "shows")
    return out


def _moved(row: Row, of: Mapping[str, float], read: Mapping[str, float]) -> Row:
    skill = skill_of(row.skill)
    if skill not in of or row.frequency is None:
        return row
    more = of[skill] / read.get(skill, row.frequency)
    return row.model_copy(update={"frequency": row.frequency * more, "scale": row.scale / more})
