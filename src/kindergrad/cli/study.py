"""Verbs around a study: run, status, list, show, syllabus, report, export, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kindergrad.cli.doors import EXIT_INCOMPLETE, Data, Json, Source, app, command, console, print_json, progress, say
from kindergrad.cli.sitting import Of, Only, kept, small, study_of
from kindergrad.core.names import Domain

if TYPE_CHECKING:
    from kindergrad.core.config import StudyConfig

Out = Annotated[Path, typer.Option("--out", help="Folder for records and report.")]


@app.command()
def run(
    study: Annotated[Path | None, typer.Argument(help="study.yaml; without it, the built-in study.")] = None,
    out: Out = Path("kindergrad-out"),
    engine: Annotated[str | None, typer.Option(help="One engine instead of those of the study.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Setting of --engine, key=value; may recur.")] = None,
    domain: Annotated[Domain | None, typer.Option(help="Whose built-in study (default: genomics).")] = None,
    world: Annotated[str | None, typer.Option(help="Another world for the built-in study, such as textbook.")] = None,
    genome: Annotated[Path | None, typer.Option(help="FASTA or GenBank of a real genome, gz or not.")] = None,
    annotation: Annotated[Path | None, typer.Option(help="GFF3 or GenBank with genes.")] = None,
    decoy: Annotated[Path | None, typer.Option(help="FASTA of another genome, for 'whose genome'.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes (default: CPUs).")] = None,
    data: Data = None,
    adaptive: Annotated[bool, typer.Option("--adaptive", help="Sit next what tells most about the goal.")] = False,
    budget: Annotated[int, typer.Option(min=1, help="With --adaptive: most exams to sit.")] = 200,
    quick: Annotated[bool, typer.Option("--quick", help="A small run; not comparable with others.")] = False,
    plugins: Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")] = None,
    json: Json = False,
) -> None:
    """Train, examine and report; the same command resumes."""
    from kindergrad.exams import adaptive as choosing
    from kindergrad.exams import pool
    from kindergrad.exams import run as running
    from kindergrad.exams.store import LEDGER
    from kindergrad.report import card, journey_text, text

    config = _study(study, domain=domain, world=world, genome=genome, annotation=annotation, decoy=decoy, seed=seed,
                    quick=quick, plugins=plugins, data=data)
    config = _with_engine(config, engine, set_, study)
    with progress() as tell:
        how: dict[str, Any] = {"workers": workers or pool.available(), "tell": tell, "command": command()}
        status = choosing.adaptive(config, out, budget=budget, **how) if adaptive else running.run(config, out, **how)
        tell(status.planned, status.planned, "fitting curves and writing the report")
        found = card.card(out)
        page = found.write(out / "report.html")
        if status.reused < status.planned:  # something new was learned
            found.register(out / LEDGER)
    if json:
        print_json(status)
    else:
        console().print(text.verdict_table(found.forecast, found.belief, found.facts))
        console().print(journey_text.terminal(found.facts.journey))
        console().print(text.status_text(status))
        for why in config.without:
            say(f"left out: {why}")
        say(f"report: {page}")
    done = status.ok + status.not_applicable + status.unscored
    if status.failed or done < status.planned:
        raise typer.Exit(EXIT_INCOMPLETE)


@app.command()
def status(out: Annotated[Path, typer.Argument(help="A run folder.")], json: Json = False) -> None:
    """How far a run is."""
    from kindergrad.exams import run as running
    from kindergrad.report import text

    found = running.status(out)
    if json:
        print_json(found)
    else:
        console().print(text.status_text(found))


@app.command("list")
def list_(
    kind: Annotated[str, typer.Argument(help="assessments, engines, skills or worlds.")],
    plugins: Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """What there is."""
    from kindergrad.exams import catalogue
    from kindergrad.report import text

    found = catalogue.listing(kind, tuple(plugins or ()), data)
    if json:
        print_json(found)
    else:
        console().print(text.listing_table(found))


@app.command()
def show(skill: Annotated[str, typer.Argument(help="Such as genomics/start-codon.")], data: Data = None,
         json: Json = False) -> None:
    """One skill: what is asked, a worked item, what comes before, what a score shows and what not."""
    from kindergrad.report import syllabus_facts, syllabus_text

    found = syllabus_facts.show(skill, data=data)
    if json:
        print_json(found)
    else:
        console().print(syllabus_text.skill_text(found), highlight=False)


@app.command()
def syllabus(
    domain: Annotated[str, typer.Argument(help="Such as genomics.")] = "genomics",
    svg: Annotated[Path | None, typer.Option("--svg", help="Write the graph of prerequisites into this file.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """All skills by grade, and what each needs."""
    from kindergrad.exchange import tables
    from kindergrad.report import syllabus_facts, syllabus_text

    found = syllabus_facts.syllabus(domain, data=data)
    if svg is not None:
        from kindergrad.report.figures import syllabus as figure

        tables.write_text(figure.svg(found), svg)
    if json:
        print_json(found)
    elif svg is not None:
        say(f"graph: {svg}")
    else:
        console().print(syllabus_text.syllabus_text(found), highlight=False)


@app.command()
def report(source: Source, out: Annotated[Path | None, typer.Option("--out", help="HTML file.")] = None) -> None:
    """Write the report card of a run folder or a table."""
    from kindergrad.report import card

    found = card.card(source)
    page = found.write(out or (source / "report.html" if source.is_dir() else Path("report.html")))
    say(f"report: {page}")


@app.command()
def export(
    source: Annotated[Path | None, typer.Argument(help="A run folder or a long table; with --items also a study.yaml, "
                                                       "or nothing: the built-in study.")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="The long table: FILE.csv or FILE.parquet.")] = None,
    items: Annotated[Path | None, typer.Option("--items", help="The questions: FILE.csv or FILE.parquet.")] = None,
    assessment: Only = None,
    domain: Of = Domain.GENOMICS,
) -> None:
    """Write the long table of a run, or the questions of a study for a model that answers elsewhere."""
    from kindergrad.core.errors import InputError
    from kindergrad.exchange import tables
    from kindergrad.report import card

    if (to is None) == (items is None) or (to is not None and source is None):
        raise InputError("export needs either SOURCE and --to FILE (the long table) or --items FILE (the questions)")
    if to is not None and source is not None:
        found = card.load(source)
        tables.write([row.model_dump(mode="json") for row in found], to)
        say(f"{len(found):,} rows: {to}")
    if items is not None:
        asked = _questions(source, assessment, domain)
        tables.write(asked, items)
        say(f"{len(asked):,} questions: {items}")


def _questions(source: Path | None, assessments: list[str] | None, domain: Domain) -> list[dict[str, Any]]:
    from kindergrad.exams import outside
    from kindergrad.exams import run as running

    config = small(study_of(source, domain), assessments)
    folder = source if source is not None and source.is_dir() else None
    with kept(folder) as place, progress() as tell:
        return outside.export(running.prepare(config, place, tell))


@app.command()
def doctor(
    source: Annotated[Path | None, typer.Argument(help="A run folder or a ledger to check.")] = None,
    json: Json = False,
) -> None:
    """Check the installation, and the records of a run folder or the entries of a ledger."""
    from kindergrad.exams import health

    found = health.check(source)
    if json:
        print_json(found)
    else:
        for line in found:
            say(f"{'ok  ' if line['ok'] else 'FAIL'}  {line['what']}: {line['detail']}")
    if not all(line["ok"] for line in found):
        raise typer.Exit(EXIT_INCOMPLETE)


def _with_engine(config: StudyConfig, name: str | None, settings: list[str] | None, study: Path | None) -> StudyConfig:
    from kindergrad.core.errors import InputError
    from kindergrad.exams import defaults

    if name is None:
        if settings:
            raise InputError("--set needs --engine NAME, whose setting it is")
        return config
    found = defaults.with_engine(config, name, settings or (), rename=study is None)
    # the built-in study asks what its own genome can teach; an engine of one's own may know more
    return found if study is not None else found.model_copy(update={"assessments": ("all",)})


def _study(path: Path | None, **given: Any) -> StudyConfig:
    from kindergrad.exams import defaults

    return defaults.study(path, **given)
