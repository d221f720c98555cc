"""Draw a regulatory network: pathways of sensors, a hub and targets, with cross-talk and a shared stress programme.

A pathway works as a cascade. Sensors act on its hub, the hub on targets of its own and of other pathways, and on later
hubs. So genes of one pathway have similar effects, at one to five steps; a share of sensors has a paralog that
compensates for its loss; and hubs may act back on their sensors. Every strong gene also moves a stress programme: the
response that all perturbations have in common, as in real screens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SENSORS, TARGETS = 7, 4
SIZE = 1 + SENSORS + TARGETS
"""Genes of a pathway: a hub, then sensors, then targets."""
HUB, SENSOR, TARGET = 0, 1, 2
LARGEST = 0.8
"""Steepest slope of an edge; a Hill function of exponent 2 at half saturation allows 1."""


class Edges(NamedTuple):
    """Who acts on whom, shape (edges,). ``weight``: log expression of the target per log expression of the source."""

    source: Ints
    target: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class Network:
    """Genes and edges.

    Attributes
    ----------
    pathway, role : shape (genes,), place of the pathway, and hub, sensor or target. The last pathway is the stress.
    edges : all edges; those of ``feedback`` (a mask over edges) run against the order of the cascade.
    compensated : sensors whose loss is more than made good by a paralog.
    base : shape (genes,), log expression without any perturbation.
    """

    names: tuple[str, ...]
    pathway: Ints
    role: Ints
    edges: Edges
    feedback: NDArray[np.bool_]
    compensated: Ints
    base: Floats

    def hub(self, pathway: int) -> int:
        """The hub of a pathway."""
        return pathway * SIZE

    def sensors(self, pathway: int) -> list[int]:
        """The sensors of a pathway."""
        return list(range(pathway * SIZE + 1, pathway * SIZE + 1 + SENSORS))

    def targets(self, pathway: int) -> list[int]:
        """The targets of a pathway."""
        return list(range(pathway * SIZE + 1 + SENSORS, (pathway + 1) * SIZE))

    def pathway_name(self, gene: int) -> str:
        """Name of the pathway of a gene."""
        return f"P{self.pathway[gene] + 1:02d}"


def draw(pathways: int, seed: int, *, feedback: bool = True) -> Network:
    """A network of ``pathways`` and the stress programme, ``(pathways + 1) * SIZE`` genes.

    Parameters
    ----------
    feedback : whether some hubs act back on their sensors.
    """
    rng = stream(seed, "network")
    count = (pathways + 1) * SIZE
    role = np.tile([HUB] + [SENSOR] * SENSORS + [TARGET] * TARGETS, pathways + 1)
    build = _Builder(rng, pathways)
    build.cascades()
    build.cross_talk()
    build.stress()
    compensated = build.paralogs()
    loops = build.loops() if feedback else 0
    source, target, weight = (np.array(column) for column in zip(*build.found, strict=True))
    back = np.zeros(len(source), dtype=bool)
    back[len(source) - loops :] = True
    order = rng.permutation(count)  # a name must not tell pathway or role
    names = tuple(f"G{order[i] + 1:04d}" for i in range(count))
    weight = np.clip(weight, -LARGEST, LARGEST)
    return Network(names, np.repeat(np.arange(pathways + 1), SIZE), role, Edges(source, target, weight), back,
                   np.array(compensated, dtype=np.int64), rng.normal(0.0, 1.0, count))


class _Builder:
    """Collects edges. Order of the cascade: sensors, hubs, stress hub, targets; edges run forward in it."""

    def __init__(self, rng: np.random.Generator, pathways: int) -> None:
        self.rng, self.pathways = rng, pathways
        self.found: list[tuple[int, int, float]] = []
        self._known: dict[tuple[int, int], int] = {}

    def add(self, source: int, target: int, weight: float) -> None:
        """Add an edge, or change the weight of one that is there."""
        if (source, target) in self._known:
            self.found[self._known[source, target]] = (source, target, weight)
        else:
            self._known[source, target] = len(self.found)
            self.found.append((source, target, weight))

    def size(self, low: float, high: float, positive: float = 0.5) -> float:
        """A weight between ``low`` and ``high``, positive with this chance."""
        return float(self.rng.uniform(low, high) * (1 if self.rng.random() < positive else -1))

    def cascades(self) -> None:
        for p in range(self.pathways):
            hub = p * SIZE
            for sensor in range(hub + 1, hub + 1 + SENSORS):
                self.add(sensor, hub, self.size(0.35, 0.8, positive=0.8))
                for target in self._targets(2):
                    self.add(sensor, target, self.size(0.25, 0.6))
            for target in range(hub + 1 + SENSORS, hub + SIZE):
                self.add(hub, target, self.size(0.5, 0.9, positive=0.7))
            for target in self._targets(6):
                self.add(hub, target, self.size(0.3, 0.8))

    def cross_talk(self) -> None:
        """Hubs act on later hubs, and targets on later targets."""
        later = self.rng.permutation(self.pathways)
        for i, p in enumerate(later[:-1]):
            if self.rng.random() < 0.8:
                self.add(int(p) * SIZE, int(self.rng.choice(later[i + 1 :])) * SIZE, self.size(0.3, 0.6))
        targets = self.rng.permutation([p * SIZE + 1 + SENSORS + t for p in range(self.pathways)
                                        for t in range(TARGETS)])
        for i, target in enumerate(targets[:-1]):
            if self.rng.random() < 0.5:
                self.add(int(target), int(self.rng.choice(targets[i + 1 :])), self.size(0.3, 0.6))

    def stress(self) -> None:
        """The loss of a sensor or hub raises the stress hub a little, and that its targets."""
        hub = self.pathways * SIZE
        for p in range(self.pathways):
            self.add(p * SIZE, hub, -self.size(0.1, 0.25, positive=1.0))
            for sensor in range(p * SIZE + 1, p * SIZE + 1 + SENSORS):
                self.add(sensor, hub, -self.size(0.03, 0.1, positive=1.0))
        for target in range(hub + 1, hub + SIZE):
            self.add(hub, target, self.size(0.5, 0.9, positive=0.8))

    def paralogs(self) -> list[int]:
        """In each pathway the last sensor may hold down the one before; losing it then activates the hub."""
        found = []
        for p in range(self.pathways):
            if self.rng.random() < 0.6:
                hub, lost, paralog = p * SIZE, p * SIZE + SENSORS, p * SIZE + SENSORS - 1
                self.add(lost, hub, self.size(0.3, 0.4, positive=1.0))
                self.add(paralog, hub, self.size(0.75, 0.85, positive=1.0))
                self.add(lost, paralog, -self.size(0.8, 0.9, positive=1.0))
                found.append(lost)
        return found

    def loops(self) -> int:
        """Every second hub holds down its first sensor, which raises it: negative feedback."""
        before = len(self.found)
        for p in range(0, self.pathways, 2):
            hub = p * SIZE
            raises = self.found[self._known[hub + 1, hub]][2] > 0
            self.add(hub, hub + 1, self.size(0.3, 0.6, positive=0.0 if raises else 1.0))
        return len(self.found) - before

    def _targets(self, n: int) -> list[int]:
        """Targets of any pathway but the stress."""
        chosen = self.rng.choice(self.pathways * TARGETS, n, replace=False)
        return [int(c) // TARGETS * SIZE + 1 + SENSORS + int(c) % TARGETS for c in chosen]
