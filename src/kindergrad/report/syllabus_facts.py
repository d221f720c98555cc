"""What is said of a skill in ``show``, ``syllabus`` and the syllabus book: the syllabus and its exam, side by side."""

from __future__ import annotations

from pathlib import Path

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.names import Domain
from kindergrad.core.records import Contract
from kindergrad.exams import catalogue, references
from kindergrad.exams.worked_example import WorkedExample, worked_example
from kindergrad.syllabus import graph, skills
from kindergrad.syllabus.skills import Skill

READY = "ready"


class ExamFacts(Contract):
    """What the file of an assessment says of itself."""

    id: str
    version: str
    readouts: tuple[str, ...]
    levels: tuple[str, ...]
    metric: str
    shows: str
    does_not_show: str
    floor: str
    ceiling: str
    trap: str
    source: str
    beside: tuple[str, ...]
    """Engines and look-ups that every score is shown beside; those that make the floor first."""
    data: str
    """Name of the public data set that the items come from, or an empty text."""


class SkillEntry(Skill):
    """One skill of a syllabus, and what there is for it.

    Attributes
    ----------
    status : ``ready``, ``needs-extra`` or ``needs-data``, and ``needs``, what is missing.
    direct : the fewest prerequisites that imply the others.
    feeds : the skills of which it is a direct prerequisite.
    """

    status: str
    needs: str
    direct: tuple[str, ...]
    feeds: tuple[str, ...]
    exam: ExamFacts | None

    @property
    def name(self) -> str:
        """The id without its domain."""
        return short(self.id)


class SyllabusAnswer(Contract):
    """What ``syllabus --json`` prints. ``edges`` are (prerequisite, skill), all of them."""

    domain: str
    skills: tuple[SkillEntry, ...]
    edges: tuple[tuple[str, str], ...]


class SkillAnswer(SkillEntry):
    """What ``show --json`` prints."""

    example: WorkedExample | None


def syllabus(domain: str, *, here: bool = True, data: Path | None = None) -> SyllabusAnswer:
    """The skills of a domain, easiest grade first.

    Parameters
    ----------
    here : look for public data sets on this machine; False for pages that must be the same everywhere, where every
        skill with an exam is ready.
    data : folder that is looked through first.

    Raises
    ------
    UnknownNameError
        With the nearest domain.
    InputError
        If the domain has no syllabus yet.
    """
    if domain not in list(Domain):
        raise UnknownNameError("domain", domain, [d.value for d in Domain])
    found = skills.syllabus(Domain(domain))
    if not found:
        there = ", ".join(d.value for d in Domain if skills.syllabus(d))
        raise InputError(f"there is no syllabus of '{domain}' yet; expected one of: {there}")
    return SyllabusAnswer(domain=domain, skills=tuple(entry(name, here=here, data=data) for name in found),
                          edges=tuple((need, s.id) for s in found.values() for need in s.prerequisites))


def entry(name: str, *, here: bool = True, data: Path | None = None) -> SkillEntry:
    """One skill by id; see :func:`syllabus`.

    Raises
    ------
    UnknownNameError
        With the nearest skill.
    """
    found = skills.skill(name)
    all_skills = skills.syllabus(found.domain)
    exam = _exam(name)
    state = catalogue.status(catalogue.assessments().get(name), data) if here or exam is None else (READY, "")
    return SkillEntry(**dict(found), status=state[0], needs=state[1] if exam else "",
                      direct=graph.reduced(all_skills)[name], feeds=graph.feeds(all_skills)[name], exam=exam)


def show(name: str, *, data: Path | None = None) -> SkillAnswer:
    """One skill with its worked example.

    Parameters
    ----------
    data : folder of public data sets that is looked through first.

    Raises
    ------
    UnknownNameError
        With the nearest skill.
    """
    found = entry(name, data=data)
    return SkillAnswer(**dict(found), example=worked_example(name) if found.exam else None)


def short(name: str) -> str:
    """``genomics/start-codon`` -> ``start-codon``."""
    return name.partition("/")[2]


def _exam(name: str) -> ExamFacts | None:
    found = catalogue.assessments().get(name)
    if found is None:
        return None
    told = catalogue.told(found)
    return ExamFacts(
        id=found.id, version=found.version, readouts=tuple(r.value for r in found.readouts), levels=found.levels,
        metric=found.metric, shows=told.get("Shows", ""), does_not_show=told.get("Does not show", ""),
        floor=told.get("Floor", ""), ceiling=told.get("Ceiling", ""), trap=told.get("Trap", ""),
        source=told.get("Source", ""), beside=(*found.floor, *references.fitted(found)), data=catalogue.data_set(found),
    )
