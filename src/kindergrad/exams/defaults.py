"""The built-in study, and how the command line changes a study file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kindergrad.core import config
from kindergrad.core.config import StudyConfig
from kindergrad.core.scale import ladder
from kindergrad.exams import catalogue, plan

QUICK_ITEMS, QUICK_SIZE = 120, 1_000_000
SYNTHETIC_GOAL = "genomics/degenerate-word[tier-8]>=0.5@1e8"
GENOME_GOAL = "genomics/start-codon>=0.5@1e8"


def study(path: Path | None = None, *, genome: Path | None = None, annotation: Path | None = None,
          decoy: Path | None = None, seed: int | None = None, quick: bool = False,
          plugins: list[Path] | None = None) -> StudyConfig:
    """The study of a file, or the built-in one, with the command line over it.

    Raises
    ------
    StudyError, UnknownNameError, PluginError
        Before anything is computed.
    """
    raw: dict[str, Any] = config.load(path).model_dump(exclude_unset=True) if path else {}
    world = {k: _beside(path, v) if isinstance(v, Path) else v for k, v in raw.get("world", {}).items()}
    for name, value in (("genome", genome), ("annotation", annotation), ("decoy", decoy)):
        if value is not None:
            world[name] = value
    real = world.get("genome") is not None
    if real:
        world.setdefault("kind", "annotated_genome")
        raw.setdefault("controls", ("shuffled",))
        raw.setdefault("name", f"{Path(world['genome']).name.split('.')[0]}: what a small engine learns of it")
    raw.setdefault("name", "What a small engine learns of a synthetic genome")
    raw.setdefault("goal", GENOME_GOAL if real else SYNTHETIC_GOAL)
    named = [_beside(path, plugin) for plugin in raw.get("plugins", ())] + list(plugins or ())
    raw["plugins"] = tuple(dict.fromkeys(plugin.absolute() for plugin in named))
    if seed is not None:
        raw["seed"] = seed
    if quick:
        raw |= {"items": QUICK_ITEMS, "comparable": False, "engines": [{"id": "markov"}]} | {
            k: raw[k] for k in ("engines",) if k in raw}
        world |= {} if real else {"size": QUICK_SIZE}
        raw["scales"] = ladder(plan.SMALLEST, QUICK_SIZE, 3)
    raw["world"] = world
    found = config.build(raw, where=str(path or "study"))
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
