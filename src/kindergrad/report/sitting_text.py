"""What the terminal shows of single sittings: a row per exam, and the reasons beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kindergrad.core.names import Role
from kindergrad.core.records import Record

if TYPE_CHECKING:
    from rich.table import Table


def table(found: Sequence[Record]) -> Table:
    """Skill, readout, who sat at which scale, value, floor, ceiling and score of each record."""
    from rich.markup import escape
    from rich.table import Table

    out = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    out.add_column("skill", overflow="fold", min_width=18)
    out.add_column("who", overflow="fold", min_width=9)
    for name in ("value", "floor", "ceiling", "score"):
        out.add_column(name, justify="right", no_wrap=True)
    for record in found:
        between = record.estimand
        out.add_row(escape(f"{record.skill.partition('/')[2]} ({record.identity.readout.value})"), _who(record),
                    _number(record.value, record.stderr), _number(between.floor if between else None),
                    _number(between.ceiling if between else None),
                    _number(between.score, between.score_stderr) if between else record.status.value)
    return out


def reasons(found: Sequence[Record]) -> list[str]:
    """Why an exam has no score, or what is to be known about it; each once."""
    return list(dict.fromkeys(f"{record.skill}: {record.reason}" for record in found if record.reason))


def _who(record: Record) -> str:
    return "untrained" if record.role is Role.UNTRAINED else str(record.main_scale)


def _number(value: float | None, stderr: float | None = None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if stderr is None else f"{value:.3f} ± {stderr:.3f}"
