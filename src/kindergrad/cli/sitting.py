"""One engine at a time: sit one exam, and score answers that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kindergrad.cli.doors import EXIT_INCOMPLETE, Json, app, command, console, print_json, progress, say
from kindergrad.core.names import Domain

if TYPE_CHECKING:
    from kindergrad.core.config import StudyConfig
    from kindergrad.core.records import Record

Engine = Annotated[str, typer.Option("--engine", help="Name of an engine; 'kindergrad list engines' shows them.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Setting of the engine, key=value; may recur.")]
Study = Annotated[Path | None, typer.Option("--study", help="study.yaml, or a run folder (default: the built-in one).")]
Of = Annotated[Domain, typer.Option("--domain", help="Whose built-in study.")]
Keep = Annotated[Path | None, typer.Option("--out", help="Run folder to keep the records in (default: none is kept).")]
Plugins = Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")]
Only = Annotated[list[str] | None, typer.Option("--assessment", help="Only this assessment; may recur.")]

_SCALES = {Domain.GENOMICS: (1e6,)}  # of "sit", where neither the command nor the study says


@app.command("sit")
def sit(
    assessment: Annotated[str, typer.Argument(help="Such as genomics/exact-word.")],
    engine: Engine,
    set_: Set = None,
    scale: Annotated[str | None, typer.Option(help="How much of the corpus an engine that learns reads first.")] = None,
    study: Study = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything.")] = None,
    out: Keep = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Let one engine sit one exam."""
    from kindergrad.core import scale as scales
    from kindergrad.exams import catalogue, defaults, plan, run

    found = catalogue.assessment(assessment, tuple(path.absolute() for path in plugins or ()))
    base = study_of(study, found.domain, plugins=plugins, seed=seed)
    config = defaults.with_engine(small(base, [assessment]), engine, set_ or ())
    plan.check_able(config, config.engines[0], found)
    sizes = (scales.parse(scale),) if scale else config.scales[-1:] or tuple(
        min(usual, config.world.size or usual) for usual in _SCALES.get(found.domain, ()))
    with kept(out) as folder, progress() as tell:
        run.run(config.model_copy(update={"scales": sizes}), folder, tell=tell, command=command())
        _told(_records(folder), json)


def score_answers(predictions: Path, base: StudyConfig, settings: list[str], *, out: Path | None, json: bool) -> None:
    """Score answers of a model that is not installed here; 'kindergrad export --items' writes the questions."""
    from kindergrad.engines.predictions import Predictions
    from kindergrad.exams import defaults, outside, run

    given = Predictions(str(predictions))
    config = defaults.with_engine(base, "predictions", [f"path={predictions.absolute()}", *settings])
    with kept(out) as folder, progress() as tell:
        ready = run.prepare(config, folder, tell)
        outside.check(given.answered, outside.export(ready))
        run.sit_all(ready, run.planned(ready), workers=1, tell=tell, command=command())
        _told(_records(folder), json)


def study_of(path: Path | None, domain: Domain, **given: Any) -> StudyConfig:
    """The study of a file or of a run folder, or the built-in one of a domain."""
    from kindergrad.core import config
    from kindergrad.exams import defaults
    from kindergrad.exams.store import Store

    if path is not None and path.is_dir():
        return config.build(Store.open(path).read_json("study.json") or {}, where=str(path))
    return defaults.study(path, domain=None if path else domain, **given)


def small(study: StudyConfig, assessments: list[str] | None) -> StudyConfig:
    """The study with only these assessments, or with its own."""
    from kindergrad.exams import catalogue

    for name in assessments or ():
        catalogue.assessment(name, study.plugins)
    return study.model_copy(update={"assessments": tuple(assessments)}) if assessments else study


@contextmanager
def kept(out: Path | None) -> Iterator[Path]:
    """A folder for records: the one that is given, or one that goes away."""
    import tempfile

    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="kindergrad-") as folder:
        yield Path(folder)


def _records(folder: Path) -> list[Record]:
    """What was asked of the engine, its untrained copy too."""
    from kindergrad.core.names import Role
    from kindergrad.exams import run

    beside = (Role.BLIND, Role.REFERENCE, Role.ORACLE)
    return [record for record in run.records(folder) if record.role not in beside]


def _told(found: list[Record], json: bool) -> None:
    from kindergrad.core.names import Status
    from kindergrad.report import sitting_text

    if json:
        print_json(found)
    else:
        console().print(sitting_text.table(found))
        for line in sitting_text.reasons(found):
            say(line)
    if any(record.status is Status.FAILED for record in found):
        raise typer.Exit(EXIT_INCOMPLETE)
