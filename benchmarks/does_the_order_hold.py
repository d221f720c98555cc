"""Does the order of the syllabus hold? Four families of engines, one corpus, all simulated exams, and two probes.

    kindergrad run benchmarks/does_the_order_hold.yaml --out /tmp/order --workers 2     # an hour of two cores
    kindergrad run benchmarks/does_the_order_hold_probes.yaml --out /tmp/order-probes   # minutes
    python benchmarks/does_the_order_hold.py --from /tmp/order --probes /tmp/order-probes \
        --out benchmarks/does_the_order_hold.json --page docs/does-the-order-hold.md    # minutes

The studies are run by the product, and the answers are those of ``kindergrad vertical`` and ``kindergrad threshold``:
over all engines, over each family alone, and over the probes. This script puts them together:

- difficulty of every skill against its grade, and the rank correlation of the two;
- every prerequisite: supported, refuted or open (probability 0.9), and in how many families;
- skills whose floor and ceiling even the oracle cannot separate;
- what nets learn that the context model does not, from how much text, and with what width;
- the table of skills, which replaces the one between the marks in the page.

A skill is *easier than its grade* where 90 % of its posterior lie under the median difficulty of the grade below, and
*harder* likewise. It is a reason to move it only where that holds in more than one kind of family.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.answers_vertical import VerticalAnswer
from kindergrad.core.assessment import skill_of
from kindergrad.core.names import Domain, Grade, Role
from kindergrad.core.table import Row
from kindergrad.exchange import tables
from kindergrad.progress.thresholds import thresholds
from kindergrad.progress.vertical import vertical
from kindergrad.report import card
from kindergrad.stats.correlation import rank_correlation
from kindergrad.syllabus import skills

FAMILIES = ("markov", "convolution", "state-space", "transformer")
PROBES = "probes"
JUDGES = (*FAMILIES, PROBES)
COLUMNS = ("kmer", "position", *FAMILIES)
LEARNT, NEVER = 0.3, 0.1
"""A score that counts as learnt, and one that does not, each by two standard errors."""
SLOPE_SD = 0.3
"""By how much slopes of skills may differ, over all engines. Cross-validation would choose 0.6, where the slope of one
skill (exact-word) has two answers between which the sampler does not go back and forth."""
MARKS = "<!-- {}: generated, do not edit -->"


def loaded(source: Path) -> list[Row]:
    """The long table of a run, with the grades of the syllabus as it is now: a skill may have been moved since."""
    return [row.model_copy(update={"grade": skills.skill(skill_of(row.skill)).grade}) for row in card.load(source)]


def short(skill: str) -> str:
    return skill.removeprefix("genomics/")


class Score(NamedTuple):
    mean: float
    error: float
    """Of a mean over seeds: they sat the same items, so errors do not average out."""


def at_the_end(found: Iterable[Row]) -> dict[tuple[str, str], Score]:
    """Skill and engine -> the score at the largest scale, mean over seeds."""
    curves: dict[tuple[str, str], list[tuple[float, Score]]] = defaultdict(list)
    for row in found:
        if row.scored is not None:
            curves[row.skill, row.engine].append((row.scale, Score(row.scored[0], row.scored[1] or 0.0)))
    out = {}
    for name, points in curves.items():
        end = max(scale for scale, _ in points)
        out[name] = Score(*np.mean([score for scale, score in points if scale == end], axis=0).tolist())
    return out


def judged(found: Sequence[Row], probed: Sequence[Row], seed: int = 0) -> dict[str, VerticalAnswer]:
    """The vertical scale of all learners, and of each family alone with one slope, since few engines tell no more."""
    before = skills.prerequisites()
    out = {"all": vertical(found, prerequisites=before, slope_sd=SLOPE_SD, seed=seed)}
    for family in FAMILIES:
        own = [row for row in found if row.engine == family]
        out[family] = vertical(own, prerequisites=before, slope_sd=0.0, seed=seed)
    if probed:
        out[PROBES] = vertical(probed, prerequisites=before, seed=seed)
    return out


def difficulties(answer: VerticalAnswer) -> dict[str, dict[str, Any]]:
    """Skill -> grade, and median and 90 % interval of the difficulty, each the mean over its levels."""
    levels = defaultdict(list)
    for unit in answer.skills:
        levels[skill_of(unit.skill)].append(unit)
    return {name: {"grade": own[0].grade.value if own[0].grade else None,
                   **{q: round(float(np.mean([getattr(u.difficulty, q) for u in own])), 2)
                      for q in ("median", "q05", "q95")}} for name, own in levels.items()}


def misplaced(answer: VerticalAnswer) -> dict[str, str]:
    """Skills that stand beyond the median of a neighbouring grade, by that grade."""
    every = difficulties(answer)
    grades = [g.value for g in Grade]
    middle = {g: float(np.median([d["median"] for d in every.values() if d["grade"] == g])) for g in grades
              if any(d["grade"] == g for d in every.values())}
    out = {}
    for name, own in every.items():
        at = grades.index(own["grade"])
        below, above = grades[at - 1] if at else "", grades[at + 1] if at + 1 < len(grades) else ""
        if below in middle and own["q95"] < middle[below]:
            out[name] = f"easier than {below}"
        elif above in middle and own["q05"] > middle[above]:
            out[name] = f"harder than {above}"
    return out


def inseparable(found: Iterable[Row]) -> dict[str, str]:
    """Curves whose floor and ceiling cannot be told apart, with the reason."""
    return {r.skill: r.reason or "" for r in found if r.role is Role.ORACLE and r.scored is None}


def learnt(found: Sequence[Row]) -> list[dict[str, Any]]:
    """Curves that a net learns and the context model does not, with scale, verdict and width."""
    own = [row for row in found if row.role is Role.LEARNER and row.scored is not None]
    last = at_the_end(own)

    def score(skill: str, engine: str) -> Score:
        return last.get((skill, engine), Score(np.nan, 0.0))

    def picked(skill: str, net: str) -> bool:
        (high, error), (low, low_error) = score(skill, net), score(skill, "markov")
        return bool(high - 2 * error > LEARNT and low - 2 * low_error < NEVER)

    pairs = [(skill, net) for skill in dict.fromkeys(s for s, _ in last) for net in FAMILIES[1:] if picked(skill, net)]
    wanted = [row for row in own if (row.skill, row.engine) in pairs]
    verdicts = {(c.curve, c.engine): c for c in thresholds(wanted, advise=False).curves} if wanted else {}
    return [{"skill": skill, "engine": net, "score": round(score(skill, net)[0], 2),
             "markov": round(score(skill, "markov")[0], 2), "half_reached_at": half([
                 (r.scale, r.scored[0]) for r in wanted if (r.skill, r.engine) == (skill, net) and r.scored]),
             "verdict": verdicts[skill, net].verdict.value, "width": verdicts[skill, net].width,
             "width_90": verdicts[skill, net].width_interval} for skill, net in pairs]


def half(points: Iterable[tuple[float, float]]) -> float | None:
    """The first scale with a mean score of one half or more."""
    by_scale = defaultdict(list)
    for x, score in points:
        by_scale[x].append(score)
    return next((x for x, scores in sorted(by_scale.items()) if np.mean(scores) >= 0.5), None)


def needs(answers: dict[str, VerticalAnswer]) -> list[dict[str, Any]]:
    """Every prerequisite with its verdict, and the families that agree."""
    words = {"holds": "supported", "violated": "refuted", "cannot tell yet": "cannot tell"}
    by_family = {f: {(e.easier, e.harder): words[e.verdict.value] for e in answers[f].needs} for f in JUDGES
                 if f in answers}
    forms = {p.skill: p.form.value for p in answers["all"].prerequisites}
    return [{"easier": e.easier, "harder": e.harder, "p": round(e.p, 3), "verdict": words[e.verdict.value],
             "families": {f: found.get((e.easier, e.harder)) for f, found in by_family.items()},
             "form": forms.get(e.harder)} for e in answers["all"].needs]


def by_mean(found: Iterable[Row]) -> list[float] | None:
    """Rank correlation of grade and hardness where hardness is no more than the mean score of all learners, negated;
    with 90 % of a bootstrap over skills: does the answer hang on the model of the vertical scale?"""
    scores, grades = defaultdict(list), {}
    for row in found:
        if row.role is Role.LEARNER and row.scored is not None and row.grade is not None:
            scores[skill_of(row.skill)].append(row.scored[0])
            grades[skill_of(row.skill)] = row.grade.order
    order = np.array([grades[name] for name in scores], dtype=np.float64)
    hard = -np.array([np.mean(own) for own in scores.values()])
    drawn = seeds.stream(0, "order", "by mean").integers(len(order), size=(2000, len(order)))
    low, high = np.quantile(rank_correlation(order[drawn], hard[drawn]), [0.05, 0.95])
    return [round(float(v), 2) for v in (rank_correlation(order[None], hard[None])[0], low, high)]


def summary(found: list[Row], probed: list[Row]) -> dict[str, Any]:
    answers = judged(found, probed)
    whole = answers["all"]
    rho = {name: a.rank_correlation for name, a in answers.items()}
    return {
        "engines": len(whole.engines), "curves": len(whole.skills), "p_order": whole.p_order,
        "rank_correlation": {k: None if r is None else [round(v or 0.0, 2) for v in (r.median, r.q05, r.q95)]
                             for k, r in rho.items()},
        "rank_correlation_by_mean_score": {"all": by_mean(found)} | ({PROBES: by_mean(probed)} if probed else {}),
        "grades": [{"easier": e.easier, "harder": e.harder, "p": round(e.p, 3)} for e in whole.grades],
        "one_scale": whole.one_scale.sentence, "r_hat": {name: round(a.r_hat, 3) for name, a in answers.items()},
        "difficulty": difficulties(whole), "misplaced": {name: misplaced(a) for name, a in answers.items()},
        "needs": needs(answers), "inseparable": inseparable(found), "learnt": learnt(found),
    }


# --- the page ----------------------------------------------------------------------------------------------------


def number(score: Score | None) -> str:
    """A score with its error, in hundredths."""
    if score is None:
        return "–"
    return f"{round(score.mean, 2) + 0.0:.2f}" + f"±{score.error:.2f}".replace("0.", ".")  # no negative zero


def markdown(head: Sequence[str], body: Iterable[Sequence[object]]) -> str:
    lines = [*body] or [["none", *["–"] * (len(head) - 1)]]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in [head, ["---"] * len(head), *lines])


def closing(found: list[Row]) -> str:
    """Skills by floor, ceiling, references and engines at the end."""
    last = at_the_end(found)
    order = list(skills.syllabus(Domain.GENOMICS))
    curves = sorted({r.skill for r in found}, key=lambda c: (order.index(skill_of(c)), c))
    blind: dict[str, Row] = {}
    for row in found:
        if row.role is Role.BLIND and row.value is not None and row.value > (
                blind[row.skill].value if row.skill in blind else float("-inf")):  # type: ignore[operator]
            blind[row.skill] = row
    body = []
    for curve in curves:
        floor, top = blind[curve], next(r for r in found if r.skill == curve and r.role is Role.ORACLE)
        body.append([short(curve), floor.grade.value if floor.grade else "", f"{floor.value:.2f}", floor.engine,
                     f"{top.value:.2f}", *(number(last.get((curve, name))) for name in COLUMNS)])
    return markdown(["skill", "grade", "floor", "of", "ceiling", *COLUMNS], body)


def tables_of(found: list[Row], told: dict[str, Any]) -> dict[str, str]:
    """The generated parts of the page by name."""
    by_grade = sorted(told["difficulty"].items(), key=lambda d: d[1]["median"])
    out = {"difficulty": markdown(
        ["skill", "grade", "difficulty", "90 %", "beyond a neighbouring grade"],
        [[short(name), d["grade"], d["median"], f"{d['q05']} to {d['q95']}",
          ", ".join(f"{told['misplaced'][k][name]} ({k})" for k in told["misplaced"] if name in told["misplaced"][k])]
         for name, d in by_grade])}
    out["needs"] = markdown(["easier", "harder", "P", "verdict", *JUDGES], [
        [short(e["easier"]), short(e["harder"]), e["p"], e["verdict"], *(e["families"].get(f) or "–" for f in JUDGES)]
        for e in told["needs"]])
    out["learnt"] = markdown(["skill", "engine", "score", "markov", "half reached at", "verdict", "width"], [
        [short(c["skill"]), c["engine"], c["score"], c["markov"],
         "–" if c["half_reached_at"] is None else f"{c['half_reached_at']:,.0f}", c["verdict"],
         "–" if c["width"] is None else f"{c['width']:.1f} ({c['width_90'][0]:.1f} to {c['width_90'][1]:.1f})"]
        for c in told["learnt"]])
    out["skills"] = closing(found)
    return out


def put(page: Path, parts: dict[str, str]) -> None:
    """Replace what stands after each mark, up to the next empty line."""
    text = page.read_text(encoding="utf-8")
    for name, body in parts.items():
        mark = re.escape(MARKS.format(name))
        text, times = re.subn(rf"({mark}\n)(?:\|.*\n)*", lambda m, b=body: m[1] + b + "\n", text)
        if times != 1:
            raise SystemExit(f"{page} needs the line '{MARKS.format(name)}' once; it is there {times} times")
    page.write_text(text, encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--from", type=Path, dest="source", required=True, help="Run folder, or its long table.")
    options.add_argument("--probes", type=Path, help="Run folder of the probes, or its long table.")
    options.add_argument("--out", type=Path)
    options.add_argument("--table", type=Path, help="CSV to keep the long table in.")
    options.add_argument("--page", type=Path)
    given = options.parse_args()
    found, probed = loaded(given.source), loaded(given.probes) if given.probes else []
    told = summary(found, probed)
    print(json.dumps({k: told[k] for k in ("rank_correlation", "rank_correlation_by_mean_score", "p_order", "one_scale",
                                           "r_hat")}, indent=1))
    if given.table:
        tables.write([row.model_dump(mode="json") for row in found], given.table)
    if given.out:
        given.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if given.page:
        put(given.page, tables_of(found, told))


if __name__ == "__main__":
    main()
