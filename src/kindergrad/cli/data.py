"""The verb ``data``: which public data sets there are, where they lie, and fetching them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kindergrad.cli.doors import Data, Json, app, console, print_json, say


class Action(StrEnum):
    """What to do with public data sets."""

    LIST = "list"
    WHERE = "where"
    STATUS = "status"
    FETCH = "fetch"
    TABLE = "table"


@app.command()
def data(
    action: Annotated[Action, typer.Argument(help="list, where, status, fetch or table.")] = Action.LIST,
    name: Annotated[str | None, typer.Argument(help="A data set, such as mavenn.")] = None,
    data: Data = None,
    to: Annotated[Path | None, typer.Option("--to", help="With table: FILE.csv or FILE.parquet.")] = None,
    json: Json = False,
) -> None:
    """Public data sets: list them, where they are looked for, check files, fetch one, published results as a table."""
    from kindergrad.core.errors import InputError
    from kindergrad.exams import data as public
    from kindergrad.report import data_text

    if action in (Action.STATUS, Action.FETCH, Action.TABLE) and name is None:
        raise InputError(f"which data set? got none; expected 'kindergrad data {action.value} NAME'; "
                         "'kindergrad data list' shows them")
    if action is Action.LIST:
        rows = public.listing(data)
        print_json(rows) if json else console().print(data_text.sets_table(rows))
    elif action is Action.WHERE:
        places = [{"folder": str(root), "there": root.is_dir()} for root in public.roots(data)]
        print_json(places) if json else say(data_text.places_text(places))
    elif action is Action.TABLE:
        _table(str(name), data, to)
    else:
        if action is Action.FETCH:
            public.fetch(str(name))
        files = public.files(str(name), data)
        print_json(files) if json else say(data_text.files_text(str(name), files))


def _table(name: str, data: Path | None, to: Path | None) -> None:
    """Published results of a set into a long table."""
    from kindergrad.core.errors import InputError
    from kindergrad.exams import data as public
    from kindergrad.exchange import published, tables

    if to is None:
        raise InputError("where to write the table? got no --to; expected --to FILE.csv or --to FILE.parquet")
    found = published.table(name, public.folder(name, data))
    tables.write([row.model_dump(mode="json") for row in found], to)
    say(f"{len(found):,} rows: {to}")
