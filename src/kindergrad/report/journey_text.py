"""From easy to hard in sentences: the order of the grades, jumps of the metric, what was foretold, what was met when.

The same sentences stand on the page and in the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kindergrad.core.answers_journey import Foretold, GradeRise, Journey, JourneyAnswer, Rise
from kindergrad.core.answers_vertical import OrderVerdict
from kindergrad.core.names import Grade, Readout, ThresholdKind, Verdict
from kindergrad.report import words
from kindergrad.report.ladder import plain

if TYPE_CHECKING:
    from rich.console import Group

LATE = 1.5
"""Times the scale of the score at which an exact match counts as late."""


def terminal(answer: JourneyAnswer | None) -> Group:
    """All questions and answers, for a terminal; nothing where there is nothing to tell."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    lines: list[Text | Padding] = []
    for found in shown(answer) if answer else ():
        lines.append(Text(f"From easy to hard: {title(found, answer)}", style="bold"))
        for question, said in sentences(found, answer):
            lines += [Padding(Text(question), (0, 0, 0, 1)), Padding(Text(said, style="dim"), (0, 0, 0, 3))]
        lines.append(Text(""))
    return Group(*lines)


def title(found: Journey, answer: JourneyAnswer) -> str:
    """Engine and readout, where there are several."""
    alone = len(answer.journeys) == 1
    return found.engine if alone else f"{found.engine}, by {found.readout.value}"


def sentences(found: Journey, answer: JourneyAnswer) -> list[tuple[str, str]]:
    """(question, answer) pairs, in the order in which one would ask."""
    parts = [("Do easy grades rise before hard ones?", order(found, answer)),
             ("Do skills rise before what they need?", needs(found)),
             ("Is the jump one of the metric?", jumps(found)),
             ("Was it foretold?", foretold(found)),
             ("When was it first met?", met(found, answer))]
    return [(question, text) for question, text in parts if text]


def order(found: Journey, answer: JourneyAnswer) -> str:
    """Where the median skill of each grade reached the target, and how sure the order is."""
    if len(found.grades) < 2:
        return ""
    unit = words.UNITS.get(found.axis, found.axis)
    there = ", ".join(f"{g.grade.value} {_reached(g, found.scale_now)}" for g in found.grades)
    text = f"The median skill of each grade reaches {answer.target:g} at ({unit}): {there}."
    edges = [(e, f"{e.easier} before {e.harder}, P {words.percent(e.p)}") for e in found.order]
    wrong = [said for e, said in edges if e.verdict is OrderVerdict.VIOLATED]
    open_ = [said for e, said in edges if e.verdict is OrderVerdict.CANNOT_TELL]
    if not wrong and not open_:
        return f"{text} Yes: each before the next (lowest P {words.percent(min(e.p for e in found.order))})."
    parts = ([f"Not in order: {'; '.join(wrong)}"] if wrong else []) + (
        [f"cannot tell yet: {'; '.join(open_)}"] if open_ else [])
    said = ". ".join(parts)
    return f"{text} {said[:1].upper()}{said[1:]}."


def needs(found: Journey) -> str:
    """Skills ahead of a prerequisite."""
    if not found.ahead_of_need:
        return "No skill clearly rose before one that it is thought to need."
    said = words.join([f"{plain(e.harder)} before {plain(e.easier)}" for e in found.ahead_of_need])
    return f"Yes: {said}. What the syllabus takes for a need was none here, or the exam is passed without it."


def jumps(found: Journey) -> str:
    """How the sharp twin lags, and whether the score itself turns sharply."""
    risen = [r for r in found.rises if r.half.median is not None and r.half.median <= found.scale_now]
    if not risen:
        return ""
    late = [r for r in risen if r.twin_half is None or (r.half.median or 0.0) * LATE < r.twin_half]
    metric = [r for r in risen if r.kind is ThresholdKind.T1]
    sharp = [r for r in risen if r.verdict is Verdict.ABRUPT]
    abrupt = [r for r in risen if (r.twin_abrupt or 0.0) >= 0.9]
    text = f"{len(risen)} of {len(found.rises)} scores reached the target; {len(sharp)} of them rose abruptly" \
        f"{_names(sharp)}, and {len(abrupt)} of their exact matches{_names(abrupt)}."
    if metric:
        text += f" An exact match that looks like a threshold where the score does not: {_list(metric)}."
    hardest = max(late, key=lambda r: _hardness(r.grade), default=None)
    if hardest is not None:
        text += f" {_lag(hardest)}"
    return text


