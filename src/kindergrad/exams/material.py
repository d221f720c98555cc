"""Exam material: the items of one assessment level with floor and ceiling, made once per study and kept on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.assessment import BY, Assessment
from kindergrad.core.config import WorldConfig
from kindergrad.core.items import Items
from kindergrad.core.names import CeilingKind
from kindergrad.core.records import Split
from kindergrad.core.world import World
from kindergrad.exams import build, exposures, mapped, readouts, references
from kindergrad.exams.store import Store
from kindergrad.exposure import planned

_FORMAT = 3
TRAIN_SEED = 1_000_003  # training items of a probe come from another stream than the scored ones
TRAIN_ITEMS, TRAIN_TEXTS = 2000, 20_000
"""Training items where items never end, and most training texts where a set is finite."""


@dataclass(frozen=True)
class Material:
    """Everything that an exam needs besides the engine.

    Attributes
    ----------
    items, train : scored items, and items to fit a probe on (None where no readout takes any).
    blind : score and sharp twin per item of each blind engine, ``{engine id: shape (2, n)}``.
    references : the same of simple engines that were fitted on all training items; ``failures``, why some could not be.
    top : score and sharp twin per item of the oracle or reference engine, or the end of the scale, shape (2, n).
    """

    key: str
    level: str
    items: Items
    train: Items | None
    blind: Mapping[str, NDArray[np.float64]]
    references: Mapping[str, NDArray[np.float64]]
    failures: Mapping[str, str]
    top: NDArray[np.float64]
    ceiling_kind: CeilingKind
    frequency: float | None
    world: str
    """Id of the world that the items come from."""
    split: Split

    @property
    def floor_engine(self) -> str:
        """The best of the blind engines."""
        return max(sorted(self.blind), key=lambda name: float(self.blind[name][0].mean()))

    @property
    def floor(self) -> NDArray[np.float64]:
        """Scores per item of the best blind engine, shape (n,)."""
        return np.asarray(self.blind[self.floor_engine][0])

    @property
    def ceiling(self) -> NDArray[np.float64]:
        """Scores per item of the oracle or reference engine, shape (n,)."""
        return np.asarray(self.top[0])


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Makes the material of a study: its world, and small ones of assessments; one number of items, one seed.

    ``references`` are engines by id: those that have read the whole corpus (blind ones, and those that give the ceiling
    of a world without oracle), and fresh ones that are fitted. ``data`` is the folder of public data sets;
    ``worlds`` names other worlds for single assessments; ``train`` is the number of training items, where items never
    end.
    """

    world: World
    n: int
    seed: int
    train: int
    references: Mapping[str, Any]
    data: Path | None = None
    worlds: Mapping[str, WorldConfig] = field(default_factory=dict)

    def place(self, assessment: Assessment) -> World:
        """Where the items of an assessment come from: the world that the study names for it, its own small one, or the
        study's world where that offers all it needs.
        """
        named = self.worlds.get(assessment.id)
        if named is None and (assessment.world is None or set(assessment.needs) <= self.world.offers):
            return self.world
        named = named or WorldConfig(kind=str(assessment.world))
        return _small_world(named.model_dump_json(), self.seed, self.data)

    def key(self, assessment: Assessment, level: str) -> str:
        text = json.dumps([_FORMAT, assessment.id, assessment.version, level, self.place(assessment).digest,
                           self.world.digest, self.n, self.seed, self.train, sorted(self.references)])
        return f"{assessment.id.replace('/', '-')}-{level}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"

    def get(self, store: Store, assessment: Assessment, level: str) -> Material:
        """From disk, or made and kept."""
        path = store.cache / f"{self.key(assessment, level)}.npz"
        if not path.is_file():
            save(path, self.make(assessment, level))
        return load(path)

    def make(self, assessment: Assessment, level: str) -> Material:
        world = self.place(assessment)
        items = assessment.items(world, self.n, level, self.seed)
        train = self._train(assessment, world, level)
        sat = references.Exam(assessment, items, train, self.references)
        blind = {name: sat.both(name) for name in assessment.floor}
        beside, failures = sat.all_of(references.fitted(assessment))
        top, kind = self._ceiling(assessment, items)
        frequency = assessment.frequency(world, level)
        if frequency is None and world is self.world:
            frequency = self.rates.get(assessment.skill)
        return Material(self.key(assessment, level), level, items, train, blind, beside, failures, top, kind, frequency,
                        world.id, world.split)

    @cached_property
    def exposure(self) -> ExposureAnswer | None:
        """How often the corpus of the study shows the concepts of the syllabus, where that is counted."""
        return exposures.of_world(self.world)

    @cached_property
    def rates(self) -> Mapping[str, float]:
        """Skill -> rate of its concepts in that corpus."""
        return {} if self.exposure is None else planned.told(self.exposure)

    def _train(self, assessment: Assessment, world: Any, level: str) -> Items | None:
        """Items to fit on: of another stream, and where a world is finite, of its training part."""
        if not set(readouts.offered(assessment)) & set(readouts.NEEDS_TRAINING):
            return None
        if not hasattr(world, "training"):
            return assessment.items(world, self.train, level, self.seed + TRAIN_SEED)
        one = assessment.items(world.training, 2, level, self.seed + TRAIN_SEED)
        texts = sum(column[0].size for name, column in one.asked.items() if name != "context")
        n = min(world.most_examples, TRAIN_TEXTS // max(1, texts))
        return assessment.items(world.training, n, level, self.seed + TRAIN_SEED)

    def _ceiling(self, assessment: Assessment, items: Items) -> tuple[NDArray[np.float64], CeilingKind]:
        if items.ideal is not None:
            return np.stack([assessment.score(items.ideal, items), assessment.twin(items.ideal, items)]
                            ), assessment.ceiling
        if (found := references.reliable(assessment, items)) is not None:
            return found, CeilingKind.RELIABILITY
        if assessment.reference is not None:
            exam = references.Exam(assessment, items, None, self.references)
            return exam.both(assessment.reference), CeilingKind.REFERENCE
        return np.stack([np.full(len(items), assessment.top), np.ones(len(items))]), CeilingKind.NOMINAL


@cache
def _small_world(config: str, seed: int, data: Path | None) -> World:
    """Of a configuration as JSON, which can be remembered."""
    named = WorldConfig.model_validate_json(config)
    return build.named(named.kind, seed, data=data, **named.given)


def reference_names(assessments: Iterable[Assessment], exact: bool) -> set[str]:
    """Engines that sit before the first exam."""
    found = {name for a in assessments for name in (*a.floor, *references.fitted(a)) if not name.startswith(BY)}
    return found if exact else found | {a.reference for a in assessments if a.reference}


def save(path: Path, material: Material) -> None:
    """Keep material as one npz file without pickles."""
    arrays: dict[str, NDArray[Any]] = {"top": material.top}
    for part, items in (("items", material.items), ("train", material.train)):
        if items is not None:
            arrays |= {f"{part}.asked.{name}": column for name, column in items.asked.items()}
            arrays |= {f"{part}.truth.{name}": column for name, column in items.truth.items()}
            arrays |= {} if items.ideal is None else {f"{part}.ideal": items.ideal}
    for part, scores in (("blind", material.blind), ("reference", material.references)):
        arrays |= {f"{part}.{name}": values for name, values in scores.items()}
    meta = [material.key, material.level, material.ceiling_kind.value, material.frequency, material.world,
            material.split.model_dump(mode="json"), dict(material.failures)]
    temporary = path.with_name(f".{path.name}.tmp.npz")
    np.savez(temporary, meta=np.array(json.dumps(meta)), **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def load(path: Path) -> Material:
    """Read material kept by :func:`save`; its arrays stay on disk and are mapped into memory, shared by all workers."""
    arrays = mapped.arrays(path)
    key, level, kind, frequency, world, split, failures = json.loads(str(arrays["meta"]))

    def items(part: str) -> Items | None:
        def columns(side: str) -> dict[str, NDArray[Any]]:
            start = f"{part}.{side}."
            return {name.removeprefix(start): column for name, column in arrays.items() if name.startswith(start)}

        return Items(asked=columns("asked"), truth=columns("truth"), ideal=arrays.get(f"{part}.ideal")
                     ) if columns("truth") else None

    scored = items("items")
    if scored is None:
        raise ValueError(f"{path} holds no items")
    blind, beside = ({name.removeprefix(part): column for name, column in arrays.items() if name.startswith(part)}
                     for part in ("blind.", "reference."))
    return Material(key, level, scored, items("train"), blind, beside, failures, arrays["top"], CeilingKind(kind),
                    frequency, world, Split.model_validate(split))
