"""What ``vertical --json`` prints: engines and skills on one scale, the order of the syllabus, and whether it fits."""

from __future__ import annotations

from enum import StrEnum

from kindergrad.core.answers import Interval
from kindergrad.core.names import Axis, Grade, Readout
from kindergrad.core.records import Contract, Finite


class OrderVerdict(StrEnum):
    """A verdict needs probability 0.9."""

    HOLDS = "holds"
    VIOLATED = "violated"
    CANNOT_TELL = "cannot tell yet"


class EngineAbility(Contract):
    """One engine at one scale point."""

    engine: str
    """Name on this scale: the engine, with ``@scale`` where it was examined at several."""
    family: str
    axis: Axis
    scale: Finite
    n_results: int
    ability: Interval
    grade: Grade | None
    """Grade equivalent: the highest grade whose median skill it answers half way with probability 0.5 or more."""
    p_half_way: dict[str, Finite]
    """grade -> P(it answers the median skill of the grade at least half way)."""
    misfit: Finite
    """Mean squared residual relative to what the scale predicts; 1 is as expected."""
    misfit_p: Finite
    hard_before_easy_p: Finite
    """P(chance alone passes the hard and fails the easy as much); small: look for a leak or a shortcut."""
    flags: tuple[str, ...] = ()


class SkillDifficulty(Contract):
    """One skill, read through one readout."""

    skill: str
    grade: Grade | None
    readout: Readout
    n_engines: int
    difficulty: Interval
    """Ability at which the score is half way between floor and ceiling."""
    slope: Interval
    """Logits per unit of ability."""
    spread: Finite
    """Extra spread of single results around the scale, in units of the score."""
    explained: Finite | None
    """Share of the variance between engines that the scale explains; null for answers to single items."""
    misfit_p: Finite
    flags: tuple[str, ...] = ()


class OrderEdge(Contract):
    """Is what should be easier really easier?"""

    easier: str
    harder: str
    p: Finite
    """P(the difficulty of ``harder`` is above that of ``easier``)."""
    verdict: OrderVerdict


class Surprise(Contract):
    """A result that the scale did not expect."""

    engine: str
    skill: str
    residual: Finite
    """Standard deviations above (+) or below (-) what the scale expects."""


class Form(StrEnum):
    """How a skill follows from those before it."""

    CONJUNCTIVE = "conjunctive"  # all must be there at once: a product
    COMPENSATORY = "compensatory"  # one makes up for another: a weighted sum
    CANNOT_TELL = "cannot tell yet"


class PrerequisiteForm(Contract):
    """A skill and what it needs, over the engines that have scores of all."""

    skill: str
    needs: tuple[str, ...]
    n: int
    form: Form
    log10_bayes_factor: Finite | None
    """Conjunctive against compensatory; null where there is too little to compare."""
    exponents: tuple[Interval, ...]
    """Of each need in the product: L equal steps of it give L."""
    sentence: str


class ExpectedScore(Contract):
    """What an engine will score on a skill that it has not sat."""

    engine: str
    skill: str
    score: Interval
    """Between floor 0 and ceiling 1."""
    taught_by: tuple[str, ...]
    """The other skills from which it is expected."""
    n_engines: int
    """Engines that sat the skill."""


class OneScale(Contract):
    """Does one number per engine describe the table?"""

    holds: bool
    p: Finite
    """P(replicates of one scale leave as much structure in the residuals)."""
    share: Finite
    """Share of the residuals on one further dimension."""
    share_expected: Finite
    pulls_up: tuple[str, ...]
    pulls_down: tuple[str, ...]
    """Skills at either end of the further dimension."""
    sentence: str


class VerticalAnswer(Contract):
    engines: tuple[EngineAbility, ...]
    """From most to least able."""
    skills: tuple[SkillDifficulty, ...]
    """From easy to hard."""
    order: tuple[OrderEdge, ...]
    grades: tuple[OrderEdge, ...]
    """The same for median difficulties of neighbouring grades."""
    p_order: Finite | None
    """P(the medians of all grades stand in the order of the grades)."""
    rank_correlation: Interval | None = None
    """Spearman's rho of grade and difficulty (mean over levels); its draws draw the skills anew, too."""
    needs: tuple[OrderEdge, ...] = ()
    """A skill and what comes before it in the syllabus, by their mean difficulties over all levels."""
    violations: tuple[str, ...]
    one_scale: OneScale
    surprises: tuple[Surprise, ...]
    unit: str
    anchors: tuple[str, ...] = ()
    per_decade: Interval | None = None
    """Ability per decade of scale within a family, where ability was regressed on scale."""
    slope_sd: Finite
    """Spread of log slopes between skills, chosen by cross-validation; 0: all skills alike."""
    r_hat: Finite
    effective_draws: Finite
    converged: bool
    prerequisites: tuple[PrerequisiteForm, ...] = ()
    """Whether what a skill needs must all be there at once."""
    expected: tuple[ExpectedScore, ...] = ()
    """Where it was asked for: scores of engines on a skill that they have not sat."""
    assumptions: tuple[str, ...] = ()
    sentence: str