def _lag(r: Rise) -> str:
    name, here = plain(r.skill), words.scale(r.half.median)
    if r.twin_half is None:
        return (f"Of {name}, the hardest such skill, the score was half way at {here}; its exact match is at "
                f"{words.number(r.twin)} and has not come to one half.")
    return (f"Of {name}, the hardest skill with a lag, the score was half way at {here}, the exact match at "
            f"{words.scale(r.twin_half)}.")


def foretold(found: Journey) -> str:
    """How the registered forecasts did."""
    due = found.foretold
    if not due:
        return ""
    off = np.array([abs(f.off) for f in due])
    inside, inside80 = sum(f.inside90 for f in due), sum(f.inside80 for f in due)
    worst = max(due, key=lambda f: abs(f.off))
    steps = sorted({round(f.scale / f.scale_then, 1) for f in due})
    text = f"From {_range([f.scale_then for f in due])}, for {_times(steps)} as much: {inside} of {len(due)} " \
        f"outcomes lie in their 90 % interval, {inside80} in that of 80 %; off by {np.median(off):.2f} in the median. "
    return text + (f"Farthest off: {plain(worst.skill)}, foretold {_interval(worst)}, came out at "
                   f"{words.number(worst.outcome)}.")


def met(found: Journey, answer: JourneyAnswer) -> str:
    """When each grade was first met in the corpus, as a share of it."""
    known = [r for r in found.rises if r.first_met is not None]
    if not known or not answer.corpus:
        return ""
    unit = words.UNITS.get(found.axis, found.axis)
    first: dict[str, Rise] = {}
    for r in sorted(known, key=lambda r: -(r.first_met or 0.0)):
        first.setdefault(r.grade.value if r.grade else "ungraded", r)  # the last skill of a grade to be met
    ordered = sorted(first.values(), key=lambda r: _hardness(r.grade))
    said = [f"{r.grade.value if r.grade else 'ungraded'} {words.scale(r.first_met)} ({plain(r.skill)}, "
            f"{_share((r.first_met or 0.0) / answer.corpus)})" for r in ordered]
    text = f"Read before the last skill of each grade was met once ({unit}, share of the corpus): {', '.join(said)}."
    never = [plain(r.skill) for r in found.rises if r.first_met is None]
    return text + (f" Never met: {words.join(never)}." if never else "")


def _hardness(grade: Grade | None) -> int:
    return -1 if grade is None else grade.order


def _names(rises: Sequence[Rise]) -> str:
    return f" ({_list(rises)})" if rises else ""


def _list(rises: Sequence[Rise]) -> str:
    return words.join([plain(r.skill) for r in rises])


def _reached(g: GradeRise, now: float) -> str:
    if g.half.median is None:
        return "never"
    return words.scale(g.half.median) + ("" if g.half.median <= now else " (ahead)")


def _share(p: float) -> str:
    return f"{p:.2%}" if p < 0.01 else f"{p:.0%}"


def _range(scales: Sequence[float]) -> str:
    low, high = words.scale(min(scales)), words.scale(max(scales))
    return low if low == high else f"{low} to {high}"


def _times(steps: Sequence[float]) -> str:
    return words.join([f"{step:g} times" for step in steps])


def _interval(f: Foretold) -> str:
    return words.ranged(f.median, f.q05, f.q95)


def shown(answer: JourneyAnswer | None) -> list[Journey]:
    """Journeys worth a section: several grades, or forecasts that came due; the likelihood first."""
    if answer is None:
        return []
    kept = [j for j in answer.journeys if j.foretold or any(r.first_met is not None for r in j.rises)]
    return sorted(kept, key=lambda j: (list(Readout).index(j.readout), j.engine))
