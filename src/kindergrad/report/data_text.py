"""Public data sets in the terminal: which there are, where they are looked for, and the state of their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kindergrad.exams.data import FileStatus, SetStatus

if TYPE_CHECKING:
    from rich.table import Table


def sets_table(found: Sequence[SetStatus]) -> Table:
    """One line per set: name, status, licence, and what it is."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("data set", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("licence", max_width=16)
    table.add_column("what", ratio=1)
    for one in found:
        how = "here" if one.folder else "can be fetched" if one.fetchable else f"by hand, from {one.source}"
        table.add_row(Text(one.id), Text(one.status), Text(one.licence), Text(f"{one.what} ({how}; {one.cite})"))
    return table


def places_text(places: Sequence[Mapping[str, Any]]) -> str:
    """The folders, in the order in which they are looked through."""
    return "\n".join(f"{number}. {place['folder']}" + ("" if place["there"] else " (not there)")
                     for number, place in enumerate(places, start=1))


def files_text(name: str, files: Sequence[FileStatus]) -> str:
    """One line per file of a set."""
    return "\n".join([f"{name}:", *(f"  {file.status:<16}{file.name}" for file in files)])
