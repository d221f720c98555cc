"""Which conditions a simulated screen trains on, and which it keeps for exams.

Pathways are met with Zipf frequencies. Of the sensors of each trained pathway three are never perturbed, one is
measured by its first guide only, and one at low doses only; some pathways are never perturbed at all; a third of the
pairs, and some donors and a line, are kept back.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.responses import MORE, Condition, joined
from kindergrad.core.seeds import key
from kindergrad.worlds._interventions import SILENT, Interventions
from kindergrad.worlds._network import Network

DOSES = (0.1, 0.2, 0.5)
"""Of titrated experiments; the others have the full dose."""
BETWEEN = 0.32
"""A dose that is asked but never given."""
HALF, LOW = 0.5, (0.1, 0.2)
SHARES = {"single": 0.55, "dose": 0.12, "raised": 0.05, "double": 0.22, "triple": 0.02, "safe": 0.04}
"""Of the experiments, by kind."""


@dataclass(frozen=True, eq=False)
class Design:
    """The plan of a screen.

    Attributes
    ----------
    frequency : shape (trained pathways,), share of the experiments in each pathway.
    lines, donors : cell lines, and donors of each, that the screen trains on.
    """

    network: Network
    interventions: Interventions
    frequency: NDArray[np.float64]
    lines: tuple[str, ...]
    donors: int
    shares: dict[str, float]

    @property
    def trained(self) -> int:
        """Number of pathways that are met in training."""
        return len(self.frequency)

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """Contexts of the training experiments."""
        return tuple(f"{line}.{donor + 1}" for line in self.lines for donor in range(self.donors))

    @cached_property
    def new_donors(self) -> tuple[str, ...]:
        """A donor more of each line, with controls only."""
        return tuple(f"{line}.{self.donors + 1}" for line in self.lines)

    new_line: str = "Z.1"

    def name(self, at: int) -> str:
        return self.network.names[at]

    def sensor(self, pathway: int, number: int) -> int:
        """The sensor of a number from 1 to 7."""
        return self.network.sensors(pathway)[number - 1]

    @cached_property
    def partials(self) -> frozenset[int]:
        """The genes whose guides work in half of the cells only, one in every second pathway."""
        return frozenset(self.sensor(pathway, 2) for pathway in range(0, self.trained, 2))

    def plain(self, pathway: int) -> list[int]:
        """Genes that enter combinations: hub and sensors whose guide works in all cells."""
        own = [self.network.hub(pathway), *(self.sensor(pathway, i) for i in (1, 2, 3))]
        return [at for at in own if at not in self.partials]

    def relatives(self, pathway: int) -> list[int]:
        """Sensors never perturbed in training, without paralogs that compensate."""
        return [at for at in (self.sensor(pathway, i) for i in (5, 6, 7)) if at not in self.network.compensated]

    def kept_back(self, genes: tuple[int, ...]) -> bool:
        """Whether a combination is kept for exams: a third of all, whatever the order of the genes."""
        return key("kept-back", *sorted(map(self.name, genes))) % 3 == 0

    def experiments(self, n: int, rng: np.random.Generator) -> list[Condition]:
        """The training conditions."""
        kinds = rng.choice(list(self.shares), n, p=np.array(list(self.shares.values())) / sum(self.shares.values()))
        return [self._one(str(kind), rng) for kind in kinds]

    def _one(self, kind: str, rng: np.random.Generator) -> Condition:
        context = str(rng.choice(self.contexts))
        guide = str(rng.choice(["1", "2"]))
        if kind == "safe":
            return Condition(f"{SILENT}{int(rng.integers(1, 100))}", context)
        if kind in ("double", "triple"):
            genes = self._several(2 if kind == "double" else 3, rng)
            return Condition(joined([self.name(at) for at in genes]), context)
        at = self._gene(int(rng.choice(self.trained, p=self.frequency)), rng)
        low, only_first = self._limits(at)
        if kind == "raised" and not low:
            return Condition(self.name(at) + MORE, context)
        dose = 1.0
        if low:
            dose = float(rng.choice(low))
        elif kind == "dose":
            dose = float(rng.choice(DOSES))
        return Condition(self.name(at), context, dose, "1" if only_first else guide)

    def _limits(self, at: int) -> tuple[tuple[float, ...], bool]:
        """Doses that a gene is limited to (empty: none), and whether only its first guide is used."""
        pathway = int(self.network.pathway[at])
        if at == self.sensor(pathway, 4):
            return ((HALF,) if pathway % 2 else LOW), False
        return (), at == self.sensor(pathway, 3)

    def _gene(self, pathway: int, rng: np.random.Generator) -> int:
        own = [self.network.hub(pathway), *(self.sensor(pathway, i) for i in (1, 2, 3, 4))]
        genes = own + self.network.targets(pathway)
        weight = np.array([2.0] * len(own) + [0.5] * (len(genes) - len(own)))
        return int(rng.choice(genes, p=weight / weight.sum()))

    def _several(self, n: int, rng: np.random.Generator) -> tuple[int, ...]:
        """Genes of gated pathways in somewhat more than half of the cases, else of any; never those kept back."""
        gated = [gate.pathways for gate in self.interventions.gates if len(gate.pathways) == n]
        while True:
            if gated and rng.random() < 0.55:
                pathways = gated[int(rng.integers(len(gated)))]
            else:
                pathways = tuple(map(int, rng.choice(self.trained, n, replace=False, p=self.frequency)))
            genes = tuple(int(rng.choice(self.plain(p))) for p in pathways)
            if not self.kept_back(genes):
                return genes


def kept_pairs(design: Design, pathways: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """All combinations of plain genes of these pathways that are kept for exams."""
    return [genes for own in pathways for genes in itertools.product(*(design.plain(p) for p in own))
            if design.kept_back(genes)]


def zipf(n: int, exponent: float) -> NDArray[np.float64]:
    """Frequencies proportional to rank to the power of minus ``exponent``, shape (n,)."""
    found = np.arange(1, n + 1, dtype=np.float64) ** -exponent
    return np.asarray(found / found.sum())
