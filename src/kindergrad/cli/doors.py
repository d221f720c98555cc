"""The app, and what every verb shares: where output goes, JSON, the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="kindergrad", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Graded exams for bio-ML engines: is it learning, is there a threshold, how far is it, what comes next.",
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Source = Annotated[Path, typer.Argument(help="A run folder, or a long table (CSV or Parquet).")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of public data sets.")]
Seed = Annotated[int, typer.Option(help="Seed of the posterior draws.")]
Target = Annotated[float, typer.Option(help="Score between floor (0) and ceiling (1) that is wanted.")]

EXIT_INCOMPLETE, EXIT_INPUT, EXIT_INTERRUPTED = 1, 2, 130


def command() -> str:
    """The command line as it was given."""
    import shlex

    return shlex.join(["kindergrad", *sys.argv[1:]])


def console() -> Any:
    """Where people read."""
    from rich.console import Console

    return Console()


def say(line: str) -> None:
    """One plain line where people read: brackets in it, as in ``kindergrad[torch]``, are no markup."""
    console().print(line, highlight=False, soft_wrap=True, markup=False)


def print_json(found: Any) -> None:
    """One answer, or a list of them, on stdout."""
    import json

    def plain(value: Any) -> Any:
        return value.model_dump(mode="json") if hasattr(value, "model_dump") else value

    body = [plain(x) for x in found] if isinstance(found, list | tuple) else plain(found)
    print(json.dumps(body, allow_nan=False))


@contextmanager
def progress() -> Iterator[Any]:
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
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def tell(done: int, planned: int, what: str) -> None:
            bar.update(task, completed=done, total=planned or None, **({"description": what} if what else {}))

        yield tell
