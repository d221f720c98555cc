"""The exposure of a corpus to the concepts of a syllabus, and two corpora side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_exposure import ExposureAnswer, ExposureComparison, Ratio, Spread
from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.names import Domain
from kindergrad.core.seeds import stream
from kindergrad.exposure import rows
from kindergrad.exposure.concepts import Numbered, Sources, numbered
from kindergrad.exposure.genome import Found, Tell, count
from kindergrad.exposure.letters import Corpus
from kindergrad.stats.waiting import JEFFREYS, Evidence
from kindergrad.syllabus.skills import Concept, Skill, skill, syllabus

KAPPA = 10.0
"""Exposures that an engine is taken to need where nothing better is known."""
DRAWS = 2000


class Wanted(NamedTuple):
    """What to look for: a syllabus, perhaps some of its skills only, and concepts of the user with their skill."""

    domain: Domain
    skills: Mapping[str, Skill]
    concepts: tuple[Numbered, ...]


def wanted(domain: str, only: Iterable[str] = (), more: Sequence[tuple[str, Concept]] = ()) -> Wanted:
    """The concepts of a domain, or of some of its skills.

    Raises
    ------
    UnknownNameError
        For a domain or skill that there is not.
    InputError
        If no skill has a concept that a corpus could show.
    """
    if domain not in list(Domain):
        raise UnknownNameError("syllabus", domain, list(Domain))
    of = Domain(domain)
    chosen = {name: skill(name) for name in only} or syllabus(of)
    if stray := [name for name, s in chosen.items() if s.domain is not of]:
        raise InputError(f"skill '{stray[0]}' is not of the syllabus {domain}; expected {domain}/NAME")
    found = numbered(chosen.values(), more)
    if not found:
        named = ", ".join(only) or f"the syllabus {domain}"
        raise InputError(f"no concept of {named} can be looked for in a corpus; try 'kindergrad list skills'")
    return Wanted(of, chosen, tuple(found))


Counter = Callable[[Any, Wanted, Sources, Tell], Found]
"""Counts the concepts of a corpus, whatever its kind."""


def counter(domain: Domain) -> Counter:
    """How the corpora of a domain are read."""
    if domain is Domain.PERTURBATION:
        from kindergrad.exposure import cells

        return lambda corpus, asked, sources, tell: cells.count(corpus, asked.concepts, tell=tell)
    if domain is Domain.ARITHMETIC:
        from kindergrad.exposure import text

        return lambda corpus, asked, sources, tell: text.count(corpus, asked.concepts, tell=tell)
    return lambda corpus, asked, sources, tell: count(corpus, asked.concepts, sources, tell=tell)


def exposure(corpus: Corpus, asked: Wanted, sources: Sources | None = None, *, kappa: float = KAPPA, seed: int = 0,
             tell: Tell = lambda done, planned, what: None) -> ExposureAnswer:
    """How often a corpus shows each concept, and how much more of it shows the rest.

    Parameters
    ----------
    corpus : DNA: FASTA or GenBank, gz or not, a folder, or texts. Perturbations: AnnData (h5ad). Arithmetic: text.
    asked : from :func:`wanted`.
    sources : further files, such as an annotation.
    kappa : exposures that the engine needs.

    Notes
    -----
    *Shows* what a learner could meet. *Does not show* that it learns it. All extrapolation is to more of the same kind:
    ten times this corpus, not another one.
    """
    if not kappa > 0:
        raise InputError(f"the number of exposures needed must be positive; got {kappa:g}")
    found = counter(asked.domain)(corpus, asked, sources or Sources(), tell)
    made = rows.rows(found.concepts, found.counted, kappa)
    return ExposureAnswer(
        syllabus=asked.domain.value, corpus=found.corpus, kappa=kappa, rows=made,
        families=tuple(rows.family(form, seed=seed) for form in found.forms),
        skills=rows.by_skill(made, asked.skills), not_looked_for=found.missing)


def compare(a: Path, b: Path, asked: Wanted, sources: Sources | None = None, *, seed: int = 0,
            tell: Tell = lambda done, planned, what: None) -> ExposureComparison:
    """Which of two corpora shows each skill's concepts more often per unit.

    The ratio of a skill is the median over its concepts of the ratio of rates; draws come from the posteriors of the
    rates, so that clustered or few occurrences widen it. Occurrences in copies of repeats do not count: rates are those
    of different contexts. A concept that only one corpus names (a cell line, a pair) was met 0 times in the other.
    """
    of = counter(asked.domain)
    found = [of(path, asked, sources or Sources(), tell) for path in (a, b)]
    known = {(c.skill, c.name): None for one in found for c in one.concepts}
    out = []
    for name in dict.fromkeys(skill_id for skill_id, _ in known):
        own = [key for key in known if key[0] == name]
        left, right = (_posteriors(one, own) for one in found)
        drawn = [_log_rates(one, seed, side) for one, side in ((left, "a"), (right, "b"))]
        low, middle, high = np.exp(np.quantile(np.median(drawn[0] - drawn[1], axis=1), [0.05, 0.5, 0.95]))
        rates = [float(np.median(one.shape / one.amount)) for one in (left, right)]
        grade = asked.skills[name].grade.value if name in asked.skills else None
        out.append(Ratio(skill=name, grade=grade, concepts=len(own), rate_a=rates[0], rate_b=rates[1],
                         ratio=Spread(median=float(middle), q05=float(low), q95=float(high)),
                         sooner="A" if low > 1 else "B" if high < 1 else "cannot tell"))
    return ExposureComparison(syllabus=asked.domain.value, a=found[0].corpus, b=found[1].corpus, skills=tuple(out))


def _posteriors(found: Found, own: Sequence[tuple[str, str]]) -> Evidence:
    """Gamma posteriors of the rates of different contexts, in the order of ``own``."""
    counted = found.counted._replace(counts=np.minimum(found.counted.distinct, found.counted.counts))
    every = counted.evidence()
    place = {(c.skill, c.name): c.number for c in found.concepts}
    shape = [every.shape[place[key]] if key in place else JEFFREYS for key in own]
    return Evidence(np.array(shape), np.array([every.amount[place[key]] if key in place else counted.amount
                                               for key in own]))


def _log_rates(found: Evidence, seed: int, side: str) -> NDArray[np.float64]:
    """Draws of log rates: (draws, concepts)."""
    rng = stream(seed, "exposure", "compare", side)
    drawn = rng.standard_gamma(found.shape, size=(DRAWS, found.shape.size)) / found.amount
    return np.asarray(np.log(np.maximum(drawn, 1e-300)))
