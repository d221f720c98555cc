"""What there is: assessments, engines, worlds and skills, built in or from plug-ins."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from kindergrad.core import discover, extras
from kindergrad.core.answers import Listing
from kindergrad.core.asks import ASK_OF
from kindergrad.core.assessment import Assessment
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import PluginError, UnknownNameError
from kindergrad.core.names import Axis, Domain, Readout
from kindergrad.exams import build
from kindergrad.exams import data as public_data
from kindergrad.syllabus import skills

Plugins = tuple[Path, ...]


@cache
def assessments(plugins: Plugins = ()) -> dict[str, Assessment]:
    """All assessments by id, in the order of the syllabus.

    Raises
    ------
    PluginError
        For a plug-in that takes the place of another assessment, or whose skill is in no syllabus.
    """
    found: dict[str, Assessment] = {}
    for module in _modules("kindergrad.assessments", plugins):
        if hasattr(module, "SKILL"):
            skills.add(module.SKILL)
        if hasattr(module, "ASSESSMENT"):
            _check_new(module, "assessment", module.ASSESSMENT.id, found)
            found[module.ASSESSMENT.id] = module.ASSESSMENT
    order = [s for domain in Domain for s in skills.syllabus(domain)]
    if homeless := [a for a in found if a not in order]:
        raise PluginError(f"assessment '{homeless[0]}' has no skill in the syllabus; add a constant SKILL = "
                          "Skill(id=..., grade=..., question=..., why=..., exposure=...) to its file")
    return {name: found[name] for name in sorted(found, key=order.index)}


@cache
def engines(plugins: Plugins = ()) -> dict[str, EngineSpec]:
    """All engines by id; a plug-in class with the methods of an ask is one.

    Raises
    ------
    PluginError
        For a plug-in that takes the name of another engine.
    """
    found: dict[str, EngineSpec] = {}
    for module in _modules("kindergrad.engines", plugins):
        specs = getattr(module, "ENGINES", None) or tuple(_classes(module))
        for spec in specs:
            if isinstance(spec, EngineSpec):
                _check_new(module, "engine", spec.id, found)
                found[spec.id] = spec
    return found


def assessment(name: str, plugins: Plugins = ()) -> Assessment:
    """One assessment by id, or an UnknownNameError with the nearest."""
    known = assessments(plugins)
    if name not in known:
        raise UnknownNameError("assessment", name, known)
    return known[name]


def engine(name: str, plugins: Plugins = ()) -> EngineSpec:
    """One engine by id, or an UnknownNameError with the nearest."""
    known = engines(plugins)
    if name not in known:
        raise UnknownNameError("engine", name, known)
    return known[name]


def question(found: Assessment) -> str:
    """First sentence of the assessment's own file."""
    doc = inspect.getdoc(inspect.getmodule(found.items)) or ""
    return doc.split("\n\n")[0].replace("\n", " ")


def told(found: Assessment) -> dict[str, str]:
    """What the file says of itself: Shows, Does not show, Floor, Ceiling, Trap, Source."""
    doc = inspect.getdoc(inspect.getmodule(found.items)) or ""
    text = " ".join(doc.split())
    keys = ("Shows:", "Does not show:", "Floor:", "Ceiling:", "Trap:", "Source:")
    out = {}
    for key in keys:
        if key in text:
            rest = text.split(key, 1)[1]
            ends = [rest.find(other) for other in keys if rest.find(other) >= 0]
            out[key.rstrip(":")] = rest[: min(ends)].strip() if ends else rest.strip()
    return out


def listing(kind: str, plugins: Plugins = (), data: Path | None = None) -> list[Listing]:
    """Rows of ``kindergrad list``: assessments, engines, skills or worlds.

    Parameters
    ----------
    data : folder of public data sets, which decides what is ready.
    """
    makers = {"assessments": lambda p: _list_assessments(p, data), "engines": _list_engines,
              "skills": lambda p: _list_skills(p, data), "worlds": lambda _: _list_worlds(data)}
    if kind not in makers:
        raise UnknownNameError("kind", kind, makers)
    return list(makers[kind](plugins))


def status(found: Assessment | None, data: Path | None = None) -> tuple[str, str]:
    """``ready``, ``needs-extra`` or ``needs-data`` of an assessment, or of a skill without one; and what is missing."""
    if found is None:
        return "needs-data", "an assessment"
    module = build.known().get(found.world or "")
    return world_status(module, data)


