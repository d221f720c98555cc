"""Sit next what tells most about the goal: small, cheap exams first, until the budget is spent or all is said.

The exams are those of the study's fixed plan; only their order and their number differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kindergrad.core.answers import StatusAnswer
from kindergrad.core.config import Goal, StudyConfig
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Role
from kindergrad.core.table import Row, rows
from kindergrad.exams import plan, run
from kindergrad.progress.next_exam import Candidate, next_exam

FIRST_SCALES = 3
"""Scales at which every skill that bears on the goal is examined before anything is chosen."""
ROUND = 8
"""Exams between two looks at the belief."""
ENOUGH = 0.001
"""Expected bits about the goal below which no further exam is worth sitting."""


def adaptive(study: StudyConfig, folder: Path, *, budget: int, workers: int = 1,
             tell: run.Tell = lambda done, planned, what: None, command: str = "") -> StatusAnswer:
    """Run a study adaptively.

    Parameters
    ----------
    budget : most exams to sit.

    Raises
    ------
    StudyError
        If the study has no goal, or the budget does not cover the first look.
    InputError, StoreError, KeyboardInterrupt
        As :func:`kindergrad.exams.run.run`.
    """
    if study.goal is None:
        raise StudyError("an adaptive run needs a goal; add 'goal: SKILL>=0.5@1e8' to the study")
    goal = Goal.parse(study.goal)
    ready = run.prepare(study, folder, tell)
    grid = run.planned(ready)
    chosen = _first(ready, grid, goal)
    if len(chosen) > budget:
        raise StudyError(f"a budget of {budget} exams does not cover the first look; expected at least {len(chosen)}")
    while True:
        status = run.sit_all(ready, _only(grid, chosen), workers=workers, tell=tell, command=command)
        more = _choose(folder, grid, chosen, goal, min(ROUND, budget - len(chosen)))
        if not more:
            return status
        chosen |= more


def _first(ready: run.Prepared, grid: run.Planned, goal: Goal) -> set[str]:
    """The goal's skill and those that share the exposure law with it, at the smallest scales, by the first seed."""
    bears = {key for key, (assessment, level, _) in ready.materials.items()
             if assessment.curve(level) == goal.skill or assessment.frequency(ready.world, level) is not None}
    out = set()
    for lane, exams, _ in grid:
        if lane.role is Role.LEARNER and lane.seed == 0:
            out |= {e.identity.record_id for e in exams if e.size in lane.sizes[:FIRST_SCALES] and e.key in bears}
    return out


def _choose(folder: Path, grid: run.Planned, chosen: set[str], goal: Goal, most: int) -> set[str]:
    """The exams with most expected information per cost; none when nothing is left to learn."""
    open_exams = {}
    for lane, exams, _ in grid:
        for exam in exams if lane.role is Role.LEARNER else ():
            if exam.identity.record_id not in chosen:
                open_exams[exam.identity.record_id] = (_curve(exam), exam.size, lane.seed)
    if most <= 0 or not open_exams:
        return set()
    asked = {key: Candidate(skill=skill, scale=size, seed=seed, cost=_cost(size, grid))
             for key, (skill, size, seed) in open_exams.items()}
    ranked = next_exam(_rows(folder), goal, candidates=list(asked.values())).exams
    worth = {(w.exam.skill, w.exam.scale, w.exam.seed): w for w in ranked}
    best = sorted(asked, key=lambda key: -worth[(asked[key].skill, asked[key].scale, asked[key].seed)].bits_per_cost)
    return {key for key in best[:most]
            if worth[(asked[key].skill, asked[key].scale, asked[key].seed)].bits > ENOUGH}


def _cost(size: float, grid: run.Planned) -> float:
    """Reading the corpus up to a size, relative to the largest, and a tenth of that for sitting the exam."""
    return size / max(lane.sizes[-1] for lane, _, _ in grid) + 0.1


def _curve(exam: plan.Exam) -> str:
    from kindergrad.exams import catalogue

    return catalogue.assessment(exam.identity.assessment).curve(exam.identity.level)


def _only(grid: run.Planned, chosen: set[str]) -> run.Planned:
    kept = [(lane, [e for e in exams if e.identity.record_id in chosen], family) for lane, exams, family in grid]
    return [job for job in kept if job[1]]


def _rows(folder: Path) -> Sequence[Row]:
    return rows([record.row() for record in run.records(folder)], where=str(folder))
