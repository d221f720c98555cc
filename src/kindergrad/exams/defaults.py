"""The built-in study of each domain, and how the command line changes a study file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from kindergrad.core import config
from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Domain
from kindergrad.exams import catalogue

GENOME_GOAL = "genomics/start-codon>=0.5@1e8"
_OF_THE_WORLD = ("genome", "annotation", "decoy")


def study(path: Path | None = None, *, domain: Domain | None = None, seed: int | None = None, quick: bool = False,
          plugins: list[Path] | None = None, **given: Path | None) -> StudyConfig:
    """The study of a file, or the built-in one of a domain, with the command line over it.

    Parameters
    ----------
    given : files of the world: ``genome``, ``annotation``, ``decoy``.

    Raises
    ------
    StudyError, UnknownNameError, PluginError
        Before anything is computed.
    """
    raw: dict[str, Any] = config.load(path).model_dump(exclude_unset=True) if path else {}
    domain = domain or raw.get("domain", Domain.GENOMICS)
    raw["world"] = {k: _beside(path, v) if isinstance(v, Path) else v for k, v in raw.get("world", {}).items()}
    raw["world"] |= {name: given[name] for name in _OF_THE_WORLD if given.get(name) is not None}
    if raw["world"].get("genome") is not None:
        raw = _real(raw)
    if quick:
        changes = _built_in(f"{domain.value}-quick")
        world = raw["world"] if raw["world"].get("genome") else raw["world"] | changes["world"]
        raw |= changes | {"world": world, "engines": raw.get("engines") or changes["engines"]}
    raw = _built_in(domain.value) | {key: value for key, value in raw.items() if value != {}}
    named = [_beside(path, plugin) for plugin in raw.get("plugins", ())] + list(plugins or ())
    raw["plugins"] = tuple(dict.fromkeys(plugin.absolute() for plugin in named))
    raw |= {"domain": domain} | ({} if seed is None else {"seed": seed})
    return _checked(config.build(raw, where=str(path or "study")))


def _real(raw: dict[str, Any]) -> dict[str, Any]:
    """A study of a real genome: its own name and goal, and a shuffled copy as control."""
    name = f"{Path(raw['world']['genome']).name.split('.')[0]}: what a small engine learns of it"
    return {"controls": ("shuffled",), "name": name, "goal": GENOME_GOAL} | raw | {
        "world": {"kind": "annotated_genome"} | raw["world"]}


def _built_in(name: str) -> dict[str, Any]:
    """What a study file of the package sets."""
    import yaml

    file = resources.files("kindergrad.exams") / "studies" / f"{name}.yaml"
    if not file.is_file():
        raise StudyError(f"there is no built-in study '{name}'; give a study file")
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _checked(found: StudyConfig) -> StudyConfig:
    for plugin in found.plugins:
        catalogue.check_offer(plugin, found.plugins)
    for engine in found.engines:
        catalogue.engine(engine.id, found.plugins)
    if found.assessments != ("all",):
        for name in found.assessments:
            catalogue.assessment(name, found.plugins)
    return found


def _beside(study: Path | None, name: Path) -> Path:
    """A file named in a study file is looked for beside it first, then in the current folder."""
    there = study.parent / name if study else name
    return there if there.exists() else name
