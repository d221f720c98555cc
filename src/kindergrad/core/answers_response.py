"""What ``score --json`` prints of predicted responses, and ``audit --json`` of measured ones."""

from __future__ import annotations

from pydantic import Field

from kindergrad.core.names import CeilingKind
from kindergrad.core.records import Contract, Finite


class SkillScore(Contract):
    """One skill read from a file of predictions: ``score = (value - floor) / (ceiling - floor)``, never clipped.

    ``score`` and ``stderr`` are null, with the reason, where floor and ceiling cannot be told apart.
    """

    skill: str
    score: Finite | None
    stderr: Finite | None
    value: Finite | None
    metric: str
    floors: dict[str, Finite]
    """The highest counts. ``other labels`` is what the same predictions score against other perturbations' truth."""
    ceiling: Finite | None
    ceiling_kind: CeilingKind = CeilingKind.RELIABILITY
    reliability: Finite | None
    """Of the half of the cells that is scored, weighted like the score."""
    n_items: int
    """Items that carry weight."""
    n_unanswerable: int
    """Items named in ``unanswerable``, and not averaged: reliability below 0.2, or too few cells."""
    unanswerable: tuple[str, ...] = ()
    twins: dict[str, Finite | None] = Field(default_factory=dict)
    """Sharp or usual metrics beside the smooth one, raw."""
    reason: str | None = None


class NotScored(Contract):
    """A skill that these files cannot answer."""

    skill: str
    reason: str


class ScoreAnswer(Contract):
    """A file of predictions against a file of measured cells."""

    skills: tuple[SkillScore, ...]
    r_art: Finite | None
    """Correlation that the mean of the training perturbations would reach without any signal, were the same controls
    used on both sides. Any control-referenced correlation of other tools must be read against it."""
    mode_collapse: Finite | None
    """Variance between predictions over that between truths: 0 where all predictions are the same, 1 as it should "
      "be."""
    dialect: str
    read: dict[str, str]
    """How truth and prediction were read."""
    field: dict[str, Finite | None]
    """The field's own metrics, means over perturbations, with shared controls as they are published."""
    n_scored: int
    n_predicted: int
    n_training: int
    not_scored: tuple[NotScored, ...] = ()
    notes: tuple[str, ...] = ()


class ResponseReliability(Contract):
    """One perturbation in one context, before any model is scored."""

    perturbation: str
    context: str
    n_cells: int
    n_controls: int
    reliability: Finite | None
    """Spearman-Brown of disjoint halves of cells, each with its own half of the controls; null below 4 cells."""
    ceiling: Finite | None
    """Root of it: the most that a noise-free prediction can correlate with this truth; null where it is below 0."""
    answerable: bool
    n_changed: int | None = None
    """Genes that differ from the controls (Welch's t test, false discovery rate 5 %); null below 2 cells. It grows with
    the number of cells."""


class MeanBaseline(Contract):
    """What the mean of all other perturbations correlates with each perturbation, as differences from controls."""

    context: str
    n_perturbations: int
    n_controls: int
    n_cells: Finite
    shared_controls: Finite
    """With the same half of the controls on both sides."""
    r_art: Finite
    """What the formula gives for that, without any signal."""
    cross_fitted_controls: Finite
    """With disjoint halves."""
    shared_all_controls: Finite
    """With all controls on both sides, as it is usually done."""
    r_art_all_controls: Finite


class ResponseAudit(Contract):
    """Can this file rank models at all?"""

    perturbations: tuple[ResponseReliability, ...]
    below: tuple[str, ...]
    """Perturbations with reliability below 0.2, named."""
    share_below: Finite
    mean_baseline: tuple[MeanBaseline, ...]
    r_art: Finite | None
    """Of the usual way (all controls on both sides), mean over contexts weighted by perturbations; null where no
    context has two."""
    dialect: str
    read: str
    notes: tuple[str, ...] = ()
