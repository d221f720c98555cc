"""Answers of progress for the terminal: verdict boxes, scales, comparisons, decisions, backtests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kindergrad.report import words
from kindergrad.report.bare_table import add as _add
from kindergrad.report.bare_table import table as _table
from kindergrad.report.ladder import plain

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from kindergrad.core.answers_compare import CompareAnswer, Comparison, SmallDataAnswer
    from kindergrad.core.answers_vertical import VerticalAnswer
    from kindergrad.progress.backtest import BacktestAnswer, BandScore, MethodScore
    from kindergrad.progress.decide import Decision
    from kindergrad.progress.next_exam import NextAnswer
    from kindergrad.progress.registry import Calibration
    from kindergrad.progress.thresholds import CurveThreshold, ThresholdAnswer
    from kindergrad.progress.two_axes import TwoAxesAnswer

_METHOD_COLUMNS = {"rmse_log": "rmse", "mae": "mae", "crps": "crps", "interval_score80": "score 80",
                   "coverage50": "held 50", "coverage80": "held 80", "coverage90": "held 90"}
"""Of scores on ln loss: what the contract calls them, and short enough for a terminal."""


def threshold_boxes(answer: ThresholdAnswer) -> Group:
    """A verdict box per curve: what it is, how sure, what could have been seen, how far."""
    from rich.console import Group
    from rich.text import Text

    return Group(*(_box(curve) for curve in answer.curves), *map(Text, words.assumed(answer.assumptions)))


def _box(found: CurveThreshold) -> Table:
    from rich.markup import escape
    from rich.table import Table

    title = escape(f"{plain(found.curve)} · {found.engine} · {found.readout}")
    box = Table(title=title, title_justify="left", show_header=False,
                min_width=72)
    box.add_column(style="dim", no_wrap=True)
    box.add_column(ratio=1)
    probable = ", ".join(f"{name} {words.percent(p)}" for name, p in found.probabilities.items())
    width = words.number(found.width) if found.width is not None else "–"
    if found.width_interval:
        width += f" ({words.number(found.width_interval[0])} to {words.number(found.width_interval[1])})"
    smallest = "no width" if found.resolution is None else f"{words.number(found.resolution)} decades or more"
    rows = [
        ("verdict", f"[bold]{found.verdict.value}[/], kind {found.kind.value}"),
        ("probabilities", probable),
        ("width", f"{width} decades from 10 to 90 % of the rise"),
        ("resolution", f"{smallest} can be told from a step; "
                       f"a rise of {words.number(found.smallest_effect)} would show"),
        ("distance", _distance(found)),
        ("sharp twin", "" if found.twin is None else f"{found.twin.link}" + (
            "; the jump is the metric" if found.twin.jump_is_the_metric else "")),
        ("in words", found.sentence),
        ("what would decide it", found.advice or ""),
    ]
    for name, value in rows:
        if value:
            box.add_row(name, value if name == "verdict" else escape(value))
    return box


def _distance(found: CurveThreshold) -> str:
    d = found.distance
    never = f"P(never within the horizon) {words.percent(d.p_never)}"
    if d.median is None:
        return f"to {d.target:g}: {never}"
    if d.median <= 1:
        return f"{d.target:g} is reached"
    high = "beyond the horizon" if d.q95 is None else f"{words.number(d.q95, 3)}x"
    low = words.number(d.q05, 3)
    return f"to {d.target:g}: {words.number(d.median, 3)}x the present scale ({low}x to {high}); {never}"


def vertical(answer: VerticalAnswer) -> Group:
    """Abilities, difficulties, and the order of the syllabus."""
    from rich.console import Group
    from rich.text import Text

    engines = _table("engine", "results", "ability", "90 %", "grade", "misfit p", "")
    for e in answer.engines:
        _add(engines, e.engine, str(e.n_results), words.number(e.ability.median),
                        _span(e.ability.q05, e.ability.q95), e.grade or "–", f"{e.misfit_p:.2g}",
                        ", ".join(e.flags))
    skills = _table("skill", "grade", "difficulty", "90 %", "slope", "")
    for s in answer.skills:
        _add(skills, plain(s.skill), s.grade or "–", words.number(s.difficulty.median),
                       _span(s.difficulty.q05, s.difficulty.q95), words.number(s.slope.median),
                       ", ".join(s.flags))
    told = [p.sentence for p in answer.prerequisites if p.form.value != "cannot tell yet"]
    rho = answer.rank_correlation
    ranks = "" if rho is None else (f"Rank correlation of grade and difficulty: {words.number(rho.median)}, 90 % "
                                    f"{_span(rho.q05, rho.q95)}.")
    said = [answer.sentence, ranks, answer.one_scale.sentence, *answer.violations, *told, *answer.assumptions]
    ahead = _table("not sat yet", "engine", "expected score", "90 %")
    for x in answer.expected:
        _add(ahead, plain(x.skill), x.engine, words.number(x.score.median), _span(x.score.q05, x.score.q95))
    tables = [engines, Text(""), skills, Text("")] + ([ahead, Text("")] if ahead.row_count else [])
    return Group(*tables, *(Text(line) for line in said if line))


def two_axes(answer: TwoAxesAnswer) -> Group:
    """Exponents, what holds each skill back, the held-out largest engine, and the forecasts."""
    from rich.console import Group
    from rich.text import Text

    fitted = _table("skill", "family", "exponent: parameters", "data", "largest held out: error", "inside 90 %")
    ahead = _table("skill", "family", "at", "median", "90 %")
    for s in answer.skills:
        held = s.largest
        _add(fitted, plain(s.skill), s.family, words.number(s.exponent_parameters.median),
             words.number(s.exponent_data.median), "–" if held is None else f"{held.rmse_log:.3f} of ln loss",
             "–" if held is None else f"{held.inside90:.0%} of {held.n}")
        for place, future in s.at.items():
            _add(ahead, plain(s.skill), s.family, place, words.number(future.median), _span(future.q05, future.q95))
    said = [f"{s.sentence}." for s in answer.skills]
    said += [f"{name}: left out, {why}" for name, why in answer.skipped.items()]
    tables = [fitted, Text("")] + ([ahead, Text("")] if ahead.row_count else [])
    return Group(*tables, *(Text(line) for line in said))


def comparison(answer: CompareAnswer) -> Group:
    """Differences over all skills, then those of single skills that hold after correction."""
    from rich.console import Group
    from rich.text import Text

    held = [c for c in answer.by_skill if c.verdict.value in ("better", "worse")]
    parts = [_pairs(answer.overall), Text("")]
    if held:
        parts += [_pairs(held), Text("")]
    else:
        parts += [Text("No single skill differs after correction for their number."), Text("")]
    return Group(*parts, *(Text(line) for line in (answer.sentence, *answer.assumptions)))


def small_data(answer: SmallDataAnswer) -> Group:
    """Data-efficiency: area under the learning curve and examples needed, against the baselines."""
    from rich.console import Group
    from rich.text import Text

    engines = _table("engine", "skills", "area under the curve", f"reaches {answer.target:g}")
    for e in answer.engines:
        _add(engines, e.engine, str(e.n_skills), words.number(e.area), words.percent(e.reached))
    titles = (Text("difference of the area"), Text("difference of log10 of the examples needed (negative is better)"))
    return Group(engines, Text(""), titles[0], _pairs(answer.area), titles[1], _pairs(answer.examples), Text(""),
                 *(Text(line) for line in (answer.sentence, *answer.assumptions)))


def _pairs(found: Sequence[Comparison]) -> Group:
    """A table for each engine and baseline."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Table | Text] = []
    for engine, baseline in dict.fromkeys((c.engine, c.baseline) for c in found):
        table = _table("skill", "difference", "90 %", "p (Holm)", "detectable", "verdict")
        for c in found:
            if (c.engine, c.baseline) == (engine, baseline):
                _add(table, plain(c.skill) if c.skill else "all", words.number(c.difference.median, 3),
                     _span(c.difference.q05, c.difference.q95), "–" if c.p_holm is None else f"{c.p_holm:.2g}",
                     words.number(c.detectable_corrected, 3), c.verdict.value + (f": {c.reason}" if c.reason else ""))
        parts += [Text(f"{engine} against {baseline}"), table]
    return Group(*parts)


