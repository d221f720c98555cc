"""Skills and what comes before them: which pairs a table holds, and whether all the easy ones must be there at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from kindergrad.core.answers import Interval
from kindergrad.core.answers_vertical import Form, PrerequisiteForm
from kindergrad.core.assessment import skill_of
from kindergrad.core.names import Role
from kindergrad.core.table import Row
from kindergrad.progress.posterior import summary
from kindergrad.stats.conjunction import compare

FEWEST = 6
"""Engines (at a scale) with scores of the skill and of what it needs: fewer cannot tell one form from another."""
MOVES = 0.1
"""The hard skill must differ by so much between engines."""
STRONG = 1.0
"""log10 of the Bayes factor from which one form is named."""

Point = tuple[str, str, float, str]
"""Engine, axis, scale and readout."""


def pairs(names: Sequence[str], prerequisites: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(easier, harder) among these names; what the table does not hold is left out."""
    return [(low, high) for high in names for need in prerequisites.get(high, prerequisites.get(skill_of(high), ()))
            for low in names if need in (low, skill_of(low))]


def forms(rows: Sequence[Row], prerequisites: Mapping[str, Sequence[str]]) -> tuple[PrerequisiteForm, ...]:
    """For each skill that stands in the table with something that it needs: conjunctive or compensatory?

    Scores are means over levels and seeds of learners; a point is an engine at a scale, through one readout.
    """
    scores = _scores(rows)
    out = []
    for skill, needs in prerequisites.items():
        there = tuple(need for need in needs if need in scores)
        if skill in scores and there:
            out.append(_form(skill, there, scores))
    return tuple(out)


def _scores(rows: Sequence[Row]) -> dict[str, dict[Point, float]]:
    found: dict[str, dict[Point, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.role is Role.LEARNER and row.scored is not None:
            found[skill_of(row.skill)][row.engine, row.axis.value, row.scale, row.readout.value].append(row.scored[0])
    return {skill: {at: float(np.mean(sorted(values))) for at, values in points.items()}
            for skill, points in found.items()}


def _form(skill: str, needs: tuple[str, ...], scores: Mapping[str, Mapping[Point, float]]) -> PrerequisiteForm:
    common = sorted(set(scores[skill]).intersection(*(scores[need] for need in needs)))
    hard = np.array([scores[skill][at] for at in common])
    if len(common) < FEWEST or np.ptp(hard) < MOVES:
        why = (f"{len(common)} engines have both; at least {FEWEST} are needed" if len(common) < FEWEST
               else f"the skill moves by less than {MOVES:g} between engines")
        return PrerequisiteForm(skill=skill, needs=needs, n=len(common), form=Form.CANNOT_TELL, log10_bayes_factor=None,
                                exponents=(), sentence=f"{skill}: cannot tell yet: {why}")
    found = compare(np.array([[scores[need][at] for need in needs] for at in common]), hard)
    factor = found.log10_bayes_factor
    form = Form.CANNOT_TELL if abs(factor) < STRONG else Form.CONJUNCTIVE if factor > 0 else Form.COMPENSATORY
    exponents = tuple(Interval(**summary(column)) for column in found.conjunctive.draw().T)
    return PrerequisiteForm(skill=skill, needs=needs, n=len(common), form=form, log10_bayes_factor=factor,
                            exponents=exponents, sentence=_sentence(skill, needs, form, exponents))


def _sentence(skill: str, needs: Sequence[str], form: Form, exponents: Sequence[Interval]) -> str:
    if form is Form.CONJUNCTIVE:
        powers = [e.median or 0.0 for e in exponents]
        steps = " x ".join(f"{need.split('/')[-1]}^{power:.1f}" for need, power in zip(needs, powers, strict=True))
        return f"{skill} follows {steps}: all must be there at once, so it looks more sudden than they do"
    if form is Form.COMPENSATORY:
        return f"{skill} follows a weighted sum of {', '.join(needs)}: one makes up for another"
    return f"{skill}: these engines do not tell whether {', '.join(needs)} must all be there at once"
