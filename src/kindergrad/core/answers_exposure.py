"""What ``kindergrad exposure`` prints: how often a corpus shows each concept, and how much more shows the rest."""

from __future__ import annotations

from pydantic import Field

from kindergrad.core.records import Contract, Finite


class Spread(Contract):
    """Median and the bounds of the central 90 %; a number is null where it cannot be told from this corpus."""

    median: Finite | None = None
    q05: Finite | None = None
    q95: Finite | None = None
    reason: str | None = None
    """Why a number is null."""


class ExposureRow(Contract):
    """One concept of one skill in a corpus."""

    concept: str
    skill: str
    kind: str
    """How it was looked for: the name of the matcher."""
    occurrences: int
    """Places, on either strand, each once."""
    distinct_contexts: int
    """Occurrences whose surroundings were not met before: copies of repeats are not new."""
    distinct_error: Finite
    """Relative standard error of ``distinct_contexts``; 0 where they were counted one by one."""
    rate: Finite
    """Occurrences per unit of the corpus."""
    rate_low: Finite
    rate_high: Finite
    dispersion: Finite
    """Variance of the number per block over that of independent occurrences; widens the interval."""
    by_chance: Finite | None = None
    """Rate that short-range composition alone would give, where known."""
    expected_at: dict[str, Finite]
    """Occurrences expected in ``10x``, ``100x`` ... of such a corpus."""
    first_met_at: Spread
    """Units of such a corpus to be read until the concept is met."""
    met_kappa_at: Spread
    """Units until it is met ``kappa`` times."""


class ExposureFamily(Contract):
    """A concept with many forms, each of which is met or not."""

    family: str
    skill: str
    forms: int | None
    """How many there are; null where nobody knows."""
    met: int
    coverage: Finite
    """Chance that the next occurrence is of a form already met (Good and Turing); within a part of the corpus a form
    counts once."""
    at_least: Spread
    """Forms that there must be at least, met or not (Chao)."""
    new_at: dict[str, Spread]
    """Forms not met so far that ``2x``, ``5x`` ... ``100x`` of such a corpus would show: the extrapolation curve."""
    method: dict[str, str]
    """Estimator that erred least when the corpus tested them on itself, for each."""
    sampled: Finite = 1.0
    """Share of the forms that was followed; numbers are for all."""


class SkillExposure(Contract):
    """The concepts of a skill together."""

    skill: str
    grade: str | None
    concepts: int
    met: int
    rate: Finite | None
    """Median rate of the concepts, the lower of two: the ``frequency`` of the exposure law."""
    needed: Finite | None
    """Units until half of the concepts are met ``kappa`` times."""


class CorpusFacts(Contract):
    """What was read."""

    source: str
    unit: str
    size: int
    """Usable units: bases A, C, G, T; characters; perturbations."""
    records: int
    """Records of a genome, lines of a text, perturbed cells of a screen."""
    notes: tuple[str, ...] = ()


class ExposureAnswer(Contract):
    syllabus: str
    corpus: CorpusFacts
    kappa: Finite
    rows: tuple[ExposureRow, ...]
    families: tuple[ExposureFamily, ...] = ()
    skills: tuple[SkillExposure, ...] = ()
    not_looked_for: dict[str, str] = Field(default_factory=dict)
    """Concepts that this corpus cannot show, with the reason."""


class Ratio(Contract):
    """Which of two corpora shows a skill's concepts more often per unit."""

    skill: str
    grade: str | None
    concepts: int
    rate_a: Finite
    rate_b: Finite
    ratio: Spread
    """Rate in A over rate in B, both of different contexts; median over concepts."""
    sooner: str
    """``A``, ``B`` or ``cannot tell``."""


class ExposureComparison(Contract):
    syllabus: str
    a: CorpusFacts
    b: CorpusFacts
    skills: tuple[Ratio, ...]


class SkillContamination(Contract):
    """Items of one skill (or level) that stand in a corpus."""

    skill: str
    items: int
    asked: int
    """Items long enough to be looked for."""
    copies: int
    """Items all of whose words stand in the corpus."""
    near_copies: int
    """Items with at least half of their words in the corpus, copies included."""
    share: Finite | None


class ContaminatedScore(Contract):
    """A score with all items, and with those only that do not stand in the corpus."""

    engine: str
    skill: str
    readout: str
    scale: Finite
    seed: int
    score: Finite
    score_stderr: Finite | None
    score_clean: Finite | None
    score_clean_stderr: Finite | None
    n_clean: int


class ContaminationAnswer(Contract):
    source: str
    corpus: CorpusFacts
    word: int
    """Letters of the words that are compared."""
    skills: tuple[SkillContamination, ...]
    scores: tuple[ContaminatedScore, ...]
    verdict: str
    """``clean`` or ``leak``."""
