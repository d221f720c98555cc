"""A screen of a kinetic model of DREAM4: knock-outs, knock-downs and double knock-outs with exact truth.

The model (a network of E. coli or yeast with thermodynamic rate laws) was made by others, so that nothing in it was
chosen here. Cells differ in how strongly each gene is transcribed. Of four fifths of the genes that act on others the
knock-out is read, of all genes the knock-down to a half; two thirds of the pairs of genes that share a target are read,
the others kept back. Log expression is that of the model plus 0.02, since a knock-out leaves nothing.
Source: Schaffter, Marbach and Floreano (2011), doi:10.1093/bioinformatics/btr373.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.core.names import Axis, Domain
from kindergrad.core.records import Split
from kindergrad.core.responses import Condition, Experiment, Panel, joined, usual, usual_responses
from kindergrad.core.seeds import key, stream
from kindergrad.worlds import _kinetics, gnw, public
from kindergrad.worlds._network import Edges

Floats = NDArray[np.float64]

WORLD, DATA = "gnw_screen", "gnw_dream_networks"
DOMAIN = Domain.PERTURBATION

NETWORK = "dream4_insilico_size100_1"
HALF = 0.5
_LEAST = 0.02
"""Added to expression before the log."""
_SPREAD = 0.3
"""Standard deviation of log transcription between cells."""
_BANK, _FEW = 300, 6
_NONE = 0.05
"""Share of the squared response of a pair that is interaction, below which it counts as additive."""
_CONTEXT = "DREAM4"


class KineticScreen:
    """The screen. See :class:`kindergrad.core.world.World` for what a study needs of it.

    Parameters
    ----------
    cells : behind each measured mean.
    """

    axis = Axis.PERTURBATIONS
    exact = True
    smallest = 8

    def __init__(self, seed: int, model: gnw.KineticModel, name: str, cells: int) -> None:
        self.seed, self.model, self.cells = seed, model, cells
        self.id = f"{WORLD}-{name}-{seed}"
        self.digest = hashlib.blake2b(json.dumps([WORLD, name, seed, cells, model.names]).encode(), digest_size=8
                                      ).hexdigest()
        self.panel = Panel(model.names, ("",) * len(model.names))
        place = self.panel.place
        told = sorted((place[a], place[b]) for a, b in model.edges)
        source, target = (np.array(column, dtype=np.int64) for column in zip(*told, strict=True))
        self.network = SimpleNamespace(edges=Edges(source, target, np.ones(len(told))), names=model.names)
        self.design = SimpleNamespace(contexts=(_CONTEXT,))
        self.distances = _kinetics.distances(len(model.names), self.network.edges)
        self._known: dict[Condition, Floats] = {}
        self.asked = self._asked()
        self.offers = frozenset(kind for kind, own in self.asked.items() if own) | {
            "responses", "edges", "cells", "correlations", "targets"}
        self.missing = {"pathways": "pathways of the genes of DREAM4 are not told"}
        self.split = Split(train=("cells of the experiments of the corpus",),
                           scored=("exact steady states", *sorted(self.asked)))
        self.size = len(self.trained)
        self.sentence = (f"the kinetic model {name} of GeneNetWeaver, {len(model.names)} genes and {len(told)} edges, "
                         f"seed {seed}: {self.size} experiments of {cells} cells")

    def response(self, conditions: Sequence[Condition]) -> Floats:
        """Exact response, log expression minus that of the unperturbed cell, shape (n, genes).

        Raises
        ------
        InputError
            For a gene that is not there, or a dose outside (0, 1].
        """
        new = sorted(set(conditions) - set(self._known))
        if new:
            self._known |= dict(zip(new, self._steady(new), strict=True))
        return np.stack([self._known[c] for c in conditions])

    def _steady(self, conditions: Sequence[Condition]) -> Floats:
        production = np.ones((len(conditions) + 1, len(self.panel.genes)))
        place = self.panel.place
        for row, condition in zip(production[1:], conditions, strict=True):
            if not set(condition.parts) <= set(place) or not 0 < condition.dose <= 1:
                raise InputError(f"this network cannot be given '{condition.perturbation}' at dose {condition.dose:g}; "
                                 f"expected names such as {self.panel.genes[0]} and a dose in (0, 1]")
            row[[place[part] for part in condition.parts]] = 1 - condition.dose
        found = np.log(self.model.steady(production) + _LEAST)
        return np.asarray(found[1:] - found[0])

    def centroid(self, conditions: Sequence[Condition]) -> Floats:
        """Exact mean response of the perturbations trained on, shape (n, genes)."""
        return np.stack([usual(self._centroids, c) for c in conditions])

    def conditions(self, kind: str) -> list[Condition]:
        """The conditions of a kind that exams may ask for."""
        return list(self.asked.get(kind, ()))

    def cluster(self, condition: Condition) -> str:
        """The genes that are perturbed: the unit of standard errors."""
        return condition.perturbation

    def groups(self, genes: Sequence[str]) -> NDArray[np.str_]:
        """The unit of standard errors of edges: the cause."""
        return np.array([str(g) for g in genes])

    def scatter(self, context: str) -> _Bank:
        """How cells scatter; the same in all contexts."""
        return self._bank

    @cached_property
    def typical(self) -> float:
        """Mean squared norm of the exact responses around their centroid, over the conditions seen."""
        seen = self.conditions("seen")
        return float(((self.response(seen) - self.centroid(seen)) ** 2).sum(axis=1).mean())

    @cached_property
    def trained(self) -> list[Condition]:
        """The conditions of the corpus, one per experiment."""
        return [*self.asked["seen"], *self._halves, *self._pairs[0]]

    def corpus(self, seed: int) -> list[Experiment]:
        """All training experiments, in another order for each seed."""
        return [self._experiments[i] for i in stream(self.seed, "order", seed).permutation(self.size)]

    def _asked(self) -> dict[str, list[Condition]]:
        seen, back = self._singles
        kept = self._pairs[1]
        # All at once: a steady state of one condition takes as long as of a hundred.
        self.response([*seen, *back, *self._halves, *self._pairs[0], *kept])
        share = []
        for condition in kept:
            both, *alone = self.response([condition, *condition.alone()])
            share.append(float(((both - alone[0] - alone[1]) ** 2).sum() / (both**2).sum()))
        return {"seen": seen, "singles": seen, "half-to-full": back,
                "gated-pair": [c for c, s in zip(kept, share, strict=True) if s >= _NONE],
                "additive-pair": [c for c, s in zip(kept, share, strict=True) if s < _NONE]}

    @property
    def _halves(self) -> list[Condition]:
        """Knock-downs of all genes to a half."""
        return [Condition(g, _CONTEXT, HALF) for g in self.panel.genes]

    @cached_property
    def _singles(self) -> tuple[list[Condition], list[Condition]]:
        """Knock-outs of genes that act on others: read, and kept back."""
        acts = sorted({a for a, _ in self.model.edges})
        back = {g for g in acts if key("kept-back", g) % 5 == 0}
        return [Condition(g, _CONTEXT) for g in acts if g not in back], [Condition(g, _CONTEXT) for g in sorted(back)]

    @cached_property
    def _pairs(self) -> tuple[list[Condition], list[Condition]]:
        """Double knock-outs of genes that share a target and are read alone: read, and kept back."""
        known = {c.perturbation for c in self._singles[0]}
        shared = {joined(pair) for target in self.model.names
                  for pair in combinations(sorted({a for a, b in self.model.edges if b == target} & known), 2)}
        pairs = [Condition(p, _CONTEXT) for p in sorted(shared)]
        back = {c for c in pairs if key("kept-back", c.perturbation) % 3 == 0}
        return [c for c in pairs if c not in back], [c for c in pairs if c in back]

    @cached_property
    def _centroids(self) -> dict[tuple[str, int], Floats]:
        return usual_responses(self.trained, self.response(self.trained))

    @cached_property
    def _bank(self) -> _Bank:
        rng = stream(self.seed, WORLD, "cells")
        production = np.exp(rng.normal(0.0, _SPREAD, (_BANK, len(self.panel.genes))))
        log = np.log(self.model.steady(production) + _LEAST)
        return _Bank(log - log.mean(axis=0))

    @cached_property
    def _experiments(self) -> list[Experiment]:
        rng, exact = stream(self.seed, WORLD, "measured"), self.response(self.trained)
        base = np.log(self.model.steady(np.ones((1, len(self.panel.genes)))) + _LEAST)[0]
        found = []
        for condition, mean in zip(self.trained, exact, strict=True):
            treated, controls = (self._bank.draw(self.cells, rng) for _ in range(2))
            found.append(Experiment(condition, mean + treated.mean(axis=0) - controls.mean(axis=0), self.cells,
                                    (base + mean + treated[:_FEW]).astype(np.float32),
                                    (base + controls[:_FEW]).astype(np.float32), self.panel))
        return found


class _Bank:
    """Deviations of cells from their mean, drawn with replacement from a bank.

    Attributes
    ----------
    correlation : shape (genes, genes). variance : shape (genes,).
    """

    def __init__(self, cells: Floats) -> None:
        self._cells = cells
        self.variance: Floats = np.maximum(cells.var(axis=0), 1e-12)
        scaled = cells / np.sqrt(self.variance)
        self.correlation: Floats = scaled.T @ scaled / len(cells)

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        """Shape (n, genes)."""
        return np.asarray(self._cells[rng.integers(len(self._cells), size=n)])


def make(seed: int, folder: Path, *, network: str = NETWORK, cells: int = 50) -> KineticScreen:
    """The world of a study.

    Raises
    ------
    InputError
        If there is no such network in the folder.
    """
    place = public.present(Path(folder), f"{network}.xml", f"; expected a name such as {NETWORK}")
    return KineticScreen(seed, gnw.load(place), network, cells)
