"""The exposures of a corpus in the long table: what engines would have scored, had they read another corpus.

Under the exposure law a skill needs so many exposures of its concept, wherever they come from. Reading X units of a
planned corpus that shows a concept at rate q gives as many exposures as X q / p units of the corpus that was read,
where the rate was p. So a row's scale is multiplied by p / q, and its frequency becomes q: exposures stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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
    found = measure.exposure(corpus, asked._replace(concepts=telling), tell=tell)
    return {s.skill: s.rate for s in found.skills if s.rate}


def planned(rows: Iterable[Row], of: Mapping[str, float]) -> list[Row]:
    """The rows as if the planned corpus had been read; those without frequency, or without a rate there, stay.

    Raises
    ------
    InputError
        If no row has both: then the forecast would be the same.
    """
    kept = list(rows)
    out = [_moved(row, of) for row in kept]
    if not any(new is not old for new, old in zip(out, kept, strict=True)):
        named = ", ".join(sorted({row.skill for row in kept})[:3])
        raise InputError(f"the planned corpus tells nothing of these skills; got rates for {len(of)} skills, and rows "
                         f"of {named} ...; expected rows with a frequency, of skills with a concept that the corpus "
                         "shows")
    return out


def _moved(row: Row, of: Mapping[str, float]) -> Row:
    rate = of.get(skill_of(row.skill))
    if rate is None or row.frequency is None:
        return row
    return row.model_copy(update={"frequency": rate, "scale": row.scale * row.frequency / rate})
