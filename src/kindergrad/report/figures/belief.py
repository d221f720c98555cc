"""Belief in the goal over time, and the weight of evidence of each step in bits."""

from __future__ import annotations

from kindergrad.core.answers import BeliefAnswer, BeliefStep
from kindergrad.report import words
from kindergrad.report.figures.canvas import Frame, Sheet

WIDTH, HEIGHT = 480.0, 340.0
UPPER = (44.0, 26.0, 440.0, 190.0)
LOWER = (44.0, 226.0, 440.0, 288.0)


def belief(answer: BeliefAnswer, *, name: str, axis: str = "bases", stamp: str = "") -> str:
    """Belief (upper) and bits of evidence (lower) after each scale; the first step is the prior."""
    sheet = Sheet(WIDTH, HEIGHT)
    steps = answer.history
    bits = [s.bits for s in steps]
    span = max([abs(b) for b in bits] + [1.0]) * 1.1
    low = -span if min(bits, default=0.0) < 0 else 0.0
    top = Frame(UPPER, (-0.5, max(len(steps), 1) - 0.5), (0.0, 1.0))
    under = Frame(LOWER, top.xs, (low, span if max(bits, default=0.0) > 0 or low == 0 else 0.0))
    _frame(sheet, top, under)
    _course(sheet, top, steps)
    half = min(14.0, (top.x(1) - top.x(0)) * 0.32)
    for i, step in enumerate(steps):
        x, y = top.x(i), under.y(step.bits)
        if step.bits:
            sheet.fill([x - half, x + half, x + half, x - half], [under.y(0)] * 2 + [y] * 2,
                        "learn" if step.bits > 0 else "ahead")
    _ticks(sheet, top, steps, axis)
    sheet.stamp(WIDTH, stamp)
    return sheet.svg(name, f"Belief in the goal over {len(steps)} steps; now {words.percent(answer.belief)}. "
                                    "The numbers stand in the table below.")


def _frame(sheet: Sheet, top: Frame, under: Frame) -> None:
    left, _, right, _ = UPPER
    sheet.write(0, 9, "belief in the goal", size=11.5)
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        sheet.line([left, right], [top.y(p)] * 2, "grid", width=0.7)
        sheet.write(left - 7, top.y(p), f"{p:.0%}", size=11.5, ha="right")
    sheet.write(0, LOWER[1] - 15, "weight of evidence of each step (bits)", size=11.5)
    for b in sorted({under.ys[0], 0.0, under.ys[1]}):
        sheet.line([left, right], [under.y(b)] * 2, "muted" if b == 0 else "grid", width=0.7)
        sheet.write(left - 7, under.y(b), words.number(b, 1) if b else "0", size=11.5, ha="right")


def _course(sheet: Sheet, top: Frame, steps: tuple[BeliefStep, ...]) -> None:
    xs = [top.x(i) for i in range(len(steps))]
    ys = [top.y(s.belief) for s in steps]
    if len(steps) > 1:
        upper = [top.y(min(1.0, s.belief + 2 * s.stderr)) for s in steps]
        lower = [top.y(max(0.0, s.belief - 2 * s.stderr)) for s in steps]
        sheet.fill([*xs, *xs[::-1]], [*upper, *lower[::-1]], "learn", alpha=0.2)
        sheet.line(xs, ys, "learn", width=1.8)
    sheet.dots(xs, ys, "learn", size=5)
    if steps:
        sheet.write(xs[-1] + 7, ys[-1], words.percent(steps[-1].belief), size=13, ink="ink", bold=True)


def _ticks(sheet: Sheet, top: Frame, steps: tuple[BeliefStep, ...], axis: str) -> None:
    every = max(1, -(-len(steps) * 40 // int(UPPER[2] - UPPER[0])))
    for i, step in enumerate(steps):
        if i % every == 0:
            text = "prior" if step.scale is None else words.scale(step.scale)
            sheet.write(top.x(i), LOWER[3] + 14, text, size=11.5, ha="center")
    unit = words.UNITS.get(axis, axis)
    sheet.write((UPPER[0] + UPPER[2]) / 2, HEIGHT - 16, f"after the exams up to this scale ({unit})", size=11.5,
                 ha="center")
