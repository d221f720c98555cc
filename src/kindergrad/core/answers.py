"""What the command line prints as JSON: one model per answer. Non-finite numbers are null, with a reason."""

from __future__ import annotations

from pydantic import Field

from kindergrad.core.names import DirectionVerdict, Verdict
from kindergrad.core.records import Contract, Finite


class Interval(Contract):
    """A posterior summary: median and the bounds of the central 50, 80 and 90 %."""

    median: Finite | None = None
    q05: Finite | None = None
    q10: Finite | None = None
    q25: Finite | None = None
    q75: Finite | None = None
    q90: Finite | None = None
    q95: Finite | None = None


class Future(Interval):
    """A predicted score at a scale."""

    scale: Finite


class Threshold(Interval):
    """The scale at which the score reaches ``target``; quantiles are null where they lie beyond the horizon."""

    target: Finite
    p_never: Finite
    """Probability that the score does not reach the target within ``horizon``."""
    horizon: Finite


class Band(Contract):
    """The fitted curve and its forecast, on a grid of scales."""

    scale: tuple[Finite, ...]
    median: tuple[Finite, ...]
    q05: tuple[Finite, ...]
    q25: tuple[Finite, ...]
    q75: tuple[Finite, ...]
    q95: tuple[Finite, ...]


class Point(Contract):
    """One observed score on a curve."""

    scale: Finite
    score: Finite
    stderr: Finite | None
    seed: int
    twin: Finite | None = None
    """The sharp twin, rescaled like the score where its floor and ceiling are known, else raw."""


class SkillForecast(Contract):
    """Everything that is said of one curve."""

    skill: str
    grade: str | None
    engine: str
    readout: str
    axis: str
    frequency: Finite | None
    n_points: int
    scale_now: Finite
    score_now: Finite | None
    score_now_stderr: Finite | None
    p_learning: Finite | None
    """P(the score rises with scale)."""
    width: Finite | None
    """Median of the decades in which the rise goes from 10 to 90 %."""
    width_interval: tuple[Finite, Finite] | None
    location: Interval | None
    """log10 of the scale at which half of the rise is done."""
    threshold: Threshold
    at: dict[str, Future]
    verdict: Verdict
    probabilities: dict[str, Finite]
    """Posterior probability of each law."""
    sentence: str
    points: tuple[Point, ...] = ()
    band: Band | None = None
    reason: str | None = None


class ExposureLaw(Contract):
    """Onset against frequency: ``m = log10 kappa - log10 frequency``."""

    log10_kappa: Interval
    """log10 of the exposures needed."""
    tau: Interval
    """Spread of log10 kappa between skills."""
    width: Interval
    share_never: Interval
    skills: tuple[str, ...]
    log10_frequency: tuple[Finite, ...]
    onset: tuple[Interval, ...]
    """log10 of the onset scale of each of ``skills``."""
    exceptions: tuple[Finite, ...] = ()
    """Probability that each of ``skills`` does not follow the law."""


class ForecastAnswer(Contract):
    skills: tuple[SkillForecast, ...]
    exposure: ExposureLaw | None = None
    assumptions: tuple[str, ...] = ()


class BeliefStep(Contract):
    """The belief after the records up to a scale."""

    scale: Finite | None
    n_records: int
    belief: Finite
    stderr: Finite
    bits: Finite
    """Weight of evidence of this step, in bits of log odds."""


class DirectionAnswer(Contract):
    """Is the engine learning in the desired direction?"""

    verdict: DirectionVerdict = DirectionVerdict.CANNOT_TELL
    p: Finite | None = None
    e_value: Finite | None = None
    violations: tuple[str, ...] = ()


class BeliefAnswer(Contract):
    goal: str
    belief: Finite
    stderr: Finite
    history: tuple[BeliefStep, ...]
    direction: DirectionAnswer = DirectionAnswer()
    assumptions: tuple[str, ...] = ()


class StatusAnswer(Contract):
    planned: int
    ok: int
    failed: int
    not_applicable: int
    unscored: int
    reused: int
    seconds: Finite
    reasons: dict[str, int] = Field(default_factory=dict)
    """Why exams failed, were unscored or not applicable, with their number."""


class Listing(Contract):
    """One line of ``kindergrad list``."""

    id: str
    domain: str
    grade: str | None
    skill: str | None
    version: str
    readouts: tuple[str, ...]
    status: str
    """``ready``, ``needs-extra`` (a library is missing) or ``needs-data``."""
    summary: str
    needs: str = ""
    """What is missing, and where it comes from."""
