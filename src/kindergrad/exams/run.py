"""Run a study: make the material, let every engine read and sit, keep every record. Resumes by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers import StatusAnswer
from kindergrad.core.assessment import Assessment
from kindergrad.core.config import EngineConfig, StudyConfig
from kindergrad.core.errors import InputError, NothingToAskError, StudyError
from kindergrad.core.names import Axis, Readout, Role, Status
from kindergrad.core.records import Identity, Record
from kindergrad.core.scale import Scale
from kindergrad.core.world import World
from kindergrad.exams import build, catalogue, exposures, lanes, material, plan, pool, sit
from kindergrad.exams.data import DataError
from kindergrad.exams.store import Store
from kindergrad.stats.scoring import cluster_stderr

Tell = Callable[[int, int, str], None]
"""Called with exams done, exams planned, and what is going on."""


class Prepared(NamedTuple):
    """A study with its world and its material on disk."""

    study: StudyConfig
    world: World
    store: Store
    materials: Mapping[str, tuple[Assessment, str, str]]
    """Key -> assessment, level, digest of the items."""
    left_out: Mapping[str, str]
    """Assessments that this world cannot offer, with the reason."""
    lanes: Sequence[plan.Lane]
    start: float
    """Clock when the work began."""


class _References(Mapping[str, Any]):
    """Reference engines, made when first asked for; those that learn have then read the whole corpus."""

    def __init__(self, names: set[str], study: StudyConfig, world: World) -> None:
        self._names, self._study, self._world = names, study, world
        self._ready: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._ready:
            spec = catalogue.engine(name, self._study.plugins)
            engine = plan.make(spec, EngineConfig(id=name), 0)
            if hasattr(engine, "learn"):
                engine.learn(self._world.corpus(0))
            self._ready[name] = engine
        return self._ready[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)


def prepare(study: StudyConfig, folder: Path | str, tell: Tell) -> Prepared:
    """Build the world and make all items, floors, references and ceilings that are not on disk yet."""
    start = time.perf_counter()
    wanted = plan.chosen(study)
    tell(0, 0, f"making the world: {study.world.kind}")
    world = build.world(study)
    maker = material.Maker(
        world=world, n=study.items, seed=study.seed, train=_training_items(study), data=study.data, worlds=study.worlds,
        references=_References(material.reference_names(wanted, world.exact), study, world),
    )
    left_out = {a.id: why for a in wanted if (why := _lacks(a, maker))}
    offered = [a for a in wanted if a.id not in left_out]
    if not offered:
        raise StudyError(f"this world offers none of the chosen assessments: {'; '.join(left_out.values())}")
    found = plan.lanes(study, world)  # refuses what is wrong before anything is written
    store = Store.create(folder)
    levels = [(a, level) for a in offered for level in a.levels]
    materials = {}
    for i, (assessment, level) in enumerate(levels):
        tell(i, len(levels), f"making items: {assessment.curve(level)}")
        try:
            made = maker.get(store, assessment, level)
        except NothingToAskError as error:
            left_out[assessment.curve(level)] = f"{assessment.curve(level)}: {error}"
            continue
        materials[made.key] = (assessment, level, made.items.digest)
        _keep_references(store, world, assessment, made)
    tell(len(levels), len(levels), "counting what the corpus shows")
    exposures.keep(store, world, lambda: maker.exposure)
    return Prepared(study, world, store, materials, left_out, found, start)


def run(study: StudyConfig, folder: Path | str, *, workers: int = 1, tell: Tell = lambda done, planned, what: None,
        command: str = "") -> StatusAnswer:
    """Run a study to the end, or as far as it goes; what is finished is never computed again.

    Raises
    ------
    InputError, StoreError, PluginError
        For anything wrong with the study, before any exam is sat.
    KeyboardInterrupt
        After the exams in progress were written.
    """
    from kindergrad.exams import foretold  # which needs this module

    ready = prepare(study, folder, tell)
    exams, how = planned(ready), {"workers": workers, "tell": tell, "command": command}
    before = sum(ready.store.has(e.identity.record_id) for _, own, _ in exams for e in own)
    if study.foretell:
        sit_all(ready, foretold.early(exams, study.foretell), reused=before, **how)
        tell(before, before, "writing down what is to come")
        foretold.write_down(ready, exams)
    return sit_all(ready, exams, reused=before, **how)


Planned = list[tuple[plan.Lane, list[plan.Exam], str]]
"""Lanes with their exams and the family of the engine."""


def planned(ready: Prepared) -> Planned:
    """All exams of a study."""
    out = []
    for lane in ready.lanes:
        engine = plan.make(catalogue.engine(lane.engine.id, ready.study.plugins), lane.engine, lane.seed)
        out.append((lane, plan.exams(lane, engine, ready.materials, ready.study.readouts),
                    getattr(engine, "family", lane.name)))
    return out


def sit_all(ready: Prepared, exams: Planned, *, workers: int, tell: Tell, command: str, reused: int | None = None
            ) -> StatusAnswer:
    """Sit the exams that have no record yet, and write down the study and its plan.

    ``reused``: how many records there were before the command began; None: as many as there are now.
    """
    store = ready.store
    store.clean()
    ids = [exam.identity.record_id for _, own, _ in exams for exam in own]
    done = sum(store.has(i) for i in ids)
    store.write_json("study.json", ready.study.model_dump(mode="json"))
    store.write_json("plan.json", {"records": ids + reference_ids(ready), "exams": ids})
    facts = {"world": ready.world.sentence, "left_out": dict(ready.left_out),
             "notes": list(getattr(ready.world, "notes", [])), "command": command,
             "reused": done if reused is None else reused, "seconds": None, "corpus": ready.world.size,
             "first_met": getattr(ready.world, "first_met", {})}
    store.write_json("last_run.json", facts)
    work = [lanes.job(ready, *job) for job in exams]
    try:
        pool.work([w for w in work if w.exams], store, workers, lambda new, what: tell(done + new, len(ids), what))
    finally:
        store.write_json("last_run.json", facts | {"seconds": time.perf_counter() - ready.start})
    return status(store.folder)


def status(folder: Path | str) -> StatusAnswer:
    """How far a run is.

    Raises
    ------
    InputError
        If there is no run in the folder.
    """
    store = Store.open(folder)
    planned = store.read_json("plan.json")
    last = store.read_json("last_run.json") or {}
    if planned is None:
        raise InputError(f"'{folder}' holds no plan; run 'kindergrad run --out {folder}'")
    found = [store.read(store.place(i) / "record.json") for i in planned["exams"] if store.has(i)]
    counts = {s: sum(r.status is s for r in found) for s in Status}
    reasons: dict[str, int] = {}
    for record in found:
        if record.reason:
            reasons[f"{record.skill}: {record.reason}"] = reasons.get(f"{record.skill}: {record.reason}", 0) + 1
    return StatusAnswer(planned=len(planned["exams"]), ok=counts[Status.OK], failed=counts[Status.FAILED],
                        not_applicable=counts[Status.NOT_APPLICABLE], unscored=counts[Status.UNSCORED],
                        reused=int(last.get("reused", 0)), seconds=float(last.get("seconds") or 0.0), reasons=reasons)


def records(folder: Path | str) -> list[Record]:
    """All records of the study in a run folder, references too, in the order of the plan."""
    store = Store.open(folder)
    planned = store.read_json("plan.json")
    if planned is None:
        raise InputError(f"'{folder}' holds no plan; run 'kindergrad run --out {folder}'")
    return [store.read(store.place(i) / "record.json") for i in planned["records"] if store.has(i)]


def _training_items(study: StudyConfig) -> int:
    """How many are made: many for curves over examples, fewer for probes and references."""
    axes = [catalogue.engine(config.id, study.plugins).axis for config in study.engines]
    return material.TRAIN_ITEMS if Axis.EXAMPLES in axes else sit.PROBE_ITEMS


def _lacks(assessment: Assessment, maker: material.Maker) -> str:
    """Empty, or why the world of the assessment cannot offer it, or is not on this machine."""
    try:
        world = maker.place(assessment)
    except DataError as error:
        return f"{assessment.id}: {error}"
    need = next((need for need in assessment.needs if need not in world.offers), None)
    return "" if need is None else f"{assessment.id}: {world.missing.get(need, f'this world offers no {need}')}"


class _Sitting(NamedTuple):
    """A reference with its scores, or the reason why it has none."""

    name: str
    role: Role
    both: NDArray[np.float64] | None
    identity: Identity
    reason: str = ""


def _sittings(world: World, assessment: Assessment, made: material.Material) -> list[_Sitting]:
    """Blind engines, references and ceiling of one exam."""
    whole = Scale(axis=world.axis, value=world.size)
    examples = Scale(axis=Axis.EXAMPLES, value=len(made.train) if made.train else 1)

    def one(name: str, role: Role, both: NDArray[np.float64] | None, reason: str = "") -> _Sitting:
        fitted = role is Role.REFERENCE
        readout = Readout.FIT if fitted else next(iter(assessment.readouts))
        identity = Identity(engine=name, engine_digest=world.digest, scale=(examples if fitted else whole,),
                            assessment=assessment.id, version=assessment.version, level=made.level,
                            items_digest=made.items.digest, readout=readout, seed=0)
        return _Sitting(name, role, both, identity, reason)

    return [*(one(name, Role.BLIND, both) for name, both in made.blind.items()),
            *(one(name, Role.REFERENCE, both) for name, both in made.references.items()),
            *(one(name, Role.REFERENCE, None, reason) for name, reason in made.failures.items()),
            one(_top_name(made), Role.ORACLE, made.top)]


def _keep_references(store: Store, world: World, assessment: Assessment, made: material.Material) -> None:
    """Blind engines, references and the oracle are records like any other."""
    for sat in _sittings(world, assessment, made):
        if store.has(sat.identity.record_id):
            continue
        candidate = sit.Candidate(None, sat.role.value, sat.role)
        if sat.both is None:
            store.write(sit.outcome(candidate, assessment, made, sat.identity, status=Status.FAILED, reason=sat.reason),
                        {})
            continue
        clusters = made.items.truth["cluster"]
        estimand = sit.between(np.asarray(sat.both[0]), made)
        store.write(sit.outcome(
            candidate, assessment, made, sat.identity,
            status=Status.OK if estimand.score is not None else Status.UNSCORED, reason=estimand.reason,
            value=float(sat.both[0].mean()), stderr=cluster_stderr(sat.both[0], clusters),
            twin_value=float(sat.both[1].mean()), twin_stderr=cluster_stderr(sat.both[1], clusters),
            n_scored=len(made.items), estimand=estimand), {})


def _top_name(made: material.Material) -> str:
    return "oracle" if made.items.ideal is not None else f"ceiling-{made.ceiling_kind.value}"


def reference_ids(ready: Prepared) -> list[str]:
    """Record ids of the blind engines and of the oracle."""
    out = []
    for key, (assessment, _, _) in ready.materials.items():
        made = material.load(ready.store.cache / f"{key}.npz")
        out += [sat.identity.record_id for sat in _sittings(ready.world, assessment, made)]
    return out
