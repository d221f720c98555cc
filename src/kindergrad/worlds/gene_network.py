"""A simulated screen of a gene network: single and combined perturbations, doses, guides, donors and lines.

Truth is exact: the steady state of linear or of saturating Hill kinetics, never another noisy draw. Engines see noisy
means of few cells. Pathways are met with Zipf frequencies, so that the rare ones need many perturbations to be met.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import StudyError
from kindergrad.core.names import Axis, Domain
from kindergrad.core.records import Split
from kindergrad.core.responses import Condition, Experiment, Panel, gene, usual, usual_responses
from kindergrad.core.seeds import stream
from kindergrad.worlds import _asked, _cells, _interventions, _kinetics, _network
from kindergrad.worlds._screen import SHARES, Design, zipf

Floats = NDArray[np.float64]

WORLD = "gene_network"
DOMAIN = Domain.PERTURBATION

UNSEEN = 4
"""Pathways that no training experiment touches."""
RESPONDERS = 0.5
"""Share of cells in which the guide of a partial gene works."""
FEW = 6
"""Single cells that an experiment shows, of the perturbed ones and of the controls."""
_FEWER = 0.15  # a response of norm 1 leaves exp(-0.15) of the cells: strong perturbations kill
_KINETICS = ("hill", "linear")
_LEAST = {"pathways": 12, "experiments": 50, "cells": 5, "controls": 20, "contexts": 1, "depth": 100}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a screen is made with.

    Attributes
    ----------
    experiments : how many training experiments the corpus holds.
    pathways : that training experiments touch; four more are never touched.
    kinetics : ``hill`` or ``linear``.
    cells, controls : perturbed cells per experiment, and control cells per context.
    depth : molecules counted per cell.
    contexts : cell lines; each has two donors in training, and one more in exams.
    exponent : of the Zipf law of pathways.

    Raises
    ------
    StudyError
        For a value out of range.
    """

    experiments: int = 2000
    pathways: int = 24
    kinetics: str = "hill"
    cells: int = 50
    controls: int = 1000
    depth: float = 10_000.0
    contexts: int = 3
    exponent: float = 1.3

    def __post_init__(self) -> None:
        if self.kinetics not in _KINETICS:
            raise StudyError(f"unknown kinetics '{self.kinetics}'; expected {' or '.join(_KINETICS)}")
        for name, least in _LEAST.items():
            value, most = getattr(self, name), 8 if name == "contexts" else 1_000_000
            if not least <= value <= most:
                raise StudyError(f"{name} must be at least {least} and at most {most:,}; got {value:g}")


