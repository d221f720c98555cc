"""Skills of a domain, with grade and prerequisites, read from the TOML file of the domain."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from pydantic import Field, ValidationError, model_validator

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.names import Domain, Grade
from kindergrad.core.records import Contract


class NeedsData(Contract):
    """What is missing before a skill can be examined: a public source, and the code that reads or simulates it."""

    source: str
    loader: str


class Concept(Contract):
    """One instance of what a skill is about, and how to find it in a corpus.

    In the syllabus file ``{ name = "Chi", kind = "word", words = ["GCTGGTGG"] }``: whatever is neither name nor kind
    are the settings of the matcher ``exposure/kinds/<kind>.py``, which checks them.
    """

    name: str
    kind: str
    settings: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _the_rest_are_settings(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or "settings" in raw:
            return raw
        own = {key: value for key, value in raw.items() if key in ("name", "kind")}
        return {**own, "settings": {key: value for key, value in raw.items() if key not in own}}


class Skill(Contract):
    """One thing to be learned.

    Attributes
    ----------
    id : ``domain/name``.
    question : what is asked, in one sentence.
    why : why it is at this grade.
    exposure : how often a real genome, screen or text shows it.
    prerequisites : ids of skills of the same domain; hypotheses, which a study can refute.
    item : what one item looks like.
    floor, ceiling : what can be had without the skill, and the best that can be reached, with figures where known.
    trap : how the exam could be passed without the skill.
    dials : what makes it easier or harder.
    references : ``doi:``, ``arXiv:``, or the name of the source.
    needs_data : None where an assessment ships with kindergrad.
    concepts : what a corpus is searched for; none where nothing in a corpus shows the skill.
    """

    id: str
    grade: Grade
    question: str
    why: str
    exposure: str
    prerequisites: tuple[str, ...] = ()
    item: str = ""
    floor: str = ""
    ceiling: str = ""
    trap: str = ""
    dials: str = ""
    references: tuple[str, ...] = ()
    needs_data: NeedsData | None = None
    concepts: tuple[Concept, ...] = ()

    @property
    def domain(self) -> Domain:
        return Domain(self.id.split("/")[0])


_added: dict[str, Skill] = {}
"""Skills of plug-ins. The same plug-ins give the same ones in every process."""


def add(skill: Skill) -> None:
    """Put the skill of a plug-in into the syllabus of its domain.

    Raises
    ------
    InputError
        If another skill has this name already, or a prerequisite is unknown.
    """
    there = {**syllabus(skill.domain), **_added}.get(skill.id)
    if there is not None and there != skill:
        raise InputError(f"skill '{skill.id}' is in the syllabus already; choose another name")
    ordered([*syllabus(skill.domain).values(), *([] if there else [skill])])
    _added[skill.id] = skill


def syllabus(domain: Domain) -> dict[str, Skill]:
    """The skills of a domain, easiest grade first, prerequisites before what needs them; those of plug-ins too."""
    built_in = _built_in(domain)
    own = [skill for skill in _added.values() if skill.domain is domain]
    return {s.id: s for s in ordered([*built_in.values(), *own])} if own else built_in


@cache
def _built_in(domain: Domain) -> dict[str, Skill]:
    """The skills of the file of a domain.

    Raises
    ------
    InputError
        If the syllabus file names an unknown prerequisite or goes in a circle.
    """
    source = resources.files("kindergrad.syllabus") / f"{domain.value}.toml"
    if not source.is_file():
        return {}
    raw = tomllib.loads(source.read_text(encoding="utf-8"))
    try:
        found = [Skill(id=f"{domain.value}/{name}", **_full(domain, body)) for name, body in raw.items()]
    except ValidationError as error:
        raise InputError(f"{domain.value}.toml: {error.errors()[0]['msg']} at {error.errors()[0]['loc']}") from None
    return {skill.id: skill for skill in ordered(found)}


def _full(domain: Domain, body: dict[str, object]) -> dict[str, object]:
    names = body.get("prerequisites", [])
    return {**body, "prerequisites": tuple(f"{domain.value}/{n}" for n in names)} if isinstance(names, list) else body


def ordered(skills: Iterable[Skill]) -> list[Skill]:
    """By grade, and within the whole so that prerequisites come first.

    Raises
    ------
    InputError
        For an unknown prerequisite, one of a higher grade, or a circle, naming the skills.
    """
    waiting = {skill.id: skill for skill in sorted(skills, key=lambda s: s.grade.order)}
    for skill in waiting.values():
        for need in skill.prerequisites:
            if need not in waiting:
                raise UnknownNameError(f"prerequisite of {skill.id}", need, waiting)
            if waiting[need].grade.order > skill.grade.order:
                raise InputError(f"prerequisite '{need}' of '{skill.id}' is of a higher grade; "
                                 f"got {waiting[need].grade} before {skill.grade}; move one of the two")
    done: dict[str, Skill] = {}
    while waiting:
        ready = [s for s in waiting.values() if all(need in done for need in s.prerequisites)]
        if not ready:
            raise InputError(f"the prerequisites go in a circle: {', '.join(sorted(waiting))}")
        lowest = min(s.grade.order for s in ready)
        for skill in ready:
            if skill.grade.order == lowest:
                done[skill.id] = waiting.pop(skill.id)
    return list(done.values())


def skill(name: str) -> Skill:
    """The skill of an id such as ``genomics/start-codon``.

    Raises
    ------
    UnknownNameError
        With the nearest skill of any domain.
    """
    known = {s.id: s for domain in Domain for s in syllabus(domain).values()}
    if name not in known:
        raise UnknownNameError("skill", name, known)
    return known[name]


def prerequisites() -> dict[str, tuple[str, ...]]:
    """Skill -> skills that come before it, over all domains."""
    return {s.id: s.prerequisites for domain in Domain for s in syllabus(domain).values() if s.prerequisites}
