"""Verbs for one engine at a time: sit one exam, and score answers that were made elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kindergrad.cli.doors import EXIT_INCOMPLETE, Json, app, command, console, print_json, progress
from kindergrad.core.names import Domain

if TYPE_CHECKING:
    from kindergrad.core.config import StudyConfig
    from kindergrad.core.records import Record

Engine = Annotated[str, typer.Option("--engine", help="Name of an engine; 'kindergrad list engines' shows them.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Setting of the engine, key=value; may recur.")]
Study = Annotated[Path | None, typer.Option("--study", help="study.yaml, or a run folder (default: the built-in one).")]
Of = Annotated[Domain, typer.Option("--domain", help="Whose built-in study.")]
Items = Annotated[int | None, typer.Option("--items", min=10, help="Items of an exam (default: those of the study).")]
Keep = Annotated[Path | None, typer.Option("--out", help="Run folder to keep the records in (default: none is kept).")]
Plugins = Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")]
Only = Annotated[list[str] | None, typer.Option("--assessment", help="Only this assessment; may recur.")]


@app.command("sit")
def sit(
    assessment: Annotated[str, typer.Argument(help="Such as genomics/exact-word.")],
    engine: Engine,
    set_: Set = None,
    scale: Annotated[str, typer.Option(help="How much of the corpus an engine that learns reads first.")] = "1e6",
    study: Study = None,
    items: Items = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything.")] = None,
    out: Keep = None,
    plugins: Plugins = None,
    json: Json = False,
) -> None:
    """Let one engine sit one exam."""
    from kindergrad.exams import catalogue, defaults

    found = catalogue.assessment(assessment, tuple(path.absolute() for path in plugins or ()))
    base = study_of(study, found.domain, plugins=plugins, seed=seed)
    changed = small(base, [assessment], items)
    config = defaults.with_engine(changed, engine, set_ or ())
    from kindergrad.core import scale as scales

    _show(config.model_copy(update={"scales": (scales.parse(scale),)}), out, json)


@app.command()
def score(
    predictions: Annotated[Path, typer.Argument(help="CSV or Parquet: item_id, readout, score.")],
    domain: Of = Domain.GENOMICS,
    study: Study = None,
    assessment: Only = None,
    items: Items = None,
    set_: Set = None,
    out: Keep = None,
    json: Json = False,
) -> None:
    """Score answers of a model that is not installed here; 'kindergrad export --items' writes the questions."""
    from kindergrad.engines.predictions import Predictions
    from kindergrad.exams import defaults, outside, run

    given = Predictions(str(predictions))
    base = small(study_of(study, domain), assessment, items)
    config = defaults.with_engine(base, "predictions", [f"path={predictions.absolute()}", *(set_ or ())])
    with kept(out) as folder, progress() as tell:
        outside.check(given.answered, outside.export(run.prepare(outside.for_export(config), folder, tell)))
        _run(config, folder, tell)
        _told(_records(folder), json)


def study_of(path: Path | None, domain: Domain, **given: Any) -> StudyConfig:
    """The study of a file or of a run folder, or the built-in one of a domain."""
    from kindergrad.core import config
    from kindergrad.exams import defaults
    from kindergrad.exams.store import Store

    if path is not None and path.is_dir():
        return config.build(Store.open(path).read_json("study.json") or {}, where=str(path))
    return defaults.study(path, domain=None if path else domain, **given)


def small(study: StudyConfig, assessments: list[str] | None, items: int | None) -> StudyConfig:
    """The study with only these assessments, and so many items."""
    from kindergrad.exams import catalogue

    for name in assessments or ():
        catalogue.assessment(name, study.plugins)
    changes: dict[str, Any] = {"assessments": tuple(assessments)} if assessments else {}
    return study.model_copy(update=changes | ({"items": items} if items else {}))


@contextmanager
def kept(out: Path | None) -> Iterator[Path]:
    """A folder for records: the one that is given, or one that goes away."""
    import tempfile

    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="kindergrad-") as folder:
        yield Path(folder)


def _show(config: StudyConfig, out: Path | None, json: bool) -> None:
    with kept(out) as folder, progress() as tell:
        _run(config, folder, tell)
        _told(_records(folder), json)


def _run(config: StudyConfig, folder: Path, tell: Any) -> None:
    from kindergrad.exams import run

    run.run(config, folder, tell=tell, command=command())


def _records(folder: Path) -> list[Record]:
    """What was asked of the engine, its untrained copy too."""
    from kindergrad.core.names import Role
    from kindergrad.exams import run

    return [record for record in run.records(folder) if record.role not in (Role.BLIND, Role.ORACLE)]


def _told(found: list[Record], json: bool) -> None:
    from kindergrad.core.names import Status
    from kindergrad.report import sitting_text

    if json:
        print_json(found)
    else:
        console().print(sitting_text.table(found))
        for line in sitting_text.reasons(found):
            console().print(line, highlight=False)
    if any(record.status is Status.FAILED for record in found):
        raise typer.Exit(EXIT_INCOMPLETE)
