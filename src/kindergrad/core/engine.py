"""What an engine file declares: its name, how to make it, and what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kindergrad.core.names import Axis, Domain, Readout, Role


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """One entry of the catalogue.

    Attributes
    ----------
    id : the name in ``study.yaml`` and in every record.
    make : called with ``settings`` and ``seed`` (where it takes them); returns an object with the methods of an ask.
    axis : what the ladder of this engine scales; None: the corpus of the world, in the world's own unit.
    domain : whose questions it answers.
    extra : the extra of the package that brings its libraries, or None.
    readouts : how it can be read, where ``make`` is a function and cannot tell.
    """

    id: str
    make: Callable[..., Any]
    role: Role = Role.LEARNER
    axis: Axis | None = None
    domain: Domain = Domain.GENOMICS
    settings: Mapping[str, Any] = field(default_factory=dict)
    extra: str | None = None
    readouts: tuple[Readout, ...] = ()