def decision(found: Decision) -> Group:
    """Go, wait or stop, with value and regret of each, and what would change the answer."""
    from rich.console import Group
    from rich.text import Text

    table = _table("choice", "expected value", "expected regret")
    for choice, value in found.value.items():
        mark = "→ " if choice is found.choice else "  "
        _add(table, f"{mark}{choice.value}", words.number(value, 3), words.number(found.regret[choice], 3))
    said = [found.sentence, f"Belief {words.percent(found.belief)}; going pays from {words.percent(found.break_even)}."]
    if found.flip:
        flip = found.flip
        said.append(f"A score {flip.direction} {words.number(flip.score)} of {flip.skill} at {words.scale(flip.scale)} "
                    f"would make it: {flip.becomes.value}.")
    return Group(table, Text(""), *(Text(line) for line in said))


def next_exams(found: NextAnswer, most: int = 12) -> Group:
    """The exams that would tell most about the goal per cost."""
    from rich.console import Group
    from rich.text import Text

    table = _table("skill", "scale", "items", "cost", "bits", "bits per cost")
    for w in found.exams[:most]:
        numbers = (words.number(w.exam.items), words.number(w.exam.cost), words.number(w.bits, 3))
        _add(table, plain(w.exam.skill), words.scale(w.exam.scale), *numbers, words.number(w.bits_per_cost, 3))
    return Group(Text(f"{words.goal(found.goal)}: belief {words.percent(found.belief)}, {found.entropy:.2f} bits open"),
                 table)


