"""From easy to hard: in which order skills rose, whether it was foretold, and whether a jump is one of the metric."""

from __future__ import annotations

from kindergrad.core.answers import Interval
from kindergrad.core.answers_vertical import OrderEdge
from kindergrad.core.names import Axis, Grade, Readout, ThresholdKind, Verdict
from kindergrad.core.records import Contract, Finite


class Rise(Contract):
    """When a skill rose: its smooth score, and the sharp twin of the same answers."""

    skill: str
    grade: Grade | None
    score: Finite
    """At the largest scale."""
    half: Interval
    """Scale at which the score reaches the target; quantiles are null where it does not within the horizon."""
    p_never: Finite
    width: Finite | None
    """Decades from 10 to 90 % of the rise."""
    twin: Finite | None
    """At the largest scale."""
    twin_half: Finite | None
    """Scale at which the twin first reaches the target, read off the line through its points; null: not yet."""
    twin_width: Finite | None
    twin_late: Finite | None
    """Share of the twin's rise that is done where the score has done half of its own."""
    twin_abrupt: Finite | None
    """P(the twin rises within 0.3 decades)."""
    verdict: Verdict
    """On the score."""
    kind: ThresholdKind
    first_met: Finite | None = None
    """How much of the corpus had been read at the first problem of the skill; null where this is not known."""


class Foretold(Contract):
    """A registered forecast and what came."""

    skill: str
    scale_then: Finite
    scale: Finite
    median: Finite
    q05: Finite
    q95: Finite
    outcome: Finite
    inside80: bool
    inside90: bool

    @property
    def off(self) -> float:
        """Outcome minus median."""
        return self.outcome - self.median


class GradeRise(Contract):
    """When the median skill of a grade reached the target."""

    grade: Grade
    skills: int
    half: Interval
    p_never: Finite


class Journey(Contract):
    """One engine through one readout."""

    engine: str
    readout: Readout
    axis: Axis
    scale_now: Finite
    rises: tuple[Rise, ...]
    grades: tuple[GradeRise, ...]
    order: tuple[OrderEdge, ...]
    """Neighbouring grades: does the easier one rise first?"""
    ahead_of_need: tuple[OrderEdge, ...]
    """Skills that rose before a prerequisite did, with P(they rose after it) at most 0.1."""
    foretold: tuple[Foretold, ...] = ()
    """The earliest forecast of each skill that came due."""


class JourneyAnswer(Contract):
    target: Finite
    corpus: Finite | None
    """Size of the whole corpus."""
    journeys: tuple[Journey, ...]
