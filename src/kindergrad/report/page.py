"""The report card: one self-contained HTML file. No script, no network, light and dark, screen and print."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kindergrad.core.answers import BeliefAnswer, ForecastAnswer, StatusAnswer
from kindergrad.core.errors import StoreError
from kindergrad.core.table import Row
from kindergrad.report import beside, exposure_page, journey_text, ladder, templating, words
from kindergrad.report.facts import SkillFacts, StudyFacts
from kindergrad.report.figures import belief as belief_figure
from kindergrad.report.figures import calibration as calibration_figure
from kindergrad.report.figures import canvas, heatmap, multiples
from kindergrad.report.figures import controls as controls_figure
from kindergrad.report.figures import exposure as exposure_figure
from kindergrad.report.figures import journey as journey_figure
from kindergrad.report.ladder import Curve, State

__all__ = ["SkillFacts", "StudyFacts", "render", "write"]

_CLASSES = {State.LEARNT: "learnt", State.RISING: "rising", State.PEAKED: "peaked", State.FLAT: "flat",
            State.NOT_MET: "unmet", State.UNCLEAR: "unclear", State.NONE: "none"}


def write(path: Path, facts: StudyFacts, rows: Sequence[Row], forecast: ForecastAnswer | None,
          belief: BeliefAnswer | None, status: StatusAnswer | None) -> Path:
    """Write the report card and return its path.

    Parameters
    ----------
    path : the HTML file; missing folders are made, an existing file is replaced in one step.
    rows : all rows of the run, of every role and status.
    forecast, belief, status : None where there is no such answer; the page then says so.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    text = render(facts, rows, forecast, belief, status)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".html")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"the report cannot be written to {path}: {error.strerror}; try another folder") from error
    return path


def render(facts: StudyFacts, rows: Sequence[Row], forecast: ForecastAnswer | None, belief: BeliefAnswer | None,
           status: StatusAnswer | None) -> str:
    """The page as text."""
    return templating.render("page.html.j2", words=words, ladder=ladder, state_class=lambda state: _CLASSES[state],
                             states=list(_CLASSES), shades=canvas.SHADES,
                             **_context(facts, rows, forecast, belief, status))


def _context(facts: StudyFacts, rows: Sequence[Row], forecast: ForecastAnswer | None, belief: BeliefAnswer | None,
             status: StatusAnswer | None) -> dict[str, Any]:
    stamp = "" if facts.comparable else words.STAMP
    found = ladder.curves(rows, forecast, facts)
    controls = beside.controls(found, rows)
    axis = found[0].axis if found else "bases"
    now = max((c.scale_now for c in found if c.scale_now), default=None)
    law = forecast.exposure if forecast else None
    grades = ladder.by_grade(found)
    return {
        "facts": facts, "status": status, "forecast": forecast, "belief": belief, "law": law, "stamp": stamp,
        "headline": words.headline(found, facts.engines), "control_sentence": beside.control_sentence(controls),
        "belief_sentence": words.belief_sentence(belief, facts.goal), "direction": words.direction_sentence(belief),
        "curves": found, "now": now, "axis": axis,
        "grades": [_grade(name, members) for name, members in grades.items()],
        "ladders": _ladders(found, stamp),
        "panels": _panels(grades, stamp),
        "law_svg": exposure_figure.exposure(law, now, name="law", axis=axis, stamp=stamp) if law else "",
        "belief_svg": belief_figure.belief(belief, name="belief", axis=axis, stamp=stamp)
        if belief and belief.history else "",
        "calibration_svg": calibration_figure.calibration(facts.calibration) if facts.calibration else "",
        "bounds": beside.bounds(found, rows), "controls": controls,
        "controls_svg": controls_figure.controls(controls, name="controls", stamp=stamp) if controls else "",
        "corpus": exposure_page.part(facts.exposure, stamp) if facts.exposure else None, "meetings": _meetings(found),
        "mishaps": beside.mishaps(rows), "journeys": _journeys(facts, stamp),
    }


