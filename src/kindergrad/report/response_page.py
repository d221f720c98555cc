"""Scored predictions and audited measurements as self-contained HTML files."""

from __future__ import annotations

from pathlib import Path

from kindergrad.core.answers_response import ResponseAudit, ResponseReliability, ScoreAnswer, SkillScore
from kindergrad.core.names import Grade
from kindergrad.exchange import tables
from kindergrad.report import response_text, templating, words
from kindergrad.report.figures import reliability as reliability_figure
from kindergrad.report.figures import skills as skills_figure
from kindergrad.report.ladder import plain
from kindergrad.stats.response import UNANSWERABLE
from kindergrad.syllabus import skills


def write_score(answer: ScoreAnswer, path: Path, *, prediction: str, truth: str) -> Path:
    """Write the page of a score, whole or not at all; the names of the files stand on it.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    return tables.write_text(score(answer, prediction, truth), path)


def write_audit(answer: ResponseAudit, path: Path, *, truth: str) -> Path:
    """Write the page of an audit, likewise."""
    return tables.write_text(audit(answer, truth), path)


def score(answer: ScoreAnswer, prediction: str, truth: str) -> str:
    """The page of a score as text."""
    grades = _grades(answer.skills)
    return templating.render(
        "score.html.j2", answer=answer, prediction=prediction, truth=truth, grades=grades, plain=plain, words=words,
        headline=score_headline(answer.skills), floor=response_text.highest_floor, raw=response_text.raw,
        svg=skills_figure.skills(grades, name="skills") if grades else "")


def audit(answer: ResponseAudit, truth: str) -> str:
    """The page of an audit as text."""
    known = [p.reliability for p in answer.perturbations if p.reliability is not None]
    return templating.render(
        "reliability.html.j2", answer=answer, truth=truth, words=words, headline=audit_headline(answer),
        items=sorted(answer.perturbations, key=_least_first),
        svg=reliability_figure.reliability(known, UNANSWERABLE, name="reliability") if known else "")


def score_headline(found: tuple[SkillScore, ...]) -> str:
    """What can be said in one sentence: how many skills lie above their floor by two errors."""
    scored = [one for one in found if one.score is not None and one.stderr is not None]
    above = [one for one in scored if (one.score or 0.0) > 2.0 * (one.stderr or 0.0) + 1e-9]
    if not scored:
        return "These files can score no skill."
    said = "No skill lies" if not above else "One skill lies" if len(above) == 1 else f"{len(above)} skills lie"
    return f"{said} above the floor by two errors, of {len(scored)} that these files can score."


def audit_headline(answer: ResponseAudit) -> str:
    total, below = len(answer.perturbations), len(answer.below)
    return f"{total - below:,} of {total:,} perturbations can rank models; {below:,} are mostly noise."


def _grades(found: tuple[SkillScore, ...]) -> list[tuple[str, list[SkillScore]]]:
    """Skills by grade, easiest first."""
    out = [(grade.value, [one for one in found if skills.skill(one.skill).grade is grade]) for grade in Grade]
    return [(grade, members) for grade, members in out if members]


def _least_first(one: ResponseReliability) -> tuple[bool, float]:
    return one.reliability is not None, one.reliability or 0.0
