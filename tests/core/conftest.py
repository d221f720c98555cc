"""One record as an example."""

from __future__ import annotations

from typing import Any

import pytest

from kindergrad.core.names import Axis, CeilingKind, Domain, Grade, Readout, Role, Status
from kindergrad.core.records import Estimand, Identity, Record, Split
from kindergrad.core.scale import Scale


@pytest.fixture
def identity() -> Identity:
    return Identity(engine="markov", engine_digest="0123456789abcdef",
                    scale=(Scale(axis=Axis.BASES, value=1e6), Scale(axis=Axis.PARAMETERS, value=1234.0)),
                    assessment="genomics/start-codon", version="1.0", level="all", items_digest="fedcba",
                    readout=Readout.LIKELIHOOD, seed=3)


@pytest.fixture
def fields(identity: Identity) -> dict[str, Any]:
    estimand = Estimand(floor=0.5, floor_stderr=0.0, floor_engine="uniform", ceiling=0.9, ceiling_stderr=0.01,
                        ceiling_kind=CeilingKind.EXACT, score=0.25, score_stderr=0.05)
    return {"record_id": identity.record_id, "identity": identity, "family": "context-model", "role": Role.LEARNER,
            "domain": Domain.GENOMICS, "grade": Grade.ELEMENTARY, "skill": "genomics/start-codon", "world": "w",
            "split": Split(train=("a",), scored=("b",)), "status": Status.OK, "metric": "m", "twin_metric": "t",
            "value": 0.6, "stderr": 0.02, "n_planned": 100, "n_scored": 100, "estimand": estimand}


@pytest.fixture
def record(fields: dict[str, Any]) -> Record:
    return Record(**fields)
