"""A table without lines, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

_FOLDS = ("skill", "concept", "forms", "verdict", "")
_LEFT = (*_FOLDS, "engine", "method", "grade", "sooner")


def table(*columns: str) -> Table:
    """A bare table; give its cells through :func:`add`."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in columns:
        left, folds = name in _LEFT, name in _FOLDS
        made.add_column(name, justify="left" if left else "right", no_wrap=not folds, overflow="fold")
    return made


def add(table: Table, *cells: str) -> None:
    """A row of plain text: names of levels hold brackets, which rich would take for markup."""
    from rich.text import Text

    table.add_row(*(Text(cell) for cell in cells))
