"""Plan: which exams a study holds, before anything is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kindergrad.core.asks import Learn
from kindergrad.core.assessment import Assessment
from kindergrad.core.config import EngineConfig, StudyConfig
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Axis, Readout, Role
from kindergrad.core.records import Identity
from kindergrad.core.scale import Scale, ladder
from kindergrad.core.world import World
from kindergrad.exams import catalogue
from kindergrad.exams.material import TRAIN_ITEMS

PER_DECADE = 4
EXAMPLES = (20, TRAIN_ITEMS, 3)  # the default ladder of a probe: fewest, most, sizes per decade


class Lane(NamedTuple):
    """One engine that reads one corpus, in growing pieces: the unit that a worker takes.

    Attributes
    ----------
    corpus : ``whole`` or the name of a control.
    name : how the engine is called in the records.
    """

    engine: EngineConfig
    name: str
    corpus: str
    seed: int
    role: Role
    axis: Axis
    sizes: tuple[float, ...]
    digest: str


class Exam(NamedTuple):
    """One planned exam of a lane."""

    size: float
    key: str
    """Of the material."""
    readout: Readout
    applicable: str
    """Empty, or the reason why the engine cannot sit it."""
    identity: Identity


def lanes(study: StudyConfig, world: World) -> list[Lane]:
    """All engines, corpora and seeds of a study; controls read one corpus each.

    Raises
    ------
    StudyError, UnknownNameError
        For an unknown engine, settings that it refuses, or a ladder that the corpus cannot feed.
    """
    out = []
    for config in study.engines:
        spec = catalogue.engine(config.id, study.plugins)
        probe = spec.axis is Axis.EXAMPLES
        learns = not probe and isinstance(make(spec, config, 0), Learn)
        sizes = _sizes(study, config, spec, world)
        corpora = [("whole", seed) for seed in range(config.seeds)]
        corpora += [(control, 0) for control in study.controls] if learns else []
        for corpus, seed in corpora:
            control = corpus != "whole"
            name = f"{config.id}-{corpus}" if control else config.id
            role = Role.CONTROL if control else spec.role
            own = sizes if learns or probe else sizes[-1:]
            digest = _digest(study, config, spec, world, corpus, seed)
            out.append(Lane(config, name, corpus, seed, role, spec.axis or world.axis, own, digest))
    return out


def make(spec: EngineSpec, config: EngineConfig, seed: int) -> Any:
    """A fresh engine.

    Raises
    ------
    StudyError
        If it refuses its settings.
    """
    settings = {**spec.settings, **config.settings}
    try:
        return spec.make(**settings, **_seed(spec, seed))
    except (TypeError, ValueError) as error:
        raise StudyError(f"engine '{spec.id}' refuses its settings {settings}: {error}") from error


def exams(lane: Lane, engine: Any, materials: Mapping[str, tuple[Assessment, str, str]]) -> list[Exam]:
    """All exams of a lane. ``materials``: key -> assessment, level, digest of the items."""
    out = []
    for key, (assessment, level, digest) in materials.items():
        able = [r for r in assessment.readouts if _answers(engine, r)]
        if lane.axis is Axis.EXAMPLES:
            able = [r for r in able if r is Readout.FIT]
        offered = ", ".join(r.value for r in assessment.readouts)
        reason = "" if able else f"{lane.name} cannot be read by {offered}"
        for size in lane.sizes if able else lane.sizes[-1:]:
            for readout in able or list(assessment.readouts)[:1]:
                identity = Identity(engine=lane.name, engine_digest=lane.digest,
                                    scale=(Scale(axis=lane.axis, value=size),), assessment=assessment.id,
                                    version=assessment.version, level=level, items_digest=digest, readout=readout,
                                    seed=lane.seed)
                out.append(Exam(size, key, readout, reason, identity))
    return out


def chosen(study: StudyConfig) -> list[Assessment]:
    """The assessments of a study, in the order of the syllabus."""
    known = catalogue.assessments(study.plugins)
    if study.assessments == ("all",):
        return [a for a in known.values() if a.domain is study.domain]
    wanted = {catalogue.assessment(name, study.plugins).id for name in study.assessments}
    return [a for a in known.values() if a.id in wanted]


def _sizes(study: StudyConfig, config: EngineConfig, spec: EngineSpec, world: World) -> tuple[float, ...]:
    if spec.axis is Axis.EXAMPLES:
        return config.scales or tuple(ladder(*EXAMPLES))
    sizes: Sequence[float] = config.scales or study.scales or ladder(world.smallest, world.size, PER_DECADE)
    if sizes[-1] > world.size:
        raise StudyError(f"the largest size {sizes[-1]:,.0f} is more than the corpus holds ({world.size:,} "
                         f"{world.axis.value}); shorten the ladder or give a larger corpus")
    if sizes[0] < world.smallest:
        raise StudyError(f"the smallest size is {sizes[0]:,.0f}; expected at least {world.smallest:,} "
                         f"{world.axis.value}")
    return tuple(sizes)


def _seed(spec: EngineSpec, seed: int) -> dict[str, int]:
    import inspect

    return {"seed": seed} if "seed" in inspect.signature(spec.make).parameters else {}


def _answers(engine: Any, readout: Readout) -> bool:
    from kindergrad.core.asks import ASK_OF, KnowsTruth

    return isinstance(engine, ASK_OF[readout] | KnowsTruth)


def _digest(study: StudyConfig, config: EngineConfig, spec: EngineSpec, world: World, corpus: str, seed: int) -> str:
    """What decides an engine's weights: its recipe and its corpus, and the text of a plug-in."""
    import inspect

    source = inspect.getsourcefile(spec.make) if spec.make.__module__.startswith("kindergrad_plugin_") else None
    text = Path(source).read_text(encoding="utf-8") if source else ""
    recipe = json.dumps([config.id, config.settings, world.digest, corpus, seed, text], sort_keys=True, default=str)
    return hashlib.blake2b(recipe.encode(), digest_size=8).hexdigest()
