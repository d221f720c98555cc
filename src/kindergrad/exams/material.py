"""Exam material: the items of one assessment level with floor and ceiling, made once per study and kept on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import CeilingKind, Readout
from kindergrad.core.records import Split
from kindergrad.core.world import World
from kindergrad.exams import build, sit
from kindergrad.exams.store import Store

_FORMAT = 2
TRAIN_SEED = 1_000_003  # training items of a probe come from another stream than the scored ones
TRAIN_ITEMS = 2000


@dataclass(frozen=True)
class Material:
    """Everything that an exam needs besides the engine.

    Attributes
    ----------
    items, train : scored items, and items to fit a probe on (None where no probe sits the study).
    blind : score and sharp twin per item of each blind engine, ``{engine id: shape (2, n)}``.
    top : score and sharp twin per item of the oracle or reference engine, or the end of the scale, shape (2, n).
    """

    key: str
    level: str
    items: Items
    train: Items | None
    blind: Mapping[str, NDArray[np.float64]]
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

    ``references`` are engines that have read the whole corpus, by id: the blind ones, and those that give the
    ceiling of a world without oracle.
    """

    world: World
    n: int
    seed: int
    with_train: bool
    references: Mapping[str, Any]

    def place(self, assessment: Assessment) -> World:
        """Where the items of an assessment come from: a small world of its own, unless the study's offers all."""
        own = assessment.world is not None and not set(assessment.needs) <= self.world.offers
        return _small_world(str(assessment.world), self.seed) if own else self.world

    def key(self, assessment: Assessment, level: str) -> str:
        text = json.dumps([_FORMAT, assessment.id, assessment.version, level, self.place(assessment).digest,
                           self.world.digest, self.n, self.seed, self.with_train, sorted(self.references)])
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
        probe = self.with_train and Readout.FIT in assessment.readouts
        train = assessment.items(world, TRAIN_ITEMS, level, self.seed + TRAIN_SEED) if probe else None
        blind = {name: self._both(assessment, self.references[name], items) for name in assessment.floor}
        top, kind = self._ceiling(assessment, items)
        return Material(self.key(assessment, level), level, items, train, blind, top, kind,
                        assessment.frequency(world, level), world.id, world.split)

    def _ceiling(self, assessment: Assessment, items: Items) -> tuple[NDArray[np.float64], CeilingKind]:
        if items.ideal is not None:
            return np.stack([assessment.score(items.ideal, items), assessment.twin(items.ideal, items)]
                            ), assessment.ceiling
        if assessment.reference is not None:
            return self._both(assessment, self.references[assessment.reference], items), CeilingKind.REFERENCE
        return np.stack([np.full(len(items), assessment.top), np.ones(len(items))]), CeilingKind.NOMINAL

    @staticmethod
    def _both(assessment: Assessment, engine: Any, items: Items) -> NDArray[np.float64]:
        answers = sit.ask(engine, assessment, next(iter(assessment.readouts)), items)
        return np.stack([assessment.score(answers, items), assessment.twin(answers, items)])


@cache
def _small_world(name: str, seed: int) -> World:
    return build.named(name, seed)


def reference_names(assessments: Iterable[Assessment], exact: bool) -> set[str]:
    """Engines that must read the whole corpus before the first exam."""
    found = {name for a in assessments for name in a.floor}
    return found if exact else found | {a.reference for a in assessments if a.reference}


def save(path: Path, material: Material) -> None:
    """Keep material as one npz file without pickles."""
    arrays: dict[str, NDArray[Any]] = {"top": material.top}
    for part, items in (("items", material.items), ("train", material.train)):
        if items is not None:
            arrays |= {f"{part}.asked.{name}": column for name, column in items.asked.items()}
            arrays |= {f"{part}.truth.{name}": column for name, column in items.truth.items()}
            arrays |= {} if items.ideal is None else {f"{part}.ideal": items.ideal}
    arrays |= {f"blind.{name}": values for name, values in material.blind.items()}
    meta = [material.key, material.level, material.ceiling_kind.value, material.frequency, material.world,
            material.split.model_dump(mode="json")]
    temporary = path.with_name(f".{path.name}.tmp.npz")
    np.savez(temporary, meta=np.array(json.dumps(meta)), **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def load(path: Path) -> Material:
    """Read material kept by :func:`save`."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    key, level, kind, frequency, world, split = json.loads(str(arrays["meta"]))

    def items(part: str) -> Items | None:
        def columns(side: str) -> dict[str, NDArray[Any]]:
            start = f"{part}.{side}."
            return {name.removeprefix(start): column for name, column in arrays.items() if name.startswith(start)}

        return Items(asked=columns("asked"), truth=columns("truth"), ideal=arrays.get(f"{part}.ideal")
                     ) if columns("truth") else None

    scored = items("items")
    if scored is None:
        raise ValueError(f"{path} holds no items")
    blind = {name.removeprefix("blind."): column for name, column in arrays.items() if name.startswith("blind.")}
    return Material(key, level, scored, items("train"), blind, arrays["top"], CeilingKind(kind), frequency, world,
                    Split.model_validate(split))
