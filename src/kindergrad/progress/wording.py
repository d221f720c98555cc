"""Numbers in plain words. Every sentence follows from the fields of the answer, and adds nothing to them."""

from __future__ import annotations

from kindergrad.core import scale as scales
from kindergrad.core.answers import Threshold
from kindergrad.core.names import Axis, Verdict

SHARE_NEVER_WORTH_SAYING = 0.05


def pretty(value: float) -> str:
    """A scale in short; powers of ten where letters would run out."""
    return scales.pretty(value) if value < 1e15 else f"{value:.3g}"


def probability(p: float) -> str:
    """0.993 -> '> 0.99': no more digits than a posterior is worth."""
    if p > 0.99:
        return "> 0.99"
    return "< 0.01" if p < 0.01 else f"{p:.2f}"


def learning(p: float) -> str:
    if p >= 0.9:
        return f"It is learning (P {probability(p)})"
    if p <= 0.1:
        return f"No sign of learning yet (P {probability(p)})"
    return f"Whether it is learning cannot be told yet (P {probability(p)})"


def shape(verdict: Verdict, width: float | None) -> str:
    if verdict is Verdict.NOT_MET:
        return "the corpus is so small that the concept was hardly met: not met is not unlearnable"
    if verdict is Verdict.FLAT:
        return "the score has not risen over the observed scales"
    if verdict is Verdict.PEAKED:
        return "the score rose and fell again"
    if verdict is Verdict.ABRUPT:
        return "the rise is abrupt, within 0.3 decades"
    if verdict is Verdict.CONTINUOUS:
        return "the rise is continuous" + (f", over about {width:.2g} decades" if width else "")
    return "smooth or abrupt cannot be told yet"


def threshold(t: Threshold, axis: Axis, scale_now: float) -> str:
    """When the target is reached, and with what probability never."""
    never = f" (P(never within reach) {probability(t.p_never)})" if t.p_never > SHARE_NEVER_WORTH_SAYING else ""
    if t.median is None:
        return f"it is more likely than not that {t.target:g} is not reached by {pretty(t.horizon)} {axis.value}{never}"
    low = pretty(t.q05) if t.q05 is not None else "?"
    high = pretty(t.q95) if t.q95 is not None else "beyond the horizon"
    where = f"about {pretty(t.median)} {axis.value} (90 %: {low} to {high})"
    if t.median <= scale_now:
        return f"it reached {t.target:g} at {where}{never}"
    return f"it should reach {t.target:g} at {where}, {t.median / scale_now:.2g} times the present scale{never}"


def sentence(name: str, parts: list[str]) -> str:
    return f"{name}: " + "; ".join(parts) + "."
