"""From a run folder (or a table) to rows, answers and the report card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from kindergrad.core.answers import BeliefAnswer, ForecastAnswer, StatusAnswer
from kindergrad.core.answers_journey import JourneyAnswer
from kindergrad.core.config import Goal, StudyConfig
from kindergrad.core.errors import InputError
from kindergrad.core.names import Role
from kindergrad.core.table import Row, rows
from kindergrad.exams import catalogue, exposures, run
from kindergrad.exams.store import LEDGER, Store
from kindergrad.exchange import tables
from kindergrad.progress import belief as beliefs
from kindergrad.progress import forecast as forecasts
from kindergrad.progress import journey, registry
from kindergrad.progress.curves import assumptions, curves
from kindergrad.report import page, words
from kindergrad.report.facts import SkillFacts, StudyFacts
from kindergrad.syllabus import skills


@dataclass(frozen=True)
class Card:
    """Everything that a report says."""

    facts: StudyFacts
    rows: list[Row]
    forecast: ForecastAnswer | None
    belief: BeliefAnswer | None
    status: StatusAnswer | None

    def register(self, path: Path) -> None:
        """Write the belief into the ledger, where results came in since the last entry."""
        if self.belief is None:
            return
        from datetime import UTC, datetime

        now = datetime.now(UTC).isoformat(timespec="seconds")
        registry.register_belief(path, self.rows, self.belief, time=now)

    def write(self, path: Path) -> Path:
        """The report card as one HTML file."""
        return page.write(path, self.facts, self.rows, self.forecast, self.belief, self.status)


def load(source: Path) -> list[Row]:
    """Rows of a run folder or of a table file."""
    if source.suffix in (".csv", ".gz", ".parquet"):
        return tables.read(source)
    return rows([record.row() for record in run.records(source)], where=str(source))


def goal_of(source: Path, stated: str | None) -> Goal | None:
    """The goal that was stated, else that of the study in the folder."""
    if stated:
        return Goal.parse(stated)
    study = _study(source)
    return Goal.parse(study.goal) if study and study.goal else None


def card(source: Path | str) -> Card:
    """Rows and answers of a run folder or of a table.

    Raises
    ------
    InputError
        If there is nothing there; the message names the nearest folder.
    """
    source = Path(source)
    found = load(source)
    study = _study(source)
    seed = study.seed if study else 0
    scored = any(r.scored and r.role is Role.LEARNER for r in found)
    goal = goal_of(source, None)
    fitted = forecasts.fit(curves(found), seed=seed) if scored else None
    told = facts(source, found)
    return Card(
        facts=told if fitted is None else replace(told, journey=_journey(source, found, fitted)),
        rows=found,
        forecast=forecasts.told(fitted, seed=seed) if fitted else None,
        belief=_belief(found, goal, seed) if scored and goal else None,
        status=run.status(source) if source.is_dir() else None,
    )


def facts(source: Path, found: list[Row]) -> StudyFacts:
    """The study in words."""
    import kindergrad

    study = _study(source)
    last = (Store(source).read_json("last_run.json") or {}) if source.is_dir() else {}
    engines = tuple(dict.fromkeys(r.engine for r in found if r.role is Role.LEARNER))
    left_out = [*(f"Left out: {why}." for why in (study.without if study else ())),
                *(f"Not asked: {why}." for why in last.get("left_out", {}).values())]
    return StudyFacts(
        title=study.name if study else source.name,
        world=last.get("world", f"the table {source.name}"),
        engines=engines,
        command=last.get("command") or f"kindergrad report {source}",
        seed=study.seed if study else 0,
        versions={"kindergrad": kindergrad.__version__},
        seconds=last.get("seconds"),
        comparable=study.comparable if study else True,
        goal=study.goal if study else None,
        skills=tuple(_skill(a.id, study) for a in catalogue.assessments(study.plugins if study else ()).values()),
        notes=(*last.get("notes", ()), *left_out, *words.assumed(assumptions(found))),
        calibration=_calibration(source / LEDGER, found) if source.is_dir() else None,
        exposure=exposures.kept(source) if source.is_dir() else None,
    )


def _journey(source: Path, found: list[Row], fitted: forecasts.Fitted) -> JourneyAnswer:
    """In which order skills rose, with what a run folder knows of its corpus and foretold of itself."""
    last = (Store(source).read_json("last_run.json") or {}) if source.is_dir() else {}
    resolved = registry.resolve(source / LEDGER, found) if source.is_dir() else []
    return journey.journey(fitted.skills, prerequisites=skills.prerequisites(), first_met=last.get("first_met"),
                           corpus=last.get("corpus"), resolved=resolved)


def _calibration(path: Path, found: list[Row]) -> registry.Calibration | None:
    """How what was registered in this folder came out; None where nothing was resolved yet."""
    if not path.is_file() or not any(r.scored and r.role is Role.LEARNER for r in found):
        return None
    told = registry.calibration(registry.resolve(path, found), registry.resolve_beliefs(path, found))
    return told if told.n_forecasts or told.n_beliefs else None


def _skill(name: str, study: StudyConfig | None) -> SkillFacts:
    found = skills.skill(name)
    assessment = catalogue.assessments(study.plugins if study else ()).get(name)
    told = catalogue.told(assessment) if assessment else {}
    return SkillFacts(id=found.id, grade=found.grade.value, question=found.question, shows=told.get("Shows", ""),
                      does_not_show=told.get("Does not show", ""), trap=told.get("Trap", ""),
                      source=told.get("Source", ""))


def believe(found: list[Row], goal: Goal, seed: int) -> BeliefAnswer:
    """The belief in a goal, its direction judged by the syllabus."""
    return beliefs.belief(found, goal, seed=seed, prerequisites=skills.prerequisites())


def _belief(found: list[Row], goal: Goal, seed: int) -> BeliefAnswer | None:
    try:
        return believe(found, goal, seed)
    except InputError:  # the goal's skill has no score yet: the page says so
        return None


def _study(source: Path) -> StudyConfig | None:
    kept = Store(source).read_json("study.json") if source.is_dir() else None
    return StudyConfig.model_validate(kept) if kept else None
