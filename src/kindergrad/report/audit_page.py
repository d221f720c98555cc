"""The audit as one self-contained HTML file. No script, no network, light and dark, screen and print."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from kindergrad.exams.audit_answers import AuditAnswer, Judgement
from kindergrad.exchange import tables
from kindergrad.report import audit_text

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
    import jinja2
    from markupsafe import Markup

    templates = resources.files("kindergrad.report") / "templates"
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined,
                                     loader=jinja2.FunctionLoader(lambda n: (templates / n).read_text("utf-8")))
    css = Markup((templates / "page.css").read_text("utf-8"))
    return environment.get_template("audit.html.j2").render(
        css=css, answer=answer, headline=HEADLINES[answer.verdict], score=audit_text.score, area=audit_text.area)
