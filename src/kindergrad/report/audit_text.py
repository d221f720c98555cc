"""What the terminal shows of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kindergrad.exams.audit_answers import AuditAnswer, Finding, Judgement

if TYPE_CHECKING:
    from rich.console import Group

_STYLES = {Judgement.CLEAN: "", Judgement.WARNING: "yellow", Judgement.SHORTCUT: "bold yellow",
           Judgement.LEAK: "bold red"}


def audit_text(answer: AuditAnswer) -> Group:
    """A table per set, the details of what is not clean, and the verdict."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[Table | Text] = []
    for one in answer.sets:
        mine = [f for f in answer.findings if f.set == one.set]
        tested = "no published test part" if one.n_test is None else f"{one.n_test:,} of them test"
        parts.append(Text.assemble((one.set, "bold"), f": {one.n:,} rows, {tested}, {len(one.classes)} classes: ",
                                   (one.verdict.value, _STYLES[one.verdict] or "green")))
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("check", no_wrap=True)
        for name in ("score", "AUROC", "majority", "n"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for f in mine:
            table.add_row(f.kind.value, score(f), area(f), f"{f.majority:.3f}", f"{f.n:,}",
                          Text(f.verdict.value, style=_STYLES[f.verdict]))
        parts.append(table)
        for f in mine:
            if f.verdict is not Judgement.CLEAN:
                parts.append(Text(f"{f.kind.value}: {f.detail}"))
                parts += [Text(f"    {example}", style="dim") for example in f.examples[:1]]
        if one.not_run:
            skipped = ", ".join(f"{s.kind.value} ({s.reason})" for s in one.not_run)
            parts.append(Text(f"not run: {skipped}", style="dim"))
        parts += [Text(f"note: {note}", style="dim") for note in one.notes]
        parts.append(Text(""))
    parts.append(Text.assemble("verdict: ", (answer.verdict.value, _STYLES[answer.verdict] or "green")))
    return Group(*parts)


def score(found: Finding) -> str:
    """Score and standard error."""
    return f"{found.score:.3f} ± {found.stderr:.3f}"


def area(found: Finding) -> str:
    """AUROC and standard error, or nothing."""
    if found.auroc is None or found.auroc_stderr is None:
        return ""
    return f"{found.auroc:.3f} ± {found.auroc_stderr:.3f}"
