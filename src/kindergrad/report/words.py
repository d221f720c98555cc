"""Numbers and states in plain language, the same words on the page and in the terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from kindergrad.core.answers import BeliefAnswer, SkillForecast
from kindergrad.core.config import Goal
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Axis, DirectionVerdict, Verdict
from kindergrad.core.scale import pretty
from kindergrad.report.ladder import Curve, State, plain

STAMP = "QUICK RUN: not comparable"

UNITS: dict[str, str] = {
    Axis.BASES: "bases", Axis.TOKENS: "tokens", Axis.CHARACTERS: "characters", Axis.EXAMPLES: "examples",
    Axis.PERTURBATIONS: "perturbations", Axis.CELLS: "cells", Axis.PARAMETERS: "parameters", Axis.FLOP: "FLOP",
    Axis.STEP: "steps",
}

AXIS_LABELS: dict[str, str] = {
    Axis.BASES: "corpus read (bases)", Axis.TOKENS: "corpus read (tokens)",
    Axis.CHARACTERS: "corpus read (characters)", Axis.EXAMPLES: "training examples",
    Axis.PERTURBATIONS: "training perturbations", Axis.CELLS: "training cells", Axis.PARAMETERS: "parameters",
    Axis.FLOP: "training compute (FLOP)", Axis.STEP: "training steps",
}


def number(value: float | None, digits: int = 2) -> str:
    """A score to two decimals, with a real minus sign; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{digits}f}"


def with_error(score: tuple[float, float | None] | None) -> str:
    """``0.93±.02``; the error is left out where it is not known."""
    if score is None:
        return "–"
    if score[1] is None:
        return number(score[0])
    error = f"{score[1]:.2f}" if score[1] < 9.995 else f"{score[1]:.0f}"
    return f"{number(score[0])}±{error.removeprefix('0')}"


def percent(p: float | None) -> str:
    """A probability; never 0 or 100 %, which no finite evidence gives."""
    if p is None:
        return "–"
    if p < 0.01:
        return "<1%"
    return ">99%" if p > 0.99 else f"{p:.0%}"


def scale(value: float | None) -> str:
    """Two significant digits: 3162278 -> ``3.2M``."""
    if value is None or value <= 0:
        return "–"
    digits = 1 - math.floor(math.log10(value))
    return pretty(round(value, digits))


def threshold(found: SkillForecast | None, reached: bool) -> str:
    """``reached``, the 90 % interval of the scale where the target is met, or how probable it is that it never is."""
    if found is None or found.threshold is None:
        return "–"
    if reached:
        return "reached"
    if found.threshold.p_never >= 0.5:
        return f"never {percent(found.threshold.p_never)}"
    return threshold_interval(found)


def threshold_interval(found: SkillForecast | None) -> str:
    """The 90 % interval of the scale at which the target is met; ``>`` and the horizon where it lies beyond."""
    if found is None or found.threshold is None:
        return "–"
    t = found.threshold
    low = scale(t.q05) if t.q05 is not None else f">{scale(t.horizon)}"
    high = scale(t.q95) if t.q95 is not None else f">{scale(t.horizon)}"
    return low if low == high else f"{low}–{high}"


def ranged(median: float | None, low: float | None, high: float | None) -> str:
    """``0.93 (0.88…0.97)``; an ellipsis, since a dash would read as a minus."""
    return number(median) if low is None or high is None else f"{number(median)} ({number(low)}…{number(high)})"


def width(found: SkillForecast | None) -> str:
    """Decades of the rise from 10 to 90 %; nothing where there is no rise, since that would be the prior."""
    if found is None or found.width is None or found.verdict in (Verdict.FLAT, Verdict.NOT_MET):
        return "–"
    return f"{found.width:.1f}"


def width_ranged(found: SkillForecast | None) -> str:
    """``1.2 (0.9…1.6)``."""
    text = width(found)
    if text == "–" or found is None or found.width_interval is None:
        return text
    low, high = found.width_interval
    return f"{text} ({low:.1f}…{high:.1f})"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "not recorded"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


def once_per(frequency: float, axis: str) -> str:
    """``once per 3.2k bases``."""
    return f"once per {scale(1 / frequency)} {UNITS.get(axis, axis)}"


def join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


# How a skill is summed up where its levels or its engines disagree: the first state of this list that any has.
_BEST_FIRST = (State.LEARNT, State.RISING, State.PEAKED, State.UNCLEAR, State.NOT_MET, State.FLAT, State.NONE)


