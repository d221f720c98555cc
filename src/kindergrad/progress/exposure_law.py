"""The exposure law over a table: which curves belong together, and what their common law says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import ExposureLaw, Interval
from kindergrad.progress.curves import LearningCurve
from kindergrad.progress.posterior import summary
from kindergrad.stats import hierarchy

Floats = NDArray[np.float64]

TOGETHER = 3
"""Frequencies that a group needs: with fewer, a common law says nothing that the curves do not say alone."""
APART = 0.05
"""Decades between frequencies that count as two."""

MISSING_STDERR = 0.0
"""Where no standard error is known, all scatter is taken as extra spread."""


EXPONENT = 0.15
"""Sd, around 1, of the exponent with which the onset follows rarity: on two ladders of a Markov engine it was
about 1.3 for the rarest words."""

ALIKE = hierarchy.Prior(slope=EXPONENT)
DIFFERENT = hierarchy.Prior(
    slope=EXPONENT,
    location=(1.5, 1.5, 0.8, 0.5), log_width=(0.0, 0.5, 0.4, 0.5), logit_plateau=(1.0, 1.2, 1.0, 0.5),
    never=(-1.8, 1.0),
)
"""Different skills differ by decades in the exposures that they need, where the levels of one skill hardly do."""


@dataclass(frozen=True)
class Group:
    """Curves under one law: the levels of one assessment, or all other skills of an engine with known frequency."""

    name: str
    members: tuple[int, ...]
    alike: bool = True

    @property
    def prior(self) -> hierarchy.Prior:
        return ALIKE if self.alike else DIFFERENT


def groups(curves: Sequence[LearningCurve]) -> list[Group]:
    """Curves with a known frequency, by engine, readout and axis, and within these by assessment.

    The levels of one assessment ask the same thing at different frequencies: their exposures needed differ little, so
    they teach each other most. Levels of one frequency differ in something else, a distance or a length, that the law
    does not know: how easy ones are learnt says nothing by exposure of hard ones, and each stands alone. What is left
    over, one concept a curve, stands together.
    """
    levels: dict[tuple[str, ...], list[int]] = defaultdict(list)
    # Common to rare, then by name: the answer must not depend on the order of rows.
    for _, _, i in sorted((-(c.frequency or 0.0), c.skill, i) for i, c in enumerate(curves)):
        curve = curves[i]
        if curve.frequency is not None:
            levels[(curve.engine, curve.readout.value, curve.axis.value, curve.assessment)].append(i)
    rest: dict[tuple[str, ...], list[int]] = defaultdict(list)
    out = []
    for key, members in sorted(levels.items()):
        rates = _rates(curves, members)
        if rates >= TOGETHER:
            out.append(Group(key[-1], tuple(members)))
        elif rates == len(members):
            rest[key[:3]].extend(members)
    together = [tuple(members) for members in rest.values() if _rates(curves, members) >= TOGETHER]
    return out + [Group("other skills", members, alike=False) for members in together]


def _rates(curves: Sequence[LearningCurve], members: Sequence[int]) -> int:
    """How many frequencies there are among curves, in steps of at least ``APART``."""
    known = np.sort([np.log10(curves[i].frequency or np.nan) for i in members])
    count, last = 0, -np.inf
    for at in known:
        if at - last >= APART:
            count, last = count + 1, float(at)
    return count


def observed(curve: LearningCurve, *, until: float = np.inf) -> hierarchy.Curve:
    """The curve as the hierarchy wants it, up to log10 scale ``until`` (perhaps without any point)."""
    keep = curve.x <= until + 1e-9
    known = np.isfinite(curve.stderr)
    missing = float(np.median(curve.stderr[known])) if known.any() else MISSING_STDERR
    offset = -np.log10(curve.frequency) if curve.frequency is not None else 0.0
    return hierarchy.Curve(curve.x[keep], curve.y[keep], np.where(known, curve.stderr, missing)[keep], float(offset))


def fit(curves: Sequence[LearningCurve], group: Group, *, until: float = np.inf, seed: int = 0,
        size: hierarchy.Size = hierarchy.SIZE) -> hierarchy.HierarchyPosterior:
    """The joint posterior of a group, from the points up to log10 scale ``until``."""
    members = [observed(curves[i], until=until) for i in group.members]
    rarity = np.array([member.offset for member in members])
    # The law's exponent is 1 in expectation only: rarer concepts may need somewhat more, or fewer, exposures.
    return hierarchy.fit(members, prior=group.prior, features=(rarity - rarity.mean())[:, None], seed=seed, size=size)


def answer(curves: Sequence[LearningCurve], fitted: Mapping[Group, hierarchy.HierarchyPosterior]) -> ExposureLaw | None:
    """The law of the largest group in words of ``core``; None where there is no group."""
    if not fitted:
        return None
    group = max(fitted, key=lambda g: len(g.members))
    posterior = fitted[group]
    members = [curves[i] for i in group.members]
    return ExposureLaw(
        log10_kappa=Interval(**summary(posterior.exposures)),
        tau=Interval(**summary(posterior.tau)),
        width=Interval(**summary(posterior.widths)),
        share_never=Interval(**summary(posterior.share_never)),
        skills=tuple(curve.skill for curve in members),
        log10_frequency=tuple(float(np.log10(curve.frequency)) for curve in members if curve.frequency is not None),
        onset=tuple(Interval(**summary(_given_rise(posterior.location[:, s]))) for s in range(len(members))),
        exceptions=tuple(float(p) for p in posterior.exception),
    )


def _given_rise(location: Floats) -> Floats:
    finite = location[np.isfinite(location)]
    return finite if finite.size else location
