"""Make the worlds that a study and its assessments name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from kindergrad.core import discover
from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import KindergradError, StudyError, UnknownNameError
from kindergrad.core.world import World
from kindergrad.exams import data as public_data


@cache
def known() -> dict[str, ModuleType]:
    """World files by the name of the world."""
    return {module.WORLD: module for module in discover.built_in("kindergrad.worlds") if hasattr(module, "WORLD")}


def world(study: StudyConfig) -> World:
    """The world of a study, such as the synthetic genome or a real one.

    Raises
    ------
    StudyError, UnknownNameError, SequenceError
        If there is no such world, the configuration contradicts itself, or a file cannot be used.
    """
    config = study.world
    if config.genome is None and (config.annotation or config.decoy):
        raise StudyError("annotation and decoy need a genome; add 'genome: FILE' or --genome FILE")
    return named(config.kind, study.seed, data=study.data, **config.given)


def named(name: str, seed: int, *, data: Path | None = None, **settings: Any) -> World:
    """A world by its name; one that reads a public data set (``DATA``) is given the folder of the set.

    Raises
    ------
    StudyError, UnknownNameError
        For a name that is unknown, and a setting that the world does not take or whose value it refuses.
    DataError
        If the data set of the world is not on this machine.
    """
    studied = {kind: module.make for kind, module in known().items() if hasattr(module, "make")}
    if name not in studied:
        raise UnknownNameError("world", name, studied)
    takes = {k: p for k, p in inspect.signature(studied[name]).parameters.items() if k != "seed"}
    for setting in settings:
        if setting not in takes:
            raise StudyError(f"world '{name}' has no setting '{setting}'; it takes {', '.join(takes) or 'none'}")
    if wanted := getattr(known()[name], "DATA", None):
        settings.setdefault("folder", public_data.folder(wanted, data))
    for setting, parameter in takes.items():
        if parameter.default is parameter.empty and setting not in settings:
            raise StudyError(f"world '{name}' needs the setting '{setting}'; add it to 'world' in the study")
    given = {setting: value for setting, value in settings.items() if setting != "folder"}
    with refusals(f"world '{name}'", given):
        made: World = studied[name](seed, **settings)
    return made


@contextmanager
def refusals(what: str, settings: Mapping[str, Any]) -> Iterator[None]:
    """Turn what an engine or a world says of values that it cannot use into a line that names its settings.

    Raises
    ------
    StudyError
        For a TypeError or ValueError within.
    """
    try:
        yield
    except KindergradError:
        raise
    except (TypeError, ValueError) as error:
        raise StudyError(f"{what} refuses its settings {dict(settings)}: {error}") from error