def calibration(found: Calibration) -> Group:
    """How registered forecasts and beliefs came out."""
    from rich.console import Group
    from rich.text import Text

    lines = [f"{found.n_forecasts} forecasts resolved"]
    if found.n_forecasts:
        inside = f"80 % intervals held {words.percent(found.coverage80)}, 90 % {words.percent(found.coverage90)}"
        lines.append(f"  {inside}; CRPS {words.number(found.crps, 3)}, log score {words.number(found.log_score)}")
    lines.append(f"{found.n_beliefs} beliefs resolved")
    if found.n_beliefs:
        lines.append(f"  Brier score {words.number(found.brier, 3)}, log score {words.number(found.brier_log)}")
    return Group(*(Text(line) for line in lines))


def backtest(answer: BacktestAnswer) -> Group:
    """All methods on all hidden points, then by band of extrapolation ratio."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Table | Text] = [Text(f"{answer.n_curves} curves, {answer.n_points} hidden points"),
                                 _methods(answer.methods)]
    for band in answer.bands:
        parts += [Text(f"\n{_band(band)} times the largest known scale: {band.n_curves} curves"),
                  _methods(band.methods)]
    return Group(*parts, *(Text(note) for note in answer.notes))


def _band(band: BandScore) -> str:
    return f"{band.ratio_low:.2g}" + (" and more" if band.ratio_high is None else f" to {band.ratio_high:.2g}")


def _methods(found: dict[str, MethodScore]) -> Table:
    table = _table("method", *_METHOD_COLUMNS.values())
    for name, score in found.items():
        _add(table, name, *(f"{getattr(score, column):.4f}" for column in _METHOD_COLUMNS))
    return table


def backtest_markdown(answer: BacktestAnswer) -> str:
    """The same tables as Markdown."""
    lines = [f"# Backtest: {answer.n_curves} curves, {answer.n_points} hidden points", ""]
    lines += _markdown(answer.methods)
    for band in answer.bands:
        lines += [f"## {_band(band)} times the largest known scale ({band.n_curves} curves)", ""]
        lines += _markdown(band.methods)
    lines += [f"- {note}" for note in answer.notes]
    return "\n".join(lines).rstrip() + "\n"


def _markdown(found: dict[str, MethodScore]) -> list[str]:
    head = ["method", *_METHOD_COLUMNS.values()]
    rows = [[name, *(f"{getattr(score, c):.4f}" for c in _METHOD_COLUMNS)] for name, score in found.items()]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)] + [""]


def _span(low: float | None, high: float | None) -> str:
    """``0.1…0.4``; a bound that is not known is open."""
    return f"{words.number(low)}…{words.number(high)}" if low is not None or high is not None else "–"
