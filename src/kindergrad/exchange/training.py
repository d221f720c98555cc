"""While a model trains: it sits exams at every checkpoint, records are kept, and the belief is updated.

The scores are those that ``kindergrad run --engine checkpoints`` gives for the same checkpoints afterwards.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kindergrad.core.asks import Trained
from kindergrad.core.config import EngineConfig, Goal, StudyConfig
from kindergrad.core.errors import InputError, StoreError
from kindergrad.core.names import Axis, Grade, Readout, Role
from kindergrad.core.records import Identity, Record
from kindergrad.core.scale import Scale
from kindergrad.core.table import rows
from kindergrad.engines import huggingface
from kindergrad.exams import defaults, material, plan, readouts, run, sit
from kindergrad.exams.store import LEDGER
from kindergrad.progress import belief, registry
from kindergrad.syllabus import skills

EARLY = (Grade.KINDERGARTEN, Grade.ELEMENTARY)

_SLOW = (Readout.PROBE, Readout.GENERATION)


class Sitter:
    """Keeps the items of a study ready, and lets a model in training sit them.

    Parameters
    ----------
    out : run folder for records, report and ledger.
    study : world, items, seed and goal; a file, a study, or None: the built-in one. Its engines are not used.
    name : how the model is called in the records.
    grades : grades whose exams are sat, where the study names none.
    probe : whether what takes longer than all else is asked, too: frozen embeddings are probed, and the model writes.

    Raises
    ------
    InputError, StoreError
        For anything wrong with the study, before training begins.
    """

    def __init__(self, out: Path | str, study: StudyConfig | Path | str | None = None, *, name: str = "in-training",
                 grades: Sequence[Grade | str] = EARLY, probe: bool = False) -> None:
        base = study if isinstance(study, StudyConfig) else defaults.study(Path(study) if study else None)
        wanted = {Grade(grade) for grade in grades}
        changes: dict[str, Any] = {"engines": (EngineConfig(id="uniform"),), "controls": ()}
        if base.assessments == ("all",):
            changes["assessments"] = tuple(a.id for a in plan.chosen(base) if skills.skill(a.skill).grade in wanted)
        self.study = base.model_copy(update=changes)
        self.name, self.probe = name, probe
        self._ready = run.prepare(self.study, out, lambda done, planned, what: None)
        self._kept: dict[str, material.Material] = {}
        store = self._ready.store
        if store.read_json("plan.json") is None:
            store.write_json("study.json", self.study.model_dump(mode="json"))
            store.write_json("plan.json", {"records": run.reference_ids(self._ready), "exams": []})

    def sit(self, engine: Any, point: Sequence[Scale]) -> list[Record]:
        """Sit every exam at one scale point, write the records, and update the belief.

        A folder that cannot be written to is a warning: it must not end the training.
        """
        found = []
        for key, (assessment, level, digest) in self._ready.materials.items():
            if key not in self._kept:
                self._kept[key] = material.load(self._ready.store.cache / f"{key}.npz")
            for readout in readouts.able(engine, assessment):
                if readout is Readout.FIT or (readout in _SLOW and not self.probe):
                    continue
                identity = Identity(engine=self.name, engine_digest=_digest(engine), scale=tuple(point),
                                    assessment=assessment.id, version=assessment.version, level=level,
                                    items_digest=digest, readout=readout, seed=0)
                candidate = sit.Candidate(engine, self.name, Role.LEARNER, float(engine.parameters))
                found.append(sit.sit(candidate, assessment, self._kept[key], identity))
        try:
            for record, items in found:
                self._ready.store.write(record, items)
            self._note([record.record_id for record, _ in found])
        except StoreError as error:
            warnings.warn(f"kindergrad: {error}", stacklevel=2)
        return [record for record, _ in found]

    def _note(self, new: Sequence[str]) -> None:
        """Add exams to the plan of the folder, and the belief to its ledger."""
        store = self._ready.store
        planned = store.read_json("plan.json")
        for part in ("records", "exams"):
            planned[part] = list(dict.fromkeys([*planned[part], *new]))
        store.write_json("plan.json", planned)
        if self.study.goal is None:
            return
        known = rows([record.row() for record in run.records(store.folder)], where=str(store.folder))
        try:
            answer = belief.belief(known, Goal.parse(self.study.goal), seed=self.study.seed,
                                   prerequisites=skills.prerequisites())
        except InputError:  # no exam of the goal has a score yet
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        registry.register_belief(store.folder / LEDGER, known, answer, time=now)


def hugging_face(sitter: Sitter, tokenizer: Any, *, tokens_per_step: float | None = None, **options: Any) -> Any:
    """A callback for the Trainer of transformers: sits the exams whenever a checkpoint is saved.

    Parameters
    ----------
    tokenizer : that of the model.
    tokens_per_step : where the Trainer does not count tokens (``include_num_input_tokens_seen``).
    **options : those of the engine ``huggingface``.
    """
    from transformers import TrainerCallback

    class SitExams(TrainerCallback):
        def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:
            if state.is_world_process_zero:
                point = _point(state.global_step, state.num_input_tokens_seen, tokens_per_step)
                sitter.sit(huggingface.of(given["model"], tokenizer, **options), point)

    return SitExams()


def lightning(sitter: Sitter, tokenizer: Any, *, model: Callable[[Any], Any] = lambda module: module.model,
              tokens_per_step: float | None = None, **options: Any) -> Any:
    """A callback for the Trainer of Lightning: sits the exams whenever a checkpoint is saved.

    Parameters
    ----------
    model : the Hugging Face model inside a LightningModule (default: its attribute ``model``).
    """
    base = _lightning_callback()

    class SitExams(base):  # type: ignore[misc,valid-type]  # known only when it is installed
        def on_save_checkpoint(self, trainer: Any, module: Any, checkpoint: Any) -> None:
            if trainer.is_global_zero:
                point = _point(trainer.global_step, 0, tokens_per_step)
                sitter.sit(huggingface.of(model(module), tokenizer, **options), point)

    return SitExams()


def _lightning_callback() -> Any:
    for package in ("lightning.pytorch", "pytorch_lightning"):
        try:
            return __import__(package, fromlist=["Callback"]).Callback
        except ImportError:
            continue
    raise InputError("the callback for Lightning needs lightning or pytorch-lightning, and neither is installed")


def _point(step: int, counted: float | None, per_step: float | None) -> list[Scale]:
    """Tokens where they are known, else the step: the same as for checkpoints on disk."""
    tokens = counted or (per_step and per_step * step)
    return [Scale(axis=Axis.TOKENS, value=tokens) if tokens else Scale(axis=Axis.STEP, value=step)]


def _digest(engine: Any) -> str:
    return str(engine.digest(0)) if isinstance(engine, Trained) else ""

