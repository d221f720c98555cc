"""Doses of a perturbation that trained at others, in the same context: between them, or beyond the largest."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kindergrad.exams.score_response_items import Context
from kindergrad.worlds.expression_tables import apart

Floats = NDArray[np.float64]


def between(context: Context, label: str) -> bool:
    """Whether a smaller and a larger dose trained."""
    _, dose = apart(label)
    known = _trained(context, label)
    return dose is not None and bool(known) and min(known) < dose < max(known)


def beyond(context: Context, label: str) -> bool:
    """Whether only smaller doses trained."""
    _, dose = apart(label)
    known = _trained(context, label)
    return dose is not None and bool(known) and dose > max(known)


def neighbours(context: Context) -> Mapping[str, Floats]:
    """The straight line in log dose through the doses next to each, and the nearest of all. Each (n, genes)."""
    lines, nearest = [], []
    for label in context.labels:
        dose, known = apart(label)[1] or 0.0, _trained(context, label)
        order = sorted(known, key=lambda d: abs(_log(d) - _log(dose)))
        low = [d for d in order if d < dose][:1] + [d for d in order if d > dose][:1]
        pair = low if len(low) == 2 else sorted(order[:2])
        nearest.append(context.known[known[order[0]]])
        if len(pair) == 2:
            a, b = (context.known[known[d]] for d in pair)
            share = (_log(dose) - _log(pair[0])) / (_log(pair[1]) - _log(pair[0]))
            lines.append(a + share * (b - a))
        else:
            lines.append(nearest[-1])
    return {"nearest dose": np.stack(nearest), "line through two doses": np.stack(lines)}


def _trained(context: Context, label: str) -> dict[float, int]:
    """Doses at which the same perturbation trained here, and their rows."""
    name, _ = apart(label)
    found = [(apart(known), row) for known, row in context.training.items()]
    return {dose: row for (other, dose), row in found if other == name and dose is not None}


def _log(dose: float) -> float:
    """Decimal logarithm; a dose of nothing lies far below all others."""
    return float(np.log10(max(dose, 1e-12)))
