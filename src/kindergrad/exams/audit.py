"""Audit a labelled set before any score on it is believed: shortcuts, leaks, copies, and how it was split.

Shows: what engines that know no biology reach (length, GC, short words, a look-up by position or by shared words), and
which rows stand in training and in test.
Does not show: that a clean set measures what it claims; shortcuts that need more than these engines (position of a
motif in the window, batch, annotation history); distant homology, which needs an alignment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kindergrad.exams import audit_checks as checks
from kindergrad.exams.audit_answers import THRESHOLDS, AuditAnswer, Finding, Judgement, SetAnswer, worst
from kindergrad.exams.audit_set import LabelledSet

Tell = Callable[[int, int, str], None]


def audit(sets: Sequence[LabelledSet], *, tell: Tell = lambda done, planned, what: None) -> AuditAnswer:
    """Run every check that each set allows.

    Parameters
    ----------
    sets : as read by :func:`kindergrad.exchange.labelled_sets.read`, or made by
        :func:`kindergrad.exams.audit_set.make`.
    tell : called with (done, planned, what) before each check.
    """
    planned = len(sets) * len(checks.CHECKS)
    findings: list[Finding] = []
    answers: list[SetAnswer] = []
    for number, one in enumerate(sets):
        desk = checks.Desk(one)
        for step, (kind, check) in enumerate(checks.CHECKS):
            tell(number * len(checks.CHECKS) + step, planned, f"{one.name}: {kind.value}")
            check(desk)
        findings += desk.findings
        counts = {name: int((one.labels == k).sum()) for k, name in enumerate(one.classes)}
        answers.append(SetAnswer(
            set=one.name, verdict=worst(tuple(f.verdict for f in desk.findings)), n=len(one),
            n_test=None if one.test is None else int(one.test.sum()), classes=counts, not_run=tuple(desk.not_run),
            notes=(*one.notes, *desk.notes)))
    tell(planned, planned, "")
    return AuditAnswer(findings=tuple(findings), verdict=worst(tuple(a.verdict for a in answers)),
                       sets=tuple(answers), thresholds=THRESHOLDS)


def fails(answer: AuditAnswer, limit: str) -> bool:
    """Whether the verdict is as bad as ``limit`` ('shortcut' or 'leak') or worse."""
    order = [Judgement.CLEAN, Judgement.SHORTCUT, Judgement.LEAK]
    return order.index(answer.verdict) >= order.index(Judgement(limit))
