"""Plan: which exams a study holds, before anything is computed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kindergrad.core.asks import ASK_OF, Learn, Restarts, Trained
from kindergrad.core.assessment import Assessment
from kindergrad.core.config import EngineConfig, StudyConfig
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import InputError, StudyError
from kindergrad.core.names import Axis, Readout, Role
from kindergrad.core.records import Identity
from kindergrad.core.scale import Scale, check_increasing, ladder
from kindergrad.core.world import World
from kindergrad.exams import build, catalogue, readouts
from kindergrad.exams.material import TRAIN_ITEMS

PER_DECADE = 4
EXAMPLES = (20, TRAIN_ITEMS, 3)  # the default ladder of a probe: fewest, most, sizes per decade


class Lane(NamedTuple):
    """One engine that reads one corpus, in growing pieces: the unit that a worker takes.

    Attributes
    ----------
    corpus : ``whole`` or the name of a control.
    name : how the engine is called in the records.
    sizes : the values on ``axis`` at which it sits, smallest first.
    points : the whole scale point of each size.
    digests : identity of the weights at each size.
    """

    engine: EngineConfig
    name: str
    corpus: str
    seed: int
    role: Role
    axis: Axis
    sizes: tuple[float, ...]
    points: tuple[tuple[Scale, ...], ...]
    digests: tuple[str, ...]

    @property
    def reads(self) -> bool:
        """Whether it is given a corpus at all, if its engine learns."""
        return self.role in (Role.LEARNER, Role.CONTROL)


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
        engine = make(spec, config, 0)
        probe = spec.axis is Axis.EXAMPLES
        learns = not probe and isinstance(engine, Learn)
        points = _points(engine) or [(Scale(axis=spec.axis or world.axis, value=size),)
                                     for size in _sizes(study, config, spec, world)]
        corpora = [("whole", seed) for seed in range(1 if isinstance(engine, Trained) else config.seeds)]
        corpora += [("shuffled", 0)] if learns and "shuffled" in study.controls else []
        corpora += [("untrained", 0)] if isinstance(engine, Restarts) and "untrained" in study.controls else []
        for corpus, seed in corpora:
            name = config.id if corpus == "whole" else f"{config.id}-{corpus}"
            role = {"whole": spec.role, "untrained": Role.UNTRAINED}.get(corpus, Role.CONTROL)
            ladder_ = corpus != "untrained" and (learns or probe or isinstance(engine, Trained))
            own = tuple(points if ladder_ else points[-1:])
            first = len(points) - len(own)
            weights = [engine.digest(first + i) if isinstance(engine, Trained) else "" for i in range(len(own))]
            digests = tuple(_digest(config, spec, world.digest, corpus + w, seed) for w in weights)
            out.append(Lane(config, name, corpus, seed, role, own[0][0].axis, tuple(p[0].value for p in own), own,
                            digests))
    return out


def _points(engine: Any) -> list[tuple[Scale, ...]]:
    """Scale points of an engine that was trained elsewhere; none where it reads here.

    Raises
    ------
    StudyError
        If they are not on one axis and strictly increasing.
    """
    if not isinstance(engine, Trained):
        return []
    points = list(engine.points())
    if len({point[0].axis for point in points}) != 1:
        raise StudyError(f"the scale points of {type(engine).__name__} do not lie on one axis: "
                         f"{', '.join(str(point[0]) for point in points) or 'there is none'}")
    check_increasing([point[0].value for point in points], f"the ladder of {type(engine).__name__}")
    return points


def make(spec: EngineSpec, config: EngineConfig, seed: int) -> Any:
    """A fresh engine.

    Raises
    ------
    StudyError
        If it refuses its settings.
    """
    settings = {**spec.settings, **config.settings}
    with build.refusals(f"engine '{spec.id}'", settings):
        return spec.make(**settings, **_seed(spec, seed))


def exams(lane: Lane, engine: Any, materials: Mapping[str, tuple[Assessment, str, str]],
          wanted: Sequence[Readout] = ()) -> list[Exam]:
    """All exams of a lane.

    Parameters
    ----------
    materials : key -> assessment, level, digest of the items.
    wanted : readouts that are asked for; empty: all.
    """
    out = []
    for key, (assessment, level, digest) in materials.items():
        able = readouts.able(engine, assessment)
        if lane.axis is Axis.EXAMPLES:
            able = [r for r in able if r is Readout.FIT]
        offered = ", ".join(r.value for r in readouts.offered(assessment))
        reason = "" if able else f"{lane.name} cannot be read by {offered}"
        if able and wanted:
            able = [r for r in able if r in wanted]
            reason = "" if able else f"the study asks for {', '.join(wanted)} only"
        whole = list(zip(lane.sizes, lane.points, lane.digests, strict=True))
        for size, point, weights in whole[0 if able else -1 :]:
            for readout in able or list(assessment.readouts)[:1]:
                identity = Identity(engine=lane.name, engine_digest=weights,
                                    scale=point, assessment=assessment.id,
                                    version=assessment.version, level=level, items_digest=digest, readout=readout,
                                    seed=lane.seed)
                out.append(Exam(size, key, readout, reason, identity))
    return out


def check_able(study: StudyConfig, config: EngineConfig, assessment: Assessment) -> None:
    """Refuse an engine that cannot sit an exam at all, before anything is made or written.

    Raises
    ------
    InputError
        Naming the readouts of the exam, and those of the engine.
    """
    engine = make(catalogue.engine(config.id, study.plugins), config, 0)
    if not readouts.able(engine, assessment):
        offered = ", ".join(readout.value for readout in readouts.offered(assessment))
        own = ", ".join(readout.value for readout, ask in ASK_OF.items() if isinstance(engine, ask)) or "nothing"
        raise InputError(f"engine '{config.id}' cannot sit {assessment.id}: it can be asked for {own}; expected one of "
                         f"{offered}; try another exam, 'kindergrad list assessments' shows their readouts")


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


def _digest(config: EngineConfig, spec: EngineSpec, world: str, corpus: str, seed: int) -> str:
    """What decides an engine's weights: its recipe and its corpus, and the text of a plug-in."""
    import inspect

    source = inspect.getsourcefile(spec.make) if spec.make.__module__.startswith("kindergrad_plugin_") else None
    text = Path(source).read_text(encoding="utf-8") if source else ""
    recipe = json.dumps([config.id, config.settings, world, corpus, seed, text], sort_keys=True, default=str)
    return hashlib.blake2b(recipe.encode(), digest_size=8).hexdigest()
