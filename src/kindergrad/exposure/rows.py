"""From counts to answers: rates with intervals, and how much more of a corpus until a concept is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_exposure import ExposureFamily, ExposureRow, SkillExposure, Spread
from kindergrad.exposure.concepts import Numbered
from kindergrad.stats import discovery, richness, waiting
from kindergrad.syllabus.skills import Skill

Floats = NDArray[np.float64]

MULTIPLES = (10.0, 100.0)
CURVE = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Multiples of the corpus at which the forms still to come are estimated."""
QUANTILES = (0.5, 0.05, 0.95)
NEVER = "never met, and nothing else tells its rate: this corpus only gives a lower bound"
TOO_FAR = "cannot be told from this corpus: tested on itself, no estimator comes within a factor of 10"
TOO_SMALL = "cannot be told from this corpus: it is too small to test an estimator on itself"


class Counted(NamedTuple):
    """What was counted of C concepts.

    Attributes
    ----------
    counts, distinct, error : (C,) occurrences, different contexts, and their relative error.
    blocks, sizes : (b, C) occurrences and (b,) usable units of parts of the corpus.
    chance : concept -> rate that composition alone would give.
    """

    counts: Floats
    distinct: Floats
    error: Floats
    blocks: Floats
    sizes: Floats
    chance: Mapping[int, float]

    @property
    def amount(self) -> float:
        """Usable units of the corpus."""
        return float(self.sizes.sum())

    @property
    def dispersion(self) -> Floats:
        """Clustering of each concept, (C,)."""
        return waiting.dispersion(self.blocks, self.sizes)

    def evidence(self) -> waiting.Evidence:
        """Gamma posteriors of all rates, (C,): Jeffreys' prior, or that by chance for what was never met."""
        shape, amount = np.full(self.counts.size, waiting.JEFFREYS), np.zeros(self.counts.size)
        known = [i for i, rate in self.chance.items() if rate > 0]
        if known:
            own = waiting.by_chance(self.counts[known], self.amount, [self.chance[i] for i in known])
            shape[known], amount[known] = own.shape, own.amount
            shape[self.counts > 0], amount[self.counts > 0] = waiting.JEFFREYS, 0.0
        return waiting.evidence(self.counts, self.amount, self.dispersion, waiting.Prior(shape, amount))


def rows(concepts: Sequence[Numbered], counted: Counted, kappa: float) -> tuple[ExposureRow, ...]:
    """One row per concept, in their order."""
    found, phi = counted.evidence(), counted.dispersion
    rate = waiting.rate(found, counted.counts, counted.amount)
    first, often = (waiting.until_met(found, QUANTILES, times) for times in (1.0, kappa))
    out = []
    for i, concept in enumerate(concepts):
        blind = counted.counts[i] == 0 and counted.chance.get(i, 0.0) <= 0
        out.append(ExposureRow(
            concept=concept.name, skill=concept.skill, kind=concept.kind, occurrences=int(counted.counts[i]),
            distinct_contexts=round(min(counted.distinct[i], counted.counts[i])),
            distinct_error=float(counted.error[i]), rate=float(rate.value[i]), rate_low=float(rate.low[i]),
            rate_high=float(rate.high[i]), dispersion=float(phi[i]), by_chance=counted.chance.get(i),
            expected_at={f"{m:g}x": float(m * counted.amount * rate.value[i]) for m in MULTIPLES},
            first_met_at=_spread(first[i], blind=blind), met_kappa_at=_spread(often[i], blind=blind)))
    return tuple(out)


def _spread(values: Floats, *, blind: bool) -> Spread:
    if blind:
        return Spread(q05=float(values[1]), reason=NEVER)
    median, low, high = (float(v) if np.isfinite(v) else None for v in values)
    return Spread(median=median, q05=low, q95=high)


class Form(NamedTuple):
    """A family as it was counted: name, skill, number of forms or None, share followed, and where each was met."""

    name: str
    skill: str
    forms: int | None
    sampled: float
    incidence: discovery.Incidence


def family(form: Form, *, seed: int = 0) -> ExposureFamily:
    """How many forms were met, and how many more of the corpus would show."""
    counts = np.unique(form.incidence.concept, return_counts=True)[1]
    spectrum, share = richness.spectrum(counts), form.sampled
    most = richness.chao1(spectrum)
    new = _rising(discovery.discover(form.incidence, [m - 1 for m in CURVE], seed=seed))
    left = np.inf if form.forms is None else form.forms - spectrum.met / share
    ahead = {f"{m:g}x": _new(new, i, share, left) for i, m in enumerate(CURVE)}
    top = np.inf if form.forms is None else float(form.forms)
    met = min(spectrum.met / share, top)
    at_least = Spread(**{name: float(min(v / share, top)) if np.isfinite(v) else None for name, v in
                         (("median", most.value), ("q05", most.low), ("q95", most.high))})
    return ExposureFamily(
        family=form.name, skill=form.skill, forms=form.forms, met=round(met),
        coverage=richness.coverage(spectrum), at_least=at_least, new_at=ahead,
        method={f"{m:g}x": new.method[i] for i, m in enumerate(CURVE)}, sampled=share)


def _rising(new: discovery.Discovery) -> discovery.Discovery:
    """More of a corpus never shows fewer new forms, whichever method was taken."""
    value, low, high = (np.where(np.isfinite(v), np.fmax.accumulate(v), np.nan) for v in new[:3])
    return new._replace(value=value, low=low, high=high)


def _new(new: discovery.Discovery, i: int, share: float, left: float) -> Spread:
    if left <= 0:
        return Spread(median=0.0, q05=0.0, q95=0.0, reason="every form was met")
    if not np.isfinite(new.value[i]):
        return Spread(reason=TOO_SMALL if new.method[i] == "none" else TOO_FAR)
    median, low, high = (float(min(v[i] / share, max(left, 0.0))) for v in (new.value, new.low, new.high))
    return Spread(median=median, q05=low, q95=high)


def by_skill(found: Sequence[ExposureRow], skills: Mapping[str, Skill]) -> tuple[SkillExposure, ...]:
    """The concepts of each skill together."""
    out = []
    for name in dict.fromkeys(row.skill for row in found):
        own = [row for row in found if row.skill == name]
        needed = sorted(np.inf if row.met_kappa_at.median is None else row.met_kappa_at.median for row in own)
        middle = needed[(len(needed) - 1) // 2]
        grade = skills[name].grade.value if name in skills else None
        rate = sorted(row.rate for row in own)[(len(own) - 1) // 2]
        out.append(SkillExposure(
            skill=name, grade=grade, concepts=len(own), met=sum(row.occurrences > 0 for row in own), rate=rate,
            needed=None if np.isinf(middle) else float(middle)))
    return tuple(out)
