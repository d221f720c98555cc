"""Doses in labels: where a perturbation comes in several, each is an item of its own, called ``label@dose``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.worlds._perturbation_labels import CONTROL, normalise

_COLUMNS = ("dose", "dose_value", "dose_val")
_AT = "@"
Strings = NDArray[np.str_]


def apart(label: str) -> tuple[str, float | None]:
    """``A+B@0.5`` -> ``("A+B", 0.5)``; without a number behind ``@`` there is no dose."""
    name, found, said = label.rpartition(_AT)
    dose = _number(said) if found else None
    return (label, None) if dose is None or not name else (name, dose)


def joined(name: str, dose: float | None) -> str:
    """Name and dose as one label."""
    return name if dose is None else f"{name}{_AT}{dose:g}"


def normalised(label: str) -> str:
    """``B+A@0.50`` -> ``A+B@0.5``."""
    name, dose = apart(label)
    return joined(normalise(name), dose)


def split(labels: Strings, obs: Any, wanted: bool | None) -> tuple[Strings, list[str]]:
    """Labels with their doses, and what to note.

    Parameters
    ----------
    labels : shape (cells,).
    wanted : whether doses make labels of their own; None where some perturbation comes in several.
    """
    column = next((c for c in _COLUMNS if c in obs.columns), None)
    if column is None:
        return labels, []
    said = np.asarray(obs[column].astype(str), dtype=str)
    pairs, place = np.unique(np.stack([labels, said]), axis=1, return_inverse=True)
    own = pairs[0] != CONTROL
    names, counts = np.unique(pairs[0][own], return_counts=True)
    several = int((counts > 1).sum())
    doses = [_number(word) for word in pairs[1]]
    if wanted is False or any(d is None for d, mine in zip(doses, own, strict=True) if mine):
        return labels, [f"{several:,} perturbations come in several doses (obs['{column}']), which were pooled"
                        + ("" if wanted is False else ", since not all are numbers")] if several else []
    if not several and not wanted:
        return labels, []
    full = [joined(str(name), dose) if mine else str(name) for name, dose, mine in
            zip(pairs[0], doses, own, strict=True)]
    note = (f"{several:,} of {len(names):,} perturbations come in several doses (obs['{column}']); each dose is an "
            f"item of its own, such as {full[int(own.argmax())]}")
    return np.array(full, dtype=str)[np.ravel(place)], [note] if several else []


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
