"""Scale: how much an engine has been given, with its unit."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from kindergrad.core.errors import StudyError
from kindergrad.core.names import Axis

_UNITS = {"bp": 1.0, "b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "k": 1e3, "m": 1e6, "g": 1e9, "": 1.0}


class Scale(BaseModel):
    """One coordinate of an engine's scale point: a positive value on a named axis."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    axis: Axis
    value: float = Field(gt=0, allow_inf_nan=False)

    @property
    def log10(self) -> float:
        return math.log10(self.value)

    def __str__(self) -> str:
        return f"{pretty(self.value)} {self.axis.value}"


def pretty(value: float) -> str:
    """Short text of a positive scale: 1000 -> '1k', 3162278 -> '3.16M'."""
    for size, suffix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.3g}{suffix}"
    return f"{value:.3g}"


def parse(text: str | float | int) -> float:
    """Read a scale such as ``1e6``, ``'3 Mb'`` or ``'200k'``.

    Raises
    ------
    StudyError
        If the text is not a positive number with a known unit.
    """
    if isinstance(text, int | float):
        value = float(text)
    else:
        found = re.fullmatch(r"\s*((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*", text.lower(), re.ASCII)
        if not found or found[2] not in _UNITS:
            raise StudyError(f"not a scale: got '{text}'; expected a number such as 1e6, 200k or 3Mb")
        value = float(found[1]) * _UNITS[found[2]]
    if not (math.isfinite(value) and value > 0):
        raise StudyError(f"a scale must be positive and finite; got {text}")
    return value


def ladder(low: float, high: float, per_decade: int) -> list[int]:
    """Sizes from ``low`` to ``high``, equally spaced in log10, rounded to whole units."""
    steps = max(1, round((math.log10(high) - math.log10(low)) * per_decade))
    return sorted({round(10 ** (math.log10(low) + i * math.log10(high / low) / steps)) for i in range(steps + 1)})


def check_increasing(sizes: Sequence[float], where: str) -> None:
    """Refuse a ladder that is empty, not positive or not strictly increasing."""
    if not sizes:
        raise StudyError(f"{where} is empty; give at least one size, such as [1e3, 1e4, 1e5]")
    for left, right in itertools.pairwise(sizes):
        if right <= left:
            raise StudyError(f"{where} must be strictly increasing; got {left:g} before {right:g}; sort it")
