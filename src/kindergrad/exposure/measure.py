"""The exposure of a corpus to the concepts of a syllabus, and two corpora side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kindergrad.core.answers_exposure import ExposureAnswer, ExposureComparison, Ratio, Spread
from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.names import Domain
from kindergrad.core.seeds import stream
from kindergrad.exposure import rows
from kindergrad.exposure.concepts import Numbered, Sources, numbered
from kindergrad.exposure.genome import Found, Tell, count
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
    if of is Domain.PERTURBATION and not only and not any(s.concepts for s in chosen.values()):
        from kindergrad.exposure import cells

        more = [*cells.GENERAL, *more]
    found = numbered(chosen.values(), more)
    if not found:
        named = ", ".join(only) or f"the syllabus {domain}"
        raise InputError(f"no concept of {named} can be looked for in a corpus; try 'kindergrad list skills'")
    return Wanted(of, chosen, tuple(found))


Counter = Callable[[Path, Wanted, Sources, Tell], Found]


def counter(domain: Domain) -> Counter:
    """How the corpora of a domain are read."""
    if domain is Domain.PERTURBATION:
        from kindergrad.exposure import cells

        return lambda corpus, asked, sources, tell: cells.count(corpus, asked.concepts, tell=tell)
    if domain is Domain.ARITHMETIC:
        from kindergrad.exposure import text

        return lambda corpus, asked, sources, tell: text.count(corpus, asked.concepts, tell=tell)
    return lambda corpus, asked, sources, tell: count(corpus, asked.concepts, sources, tell=tell)


def exposure(corpus: Path, asked: Wanted, sources: Sources | None = None, *, kappa: float = KAPPA, seed: int = 0,
             tell: Tell = lambda done, planned, what: None) -> ExposureAnswer:
    """How often a corpus shows each concept, and how much more of it shows the rest.

    Parameters
    ----------
    corpus : DNA: FASTA or GenBank, gz or not, or a folder. Perturbations: AnnData (h5ad). Arithmetic: text.
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

    The ratio of a skill is the geometric mean over its concepts of the ratio of rates; draws come from the posteriors
    of the rates, so that clustered or few occurrences widen it. Occurrences in copies of repeats do not count: rates
    are those of different contexts.
    """
    of = counter(asked.domain)
    left, right = (of(path, asked, sources or Sources(), tell) for path in (a, b))
    out = []
    for name in dict.fromkeys(c.skill for c in left.concepts):
        own = [c.number for c in left.concepts if c.skill == name]
        log_ratio = (_log_rates(left, own, seed, "a") - _log_rates(right, own, seed, "b")).mean(axis=1)
        low, middle, high = np.exp(np.quantile(log_ratio, [0.05, 0.5, 0.95]))
        rates = [float(np.exp(np.log(_fresh(found).rate[own]).mean())) for found in (left, right)]
        grade = asked.skills[name].grade.value if name in asked.skills else None
        out.append(Ratio(skill=name, grade=grade, concepts=len(own), rate_a=rates[0], rate_b=rates[1],
                         ratio=Spread(median=float(middle), q05=float(low), q95=float(high)),
                         sooner="A" if low > 1 else "B" if high < 1 else "cannot tell"))
    return ExposureComparison(syllabus=asked.domain.value, a=left.corpus, b=right.corpus, skills=tuple(out))


class _Fresh(NamedTuple):
    """Gamma posteriors of the rates of different contexts."""

    shape: np.ndarray
    amount: np.ndarray

    @property
    def rate(self) -> np.ndarray:
        return np.asarray(self.shape / self.amount)


def _fresh(found: Found) -> _Fresh:
    fresh = found.counted._replace(counts=np.minimum(found.counted.distinct, found.counted.counts))
    return _Fresh(*fresh.evidence())


def _log_rates(found: Found, own: Sequence[int], seed: int, side: str) -> np.ndarray:
    """Draws of the log rates of some concepts: (draws, concepts)."""
    posterior = _fresh(found)
    rng = stream(seed, "exposure", "compare", side)
    drawn = rng.standard_gamma(posterior.shape[own], size=(DRAWS, len(own))) / posterior.amount[own]
    return np.log(np.maximum(drawn, 1e-300))
