"""What an engine file declares: its name, how to make it, and what it is there for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kindergrad.core.names import Axis, Readout, Role


@dataclass(frozen=True, kw_only=True)
class EngineSpec:
    """One entry of the catalogue.

    Attributes
    ----------
    id : the name in ``study.yaml`` and in every record.
    make : called with ``settings`` and ``seed`` (where it takes them); returns an object with the methods of an ask.
    axis : what the ladder of this engine scales.
    extra : the extra of the package that brings its libraries, or None.
    readouts : what it can be asked, where ``make`` is no class that tells.
    """

    id: str
    make: Callable[..., Any]
    role: Role = Role.LEARNER
    axis: Axis = Axis.BASES
    settings: Mapping[str, Any] = field(default_factory=dict)
    extra: str | None = None
    readouts: tuple[Readout, ...] = ()
