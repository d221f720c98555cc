"""The command line: thin doors to the house. JSON goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kindergrad.core.errors import KindergradError

if TYPE_CHECKING:
    from kindergrad.core.config import StudyConfig

app = typer.Typer(
    name="kindergrad", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Graded exams for bio-ML engines: is it learning, is there a threshold, how far is it, what comes next.",
)
Out = Annotated[Path, typer.Option("--out", help="Folder for records and report.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Source = Annotated[Path, typer.Argument(help="A run folder, or a long table (CSV or Parquet).")]

EXIT_INCOMPLETE, EXIT_INPUT, EXIT_INTERRUPTED = 1, 2, 130


@app.command()
def run(
    study: Annotated[Path | None, typer.Argument(help="study.yaml; without it, the built-in study.")] = None,
    out: Out = Path("kindergrad-out"),
    genome: Annotated[Path | None, typer.Option(help="FASTA or GenBank of a real genome, gz or not.")] = None,
    annotation: Annotated[Path | None, typer.Option(help="GFF3 or GenBank with genes.")] = None,
    decoy: Annotated[Path | None, typer.Option(help="FASTA of another genome, for 'whose genome'.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes [default: CPUs].")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A small run; not comparable with others.")] = False,
    plugins: Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")] = None,
    json: Json = False,
) -> None:
    """Train, examine and report; the same command resumes."""
    from kindergrad.exams import pool
    from kindergrad.exams import run as running
    from kindergrad.report import card, text

    config = _study(study, genome=genome, annotation=annotation, decoy=decoy, seed=seed, quick=quick, plugins=plugins)
    with _progress() as tell:
        status = running.run(config, out, workers=workers or pool.available(), tell=tell, command=_command())
        tell(status.planned, status.planned, "fitting curves and writing the report")
        found = card.card(out)
        page = found.write(out / "report.html")
    if json:
        _print_json(status)
    else:
        _console().print(text.verdict_table(found.forecast, found.belief, found.facts))
        _console().print(text.status_text(status))
        _console().print(f"report: {page}", highlight=False, soft_wrap=True)
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
        _print_json(found)
    else:
        _console().print(text.status_text(found))


@app.command("list")
def list_(
    kind: Annotated[str, typer.Argument(help="assessments, engines, skills or worlds.")],
    plugins: Annotated[list[Path] | None, typer.Option("--plugins", help="Python file with an engine or exam.")] = None,
    json: Json = False,
) -> None:
    """What there is."""
    from kindergrad.exams import catalogue
    from kindergrad.report import text

    found = catalogue.listing(kind, tuple(plugins or ()))
    if json:
        _print_json(found)
    else:
        _console().print(text.listing_table(found))


@app.command()
def show(skill: Annotated[str, typer.Argument(help="Such as genomics/start-codon.")], json: Json = False) -> None:
    """One skill: what is asked, what it shows, what it does not."""
    from kindergrad.exams import catalogue
    from kindergrad.report import card, text

    facts = card.skill_facts(skill)
    exams = [row for row in catalogue.listing("assessments") if row.skill == facts.id]
    if json:
        import dataclasses

        _print_json({**dataclasses.asdict(facts), "assessments": [row.model_dump(mode="json") for row in exams]})
    else:
        _console().print(text.skill_text(facts, exams))


@app.command()
def report(source: Source, out: Annotated[Path | None, typer.Option("--out", help="HTML file.")] = None) -> None:
    """Write the report card of a run folder or a table."""
    from kindergrad.report import card

    found = card.card(source)
    page = found.write(out or (source / "report.html" if source.is_dir() else Path("report.html")))
    _console().print(f"report: {page}", highlight=False, soft_wrap=True)


@app.command()
def export(
    source: Source, to: Annotated[Path, typer.Option("--to", help="FILE.csv or FILE.parquet.")]
) -> None:
    """Write the long table of a run."""
    from kindergrad.exchange import tables
    from kindergrad.report import card

    found = card.load(source)
    tables.write([row.model_dump(mode="json") for row in found], to)
    _console().print(f"{len(found):,} rows: {to}", highlight=False, soft_wrap=True)


@app.command()
def forecast(
    source: Source,
    target: Annotated[float, typer.Option(help="Score whose threshold is wanted.")] = 0.5,
    at: Annotated[list[str] | None, typer.Option("--at", help="Scales to forecast, such as 1e8.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the posterior draws.")] = 0,
    json: Json = False,
) -> None:
    """Learning, width, threshold and future score of every skill."""
    from kindergrad.core import scale
    from kindergrad.progress.forecast import forecast as fit
    from kindergrad.report import card, text

    rows = card.load(source)
    found = fit(rows, target=target, seed=seed, scales=[scale.parse(x) for x in at or ()])
    if json:
        _print_json(found)
    else:
        _console().print(text.verdict_table(found, None, card.facts(source, rows)))


@app.command()
def belief(
    source: Source,
    goal: Annotated[str | None, typer.Option(help="skill>=score@scale [default: that of the study].")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the posterior draws.")] = 0,
    json: Json = False,
) -> None:
    """The belief in one goal, and how every result moved it."""
    from kindergrad.core.errors import InputError
    from kindergrad.report import card, text

    rows = card.load(source)
    stated = card.goal_of(source, goal)
    if stated is None:
        raise InputError("no goal: the study declares none; give one, such as --goal 'SKILL>=0.5@1e8'")
    found = card.believe(rows, stated, seed)
    if json:
        _print_json(found)
    else:
        _console().print(text.belief_text(found))


@app.command()
def doctor(source: Annotated[Path | None, typer.Argument(help="A run folder to check.")] = None, json: Json = False
           ) -> None:
    """Check the installation, and the records of a run folder."""
    from kindergrad.exams import health

    found = health.check(source)
    if json:
        _print_json(found)
    else:
        for line in found:
            _console().print(f"{'ok  ' if line['ok'] else 'FAIL'}  {line['what']}: {line['detail']}", highlight=False)
    if not all(line["ok"] for line in found):
        raise typer.Exit(EXIT_INCOMPLETE)


def main() -> None:
    """Entry point: one clear line for what kindergrad refuses, the exit codes of the contract."""
    sys.argv = [_dashes(argument) for argument in sys.argv]
    try:
        code = app(standalone_mode=False) or 0  # typer gives back the code of typer.Exit
    except KindergradError as error:
        code = _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except SystemExit as done:  # so typer ends on Ctrl-C
        code = done.code
    except Exception as error:
        if not hasattr(error, "format_message"):  # not a usage error of the command line
            raise
        message = error.format_message().strip()  # empty where the help was shown instead
        code = _fail(f"{message} See 'kindergrad --help'.") if message else EXIT_INPUT
    if code == EXIT_INTERRUPTED:
        print("\nstopped; finished exams are kept, the same command resumes", file=sys.stderr)
    sys.exit(code)


def _fail(message: str) -> int:
    print(f"kindergrad: {message}", file=sys.stderr)
    return EXIT_INPUT


def _dashes(argument: str) -> str:
    """Flags are the same with ``-`` and ``_``."""
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    return name.replace("_", "-") + equals + value


def _study(path: Path | None, **given: Any) -> StudyConfig:
    from kindergrad.exams import defaults

    return defaults.study(path, **given)


def _command() -> str:
    import shlex

    return shlex.join(["kindergrad", *sys.argv[1:]])


def _console(stderr: bool = False) -> Any:
    from rich.console import Console

    return Console(stderr=stderr)


def _print_json(found: Any) -> None:
    import json

    def plain(value: Any) -> Any:
        return value.model_dump(mode="json") if hasattr(value, "model_dump") else value

    body = [plain(x) for x in found] if isinstance(found, list | tuple) else plain(found)
    print(json.dumps(body, allow_nan=False))


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar with the time left, on stderr."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"),
               TimeRemainingColumn(), TextColumn("[dim]{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(done: int, planned: int, what: str) -> None:
            bar.update(task, completed=done, total=planned or None, **({"description": what} if what else {}))

        yield tell


if __name__ == "__main__":
    main()
