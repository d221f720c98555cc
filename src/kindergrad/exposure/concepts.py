"""The concepts of a syllabus, numbered, and the scanners that find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.records import Contract
from kindergrad.exposure import kinds
from kindergrad.syllabus.skills import Concept, Skill

Spec = TypeVar("Spec", bound=Contract)


class Sources(NamedTuple):
    """Further files that some matchers need; a module says which by its constant ``NEEDS``."""

    annotation: Path | None = None
    variants: Path | None = None


class Numbered(NamedTuple):
    """A concept with its place in the answer."""

    number: int
    skill: str
    name: str
    kind: str
    settings: dict[str, Any]


def numbered(skills: Iterable[Skill], more: Sequence[tuple[str, Concept]] = ()) -> list[Numbered]:
    """All concepts of some skills, easiest skill first, then those of the user, each with the id of its skill."""
    found = [(skill.id, concept) for skill in skills for concept in skill.concepts]
    return [Numbered(i, skill, c.name, c.kind, c.settings) for i, (skill, c) in enumerate([*found, *more])]


def known() -> list[str]:
    """Names of all kinds of matchers."""
    return sorted(module.name for module in iter_modules(kinds.__path__))


def by_kind(concepts: Iterable[Numbered]) -> dict[str, list[Numbered]]:
    """Concepts by kind.

    Raises
    ------
    UnknownNameError
        For a kind that no matcher serves.
    """
    found: dict[str, list[Numbered]] = defaultdict(list)
    for concept in concepts:
        if concept.kind not in known():
            raise UnknownNameError(f"kind of the concept '{concept.name}'", concept.kind, known())
        found[concept.kind].append(concept)
    return dict(found)


def matcher(kind: str) -> Any:
    """The module of a kind."""
    return import_module(f"{kinds.__name__}.{kind}")


def settings(concept: Numbered, spec: type[Spec]) -> Spec:
    """The settings of a concept, checked.

    Raises
    ------
    InputError
        Naming the concept, the setting and what is wrong with it.
    """
    try:
        return spec.model_validate(concept.settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "settings"
        raise InputError(f"concept '{concept.name}' of {concept.skill}, kind {concept.kind}: {where}: {first['msg']}; "
                         f"got {first.get('input')!r}") from None