class GeneNetwork:
    """The screen. See :class:`kindergrad.core.world.World` for what a study needs of it.

    Parameters
    ----------
    shares : of the kinds of experiments; see ``SHARES``.
    name : of the world in records.
    settings : see :class:`Settings`.
    """

    axis = Axis.PERTURBATIONS
    exact = True
    smallest = 8

    def __init__(self, seed: int, *, shares: dict[str, float] | None = None, name: str = WORLD, **settings: Any
                 ) -> None:
        told = Settings(**settings)
        self.seed, self.size, self.cells, self.depth = seed, told.experiments, told.cells, told.depth
        self._controls, self.kinetics, pathways = told.controls, told.kinetics, told.pathways
        self.network = _network.draw(pathways + UNSEEN, seed)
        self.interventions = _interventions.draw(self.network, pathways, seed)
        self.design = Design(self.network, self.interventions, zipf(pathways, told.exponent),
                             tuple("ABCDEFGH"[: told.contexts]), 2, shares or SHARES)
        recipe = [name, seed, asdict(told), self.design.shares]
        self.digest = hashlib.blake2b(json.dumps(recipe).encode(), digest_size=8).hexdigest()
        self.id = f"{name}-{self.kinetics}-{self.digest}"
        self.sentence = (f"a simulated screen of {len(self.network.names)} genes in {pathways + UNSEEN} pathways with "
                         f"{self.kinetics} kinetics, seed {seed}: {self.size:,} experiments of about {self.cells} "
                         f"cells in {len(self.design.contexts)} contexts")
        self.panel = Panel(self.network.names, tuple(
            self.network.pathway_name(at) for at in range(len(self.network.names))))
        self.offers = frozenset(_asked.KINDS) | {"responses", "edges", "cells", "correlations", "pathways",
                                                       "targets"}
        self.missing: dict[str, str] = {}
        self.split = Split(train=("cells of the experiments of the corpus",),
                           scored=("exact expectations", *sorted(_asked.KINDS)))
        self._asked: dict[str, list[Condition]] = {}
        self._states: dict[str, _kinetics.Linear] = {}
        self._scatters: dict[str, _cells.Scatter] = {}

    # ------------------------------------------------------------------------------------------------ truth

    def response(self, conditions: Sequence[Condition]) -> Floats:
        """Exact mean response, log expression minus that of the controls, shape (n, genes)."""
        found = np.zeros((len(conditions), len(self.network.names)))
        for context in sorted({c.context for c in conditions}):
            rows = [i for i, c in enumerate(conditions) if c.context == context]
            shift = self.interventions.shift([conditions[i] for i in rows])
            rest = self.interventions.shift([Condition("", context)])
            steady = self.state(context).steady(np.vstack([rest, shift]))
            found[rows] = (steady[1:] - steady[0]) * self.responders([conditions[i] for i in rows])[:, None]
        return found

    def responders(self, conditions: Sequence[Condition]) -> Floats:
        """Share of cells in which the perturbation works, shape (n,)."""
        partial = {self.network.names[at] for at in self.design.partials}
        return np.array([RESPONDERS if c.perturbation in partial else 1.0 for c in conditions])

    def centroid(self, conditions: Sequence[Condition]) -> Floats:
        """Exact mean response of the perturbations trained on, shape (n, genes).

        Of those of as many genes in the same context, else in any context; each perturbation counts once, however
        often it was done, so that common pathways do not decide what is usual.
        """
        return np.stack([usual(self._centroids, c) for c in conditions])

    def variance(self, context: str) -> Floats:
        """Variance of single measured cells, shape (genes,)."""
        return self.scatter(context).variance

    @cached_property
    def typical(self) -> float:
        """Mean squared norm of the exact responses around their centroid, over the conditions seen in training."""
        seen = self.conditions("seen")
        return float(((self.response(seen) - self.centroid(seen)) ** 2).sum(axis=1).mean())

    def conditions(self, kind: str) -> list[Condition]:
        """The conditions of a kind that exams may ask for; see ``_asked.KINDS``."""
        if kind not in self._asked:
            self._asked[kind] = _asked.KINDS[kind](self)
        return self._asked[kind]

    def cluster(self, condition: Condition) -> str:
        """The pathways that a condition touches: the unit of standard errors."""
        places = [self.interventions.place.get(part.rstrip("^")) for part in condition.parts]
        names = {"none" if at is None else self.network.pathway_name(at) for at in places}
        return "+".join(sorted(names)) or "none"

    def groups(self, genes: Sequence[str]) -> NDArray[np.str_]:
        """The pathway of each gene: the unit of standard errors of edges."""
        return np.array([self.panel.pathways[self.panel.place[str(g)]] for g in genes])

    def uncompensated(self, conditions: Sequence[Condition]) -> Floats:
        """Responses along the edges of the cascade if no paralog took over: the linear step-by-step answer."""
        lost = self.network.compensated
        edges = self.network.edges
        held = np.isin(edges.source, lost) & (self.network.pathway[edges.target] == self.network.pathway[edges.source]
                                              ) & (self.network.role[edges.target] == _network.SENSOR)
        keep = ~held & ~self.network.feedback
        cascade = _kinetics.Linear(len(self.network.names), _network.Edges(*(column[keep] for column in edges)))
        return cascade.steady(self.interventions.shift(conditions))

    def gate(self, condition: Condition) -> str:
        """Kind of the gate between the pathways of a combination; empty where there is none."""
        pathways = tuple(sorted(int(self.network.pathway[self.panel.place[gene(p)]]) for p in condition.parts))
        return next((g.kind for g in self.interventions.gates if g.pathways == pathways), "")

    def quantiles(self, conditions: Sequence[Condition], places: NDArray[np.int64], levels: Floats) -> Floats:
        """Exact quantiles of log expression of measured cells, shape (n, places, levels). ``places``: (n, places)."""
        share = self.responders(conditions)[:, None]
        full = np.take_along_axis(self.response(conditions) / share, places, axis=1)
        base, variance = (np.stack([of(c.context) for c in conditions]) for of in (self.base, self.variance))
        sd = np.sqrt(np.take_along_axis(variance, places, axis=1))
        return np.take_along_axis(base, places, axis=1)[..., None] + _cells.mixture_quantiles(full, sd, share, levels)

    @cached_property
    def distances(self) -> NDArray[np.int64]:
        """Steps from the row's gene to the column's, -1 where it is never reached, shape (genes, genes).

        A gate that the perturbed gene opens by itself is a first step, too; gates are opened by nothing else.
        """
        found = _kinetics.distances(len(self.network.names), self.network.edges)
        far = len(found)
        steps = np.where(found < 0, far, found)
        for gate in self.interventions.gates:
            for at in self._openers(gate):
                found[at] = np.minimum(np.where(found[at] < 0, far, found[at]), steps[gate.gene] + 1)
        found[found >= far] = -1
        return found

    def _openers(self, gate: _interventions.Gate) -> list[int]:
        """Genes that open a gate alone."""
        alone = {"or": gate.pathways, "saturating": gate.pathways, "suppressing": gate.pathways[:1]}
        return [at for p in alone.get(gate.kind, ()) for at in [self.network.hub(p), *self.network.sensors(p)]]

    def regulons(self, size: int) -> tuple[NDArray[np.int64], Floats]:
        """The ``size`` genes on which each hub acts most strongly, and the signs, shape (pathways, size) each."""
        edges, places, signs = self.network.edges, [], []
        for pathway in range(int(self.network.pathway.max()) + 1):
            own = np.flatnonzero(edges.source == self.network.hub(pathway))
            strongest = own[np.argsort(-np.abs(edges.weight[own]), kind="stable")[:size]]
            places.append(edges.target[strongest])
            signs.append(np.sign(edges.weight[strongest]))
        return np.array(places), np.array(signs)

    def exposure(self, pathways: Sequence[int]) -> float:
        """Share of the experiments that touch a pathway: geometric mean over some pathways."""
        names = [f"P{p + 1:02d}" for p in pathways]
        touched = [sum(name in self.cluster(c).split("+") for c in self.trained) for name in names]
        return float(np.exp(np.mean(np.log(np.maximum(touched, 0.5) / self.size))))

    # ------------------------------------------------------------------------------------------- contexts

    def state(self, context: str) -> _kinetics.Linear:
        """The kinetics of a context: hubs differ between lines and donors, and lines miss some edges."""
        if context not in self._states:
            line = context.split(".")[0]
            by_line, by_donor = stream(self.seed, "line", line), stream(self.seed, "donor", context)
            edges = self.network.edges
            pathways = int(self.network.pathway.max()) + 1
            activity = by_line.normal(0, 0.3, pathways) + by_donor.normal(0, 0.2, pathways)
            factor = np.exp(activity[self.network.pathway[edges.source]])
            factor[by_line.random(len(factor)) < 0.1] *= 0.1
            own = edges._replace(weight=np.clip(edges.weight * factor, -_network.LARGEST, _network.LARGEST))
            genes = len(self.network.names)
            self._states[context] = (_kinetics.Linear(genes, own) if self.kinetics == "linear"
                                     else _kinetics.Hill(genes, own, self.seed))
        return self._states[context]

    def base(self, context: str) -> Floats:
        """Log expression of unperturbed cells, shape (genes,)."""
        line = context.split(".")[0]
        genes = len(self.network.names)
        return np.asarray(self.network.base + stream(self.seed, "base", line).normal(0, 0.6, genes)
                          + stream(self.seed, "base", context).normal(0, 0.2, genes))

    def scatter(self, context: str) -> _cells.Scatter:
        """How cells of a context scatter."""
        if context not in self._scatters:
            self._scatters[context] = _cells.scatter(self.state(context).effects, self.base(context), self.depth,
                                                     self.seed)
        return self._scatters[context]

    def control_cells(self, context: str, n: int, rng: np.random.Generator) -> Floats:
        """Measured log expression of unperturbed cells, shape (n, genes)."""
        return np.asarray(self.base(context) + self.scatter(context).draw(n, rng))

    def perturbed_cells(self, condition: Condition, n: int, rng: np.random.Generator) -> Floats:
        """Measured log expression of perturbed cells, shape (n, genes)."""
        share = float(self.responders([condition])[0])
        works = rng.random(n) < share
        full = self.response([condition])[0] / share
        return np.asarray(self.control_cells(condition.context, n, rng) + works[:, None] * full)

    # --------------------------------------------------------------------------------------------- corpus

    def corpus(self, seed: int) -> list[Experiment]:
        """All training experiments, in another order for each seed."""
        order = stream(self.seed, "order", seed).permutation(self.size)
        return [self._experiments[i] for i in order]

    @cached_property
    def trained(self) -> tuple[Condition, ...]:
        """The conditions of the corpus, one per experiment."""
        return tuple(self.design.experiments(self.size, stream(self.seed, "screen")))

    @cached_property
    def _experiments(self) -> list[Experiment]:
        found: list[Any] = [None] * self.size
        exact = self.response(self.trained)
        share = self.responders(self.trained)
        norm = np.sqrt((exact**2).sum(axis=1))
        cells = np.maximum(5, np.round(self.cells * np.exp(-_FEWER * norm))).astype(int)
        for context in self.design.contexts:
            rng = stream(self.seed, "measured", context)
            scatter, base = self.scatter(context), self.base(context)
            control = scatter.draw(1, rng)[0] / np.sqrt(self._controls)
            rows = [i for i, c in enumerate(self.trained) if c.context == context]
            works = rng.binomial(cells[rows], share[rows]) / cells[rows] / share[rows]
            mean = exact[rows] * works[:, None] + scatter.draw(len(rows), rng) / np.sqrt(cells[rows])[:, None] - control
            few = (base + scatter.draw(len(rows) * FEW * 2, rng)).astype(np.float32).reshape(len(rows), 2, FEW, -1)
            for j, i in enumerate(rows):
                full = exact[i] / share[i] * (rng.random((FEW, 1)) < share[i])
                found[i] = Experiment(self.trained[i], mean[j], int(cells[i]), few[j, 0] + full.astype(np.float32),
                                      few[j, 1], self.panel)
        return found

    @cached_property
    def _centroids(self) -> dict[tuple[str, int], Floats]:
        # Exact, too: noise in a reference that truth and prediction share would correlate them.
        return usual_responses(self.trained, self.response(self.trained))


def make(seed: int, *, experiments: int = 2000, kinetics: str = "hill", cells: int = 50, depth: float = 10_000.0,
         contexts: int = 3) -> GeneNetwork:
    """The world of a study."""
    return GeneNetwork(seed, experiments=experiments, kinetics=kinetics, cells=cells, depth=depth, contexts=contexts)