def data_set(found: Assessment) -> str:
    """Name of the public data set that the items come from, or an empty text."""
    return getattr(build.known().get(found.world or ""), "DATA", "")


def world_status(module: ModuleType | None, data: Path | None = None) -> tuple[str, str]:
    """The same of a world file; one that reads no public data set is ready."""
    return public_data.status_of(module.DATA, data) if hasattr(module, "DATA") else ("ready", "")


def _list_assessments(plugins: Plugins, data: Path | None) -> Iterator[Listing]:
    for a in assessments(plugins).values():
        grade, (state, needs) = skills.skill(a.skill).grade.value, status(a, data)
        yield Listing(id=a.id, domain=a.domain.value, grade=grade, skill=a.skill, version=a.version, needs=needs,
                      readouts=tuple(r.value for r in a.readouts), status=state, summary=question(a))


def _list_engines(plugins: Plugins) -> Iterator[Listing]:
    for spec in engines(plugins).values():
        asks = tuple(r.value for r, ask in ASK_OF.items() if r in spec.readouts or _answers(spec.make, ask))
        summary = (inspect.getdoc(spec.make) or spec.id).split("\n")[0]
        yield Listing(id=spec.id, domain=spec.domain.value, grade=None, skill=None, version=_software(), readouts=asks,
                      status="needs-extra" if spec.extra and not extras.installed(spec.extra) else "ready",
                      summary=summary)


def _list_skills(plugins: Plugins, data: Path | None) -> Iterator[Listing]:
    known = {a.skill: a for a in assessments(plugins).values()}
    for domain in Domain:
        for s in skills.syllabus(domain).values():
            a = known.get(s.id)
            state, needs = status(a, data)
            if a is None and s.needs_data is not None:
                needs = f"{s.needs_data.source}; to be written: {s.needs_data.loader}"
            yield Listing(id=s.id, domain=domain.value, grade=s.grade.value, skill=s.id,
                          version=a.version if a else "", readouts=tuple(r.value for r in a.readouts) if a else (),
                          status=state, summary=s.question, needs=needs)


def _list_worlds(data: Path | None) -> Iterator[Listing]:
    for module in discover.built_in("kindergrad.worlds"):
        if hasattr(module, "WORLD"):
            summary = (inspect.getdoc(module) or "").split("\n\n")[0].replace("\n", " ")
            domain = getattr(module, "DOMAIN", Domain.GENOMICS)
            state, needs = world_status(module, data)
            yield Listing(id=module.WORLD, domain=domain.value, grade=None, skill=None, version=_software(),
                          readouts=(), status=state, summary=summary, needs=needs)


def _modules(package: str, plugins: Plugins) -> Iterator[ModuleType]:
    yield from discover.built_in(package)
    yield from discover.entry_points()
    yield from (discover.plugin(path) for path in plugins)


def _classes(module: ModuleType) -> Iterable[EngineSpec]:
    """Engines of a plug-in file: its own classes that answer an ask."""
    if not module.__name__.startswith("kindergrad_plugin_"):
        return
    for name, made in vars(module).items():
        own = inspect.isclass(made) and made.__module__ == module.__name__ and not name.startswith("_")
        readouts = [r for r, ask in ASK_OF.items() if own and _answers(made, ask)]
        if readouts:
            axis = Axis.EXAMPLES if readouts == [Readout.FIT] else None
            yield EngineSpec(id=getattr(made, "name", None) or name.lower(), make=made, axis=axis)


def check_offer(module: Path, plugins: Plugins) -> None:
    """Refuse a plug-in that offers neither an engine nor an assessment."""
    loaded = discover.plugin(module)
    if not (hasattr(loaded, "ASSESSMENT") or hasattr(loaded, "ENGINES") or any(True for _ in _classes(loaded))):
        raise PluginError(f"plug-in {module} offers nothing; expected a class with the method log_likelihood or "
                          "fit and decide, or a constant ASSESSMENT")


def _check_new(module: ModuleType, kind: str, name: str, found: Mapping[str, object]) -> None:
    """Nobody may take the place of another: the numbers of two would stand under one name."""
    if name in found:
        raise PluginError(f"{getattr(module, '__file__', module.__name__)} offers the {kind} '{name}', which is there "
                          "already; choose another name")


def _answers(made: Any, ask: type[Any]) -> bool:
    wanted = [name for name in vars(ask) if not name.startswith("_") and callable(vars(ask)[name])]
    return all(callable(getattr(made, name, None)) for name in wanted)


def _software() -> str:
    from kindergrad import __version__

    return __version__
