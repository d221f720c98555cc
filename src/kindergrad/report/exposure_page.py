"""What a corpus shows, as one self-contained HTML file, and as a part of the report card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.exchange import tables
from kindergrad.report import exposure_text as text
from kindergrad.report import templating
from kindergrad.report.figures import meetings
from kindergrad.report.ladder import plain


def write(found: ExposureAnswer, path: Path) -> Path:
    """Write the page, whole or not at all.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    return tables.write_text(render(found), path)


def render(found: ExposureAnswer) -> str:
    """The page as text."""
    return templating.render("exposure.html.j2", **part(found))


def part(found: ExposureAnswer, stamp: str = "") -> dict[str, Any]:
    """What the templates need: the answer, its figure, and its numbers in words."""
    per, unit = text.PER[found.corpus.unit]
    grades = {s.skill: s.grade or "ungraded" for s in found.skills}
    told = {
        "name": Path(found.corpus.source).name, "headline": headline(found), "corpus": text.corpus(found.corpus),
        "unit": unit, "caption": text.caption(found), "multiples": text.SHOWN,
        "groups": [{"title": f"{grades[s.skill]}: {plain(s.skill)}", "rows": [
            _row(r, per) for r in found.rows if r.skill == s.skill]} for s in found.skills],
        "families": [{"family": f.family, "forms": "unknown" if f.forms is None else f"{f.forms:,}",
                      "met": f"{f.met:,}", "at_least": text.spread(f.at_least),
                      "new": [text.spread(f.new_at[m]) for m in text.SHOWN]} for f in found.families],
        "notes": found.corpus.notes, "not_looked_for": _not_looked_for(found),
    }
    return {"found": found, "told": told, "svg": meetings.meetings(found, name="meetings", stamp=stamp)}


def headline(found: ExposureAnswer) -> str:
    """The answer in one sentence."""
    met = sum(row.occurrences > 0 for row in found.rows)
    often = sum(row.met_kappa_at.median is not None and row.met_kappa_at.median <= found.corpus.size
                for row in found.rows)
    return (f"{met} of {len(found.rows)} concepts are met, {often} of them about {found.kappa:g} times or more within "
            "this corpus.")


def _row(row: Any, per: float) -> dict[str, str]:
    short = text.short
    return {"concept": row.concept, "met": f"{row.occurrences:,}", "contexts": text.contexts(row),
            "rate": short(row.rate * per), "interval": f"{short(row.rate_low * per)} to {short(row.rate_high * per)}",
            "chance": "–" if row.by_chance is None else short(row.by_chance * per),
            "expected": short(row.expected_at["10x"]), "first": text.spread(row.first_met_at),
            "often": text.spread(row.met_kappa_at)}


def _not_looked_for(found: ExposureAnswer) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, why in found.not_looked_for.items():
        reasons.setdefault(why, []).append(name.partition("/")[2])
    return [f"Not looked for, {why}: {', '.join(names)}." for why, names in reasons.items()]
