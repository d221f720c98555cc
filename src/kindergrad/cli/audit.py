"""The verb ``audit``: shortcuts and leaks of labelled sets, and exam items that stand in a corpus."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kindergrad.cli.doors import Json, app, console, print_json, progress, say
from kindergrad.cli.score import ContextColumn, Control, PerturbationColumn, Scale
from kindergrad.core.names import ExpressionScale

EXIT_FOUND = 3


class Limit(StrEnum):
    """From which verdict on the command fails."""

    SHORTCUT = "shortcut"
    LEAK = "leak"


@app.command()
def audit(
    paths: Annotated[list[Path] | None, typer.Argument(
        help="CSV, TSV, BED or FASTA, gz or not, or a folder with train/ and test/ and a file per class; or one "
             ".h5ad; with --corpus, a run folder.")]
    = None,
    train: Annotated[list[Path] | None, typer.Option("--train", help="Training part: a file or folder; may recur.")]
    = None,
    test: Annotated[list[Path] | None, typer.Option("--test", help="Test part: a file or folder; may recur.")] = None,
    corpus: Annotated[Path | None, typer.Option(
        "--corpus", help="DNA that engines read: which items of the run in PATH stand in it?")] = None,
    fail_if: Annotated[Limit | None, typer.Option("--fail-if", help="Exit 3 from this verdict on.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="HTML file to write.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Column of the class.")] = None,
    sequence: Annotated[str | None, typer.Option("--sequence", help="Column of the sequence.")] = None,
    scale: Scale = None,
    perturbation_column: PerturbationColumn = None,
    control: Control = None,
    context: ContextColumn = None,
    json: Json = False,
) -> None:
    """Find shortcuts, copies and leaks in labelled sequences or intervals, exam items in a corpus, or what an h5ad of
    perturbed cells can answer, before a score on them is believed."""
    from kindergrad.core.errors import InputError
    from kindergrad.exams import audit as auditing
    from kindergrad.exchange import labelled_sets
    from kindergrad.exchange.labelled_files import Columns
    from kindergrad.report import audit_page, audit_text

    if corpus is not None:
        _contamination(paths or [], corpus, fail_if=fail_if, json=json)
        return
    cells = [path for path in paths or [] if path.suffix.lower() == ".h5ad"]
    if cells:
        if len(paths or []) > 1 or train or test or fail_if or label or sequence:
            raise InputError(f"{cells[0]} is audited alone; expected one .h5ad, and of the options only --scale, "
                             "--perturbation-column, --control, --context, --report and --json; leave the others out")
        _cells(cells[0], scale, (perturbation_column, control, context), report=report, json=json)
        return
    if bool(train) != bool(test) or bool(paths) == bool(train):
        raise InputError("nothing to audit, or too much; expected either PATH..., or both --train and --test")
    columns = Columns(sequence=sequence, label=label)
    with progress() as tell:
        tell(0, 0, "reading")
        sets = [labelled_sets.read_split(train, test, columns=columns)] if train and test else \
            labelled_sets.read(paths or [], columns=columns)
        found = auditing.audit(sets, tell=tell)
    if report is not None:
        audit_page.write(found, report)
    if json:
        print_json(found)
    else:
        console().print(audit_text.audit_text(found))
        if report is not None:
            say(f"report: {report}")
    if fail_if is not None and auditing.fails(found, fail_if.value):
        raise typer.Exit(EXIT_FOUND)


def _contamination(paths: list[Path], corpus: Path, *, fail_if: Limit | None, json: bool) -> None:
    """Items of a run that stand in a corpus."""
    from kindergrad.core.errors import InputError
    from kindergrad.exams.contamination import contamination
    from kindergrad.report import exposure_text

    if len(paths) != 1:
        raise InputError(f"--corpus audits one run; got {len(paths)} paths; expected 'kindergrad audit OUT --corpus "
                         "FILE'")
    with progress() as tell:
        found = contamination(paths[0], corpus, tell=tell)
    print_json(found) if json else console().print(exposure_text.contamination(found))
    if fail_if is not None and found.verdict == Limit.LEAK.value:
        raise typer.Exit(EXIT_FOUND)


def _cells(path: Path, scale: ExpressionScale | None, columns: tuple[str | None, str | None, str | None], *,
           report: Path | None, json: bool) -> None:
    from kindergrad.exams import audit_response
    from kindergrad.report import response_page, response_text
    from kindergrad.worlds.expression_tables import Columns

    found = audit_response.audit_file(path, scale=scale, columns=Columns(*columns))
    if report is not None:
        response_page.write_audit(found, report, truth=path.name)
    if json:
        print_json(found)
        return
    console().print(response_text.audit_text(found))
    if report is not None:
        console().print(f"report: {report}", highlight=False, soft_wrap=True)
