"""What ``compare --json`` prints: differences between engines, and their data-efficiency on small sets."""

from __future__ import annotations

from enum import StrEnum

from kindergrad.core.answers import Interval
from kindergrad.core.names import Axis, Readout
from kindergrad.core.records import Contract, Finite


class CompareVerdict(StrEnum):
    """Better and worse hold after Holm's correction; else see the minimum detectable effect."""

    BETTER = "better"
    WORSE = "worse"
    NOT_FOUND = "no difference found"
    NO_RESOLUTION = "no resolution"


class Comparison(Contract):
    """An engine against a baseline, over all skills or on one."""

    engine: str
    baseline: str
    skill: str | None
    """None: over all skills that both sat."""
    difference: Interval
    """Engine minus baseline; quantiles are confidence limits."""
    stderr: Finite | None
    p: Finite | None
    p_sign_flip: Finite | None
    p_holm: Finite | None
    p_bh: Finite | None
    detectable: Finite | None
    """Smallest true difference found with power 0.8 at level 0.05 by this comparison alone."""
    detectable_corrected: Finite | None
    """The same when as many comparisons are made as here."""
    n_pairs: int
    n_clusters: int
    verdict: CompareVerdict
    reason: str | None = None


class CompareAnswer(Contract):
    overall: tuple[Comparison, ...]
    by_skill: tuple[Comparison, ...]
    assumptions: tuple[str, ...] = ()
    sentence: str


class CurveEfficiency(Contract):
    """One engine on one skill, on small sets."""

    engine: str
    skill: str
    readout: Readout
    axis: Axis
    n_points: int
    smallest: Finite
    largest: Finite
    area: Finite
    """Mean score over log10 n."""
    area_stderr: Finite | None
    examples: Interval
    """Examples needed for the target; null where that quantile lies beyond the largest set."""
    p_not_reached: Finite
    p_below_smallest: Finite


class EngineEfficiency(Contract):
    """One engine over its skills. Compare engines by the paired differences, not by these."""

    engine: str
    n_skills: int
    area: Finite
    reached: Finite
    """Share of skills on which the target is reached within the sets given."""


class SmallDataAnswer(Contract):
    target: Finite
    engines: tuple[EngineEfficiency, ...]
    curves: tuple[CurveEfficiency, ...]
    area: tuple[Comparison, ...]
    """Difference of the area under the learning curve, on common sizes."""
    examples: tuple[Comparison, ...]
    """Difference of log10 of the examples needed: negative is better. Curves that do not reach the target count with
    their largest set, so that the difference is a bound where many do not."""
    assumptions: tuple[str, ...] = ()
    sentence: str
