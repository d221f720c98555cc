"""Realistic studies for the report's tests: simulated learning curves, and answers with the shape of real ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kindergrad.core.answers import (
    Band,
    BeliefAnswer,
    BeliefStep,
    ExposureLaw,
    ForecastAnswer,
    Future,
    Interval,
    Point,
    SkillForecast,
    StatusAnswer,
    Threshold,
)
from kindergrad.core.names import Axis, CeilingKind, Domain, Grade, Readout, Role, Status, Verdict
from kindergrad.core.scale import ladder
from kindergrad.core.seeds import stream
from kindergrad.core.table import Row
from kindergrad.report.facts import SkillFacts, StudyFacts

SCALES = tuple(float(s) for s in ladder(1e3, 1e7, 4))
GOAL = "genomics/start-codon>=0.5@1e8"
NEVER = 99.0
_TIERS = [(f"tier-{i + 1}", -3.0 - 0.5 * i) for i in range(8)]


@dataclass(frozen=True)
class Truth:
    """A curve: log10 of its onset, width and plateau."""

    skill: str
    grade: Grade
    onset: float
    width: float = 1.2
    top: float = 0.95
    frequency: float | None = None

    def score(self, scale: np.ndarray | float) -> np.ndarray:
        z = 2 * math.log(9) * (np.log10(scale) - self.onset) / self.width
        return np.asarray(self.top / (1 + np.exp(-z)))


K, E, M, H, C, F = Grade
TRUTHS: tuple[Truth, ...] = (
    Truth("genomics/next-base", K, 3.6, 1.8),
    Truth("genomics/copy", K, NEVER),
    Truth("genomics/reverse-complement", K, NEVER),
    Truth("genomics/exact-word", K, 4.4, 0.9),
    *(Truth(f"genomics/real-vs-shuffled[{s}]", K, o, 1.4, 0.9) for s, o in
      (("mono-shuffle", 3.5), ("di-shuffle", 4.3), ("tri-shuffle", 5.2))),
    Truth("genomics/whose-genome", K, 4.1, 1.5, 0.98),
    Truth("genomics/periodicity", K, 3.9, 1.0),
    *(Truth(f"genomics/degenerate-word[{t}]", E, 0.2 - f, 0.9, 0.97, 10.0**f) for t, f in _TIERS),
    Truth("genomics/codon-table", E, 5.1, 1.6, 0.8),
    *(Truth(f"genomics/coding-frame[{n}-bases]", E, o, 1.5, 0.85) for n, o in ((90, 6.0), (300, 5.4))),
    Truth("genomics/start-codon", E, 6.9, 1.3, 0.7, 9e-4),
    Truth("genomics/right-place-right-strand", E, 6.3, 1.2, 0.6, 5e-4),
    Truth("genomics/spacing", M, NEVER),
    Truth("genomics/base-pairing", M, NEVER),
    Truth("genomics/splice-variants", H, 8.6, 1.5, 0.8),
    Truth("genomics/cell-type-specificity", C, NEVER),
    Truth("genomics/enhancer-to-gene", F, NEVER),
)


def interval(centre: float, sd: float) -> dict[str, float]:
    z = {"q05": -1.645, "q10": -1.282, "q25": -0.674, "median": 0.0, "q75": 0.674, "q90": 1.282, "q95": 1.645}
    return {k: centre + v * sd for k, v in z.items()}


def rows_of(truth: Truth, scales: tuple[float, ...], seeds: int, *, role: Role = Role.LEARNER) -> list[Row]:
    out = []
    for seed in range(seeds):
        rng = stream(7, truth.skill, role.value, seed)
        for scale in scales:
            true = 0.0 if role is Role.CONTROL and truth.skill != "genomics/next-base" else float(truth.score(scale))
            error = 0.012 + 0.02 * rng.random()
            score = true + error * rng.standard_normal()
            sharp = float(1 / (1 + np.exp(-14 * (true - 0.55)))) + 0.02 * rng.standard_normal()
            out.append(Row(
                engine="markov" if role is Role.LEARNER else "markov-shuffled", family="markov", role=role,
                skill=truth.skill, grade=truth.grade, domain=Domain.GENOMICS, assessment=truth.skill.partition("[")[0],
                version="1.0", readout=Readout.LIKELIHOOD, axis=Axis.BASES, scale=scale, metric="auroc",
                value=0.5 + 0.46 * score, stderr=0.46 * error, n_items=400, chance=0.5, floor=0.5, ceiling=0.96,
                ceiling_kind=CeilingKind.EXACT, score=score, score_stderr=error, seed=seed, frequency=truth.frequency,
                twin_metric="accuracy", twin_value=sharp, twin_stderr=0.03))
    return out


def beside(truth: Truth) -> list[Row]:
    """Blind engines and the oracle, at the same exam."""
    out = []
    for engine, role, value in (("uniform", Role.BLIND, 0.5), ("composition-2", Role.BLIND, 0.503),
                                ("oracle", Role.ORACLE, 0.96)):
        out.append(Row(engine=engine, family=engine, role=role, skill=truth.skill, grade=truth.grade, axis=Axis.BASES,
                       readout=Readout.LIKELIHOOD, scale=1e7, metric="auroc", value=value, stderr=0.008, n_items=400,
                       floor=0.5, ceiling=0.96, ceiling_kind=CeilingKind.EXACT))
    return out


def skill_forecast(truth: Truth, rows: list[Row]) -> SkillForecast:
    """What a good fit would say: the truth, with bands that open beyond the data."""
    now = max(r.scale for r in rows)
    grid = np.logspace(math.log10(min(r.scale for r in rows)), math.log10(now) + 2, 61)
    mean = truth.score(grid)
    beyond = np.maximum(np.log10(grid / now), 0)
    never = truth.onset == NEVER
    sd = 0.012 + (0.04 if never else 0.10) * beyond + 0.05 * mean * (truth.top - mean)
    quantile = {k: tuple(mean + z * sd) for k, z in
                (("q05", -1.645), ("q25", -0.674), ("median", 0), ("q75", 0.674), ("q95", 1.645))}
    last = [r.scored for r in rows if r.scale == now]
    score = float(np.mean([s[0] for s in last if s]))
    rising = float(truth.score(now)) > 0.03
    half = truth.onset + truth.width * math.log(0.5 / max(truth.top - 0.5, 1e-9)) / (2 * math.log(9))
    ahead_by = max(half - math.log10(now), 0)
    p_never = 0.93 if never else min(0.02 + 0.12 * ahead_by, 0.9)
    horizon = now * 1e3
    marks = {k: 10.0**v for k, v in interval(half, 0.06 + 0.3 * ahead_by).items()} if not never else {}
    verdict = (Verdict.CONTINUOUS if rising and truth.width > 1 else Verdict.CANNOT_TELL if rising
               else Verdict.FLAT if never and truth.frequency is None else Verdict.NOT_MET)
    return SkillForecast(
        skill=truth.skill, grade=truth.grade.value, engine="markov", readout="likelihood", axis="bases",
        frequency=truth.frequency, n_points=len(rows), scale_now=now, score_now=score,
        score_now_stderr=0.014, p_learning=0.998 if rising else 0.31, width=truth.width if rising else None,
        width_interval=(truth.width * 0.7, truth.width * 1.4) if rising else None,
        location=Interval(**interval(truth.onset, 0.1)) if not never else None,
        threshold=Threshold(target=0.5, p_never=p_never, horizon=horizon,
                            **{k: v for k, v in marks.items() if v < horizon}),
        at={f"{k}x": Future(scale=now * k, **interval(float(truth.score(now * k)), 0.02 + 0.05 * math.log10(k)))
            for k in (10, 100)},
        verdict=verdict, probabilities={"logistic": 0.9 if rising else 0.1, "flat": 0.05 if rising else 0.85,
                                        "step": 0.05},
        sentence=f"{truth.skill}: simulated.",
        points=tuple(Point(scale=r.scale, score=r.score or 0.0, stderr=r.score_stderr, seed=r.seed, twin=r.twin_value)
                     for r in rows),
        band=Band(scale=tuple(grid), **quantile))


def exposure_law() -> ExposureLaw:
    found = [t for t in TRUTHS if t.frequency is not None]
    rng = stream(7, "exposure")
    onset = tuple(Interval(**interval(t.onset + 0.08 * rng.standard_normal(), 0.07 if t.onset < 7 else 0.3))
                  for t in found)
    return ExposureLaw(log10_kappa=Interval(**interval(0.3, 0.12)), tau=Interval(**interval(0.25, 0.05)),
                       width=Interval(**interval(0.9, 0.1)), share_never=Interval(**interval(0.3, 0.08)),
                       skills=tuple(t.skill for t in found),
                       log10_frequency=tuple(math.log10(t.frequency or 1) for t in found), onset=onset)


def belief_answer(scales: tuple[float, ...] = SCALES) -> BeliefAnswer:
    steps = [BeliefStep(scale=None, n_records=0, belief=0.34, stderr=0.01, bits=0.0)]
    odds = math.log2(0.34 / 0.66)
    rng = stream(7, "belief")
    for i, scale in enumerate(scales):
        bits = float(0.12 * rng.standard_normal() + (0.32 if i > 8 else -0.05))
        odds += bits
        steps.append(BeliefStep(scale=scale, n_records=50 * (i + 1), belief=1 / (1 + 2**-odds), stderr=0.012,
                                bits=bits))
    return BeliefAnswer(goal=GOAL, belief=steps[-1].belief, stderr=0.012, history=tuple(steps))


def facts(**changes: object) -> StudyFacts:
    """Facts of the study; ``changes`` replace fields."""
    skills = {t.skill.partition("[")[0]: t.grade for t in TRUTHS}
    base = StudyFacts(
        title="Default study",
        world="A synthetic bacterial genome of 10M bases with known truth: 8,900 genes on both strands, promoters, "
              "repeats, and 120 planted words in 8 frequency tiers.",
        engines=("markov",), command="kindergrad run --out runs/default --seed 0", seed=0,
        versions={"kindergrad": "0.1.0", "python": "3.11.9", "numpy": "2.4.6", "scipy": "1.17.1"}, seconds=78.4,
        goal=GOAL,
        skills=tuple(SkillFacts(
            id=s, grade=g.value, question=f"Can the engine tell a true {s.split('/')[1].replace('-', ' ')} from a "
            "matched decoy?", shows="The engine uses the feature itself.",
            does_not_show="That it knows what the feature is for.", trap="GC content; decoys are matched for it.",
            source="Benegas et al. 2023, doi:10.1073/pnas.2311219120") for s, g in skills.items()),
        notes=("Ceilings are exact: the oracle knows the process that made the genome.",))
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Study:
    """Everything that ``page.write`` takes."""

    facts: StudyFacts
    rows: list[Row]
    forecast: ForecastAnswer
    belief: BeliefAnswer
    status: StatusAnswer


FEW = tuple(t for t in TRUTHS if t.grade in (C, F, H) or t.skill.partition("/")[2] in (
    "next-base", "copy", "degenerate-word[tier-1]", "degenerate-word[tier-8]", "start-codon"))
"""One of each kind, for tests that need no more."""


def study(scales: tuple[float, ...] = SCALES, seeds: int = 2, truths: tuple[Truth, ...] = TRUTHS) -> Study:
    """25 curves of 17 skills in 6 grades, with controls, blind engines, an oracle, failed and unscored exams."""
    rows: list[Row] = []
    said = []
    for truth in truths:
        mine = rows_of(truth, scales, seeds)
        if truth.grade in (C, F):
            what = (Status.UNSCORED, "the ceiling cannot be told from the floor: 0.52 against 0.51 (error 0.02)") \
                if truth.grade is C else (Status.FAILED, "markov: log_likelihood returned 3 non-finite values of 400")
            mine = [r.model_copy(update={"status": what[0], "reason": what[1], "score": None, "value": None,
                                         "score_stderr": None}) for r in mine]
        else:
            said.append(skill_forecast(truth, mine))
            rows += rows_of(truth, scales[::4], 1, role=Role.CONTROL) + beside(truth)
        rows += mine
    failed = sum(r.status is Status.FAILED for r in rows)
    unscored = sum(r.status is Status.UNSCORED for r in rows)
    status = StatusAnswer(planned=len(rows), ok=len(rows) - failed - unscored, failed=failed, not_applicable=0,
                          unscored=unscored, reused=120, seconds=78.4,
                          reasons={"markov: log_likelihood returned 3 non-finite values of 400": failed})
    forecast = ForecastAnswer(skills=tuple(said), exposure=exposure_law())
    return Study(facts(), rows, forecast, belief_answer(scales), status)
