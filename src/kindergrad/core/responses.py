"""What a screen measures: conditions, and experiments with the response that was seen.

These are the pieces that an engine of responses learns from, and the questions that it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

JOIN = "+"
"""Between the genes of a combination; they are sorted."""
MORE = "^"
"""Behind the name of a gene that is over-expressed; without it the gene is silenced."""


class Condition(NamedTuple):
    """One thing that can be done to cells.

    Attributes
    ----------
    perturbation : names of genes joined by ``+`` in sorted order, ``^`` behind those over-expressed; empty: a control.
    context : cell line and donor, such as ``A.1``.
    dose : share of the strongest dose, in (0, 1].
    batch : guide or plate; empty where it does not matter.
    """

    perturbation: str
    context: str = ""
    dose: float = 1.0
    batch: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The perturbed genes, with their mark of over-expression."""
        return tuple(self.perturbation.split(JOIN)) if self.perturbation else ()

    def alone(self) -> tuple[Condition, ...]:
        """Each part on its own, otherwise the same."""
        return tuple(self._replace(perturbation=part) for part in self.parts)


def joined(parts: Sequence[str]) -> str:
    """``("B", "A")`` -> ``"A+B"``."""
    return JOIN.join(sorted(parts))


def gene(part: str) -> str:
    """The gene of a part: ``"G3^"`` -> ``"G3"``."""
    return part.removesuffix(MORE)


@dataclass(frozen=True)
class Panel:
    """The genes that are measured, and what is known of them beforehand.

    Attributes
    ----------
    genes : names, in the order of every response.
    pathways : pathway of each gene; empty where none is told.
    unmeasured : how many of the last of them are perturbed only; their response is 0 and never counts.
    """

    genes: tuple[str, ...]
    pathways: tuple[str, ...]
    unmeasured: int = 0

    @property
    def place(self) -> dict[str, int]:
        """Name -> column of a response."""
        return {name: i for i, name in enumerate(self.genes)}


@dataclass(frozen=True, eq=False)
class Experiment:
    """One condition with what was measured. Natural log of expression throughout.

    Attributes
    ----------
    response : shape (genes,), mean of the perturbed cells minus the mean of the controls of this context.
    cells : number of perturbed cells behind the mean.
    sample : shape (few, genes), some of the perturbed cells, in float32.
    controls : shape (few, genes), control cells from the same plate, in float32.
    panel : the genes, the same object in all experiments of a screen.
    """

    condition: Condition
    response: Floats
    cells: int
    sample: NDArray[np.float32]
    controls: NDArray[np.float32]
    panel: Panel


def usual_responses(conditions: Sequence[Condition], responses: Floats) -> dict[tuple[str, int], Floats]:
    """The mean response by context (empty: any) and number of genes, each perturbation counting once.

    Parameters
    ----------
    responses : shape (n, genes), in the order of the conditions.
    """
    groups: dict[tuple[str, int], dict[str, list[int]]] = {}
    for i, c in enumerate(conditions):
        for context in (c.context, ""):
            groups.setdefault((context, len(c.parts)), {}).setdefault(c.perturbation, []).append(i)
    return {key: np.mean([responses[rows].mean(axis=0) for rows in own.values()], axis=0)
            for key, own in groups.items()}


def usual(means: Mapping[tuple[str, int], Floats], condition: Condition) -> Floats:
    """The mean response in the context of a condition, of as many genes; else of any context, else of single genes."""
    count = max(1, len(condition.parts))
    for key in ((condition.context, count), ("", count), (condition.context, 1), ("", 1)):
        if key in means:
            return means[key]
    return np.asarray(np.mean(list(means.values()), axis=0))


def asked_columns(asked: Sequence[Condition] | Sequence[Sequence[Condition]]) -> dict[str, NDArray[Any]]:
    """Text columns of conditions, shape (n,) or (n, candidates), as items keep them."""
    flat = bool(asked) and isinstance(asked[0], Condition)
    rows: Any = [[c] for c in asked] if flat else asked
    columns = {name: np.array([[_text(c[k]) for c in row] for row in rows]) for k, name in enumerate(Condition._fields)}
    return {name: column[:, 0] if flat else column for name, column in columns.items()}


def conditions(asked: Mapping[str, NDArray[Any]]) -> list[Condition]:
    """The conditions of :func:`asked_columns`, flattened."""
    columns = [np.asarray(asked[name]).ravel() for name in Condition._fields]
    return [Condition(str(p), str(c), float(d), str(b)) for p, c, d, b in zip(*columns, strict=True)]


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

