"""Record: the immutable outcome of one exam, and the split and estimand behind it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kindergrad.core.names import Axis, CeilingKind, Domain, Grade, Readout, Role, Status
from kindergrad.core.scale import Scale

SCHEMA_VERSION = 1
IDENTITY_VERSION = 1

Finite = Annotated[float, Field(allow_inf_nan=False)]


class Contract(BaseModel):
    """Base of everything that leaves the process: frozen, no unknown fields, no non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Split(Contract):
    """Which part of the world trained, which served as reference, which was scored: always disjoint.

    Each is a list of cluster names (genome regions, perturbations, ...).
    """

    train: tuple[str, ...]
    reference: tuple[str, ...] = ()
    scored: tuple[str, ...]

    @model_validator(mode="after")
    def _disjoint(self) -> Self:
        parts = {"train": set(self.train), "reference": set(self.reference), "scored": set(self.scored)}
        for left, right in (("train", "scored"), ("reference", "scored"), ("train", "reference")):
            if common := sorted(parts[left] & parts[right]):
                raise ValueError(f"split is not disjoint: {common[:3]} stand in both {left} and {right}")
        return self


class Estimand(Contract):
    """A score between floor and ceiling, never clipped. ``score = (value - floor) / (ceiling - floor)``.

    ``score_stderr`` propagates the errors of value, floor and ceiling, paired on the same items.
    ``score`` is None, with the reason, where ceiling and floor cannot be told apart.
    """

    floor: Finite
    floor_stderr: Finite
    floor_engine: str
    ceiling: Finite
    ceiling_stderr: Finite
    ceiling_kind: CeilingKind
    score: Finite | None = None
    score_stderr: Finite | None = None
    reason: str | None = None


class Identity(Contract):
    """What makes two exams the same. Its hash is the record id; golden tests freeze the algorithm."""

    engine: str
    engine_digest: str
    scale: tuple[Scale, ...]
    assessment: str
    version: str
    level: str
    items_digest: str
    readout: Readout
    seed: int

    @property
    def record_id(self) -> str:
        body = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(f"{IDENTITY_VERSION}:{body}".encode(), digest_size=16).hexdigest()


class Record(Contract):
    """One exam. Written once, never edited."""

    schema_version: int = SCHEMA_VERSION
    record_id: str
    identity: Identity
    family: str
    role: Role
    domain: Domain
    grade: Grade
    skill: str
    """Name of the curve: ``domain/name`` or ``domain/name[level]``."""
    world: str
    split: Split
    status: Status
    reason: str | None = None
    metric: str
    value: Finite | None = None
    stderr: Finite | None = None
    twin_metric: str
    twin_value: Finite | None = None
    twin_stderr: Finite | None = None
    chance: Finite | None = None
    n_planned: int
    n_scored: int = 0
    n_failed: int = 0
    estimand: Estimand | None = None
    frequency: Finite | None = None
    diagnostics: dict[str, Finite] = Field(default_factory=dict)
    seconds: Finite = 0.0
    time: str = ""
    software: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.record_id != self.identity.record_id:
            raise ValueError(f"record id {self.record_id} does not belong to this identity")
        if self.status is not Status.OK and not self.reason:
            raise ValueError(f"a record with status {self.status.value} needs a reason")
        if self.status is Status.OK and self.value is None:
            raise ValueError("a record with status ok needs a value")
        return self

    @property
    def main_scale(self) -> Scale:
        return self.identity.scale[0]

    def row(self) -> dict[str, Any]:
        """The record as a row of the long table."""
        e = self.estimand
        return {
            "engine": self.identity.engine,
            "family": self.family,
            "role": self.role.value,
            "skill": self.skill,
            "grade": self.grade.value,
            "domain": self.domain.value,
            "assessment": self.identity.assessment,
            "version": self.identity.version,
            "readout": self.identity.readout.value,
            "axis": self.main_scale.axis.value,
            "scale": self.main_scale.value,
            "metric": self.metric,
            "value": self.value,
            "stderr": self.stderr,
            "n_items": self.n_scored,
            "chance": self.chance,
            "floor": e.floor if e else None,
            "ceiling": e.ceiling if e else None,
            "ceiling_kind": e.ceiling_kind.value if e else None,
            "score": e.score if e else None,
            "score_stderr": e.score_stderr if e else None,
            "direction": "higher",
            "seed": self.identity.seed,
            "train": 1,
            "time": self.time,
            "frequency": self.frequency,
            "parameters": parameters(self.identity.scale) or self.diagnostics.get("parameters"),
            "twin_metric": self.twin_metric,
            "twin_value": self.twin_value,
            "twin_stderr": self.twin_stderr,
            "status": self.status.value,
            "reason": self.reason,
            "record_id": self.record_id,
        }


def parameters(scale: tuple[Scale, ...]) -> float | None:
    """Number of parameters of a scale point, where it is known."""
    return next((s.value for s in scale if s.axis is Axis.PARAMETERS), None)
