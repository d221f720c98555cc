"""study.yaml: engines x scale points x assessments x seeds, and a goal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from kindergrad.core import scale as scales
from kindergrad.core.errors import StudyError, UnknownNameError
from kindergrad.core.names import Domain, Readout


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _read(value: Any) -> Any:
    return tuple(scales.parse(v) for v in value) if isinstance(value, list | tuple) else value


def _checked(value: tuple[float, ...]) -> tuple[float, ...]:
    if value:
        scales.check_increasing(value, "scales")
    return value


Ladder = Annotated[tuple[float, ...], BeforeValidator(_read), AfterValidator(_checked)]
"""Strictly increasing sizes; texts such as ``3 Mb`` are read."""


class WorldConfig(_Strict):
    """Where the corpus and the items come from."""

    kind: str = "genome"
    """Name of a world; ``kindergrad list worlds`` shows them."""
    size: int | None = Field(default=None, ge=1000)
    """Bases of the synthetic genome."""
    genome: Path | None = None
    annotation: Path | None = None
    decoy: Path | None = None
    """FASTA of another genome, for the skill "whose genome"."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """What else the world is made with."""

    @property
    def given(self) -> dict[str, Any]:
        """Everything that was given to make the world with."""
        named = self.model_dump(exclude={"kind", "settings"}, exclude_none=True)
        return named | self.settings


def _with_dials(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


Elsewhere = Annotated[WorldConfig, BeforeValidator(_with_dials)]
"""A world by its name, or by name and settings."""


class EngineConfig(_Strict):
    """An engine by name, its settings, the seeds of its corpora, and a ladder of its own if need be."""

    id: str
    settings: dict[str, Any] = Field(default_factory=dict)
    seeds: int = Field(default=1, ge=1, le=1000)
    scales: Ladder = ()


class Goal(_Strict):
    """``skill>=score@scale``."""

    skill: str
    score: float
    scale: float = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.skill}>={self.score:g}@{self.scale:g}"

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Read ``genomics/start-codon>=0.5@1e8``.

        Raises
        ------
        StudyError
            If the text has another form.
        """
        found = re.fullmatch(r"\s*([^\s>@]+)\s*>=\s*(-?[0-9.eE+-]+)\s*@\s*(\S.*?)\s*", text)
        if not found:
            raise StudyError(f"not a goal: got '{text}'; expected skill>=score@scale, "
                             "such as genomics/start-codon>=0.5@1e8")
        try:
            return cls(skill=found[1], score=float(found[2]), scale=scales.parse(found[3]))
        except ValueError as error:
            raise StudyError(f"not a goal: got '{text}'; {error}") from None


class StudyConfig(_Strict):
    """A whole study. Unknown keys are errors that name the nearest valid key."""

    name: str = "study"
    domain: Domain = Domain.GENOMICS
    seed: int = 0
    world: WorldConfig = WorldConfig()
    engines: tuple[EngineConfig, ...] = (EngineConfig(id="markov", seeds=2),)
    controls: tuple[Literal["shuffled", "untrained"], ...] = ("untrained",)
    """``shuffled``: learners also read a copy of the corpus without the skill. ``untrained``: engines that can be made
    again sit beside themselves before they read anything."""
    scales: Ladder = ()
    """Sizes of the data ladder; empty: four per decade up to the size of the corpus."""
    assessments: tuple[str, ...] = ("all",)
    readouts: tuple[Readout, ...] = ()
    """Those that are asked for; empty: all through which an engine can sit. Probes and generation cost most time."""
    items: int = Field(default=400, ge=10, le=100_000)
    goal: str | None = None
    data: Path | None = None
    """Folder of public data sets, looked through before ``KINDERGRAD_DATA`` and the cache."""
    worlds: dict[str, Elsewhere] = Field(default_factory=dict)
    """Assessment -> another world that its items come from, such as a public data set, or a small one with its dials:
    ``{kind: recall, settings: {distance: 1000}}``."""
    plugins: tuple[Path, ...] = ()
    foretell: float | None = Field(default=None, gt=0, lt=1)
    """Share of the largest scale after which forecasts of that scale are registered; None: they are not."""
    without: tuple[str, ...] = ()
    """Engines of a built-in study that cannot run on this machine, in words, with what would add them."""
    comparable: bool = True
    """False for --quick runs: their numbers are not to be compared with others."""

    @field_validator("goal")
    @classmethod
    def _goal(cls, value: str | None) -> str | None:
        return value if value is None else str(Goal.parse(value))


def load(path: Path | str) -> StudyConfig:
    """Read a study file.

    Raises
    ------
    StudyError
        If the file is missing, is not YAML, or holds a key or value that is not allowed.
    """
    import yaml

    path = Path(path)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StudyError(f"cannot read {path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudyError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise StudyError(f"{path} must hold keys and values; got {type(raw).__name__}")
    return build(raw, where=str(path))


def build(raw: dict[str, Any], where: str = "study") -> StudyConfig:
    """Validate keys and values of a study; the message names the place and the nearest valid key."""
    try:
        return StudyConfig.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            key = str(first["loc"][-1])
            near = UnknownNameError("key", key, _keys_at(first["loc"][:-1]))
            raise StudyError(f"{where}: {near} (at '{place}')") from None
        cause = first.get("ctx", {}).get("error")
        message = str(cause) if isinstance(cause, StudyError) else f"{first['msg']}; got {first['input']!r}"
        raise StudyError(f"{where}, key '{place}': {message}") from None


def _keys_at(location: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = StudyConfig
    for part in location:
        if part in ("world", "worlds"):
            model = WorldConfig
        elif part == "engines":
            model = EngineConfig
    return list(model.model_fields)
