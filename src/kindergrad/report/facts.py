"""What a report card must know of a study beyond rows and answers: plain values, so that anyone can fill them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.answers_journey import JourneyAnswer
from kindergrad.core.assessment import skill_of
from kindergrad.progress.registry import Calibration


@dataclass(frozen=True, kw_only=True)
class SkillFacts:
    """What one assessment file says of itself, for readers of the report.

    Attributes
    ----------
    id : ``domain/name``, without a level.
    grade : ``kindergarten`` ... ``frontier``.
    question : what is asked, in one sentence.
    shows, does_not_show : what a high score means, and what it does not.
    trap : how the exam could be passed without the skill, and what is done against it.
    source : paper or data behind the exam.
    """

    id: str
    grade: str
    question: str
    shows: str = ""
    does_not_show: str = ""
    trap: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class StudyFacts:
    """The study in words.

    Attributes
    ----------
    title : name of the study.
    world : one sentence on where corpus and items come from.
    engines : names of the engines that learned.
    command : the command line that makes this report again.
    seed : seed of the study.
    versions : software name -> version.
    seconds : wall time of the run, or None where it is not known.
    comparable : False for quick runs; the page and every figure are stamped.
    goal : the declared goal, ``skill>=score@scale``, or None.
    skills : in the order of the syllabus.
    notes : sentences that the reader must not miss (what was assumed, what is missing).
    journey : in which order the skills rose, and whether it was foretold; None where nothing was scored.
    calibration : how what was registered in this run came out; None where nothing was resolved yet.
    exposure : how often the corpus shows the concepts of the syllabus; None where that was not counted.
    """

    title: str
    world: str
    engines: tuple[str, ...]
    command: str
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    comparable: bool = True
    goal: str | None = None
    skills: tuple[SkillFacts, ...] = ()
    notes: tuple[str, ...] = ()
    journey: JourneyAnswer | None = None
    calibration: Calibration | None = None
    exposure: ExposureAnswer | None = None

    def of(self, skill: str) -> SkillFacts | None:
        """The facts of a skill or of one of its levels."""
        base = skill_of(skill)
        return next((s for s in self.skills if s.id == base), None)
