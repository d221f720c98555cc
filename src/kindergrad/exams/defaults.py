"""The built-in study of each domain, and how the command line changes a study file."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from kindergrad.core import config, extras
from kindergrad.core.asks import Trained
from kindergrad.core.config import EngineConfig, StudyConfig
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Domain
from kindergrad.exams import catalogue, plan

GENOME_GOAL = "genomics/start-codon>=0.5@1e8"
_OF_THE_WORLD = ("genome", "annotation", "decoy")


def study(path: Path | None = None, *, domain: Domain | None = None, seed: int | None = None, quick: bool = False,
          plugins: list[Path] | None = None, **given: Any) -> StudyConfig:
    """The study of a file, or the built-in one of a domain, with the command line over it.

    Parameters
    ----------
    given : files of the world, ``genome``, ``annotation``, ``decoy``; ``data``, the folder of public data sets; and
        ``world``, the name of another world for the built-in study.

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
    if given.get("world") is not None:
        raw = _of_world(raw, given["world"], path)
    if quick:
        changes = _built_in(f"{domain.value}-quick")
        small = changes["world"] | {k: v for k, v in raw["world"].items() if k == "kind"}
        world = raw["world"] if raw["world"].get("genome") else raw["world"] | small
        raw |= changes | {"world": world, "engines": raw.get("engines") or changes["engines"]}
    built_in = _built_in(domain.value)
    if path is not None:  # a study file that names no exams asks for all
        built_in.pop("assessments", None)
    if raw["world"].get("kind", kind := built_in["world"]["kind"]) != kind:  # a ladder and a goal belong to their world
        built_in = {key: value for key, value in built_in.items() if key not in ("scales", "goal")}
    if raw.get("engines"):
        built_in.pop("without")
    raw = built_in | {key: value for key, value in raw.items() if value != {}}
    named = [_beside(path, plugin) for plugin in raw.get("plugins", ())] + list(plugins or ())
    raw["plugins"] = tuple(dict.fromkeys(plugin.absolute() for plugin in named))
    if (data := given.get("data") or raw.get("data")) is not None:
        raw["data"] = _beside(path, Path(data)).absolute()
    raw |= {"domain": domain} | ({} if seed is None else {"seed": seed})
    return _checked(config.build(raw, where=str(path or "study")))


def with_engine(study: StudyConfig, name: str, given: Sequence[str], *, rename: bool = True) -> StudyConfig:
    """A study with one engine in the place of its own.

    Parameters
    ----------
    given : settings of the engine as ``key=value``; values are read as YAML, but ``path`` is a text.

    Raises
    ------
    StudyError, UnknownNameError
        For an unknown engine, or a setting of another form.
    """
    config = EngineConfig(id=name, settings=dict(_setting(text) for text in given))
    engine = plan.make(catalogue.engine(name, study.plugins), config, 0)
    changes: dict[str, Any] = {"engines": (config,), "without": ()}
    if rename:
        changes["name"] = f"What {name} knows"
    if isinstance(engine, Trained):  # its ladder has another unit than the goal of the study
        changes["goal"] = None
    return study.model_copy(update=changes)


def _setting(text: str) -> tuple[str, Any]:
    import yaml

    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise StudyError(f"not a setting: got '{text}'; expected key=value, such as path=my-model")
    if key.strip() == "path":
        return "path", value
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        return key.strip(), value


def _real(raw: dict[str, Any]) -> dict[str, Any]:
    """A study of a real genome: its own name and goal, and a shuffled copy as control."""
    name = f"{Path(raw['world']['genome']).name.split('.')[0]}: what a small engine learns of it"
    return {"controls": ("shuffled", "untrained"), "name": name, "goal": GENOME_GOAL} | raw | {
        "world": {"kind": "annotated_genome"} | raw["world"]}


def _of_world(raw: dict[str, Any], name: str, path: Path | None) -> dict[str, Any]:
    """The built-in study in another world: every exam is asked, since there is no saying what the world can teach."""
    if path is not None or raw["world"]:
        raise StudyError(f"--world {name} is for the built-in study with its own corpus; got "
                         f"{'the study ' + str(path) if path else 'a genome'}, too; leave one of the two out")
    return raw | {"world": {"kind": name}, "assessments": ("all",), "goal": None,
                  "name": f"What a small engine learns of the world '{name}'"}


def _built_in(name: str) -> dict[str, Any]:
    """What a study file of the package sets."""
    import yaml

    file = resources.files("kindergrad.exams") / "studies" / f"{name}.yaml"
    if not file.is_file():
        raise StudyError(f"there is no built-in study '{name}'; give a study file")
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    lacking = {config["id"]: extra for config in found["engines"] if (extra := _lacking(config["id"]))}
    found["engines"] = [config for config in found["engines"] if config["id"] not in lacking]
    found["without"] = [f"{name} needs {extras.EXTRAS[extra]}, which is not installed; try pip install "
                        f"'kindergrad[{extra}]'" for name, extra in lacking.items()]
    return found


def _lacking(engine: str) -> str | None:
    """The extra that an engine needs and that is not installed; a built-in study does without such an engine."""
    extra = catalogue.engine(engine).extra
    return None if extra is None or extras.installed(extra) else extra


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
