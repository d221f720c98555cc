"""The syllabus as a directed acyclic graph: what a skill needs, what it leads to, and the edges that say it all."""

from __future__ import annotations

from collections.abc import Mapping

from kindergrad.core.names import Grade
from kindergrad.syllabus.skills import Skill

Edges = dict[str, tuple[str, ...]]
"""Skill -> others, both as ids, in the order of the syllabus."""


def before(skills: Mapping[str, Skill]) -> Edges:
    """Everything that comes before each skill, at any distance."""
    found: dict[str, set[str]] = {}
    for name, skill in skills.items():  # prerequisites come first
        found[name] = set(skill.prerequisites).union(*(found[need] for need in skill.prerequisites))
    return {name: _listed(skills, needs) for name, needs in found.items()}


def reduced(skills: Mapping[str, Skill]) -> Edges:
    """The prerequisites of each skill that no other prerequisite of it implies: fewest edges, same order."""
    earlier = before(skills)
    return {name: tuple(need for need in skill.prerequisites
                        if not any(need in earlier[other] for other in skill.prerequisites))
            for name, skill in skills.items()}


def feeds(skills: Mapping[str, Skill]) -> Edges:
    """The skills of which each is a direct prerequisite."""
    return {name: tuple(other for other, skill in skills.items() if name in skill.prerequisites) for name in skills}


def grades(skills: Mapping[str, Skill]) -> dict[Grade, list[Skill]]:
    """The skills of each grade that has any, easiest grade first."""
    found = {grade: [s for s in skills.values() if s.grade is grade] for grade in Grade}
    return {grade: members for grade, members in found.items() if members}


def _listed(skills: Mapping[str, Skill], names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in skills if name in names)
