"""What the terminal shows: the verdict table, the status, and the lists. Everything fits 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kindergrad.core.answers import BeliefAnswer, ForecastAnswer, Listing, StatusAnswer
from kindergrad.core.names import Verdict
from kindergrad.report import words
from kindergrad.report.facts import StudyFacts
from kindergrad.report.ladder import Curve, ahead, by_grade, curves, plain

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, Group, RenderResult
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

WIDE = 104
"""Columns from which the forecasts carry their intervals."""

_STYLES = {Verdict.CONTINUOUS: "cyan", Verdict.ABRUPT: "cyan", Verdict.PEAKED: "yellow", Verdict.FLAT: "",
           Verdict.NOT_MET: "", Verdict.CANNOT_TELL: "dim"}


class VerdictTable:
    """A rich renderable that knows the width only when it is printed."""

    def __init__(self, forecast: ForecastAnswer | None, belief: BeliefAnswer | None, facts: StudyFacts) -> None:
        self.found = curves((), forecast, facts)
        self.belief = belief
        self.facts = facts
        self.assumed = words.assumed(forecast.assumptions) if forecast else []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        if not self.facts.comparable:
            yield Text(words.STAMP, style="bold red")
            yield Text("")
        if self.found:
            yield self._table(wide=options.max_width >= WIDE)
            yield Text(_caption(self.found, wide=options.max_width >= WIDE), style="dim")
        else:
            yield Text("No forecast: no curve has a score that could be fitted.")
        yield Text("")
        for grade, members in by_grade(self.found).items():
            yield Text.assemble((f"{grade.capitalize()}: ", "bold"), words.grade_sentence(members))
        if self.found:
            yield Text("")
        yield Text(words.belief_sentence(self.belief, self.facts.goal), style="bold")
        if direction := words.direction_sentence(self.belief):
            yield Text(direction)
        for line in self.assumed:
            yield Text(line)

    def _table(self, *, wide: bool) -> Table:
        from rich.table import Table

        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("skill", overflow="fold", ratio=1, min_width=18)
        for name in ("score", "rises", "width", "threshold", "10x", "100x"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for grade, members in by_grade(self.found).items():
            table.add_row(f"[bold]{grade.capitalize()}[/]")
            before = ""
            for curve in members:
                if curve.level and curve.base != before:
                    table.add_row(_name(plain(curve.base), 1))
                before = curve.base
                table.add_row(*_cells(curve, wide=wide))
        return table


def verdict_table(forecast: ForecastAnswer | None, belief: BeliefAnswer | None, facts: StudyFacts) -> VerdictTable:
    """Per skill by grade: score, P(rises), width, threshold, forecasts, verdict; a sentence per grade; the belief.

    Parameters
    ----------
    forecast, belief : None where there is no such answer; the text then says so.

    Returns
    -------
    VerdictTable : for ``rich.console.Console.print``; at least 80 columns wide.
    """
    return VerdictTable(forecast, belief, facts)


def belief_text(belief: BeliefAnswer) -> Group:
    """The belief, its history scale by scale with the evidence in bits, and the direction."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for name in ("results up to", "results", "belief", "evidence"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in belief.history:
        where = "none yet" if step.scale is None else words.scale(step.scale)
        table.add_row(where, f"{step.n_records:,}", words.percent(step.belief), f"{step.bits:+.1f} bits")
    said = [words.belief_sentence(belief, None), words.direction_sentence(belief), *words.assumed(belief.assumptions)]
    return Group(table, Text(""), *(Text(line) for line in said if line))


def status_text(status: StatusAnswer) -> Text:
    """What became of the exams, in lines; the reasons of those that gave no score by their number."""
    from rich.text import Text

    done = status.ok + status.failed + status.not_applicable + status.unscored
    lines = [f"{done:,} of {status.planned:,} exams done in {words.duration(status.seconds)}"
             + (f"; {status.reused:,} kept from an earlier run" if status.reused else "")]
    counts = [("scored", status.ok), ("failed", status.failed), ("unscored", status.unscored),
              ("not applicable", status.not_applicable), ("still to do", max(status.planned - done, 0))]
    lines.append("  " + ", ".join(f"{n:,} {name}" for name, n in counts if n or name == "scored"))
    reasons = sorted(status.reasons.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"  {n:>5,} x {reason}" for reason, n in reasons]
    return Text("\n".join(lines))


def listing_table(listings: Sequence[Listing]) -> Table:
    """The lines of ``kindergrad list``: identity, grade, status and what it is about."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("id", overflow="fold")
    columns = [("grade", any(x.grade for x in listings)), ("version", any(x.version for x in listings)),
               ("status", any(x.status for x in listings))]
    for name, shown in columns:
        if shown:
            table.add_column(name, no_wrap=True)
    table.add_column("about", ratio=1)
    for x in listings:
        cells = [x.grade or "–", x.version or "–", x.status or "–"]
        row = [x.id, *(c for c, (_, shown) in zip(cells, columns, strict=True) if shown),
               f"{x.summary} Needs {x.needs}." if x.needs else x.summary]
        table.add_row(*(Text(c) for c in row))
    return table


def _name(text: str, indent: int) -> Padding:
    """A name that keeps its indent where it wraps."""
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(text), (0, 0, 0, indent))


def _cells(curve: Curve, *, wide: bool) -> list[Text | Padding]:
    from rich.text import Text

    f = curve.forecast
    name = _name(curve.short, 3) if curve.level else _name(curve.name, 1)
    futures = [ahead(f, factor) if f else (None, None, None) for factor in (10, 100)]
    at = [words.ranged(*v) if wide else words.number(v[0]) for v in futures]
    verdict = f.verdict if f else None
    return [
        name, Text(words.with_error(curve.last)), Text(words.percent(f.p_learning if f else None)),
        Text(words.width(f)), Text(words.threshold(f, curve.reached)), *(Text(a) for a in at),
        Text(verdict.value if verdict else "–", style=_STYLES[verdict] if verdict else "dim"),
    ]


def _caption(found: Sequence[Curve], *, wide: bool) -> str:
    axis = found[0].axis
    targets = sorted({c.target for c in found})
    return (f"score: between floor 0 and ceiling 1; rises: P(slope > 0); width: decades from 10 to 90 % of the rise; "
            f"threshold: {words.UNITS.get(axis, axis)} at which the score reaches "
            f"{words.join([f'{t:g}' for t in targets])} (90 % interval); 10x and 100x: "
            f"the score at that multiple of the scale read{' (90 % interval)' if wide else ', median'}.")
