"""The audit as one self-contained HTML file. No script, no network, light and dark, screen and print."""

from __future__ import annotations

from pathlib import Path

from kindergrad.exams.audit_answers import AuditAnswer, Judgement
from kindergrad.exchange import tables
from kindergrad.report import audit_text, templating

HEADLINES = {
    Judgement.LEAK: "Leak: rows to be scored are known from others, by place, by copy or by shared letters.",
    Judgement.SHORTCUT: "Shortcut: most of this can be answered without reading a sequence in order.",
    Judgement.CLEAN: "Clean: none of these checks finds a shortcut or a leak.",
}


def write(answer: AuditAnswer, path: Path) -> Path:
    """Write the page, whole or not at all.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    return tables.write_text(render(answer), path)


def render(answer: AuditAnswer) -> str:
    """The page as text."""
    return templating.render("audit.html.j2", answer=answer, headline=HEADLINES[answer.verdict],
                             score=audit_text.score, area=audit_text.area)