def skill_states(curves: Sequence[Curve]) -> dict[str, tuple[State, str]]:
    """Skill -> (state, remark). A skill counts as learnt only when every level is; part of it is rising."""
    out: dict[str, tuple[State, str]] = {}
    for base in dict.fromkeys(c.base for c in curves):
        levels: dict[str, State] = {}
        for c in (c for c in curves if c.base == base):
            before = levels.get(c.level, State.NONE)
            levels[c.level] = min(before, c.state, key=_BEST_FIRST.index)  # several engines: the best of them
        count = Counter(levels.values())
        best = min(levels.values(), key=_BEST_FIRST.index)
        if len(count) == 1:
            out[base] = (best, f"all {len(levels)} levels" if len(levels) > 1 else "")
        elif count[State.LEARNT]:
            out[base] = (State.RISING, f"{count[State.LEARNT]} of {len(levels)} levels learnt")
        else:
            out[base] = (best, f"{count[best]} of {len(levels)} levels")
    return out


def grade_sentence(curves: Sequence[Curve]) -> str:
    """One sentence on a grade: how many skills are learnt, and which stand where."""
    states = skill_states(curves)
    if all(s is State.NONE for s, _ in states.values()):
        return "Its skill has no score yet." if len(states) == 1 else f"None of {len(states)} skills has a score yet."
    groups: dict[State, list[str]] = {s: [] for s in _BEST_FIRST}
    for base, (state, remark) in states.items():
        groups[state].append(plain(base) + (f" ({remark})" if remark else ""))
    parts = [f"{state.value}: {join(names)}" for state, names in groups.items() if names]
    body = "; ".join(parts)
    body = f"{body[:1].upper()}{body[1:]}."
    return body if len(states) == 1 else f"{len(groups[State.LEARNT])} of {len(states)} learnt. {body}"


def headline(curves: Sequence[Curve], engines: Sequence[str]) -> str:
    """The one sentence of the report."""
    states = skill_states(curves)
    who = f"The engine{'s' if len(engines) > 1 else ''} {join(list(engines))}".rstrip()
    has = "have" if len(engines) > 1 else "has"
    if not states or all(s is State.NONE for s, _ in states.values()):
        return f"{who}: no exam has a score yet, so nothing can be said about learning."
    count = Counter(s for s, _ in states.values())
    more = [f"{count[s]} {word}" for s, word in (
        (State.RISING, "still rising"), (State.PEAKED, "past their peak"), (State.NOT_MET, "not met yet"),
        (State.FLAT, "flat"), (State.UNCLEAR, "too early to tell"), (State.NONE, "without a score")) if count[s]]
    furthest = max((c for c in curves if c.scale_now), key=lambda c: c.scale_now or 0.0)
    alone = len({c.axis for c in curves}) == 1  # on several axes there is no one amount that was read
    after = f" after {scale(furthest.scale_now)} {UNITS.get(furthest.axis, furthest.axis)}" if alone else ""
    tail = f": {join(more)}" if more else ""
    return f"{who} {has} learnt {count[State.LEARNT]} of {len(states)} skills{after}{tail}."


def goal(text: str) -> str:
    """``genomics/start-codon>=0.5@1e8`` -> ``start codon scores at least 0.5 by 100M``; a note after it is kept."""
    stated, _, note = text.partition(" (")
    try:
        parsed = Goal.parse(stated)
    except StudyError:
        return text
    said = f"{plain(parsed.skill)} scores at least {parsed.score:g} by {scale(parsed.scale)}"
    return f"{said} ({note}" if note else said


def total_bits(belief: BeliefAnswer) -> float:
    """Weight of evidence of all steps, in bits of log odds."""
    return math.fsum(s.bits for s in belief.history)


def assumed(assumptions: Sequence[str]) -> list[str]:
    """What was taken for granted, one line each."""
    return [f"Assumed: {said}." for said in assumptions]


def belief_sentence(belief: BeliefAnswer | None, stated: str | None) -> str:
    """Belief in the goal, from where it came, and how much evidence moved it."""
    if belief is None:
        return f"No belief was computed for the goal: {goal(stated)}." if stated else "No goal was declared."
    start = belief.history[0].belief if belief.history else None
    text = f"Belief that {goal(belief.goal)}: {percent(belief.belief)}"
    if belief.stderr >= 0.005:
        text += f" (Monte-Carlo error {belief.stderr:.0%})"
    if start is not None and len(belief.history) > 1:
        bits = total_bits(belief)
        text += f"; it began at {percent(start)}, and the exams gave {'+' if bits >= 0 else '−'}{abs(bits):.1f} bits"
    return text + "."


def p_value(p: float) -> str:
    """``= 0.03``, or ``< 0.001``."""
    return f"= {p:.2g}" if p >= 0.001 else "< 0.001"


def direction_sentence(belief: BeliefAnswer | None) -> str:
    """Is the engine learning in the desired direction? Empty where nothing was computed."""
    if belief is None or (belief.direction.p is None and belief.direction.verdict is DirectionVerdict.CANNOT_TELL):
        return ""
    d = belief.direction
    chance = f" (anytime-valid p {p_value(d.p)})" if d.p is not None else ""
    against = f" Against the order of the syllabus: {join(list(d.violations))}." if d.violations else ""
    return f"Direction: {d.verdict.value}{chance}.{against}"