def _meetings(found: Sequence[Curve]) -> list[dict[str, Any]]:
    """Curves whose concepts have a known frequency, the commonest first."""
    known = [c.forecast for c in found if c.forecast and c.forecast.frequency]
    named = {id(c.forecast): c.name for c in found}
    return [{"name": named[id(f)], "frequency": f.frequency, "axis": f.axis, "scale_now": f.scale_now,
             "score": None if f.score_now is None else (f.score_now, f.score_now_stderr)}
            for f in sorted(known, key=lambda f: -(f.frequency or 0.0))]


def _journeys(facts: StudyFacts, stamp: str) -> list[dict[str, Any]]:
    """From easy to hard, one part for each engine and readout."""
    answer = facts.journey
    if answer is None:
        return []
    return [{"title": journey_text.title(found, answer), "said": journey_text.sentences(found, answer), "found": found,
             "told": {f.skill: f for f in found.foretold}, "target": answer.target,
             "svg": journey_figure.journey(found, answer, name=f"journey{number}", stamp=stamp)}
            for number, found in enumerate(journey_text.shown(answer))]


def _grade(name: str, members: Sequence[Curve]) -> dict[str, Any]:
    states = words.skill_states(members)
    order = list(_CLASSES)
    marks = sorted(((ladder.plain(base), state, remark) for base, (state, remark) in states.items()),
                   key=lambda m: order.index(m[1]))
    return {"name": name, "sentence": words.grade_sentence(members), "marks": marks, "curves": members}


def _ladders(found: Sequence[Curve], stamp: str) -> list[dict[str, Any]]:
    """One ladder an axis: bases and parameters cannot stand in one row of columns."""
    out = []
    for number, axis in enumerate(dict.fromkeys(c.axis for c in found)):
        mine = [c for c in found if c.axis == axis]
        scales = sorted({s for c in mine for s in c.cells()})
        if scales:
            draw = {name: heatmap.heat_map(mine, layout=layout, name=f"{name}{number}", stamp=stamp)
                    for name, layout in (("wide", heatmap.WIDE), ("narrow", heatmap.NARROW))}
            out.append({"axis": axis, "scales": scales, "grades": ladder.by_grade(mine), **draw})
    return out


def _panels(grades: dict[str, list[Curve]], stamp: str) -> list[dict[str, Any]]:
    """Per grade its panels. Curves without any point have none; they are named among the exams without a score."""
    everything = [c for members in grades.values() for c in members]
    out = []
    number = 0
    for grade, members in grades.items():
        panels = []
        for curve in members:
            if not curve.points and curve.forecast is None:
                continue
            number += 1
            same = [c for c in everything if c.axis == curve.axis]
            panels.append({"curve": curve, "svg": multiples.panel(curve, multiples.reach(same), name=f"p{number}",
                                                                 stamp=stamp),
                           "table": _points(curve)})
        out.append({"grade": grade, "panels": panels})
    return out


def _points(curve: Curve) -> list[dict[str, Any]]:
    """One line a scale: the scores of its seeds, the mean of the twin, the fit."""
    import numpy as np

    band = curve.forecast.band if curve.forecast else None
    out = []
    for scale in sorted({ladder.step(p.scale) for p in curve.points}):
        here = [p for p in curve.points if ladder.step(p.scale) == scale]
        twins = [p.twin for p in here if p.twin is not None]
        fit = None
        if band and len(band.scale) > 1:
            grid, at = np.log10(band.scale), np.log10(scale)
            fit = [float(np.interp(at, grid, q)) for q in (band.median, band.q05, band.q95)]
        out.append({"scale": scale, "scores": [(p.score, p.stderr) for p in sorted(here, key=lambda p: p.seed)],
                    "twin": sum(twins) / len(twins) if twins else None, "fit": fit})
    return out
