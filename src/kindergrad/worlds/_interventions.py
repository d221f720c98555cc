"""What a condition does to a network: how strongly it silences or raises genes, and which gates it opens.

Dose: a gene is silenced by ``depth = 0.95 h(dose) / h(1)`` of its production, h a Hill curve with a potency of its own,
so a full dose leaves 5 % (a knock-out), a smaller one more (a knock-down). Over-expression multiplies production by
up to 4. Guides differ in efficacy, and the second one hits another gene, too. Gates are epistasis between pathways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.responses import MORE, Condition, gene
from kindergrad.core.seeds import stream
from kindergrad.worlds._network import SIZE, TARGET, Network

Floats = NDArray[np.float64]

LEFT = 0.05
"""Production that a knock-out leaves."""
RAISED = 4.0
STEEPNESS = 1.5
"""Of the dose curve at the target."""
SECOND_GUIDE = "2"
OFF_TARGET = 0.3
SILENT = "safe-"
"""Guides that cut nothing: ``safe-1``, ``safe-2`` ..."""

KINDS = ("and", "or", "saturating", "suppressing")


class Gate(NamedTuple):
    """Epistasis between pathways.

    With depths a and b of silencing, the log production of the ``gene`` is shifted by ``strength`` times:
    and: a b; or: a + b - a b; saturating: 1 - exp(-2 (a + b)); suppressing: a (1 - b); three at once: a b c.
    """

    kind: str
    pathways: tuple[int, ...]
    gene: int
    strength: float

    def opened(self, depth: Floats) -> Floats:
        """How far it is open, shape (n,), for depths per pathway, shape (n, pathways)."""
        a, b = depth[:, self.pathways[0]], depth[:, self.pathways[1]]
        match self.kind:
            case "and":
                return a * b if len(self.pathways) == 2 else a * b * depth[:, self.pathways[2]]
            case "or":
                return a + b - a * b
            case "saturating":
                return np.asarray(1 - np.exp(-2 * (a + b)))
            case _:
                return np.asarray(a * (1 - b))


@dataclass(frozen=True, eq=False)
class Interventions:
    """Conditions -> shifts of log production.

    Attributes
    ----------
    potency : shape (genes,), dose of half effect.
    efficacy : shape (genes,), of the second guide relative to the first.
    off_target : shape (genes,), the gene that the second guide hits, too.
    gates : between pathways.
    """

    network: Network
    place: dict[str, int]
    potency: Floats
    efficacy: Floats
    off_target: NDArray[np.int64]
    gates: tuple[Gate, ...]

    def shift(self, conditions: Sequence[Condition]) -> Floats:
        """Shift of log production, shape (n, genes).

        Raises
        ------
        InputError
            For a gene that is not there, or a dose outside (0, 1].
        """
        found = np.zeros((len(conditions), len(self.network.names)))
        open_ = np.ones((len(conditions), int(self.network.pathway.max()) + 1))
        for row, condition in enumerate(conditions):
            if not 0 < condition.dose <= 1:
                raise InputError(f"dose must lie in (0, 1]; got {condition.dose:g} for '{condition.perturbation}'")
            for part in condition.parts:
                if not part.startswith(SILENT):
                    self._part(found[row], open_[row], part, condition)
        for gate in self.gates:
            found[:, gate.gene] += gate.strength * gate.opened(1 - open_)
        return found

    def _part(self, shift: Floats, open_: Floats, part: str, condition: Condition) -> None:
        if gene(part) not in self.place:
            raise InputError(f"this network has no gene '{gene(part)}'; expected names such as {self.network.names[0]}")
        at = self.place[gene(part)]
        reached = self.reached(at, condition.dose)
        if part.endswith(MORE):
            shift[at] += np.log(RAISED) * reached
            return
        depth = (1 - LEFT) * reached
        if condition.batch == SECOND_GUIDE:
            depth *= self.efficacy[at]
            shift[self.off_target[at]] += np.log(1 - OFF_TARGET)
        shift[at] += np.log(1 - depth)
        if self.network.role[at] != TARGET:
            open_[self.network.pathway[at]] *= 1 - depth

    def reached(self, at: int, dose: float) -> float:
        """Share of the full effect on a gene at a dose: 1 at dose 1."""
        half = self.potency[at] ** STEEPNESS
        return float(dose**STEEPNESS / (half + dose**STEEPNESS) * (half + 1))


def draw(network: Network, trained: int, seed: int, *, gates: int = 16) -> Interventions:
    """Potencies, guides and gates of a network whose first ``trained`` pathways are met in training.

    Parameters
    ----------
    gates : pairs of pathways with epistasis, a quarter of each kind; a fourth as many act on three pathways.
    """
    rng = stream(seed, "interventions")
    count = len(network.names)
    pathways = int(network.pathway.max())
    found: list[Gate] = []
    common = max(4, trained * 2 // 3)  # pairs of rare pathways would never be met
    pairs = [(a, b) for a in range(common) for b in range(common) if a < b]
    for i, at in enumerate(rng.permutation(len(pairs))[:gates]):
        p, q = pairs[at]
        hub = int(rng.choice([h for h in range(pathways) if h not in (p, q)])) * SIZE
        sign = 1.0 if rng.random() < 0.5 else -1.0
        found.append(Gate(KINDS[i % 4], (p, q), hub, sign * float(rng.uniform(1.2, 2.0))))
    for _ in range(gates // 4):
        three = tuple(int(p) for p in np.sort(rng.permutation(common)[:3]))
        hub = int(rng.choice([h for h in range(pathways) if h not in three])) * SIZE
        found.append(Gate("and", three, hub, float(rng.choice([-1.0, 1.0]) * rng.uniform(1.2, 2.0))))
    return Interventions(
        network, {name: i for i, name in enumerate(network.names)},
        np.exp(rng.uniform(np.log(0.1), np.log(0.8), count)), rng.uniform(0.6, 1.0, count),
        rng.integers(count, size=count), tuple(found),
    )
