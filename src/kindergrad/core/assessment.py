"""Assessment: skill x world. How items are made, asked and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from kindergrad.core.items import Items
from kindergrad.core.names import CeilingKind, Domain, Readout

TEXT_BLIND = ("text-uniform", "text-composition-0", "text-composition-1", "text-composition-2", "text-local",
              "text-words")
"""Blind engines of plain text: the floor of exams that are written, not sequenced."""


class MakeItems(Protocol):
    def __call__(self, world: Any, n: int, level: str, seed: int) -> Items: ...


BLIND = ("uniform", "local-composition", "composition-0", "composition-1", "composition-2")
"""Engines that know letters and pairs and triplets of letters at most."""
BY = "by-"
"""Begins the name of a shortcut: ``by-consequence`` looks the answer up in the truth column ``consequence``."""

Put = Callable[..., NDArray[Any]]
Score = Callable[[NDArray[Any], Items], NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What one assessment file declares about itself.

    Attributes
    ----------
    skill : ``domain/name``, a skill of the syllabus.
    version : ``X.Y``; a new X breaks comparability.
    levels : hard to easy. A single level is written ``("all",)``.
    needs : what the world must offer (``windows``, ``genes``, ``motifs`` ...).
    items, score, twin : the pure functions of the file; ``score`` is smooth, ``twin`` sharp, both per item.
    readouts : readout -> the function that puts the items to an engine.
    metric, twin_metric : names of the two scores.
    chance : the score of a coin.
    floor : ids of the blind engines whose best gives the floor. An engine that is fitted belongs here where it cannot
        have the skill; ``by-COLUMN`` is a look-up in a column of the truth, fitted on the training items.
    references : ids of simple engines that are fitted on all training items and shown beside every score, but may
        have learned the skill honestly, so that they are no floor. They sit where there is a readout ``fit``.
    ceiling : kind of ceiling in a world with known truth; elsewhere it is nominal (``top``).
    top : the end of the metric's scale.
    learner : the reference engine that improves with data, or ``none-yet``.
    reference : engine that gives the ceiling, after the whole corpus, where the world has no oracle; None: ``top``.
    frequency : level -> occurrences of one concept per unit of the corpus (base, perturbation ...), or None.
    world : name of a small world, made with the study's seed, that gives the items where the study's world does not
        offer what is needed.
    """

    skill: str
    version: str
    items: MakeItems
    readouts: Mapping[Readout, Put]
    score: Score
    twin: Score
    metric: str
    twin_metric: str
    chance: float
    needs: tuple[str, ...]
    cluster: str
    learner: str
    source: str
    levels: tuple[str, ...] = ("all",)
    floor: tuple[str, ...] = BLIND
    references: tuple[str, ...] = ("kmer", "position")
    ceiling: CeilingKind = CeilingKind.EXACT
    top: float = 1.0
    reference: str | None = None
    frequency: Callable[[Any, str], float | None] = lambda world, level: None
    world: str | None = None
    diagnostics: Callable[..., dict[str, float]] | None = None
    superseded_by: str | None = None

    @property
    def id(self) -> str:
        return self.skill

    @property
    def domain(self) -> Domain:
        return Domain(self.skill.split("/")[0])

    def curve(self, level: str) -> str:
        """Name of the curve of one level: the skill itself, or ``skill[level]``."""
        return self.skill if self.levels == ("all",) else f"{self.skill}[{level}]"


def skill_of(curve: str) -> str:
    """The skill of a curve, the inverse of :meth:`Assessment.curve`: ``domain/name`` of ``domain/name[level]``."""
    return curve.partition("[")[0]
