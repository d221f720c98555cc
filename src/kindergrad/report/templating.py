"""Pages from their templates: self-contained HTML with the one style sheet, no script, no network."""

from __future__ import annotations

from importlib import resources
from typing import Any


def render(template: str, **context: Any) -> str:
    """A page as text; ``css`` is the style sheet, and a name that is missing in the context is an error."""
    import jinja2
    from markupsafe import Markup

    templates = resources.files("kindergrad.report") / "templates"
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined,
                                     loader=jinja2.FunctionLoader(lambda n: (templates / n).read_text("utf-8")))
    environment.globals.update(Markup=Markup, css=Markup((templates / "page.css").read_text("utf-8")))
    return environment.get_template(template).render(context)
