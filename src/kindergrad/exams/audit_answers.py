"""What an audit says: findings, their verdicts, and the thresholds behind them."""

from __future__ import annotations

from enum import StrEnum

from kindergrad.core.records import Contract, Finite


class Kind(StrEnum):
    """What was looked for."""

    LENGTH = "length-only"
    GC = "gc-only"
    KMER = "kmer"
    COORDINATES = "coordinates"
    NEIGHBOUR = "nearest-neighbour"
    DUPLICATES = "duplicates"
    OVERLAP = "overlap"
    SPLIT = "split"


class Judgement(StrEnum):
    """``warning`` is of a single finding and never of a whole set: worth knowing, not enough to reject the set."""

    CLEAN = "clean"
    WARNING = "warning"
    SHORTCUT = "shortcut"
    LEAK = "leak"


LIFT = {Kind.LENGTH: 0.1, Kind.GC: 0.5, Kind.KMER: 0.5}
"""Lift (0 guessing, 1 perfect) from which a shortcut is one. Length is never biology of a window that someone cut; GC
and pairs of letters can be, so they must explain half of the task."""
HIGH_FLOOR = 0.8
"""Lift of words of 1 to 4 letters that deserves a warning. Not a shortcut: a planted or real motif is made of them."""
COPYING = {True: 0.1, False: 0.3}
"""Lift from which looking up neighbours is a leak: with a published test part, and without one (nothing has leaked yet,
but a random split would)."""
COPIES = 0.01
"""Share of rows that are copies from which there is a leak."""
OVERLAPS = {True: 0.05, False: 0.25}
"""Share of rows that overlap others from which there is a leak, with and without a published test part."""
FEW = 0.05
"""Share from which overlaps, without a published test part, deserve a warning."""

THRESHOLDS = {
    "lift": "0 for guessing, 1 for perfect: the larger of (accuracy - majority) / (1 - majority) and 2 AUROC - 1; it "
            "counts only three standard errors above guessing",
    "length-only": f"shortcut from a lift of {LIFT[Kind.LENGTH]:g}",
    "gc-only": f"shortcut from a lift of {LIFT[Kind.GC]:g}",
    "kmer": f"shortcut from a lift of {LIFT[Kind.KMER]:g} by single letters and pairs alone; warning from a lift of "
            f"{HIGH_FLOOR:g} by words of 1 to 4 letters, which may be the very motif that is asked for",
    "coordinates": f"leak from a lift of {COPYING[True]:g} ({COPYING[False]:g} without a published test part)",
    "nearest-neighbour": f"leak from a lift of {COPYING[True]:g} ({COPYING[False]:g} without a published test part)",
    "duplicates": f"leak from {COPIES:.0%} of the test rows (of all rows without a published test part)",
    "overlap": f"leak from {OVERLAPS[True]:.0%} of the test rows (without a published test part: from "
               f"{OVERLAPS[False]:.0%} of all rows, a warning from {FEW:.0%})",
    "split": "never more than a warning: a test chromosome that is also in training is a risk, not a leak",
}
"""All thresholds, in words."""


class Finding(Contract):
    """One check of one set.

    ``score`` is an accuracy (length-only, gc-only, kmer, coordinates, nearest-neighbour) or a share of the ``n`` rows
    looked at (duplicates, overlap, split; ``count`` of them). ``majority`` is what always naming the most frequent
    class scores on the scored rows.
    """

    set: str
    kind: Kind
    score: Finite
    stderr: Finite
    auroc: Finite | None = None
    auroc_stderr: Finite | None = None
    lift: Finite | None = None
    majority: Finite
    n: int
    count: int | None = None
    verdict: Judgement
    detail: str
    examples: tuple[str, ...] = ()


class NotRun(Contract):
    """A check that the set does not allow."""

    kind: Kind
    reason: str


class SetAnswer(Contract):
    """One set as it was read."""

    set: str
    verdict: Judgement
    n: int
    n_test: int | None
    classes: dict[str, int]
    not_run: tuple[NotRun, ...] = ()
    notes: tuple[str, ...] = ()


class AuditAnswer(Contract):
    """All findings, and the worst verdict: leak, shortcut or clean."""

    findings: tuple[Finding, ...]
    verdict: Judgement
    sets: tuple[SetAnswer, ...]
    thresholds: dict[str, str]


SEVERITY = (Judgement.CLEAN, Judgement.WARNING, Judgement.SHORTCUT, Judgement.LEAK)


def worst(found: tuple[Judgement, ...]) -> Judgement:
    """The worst of some judgements; warnings alone leave a set clean."""
    top = max(found, key=SEVERITY.index, default=Judgement.CLEAN)
    return Judgement.CLEAN if top is Judgement.WARNING else top
