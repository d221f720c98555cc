"""Engines and skills of all grades on one scale: long table in, abilities, difficulties and the order out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.answers import Interval
from kindergrad.core.answers_vertical import (
    EngineAbility,
    OneScale,
    OrderEdge,
    OrderVerdict,
    SkillDifficulty,
    Surprise,
    VerticalAnswer,
)
from kindergrad.core.assessment import skill_of
from kindergrad.core.errors import UnknownNameError
from kindergrad.core.names import VERDICT_PROBABILITY, Axis, Grade, Readout
from kindergrad.core.table import Row
from kindergrad.progress import prerequisites as needs
from kindergrad.progress.vertical_cells import SkillUnit, Tabulated, Unit, tabulate
from kindergrad.stats.ability import AbilityFit, anchor, fit_abilities, half_way, linked
from kindergrad.stats.ability_checks import Misfit, check_scale
from kindergrad.stats.correlation import rank_correlation

Floats = NDArray[np.float64]
ByGrade = list[tuple[Grade, list[int]]]

_STRANGE = 0.01
"""Conservative posterior predictive p-values at or below this are flagged."""
_SURPRISE = 3.0  # standard deviations
_LISTED = 20  # surprises


def vertical(
    rows: Sequence[Row],
    *,
    prerequisites: Mapping[str, Sequence[str]] | None = None,
    anchors: tuple[str, str] | None = None,
    regress: bool = False,
    slope_sd: float | None = None,
    seed: int = 0,
) -> VerticalAnswer:
    """Put engines and skills on one scale.

    Parameters
    ----------
    rows : the long table; a row of an engine at another scale is another engine; seeds are replicates.
    prerequisites : skill -> skills that come before it, such as those of a syllabus; what the table does not hold is
        left out. Without it, or where nothing is left, all pairs of skills of neighbouring grades are compared.
    anchors : the names of two engines put at 0 (a blind one) and at 1 (a k-mer or linear one).
    regress : let abilities lean on log10 scale within a family. It helps engines with few results; it is not to be
        used to ask whether ability rises with scale.
    slope_sd : how much skills differ in log slope; 0 for one slope, None to choose by cross-validation.

    Raises
    ------
    TableError
        For a table without a scale in it.
    UnknownNameError
        For an anchor that is not in the table.
    InputError
        For anchors that cannot be told apart.
    """
    table = tabulate(rows, keep=anchors or ())
    shape = (len(table.engines), len(table.skills))
    at = [_find([u.name for u in table.engines], name, "engine") for name in anchors or ()]
    before = prerequisites or {}
    edges = needs.pairs([s.skill for s in table.skills], before)
    design = _design(table.engines) if regress else None
    fit = fit_abilities(table.cells, shape, seed=seed, slope_sd=slope_sd, design=design)
    misfit = check_scale(fit, seed=seed)
    if anchors is not None:
        fit = anchor(fit, at[0], at[1])
    whole = _whole_skills(table.skills, fit)
    return _answer(table, fit, misfit, edges, anchors).model_copy(update={
        "prerequisites": needs.forms(rows, before), "needs": _needs(whole, before),
        "rank_correlation": _rank_correlation(whole, {skill_of(s.skill): s.grade for s in table.skills}, seed)})


def _answer(
    table: Tabulated, fit: AbilityFit, misfit: Misfit, edges: Sequence[tuple[str, str]], anchors: tuple[str, str] | None
) -> VerticalAnswer:
    grades = _by_grade(table.skills)
    order, between, p_order = _order(table.skills, fit, edges, grades)
    engines, skills = _engines(table, fit, misfit, grades), _skills(table, fit, misfit)
    scale = _one_scale(table.skills, misfit)
    violations = [f"{e.easier} is harder than {e.harder}, P = {1 - e.p:.2f}" for e in (*between, *order)
                  if e.verdict is OrderVerdict.VIOLATED]
    per_decade = None
    if fit.model.design.shape[1]:
        unit = fit.ability[:, 1] - fit.ability[:, 0]
        logits = fit.q[3 * len(table.skills) + 1] - fit.q[3 * len(table.skills)]
        per_decade = _interval(fit.q[3 * len(table.skills) + len(table.engines) + 4] * unit / logits)
    return VerticalAnswer(
        engines=tuple(sorted(engines, key=lambda e: -(e.ability.median or 0.0))),
        skills=tuple(sorted(skills, key=lambda s: s.difficulty.median or 0.0)),
        order=tuple(order), grades=tuple(between), p_order=p_order, violations=tuple(violations), one_scale=scale,
        surprises=_surprises(table, fit, misfit),
        unit="logits of a skill of average slope; 0 is the median difficulty" if anchors is None
        else f"0 is {anchors[0]}, 1 is {anchors[1]}",
        anchors=anchors or (), per_decade=per_decade, slope_sd=fit.model.slope_sd, r_hat=fit.r_hat,
        effective_draws=fit.effective, converged=fit.converged, assumptions=_assumptions(table, fit),
        sentence=_sentence(engines, skills, scale, violations, p_order, fit.converged),
    )


def _design(engines: Sequence[Unit]) -> Floats:
    """Regression of ability: log10 scale centred within family and axis, and one column a family; shape (E, K)."""
    groups = [(u.family or u.engine, u.axis) for u in engines]
    names = sorted(set(groups))
    member = np.array([[g == name for name in names] for g in groups], dtype=np.float64)
    x = np.log10([u.scale for u in engines])
    x = x - member @ ((member.T @ x) / member.sum(axis=0))
    return np.column_stack([x, member]) if len(names) > 1 else x[:, None]


def _find(names: Sequence[str], name: str, kind: str) -> int:
    if name not in names:
        raise UnknownNameError(kind, name, names)
    return list(names).index(name)


def _by_grade(skills: Sequence[SkillUnit]) -> ByGrade:
    present = sorted({s.grade for s in skills if s.grade is not None}, key=lambda g: g.order)
    return [(g, [i for i, s in enumerate(skills) if s.grade is g]) for g in present]


def _interval(draws: Floats) -> Interval:
    q = np.quantile(draws, [0.5, 0.05, 0.1, 0.25, 0.75, 0.9, 0.95]).tolist()
    return Interval(median=q[0], q05=q[1], q10=q[2], q25=q[3], q75=q[4], q90=q[5], q95=q[6])


def _edge(easier: str, harder: str, p: float) -> OrderEdge:
    sure = OrderVerdict.HOLDS if p >= VERDICT_PROBABILITY else OrderVerdict.CANNOT_TELL
    return OrderEdge(easier=easier, harder=harder, p=p,
                     verdict=OrderVerdict.VIOLATED if p <= 1 - VERDICT_PROBABILITY else sure)


def _order(
    skills: Sequence[SkillUnit], fit: AbilityFit, edges: Sequence[tuple[str, str]], grades: ByGrade
) -> tuple[list[OrderEdge], list[OrderEdge], float | None]:
    """Edges between skills, edges between grades, and P(all grades in order)."""
    b, names = fit.difficulty, [s.skill for s in skills]
    pairs = [(i, j) for (_, low), (_, high) in itertools.pairwise(grades) for i in low for j in high]
    if edges:
        pairs = [(i, j) for low, high in edges for i, s in enumerate(names) if s == low
                 for j, t in enumerate(names) if t == high and skills[j].readout == skills[i].readout]
    order = [_edge(skills[i].name, skills[j].name, float((b[:, i] < b[:, j]).mean())) for i, j in pairs]
    if len(grades) < 2:
        return order, [], None
    medians = np.stack([np.median(b[:, at], axis=1) for _, at in grades], axis=1)
    rises = np.diff(medians, axis=1) > 0
    between = [_edge(low.value, high.value, float(rise.mean()))
               for ((low, _), (high, _)), rise in zip(itertools.pairwise(grades), rises.T, strict=True)]
    return order, between, float(rises.all(axis=1).mean())


def _whole_skills(skills: Sequence[SkillUnit], fit: AbilityFit) -> dict[str, Floats]:
    """Draws of the difficulty of each skill, the mean over its levels and readouts."""
    names = [skill_of(s.skill) for s in skills]
    return {name: fit.difficulty[:, [i for i, n in enumerate(names) if n == name]].mean(axis=1)
            for name in dict.fromkeys(names)}


def _needs(whole: Mapping[str, Floats], before: Mapping[str, Sequence[str]]) -> tuple[OrderEdge, ...]:
    return tuple(_edge(need, skill, float((whole[need] < whole[skill]).mean()))
                 for skill in whole for need in before.get(skill, ()) if need in whole)


def _rank_correlation(whole: Mapping[str, Floats], grades: Mapping[str, Grade | None], seed: int) -> Interval | None:
    """Of grade and difficulty. The skills are a sample of those that a grade could hold, so they are drawn anew."""
    known = [(draws, grade.order) for name, draws in whole.items() if (grade := grades[name]) is not None]
    if len({order for _, order in known}) < 2:
        return None
    difficulty, order = np.stack([d for d, _ in known], axis=1), np.array([o for _, o in known], dtype=np.float64)
    drawn = seeds.stream(seed, "rank correlation").integers(len(known), size=difficulty.shape)
    return _interval(rank_correlation(order[drawn], np.take_along_axis(difficulty, drawn, axis=1)))


def _engines(
    table: Tabulated, fit: AbilityFit, misfit: Misfit, grades: ByGrade
) -> list[EngineAbility]:
    p_half = half_way(fit, [at for _, at in grades]) if grades else np.zeros((len(table.engines), 0))
    n = np.bincount(table.cells.engine, minlength=len(table.engines))
    out = []
    for i, unit in enumerate(table.engines):
        flags = []
        if misfit.pattern_p[i] <= _STRANGE:
            flags.append("passes the hard and fails the easy: look for a leak or a shortcut")
        if misfit.engine_p[i] <= _STRANGE:
            flags.append("does not fit the scale")
        reached = [g for (g, _), p in zip(grades, p_half[i], strict=True) if p >= 0.5]
        out.append(EngineAbility(
            engine=unit.name, family=unit.family, axis=Axis(unit.axis), scale=unit.scale, n_results=int(n[i]),
            ability=_interval(fit.ability[:, i]), grade=reached[-1] if reached else None,
            p_half_way={g.value: float(p) for (g, _), p in zip(grades, p_half[i], strict=True)},
            misfit=float(misfit.engine[i]), misfit_p=float(misfit.engine_p[i]),
            hard_before_easy_p=float(misfit.pattern_p[i]), flags=tuple(flags),
        ))
    return out


def _skills(table: Tabulated, fit: AbilityFit, misfit: Misfit) -> list[SkillDifficulty]:
    seen = np.zeros((len(table.skills), len(table.engines)), dtype=bool)
    seen[table.cells.skill, table.cells.engine] = True
    out = []
    for i, skill in enumerate(table.skills):
        share = float(misfit.explained[i])
        flags = ["follows something else than the scale"] if share < 0.5 else []
        if misfit.skill_p[i] <= _STRANGE:
            flags.append("does not fit the scale")
        out.append(SkillDifficulty(
            skill=skill.name, grade=skill.grade, readout=Readout(skill.readout), n_engines=int(seen[i].sum()),
            difficulty=_interval(fit.difficulty[:, i]), slope=_interval(fit.slope[:, i]),
            spread=float(np.median(fit.spread[:, i])), explained=None if np.isnan(share) else share,
            misfit_p=float(misfit.skill_p[i]), flags=tuple(flags),
        ))
    return out


def _one_scale(skills: Sequence[SkillUnit], misfit: Misfit) -> OneScale:
    strong = 1 / np.sqrt(2 * len(skills))
    up = tuple(skills[i].name for i in np.argsort(-misfit.loadings) if misfit.loadings[i] > strong)
    down = tuple(skills[i].name for i in np.argsort(misfit.loadings) if misfit.loadings[i] < -strong)
    holds = misfit.second_p > 0.05
    if holds:
        text = "One scale describes these results: what it leaves over has no more structure than chance."
    elif down:
        text = (f"One scale does not hold: engines good at {', '.join(up)} are worse at {', '.join(down)} than one "
                "number can say; read abilities as an average of two.")
    else:
        text = f"One scale does not hold: {', '.join(up)} move together beyond it."
    return OneScale(holds=holds, p=misfit.second_p, share=misfit.second, share_expected=misfit.second_expected,
                    pulls_up=up, pulls_down=down, sentence=text)


def _surprises(table: Tabulated, fit: AbilityFit, misfit: Misfit) -> tuple[Surprise, ...]:
    cells = fit.model.cells
    strange = [int(j) for j in np.argsort(-np.abs(misfit.surprise)) if abs(misfit.surprise[j]) >= _SURPRISE]
    return tuple(Surprise(engine=table.engines[cells.engine[j]].name, skill=table.skills[cells.skill[j]].name,
                          residual=float(misfit.surprise[j])) for j in strange[:_LISTED])


def _assumptions(table: Tabulated, fit: AbilityFit) -> tuple[str, ...]:
    notes = list(table.assumptions)
    if groups := int(linked(table.cells, (len(table.engines), len(table.skills))).max()):
        notes.append(f"{groups + 1} groups of engines share no skill: between groups only the prior compares them")
    if fit.choice is not None:
        kept = "one slope for all skills" if fit.model.slope_sd == 0 else f"slopes differ (sd {fit.model.slope_sd:g})"
        notes.append(f"cross-validation over {len(fit.choice.slope_sd)} candidates: {kept}")
    return tuple(notes)


def _sentence(
    engines: Sequence[EngineAbility], skills: Sequence[SkillDifficulty], scale: OneScale, violations: Sequence[str],
    p_order: float | None, converged: bool,
) -> str:
    easy = min(skills, key=lambda s: s.difficulty.median or 0.0).skill
    hard = max(skills, key=lambda s: s.difficulty.median or 0.0).skill
    parts = [f"{len(engines)} engines and {len(skills)} skills, from {easy} to {hard}."]
    if p_order is not None:
        parts.append(f"The grades stand in order with probability {p_order:.2f}.")
    if violations:
        parts.append(f"{len(violations)} violations of the order; the first: {violations[0]}.")
    parts.append(scale.sentence)
    if not converged:
        parts.append("The sampler did not converge: read the intervals as too narrow.")
    return " ".join(parts)
