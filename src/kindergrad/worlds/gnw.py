"""Kinetic models of GeneNetWeaver (DREAM3, DREAM4): read from their XML, with exact steady states of any perturbation.

Each gene is transcribed at ``max`` times the mean activation of its promoter. Modules of regulators bind; a module is
active with probability P, and state s of all modules (bit j: module j is active) has the relative activation ``a_s``.
With x = (protein / k)^n, a complex has P = prod(x_act) / (1 + prod(x_act) + prod(x_all)), act its activators and all
its activators and deactivators, the last term only if there are deactivators; single sites have P = prod(x_act) /
prod(1 + x_all). Protein follows its transcript, and translation is scaled such that both are equal at rest.

The models, by Schaffter, Marbach and Floreano (2011), doi:10.1093/bioinformatics/btr373, are MIT licensed. Their files
are SBML without rate laws, so that simulators of SBML cannot run them.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError

Floats = NDArray[np.float64]

_SETTLED, _MOST = 1e-12, 1500
_STEP, _DAMPED, _FAST = 0.5, 0.2, 300  # loops that swing settle in smaller steps, after so many
_LONG, _TURN = 6000, 0.1  # steps, and the share of the fastest decay that one is


class Module(NamedTuple):
    """Regulators that bind together: activators, then deactivators, with dissociation ``k`` and Hill exponent ``n``."""

    genes: tuple[int, ...]
    activators: int
    complex: bool
    k: Floats
    n: Floats


class Gene(NamedTuple):
    """One gene: highest transcription, decay of transcript and protein, activation of each state of its modules."""

    largest: float
    decay: float
    protein_decay: float
    activation: Floats
    modules: tuple[Module, ...]


class _Law:
    """The rate law of all genes at once: products over the regulators of each module, sums over states of a gene."""

    def __init__(self, genes: tuple[Gene, ...]) -> None:
        self._genes = len(genes)
        modules = [module for gene in genes for module in gene.modules]
        sizes = np.array([len(module.genes) for module in modules])
        self._inputs = np.array([i for module in modules for i in module.genes], dtype=np.int64)
        self._k, self._n = (np.concatenate([getattr(m, name) for m in modules]) if modules else np.zeros(0)
                            for name in ("k", "n"))
        first = np.cumsum(sizes) - sizes
        one = len(self._inputs)  # a column of ones stands before each module, so that none is empty
        every = [[one, *range(f, f + size)] for f, size in zip(first, sizes, strict=True)]
        up = [[one, *range(f, f + m.activators)] for f, m in zip(first, modules, strict=True)]
        self._every, self._up = (np.array([i for own in part for i in own], dtype=np.int64) for part in (every, up))
        self._every_at, self._up_at = (np.cumsum([0, *map(len, part)])[:-1] for part in (every, up))
        self._complex = np.array([m.complex for m in modules], dtype=bool)
        self._repressed = np.array([m.activators < len(m.genes) for m in modules], dtype=bool)
        start = np.cumsum([0, *(len(gene.modules) for gene in genes)])
        self._of = [(np.array(own), np.array([start[i] for i in own]),
                     np.array([genes[i].activation * genes[i].largest / genes[i].decay for i in own]))
                    for own in ([i for i, g in enumerate(genes) if len(g.modules) == count]
                                for count in sorted({len(g.modules) for g in genes}))]

    def levels(self, protein: Floats) -> Floats:
        """Transcripts at rest for this protein, shape (n, genes) both."""
        active = self._active(protein) if len(self._inputs) else np.zeros((len(protein), 0))
        found = np.empty((len(protein), self._genes))
        for genes, start, level in self._of:
            chance = np.ones((len(protein), len(genes), 1))
            for j in range(int(np.log2(level.shape[1]))):
                p = active[:, start + j, None]
                chance = np.concatenate([chance * (1 - p), chance * p], axis=2)
            found[:, genes] = (chance * level).sum(axis=2)
        return found

    def _active(self, protein: Floats) -> Floats:
        """Chance that each module is active, shape (n, modules)."""
        x = np.ones((len(protein), len(self._inputs) + 1))
        x[:, :-1] = (protein[:, self._inputs] / self._k) ** self._n
        up = np.multiply.reduceat(x[:, self._up], self._up_at, axis=1)
        every = np.multiply.reduceat(x[:, self._every], self._every_at, axis=1) * self._repressed
        x[:, :-1] += 1.0
        single = np.multiply.reduceat(x[:, self._every], self._every_at, axis=1)
        return np.asarray(up / np.where(self._complex, 1 + up + every, single))


@dataclass(frozen=True, eq=False)
class KineticModel:
    """A network with its names and genes, in the same order."""

    names: tuple[str, ...]
    genes: tuple[Gene, ...]

    @property
    def edges(self) -> set[tuple[str, str]]:
        """(regulator, gene) of all direct interactions."""
        return {(self.names[source], name) for name, own in zip(self.names, self.genes, strict=True)
                for module in own.modules for source in module.genes}

    def steady(self, production: Floats) -> Floats:
        """Expression at rest, shape (n, genes), where the transcription of genes is multiplied.

        Parameters
        ----------
        production : shape (n, genes), 1: unperturbed, 0: knocked out, 0.5: knocked down.

        Where there is no steady state that steps lead to, the full dynamics of transcripts and proteins are followed;
        what oscillates for ever is averaged over the second half of that time.
        """
        state = np.clip(production, 0.0, 1.0) * 0.5
        moving = np.arange(len(production))
        for i in range(_MOST):
            moved = production[moving] * self._levels(state[moving]) - state[moving]
            state[moving] += (_STEP if i < _FAST else _DAMPED) * moved
            moving = moving[np.abs(moved).max(axis=1) > _SETTLED]
            if not len(moving):
                return state
        state[moving] = self._long_run(production[moving])
        return state

    def _long_run(self, production: Floats) -> Floats:
        """Mean transcripts over the second half of a long time."""
        decay = np.array([gene.decay for gene in self.genes])
        protein_decay = np.array([gene.protein_decay for gene in self.genes])
        step = _TURN / max(decay.max(), protein_decay.max())
        transcript, protein = np.clip(production, 0.0, 1.0) * 0.5, np.clip(production, 0.0, 1.0) * 0.5
        total = np.zeros_like(transcript)
        for i in range(_LONG):
            aim = production * self._levels(protein)
            protein = protein + step * protein_decay * (transcript - protein)
            transcript = transcript + step * decay * (aim - transcript)
            total += transcript if i >= _LONG // 2 else 0.0
        return np.asarray(total / (_LONG - _LONG // 2))

    def knocked(self, left: float) -> Floats:
        """Expression with each gene in turn at ``left`` of its production: row is the gene, shape (genes, genes)."""
        production = np.ones((len(self.names), len(self.names)))
        np.fill_diagonal(production, left)
        return self.steady(production)

    def _levels(self, protein: Floats) -> Floats:
        return self._law.levels(protein)

    @cached_property
    def _law(self) -> _Law:
        return _Law(self.genes)


def load(path: Path | str) -> KineticModel:
    """Read a model, gz or not.

    Raises
    ------
    InputError
        If the file cannot be read, or is not such a model.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
        root = ElementTree.fromstring(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, ElementTree.ParseError) as error:
        raise InputError(f"cannot read the kinetic model {path}: {error}") from None
    names = tuple(s.get("id", "") for s in _all(root, "species") if s.get("id") != "_void_")
    place = {name: i for i, name in enumerate(names)}
    reactions = {r.get("id", ""): r for r in _all(root, "reaction")}
    try:
        return KineticModel(names, tuple(_gene(reactions, name, place) for name in names))
    except (KeyError, ValueError) as error:
        raise InputError(f"{path} is not a GeneNetWeaver model: {error} is missing or out of place") from None


def _gene(reactions: Mapping[str, ElementTree.Element], name: str, place: Mapping[str, int]) -> Gene:
    synthesis = reactions[f"{name}_synthesis"]
    number = _numbers(synthesis)
    inputs = [place[m.get("species", "")] for m in _all(synthesis, "modifierSpeciesReference")]
    modules, first = [], 0
    for j in range(1, 1 + sum(re.fullmatch(r"numActivators_\d+", key) is not None for key in number)):
        up, down = int(number[f"numActivators_{j}"]), int(number[f"numDeactivators_{j}"])
        own = range(first, first + up + down)
        modules.append(Module(tuple(inputs[i] for i in own), up, number[f"bindsAsComplex_{j}"] > 0,
                              np.array([number[f"k_{i + 1}"] for i in own]),
                              np.array([number[f"n_{i + 1}"] for i in own])))
        first += up + down
    if first != len(inputs):
        raise ValueError(f"{name} has {len(inputs)} regulators, of which {first} stand in modules; one")
    activation = np.array([number[f"a_{s}"] for s in range(2 ** len(modules))])
    decay = _numbers(reactions[f"{name}_degradation"])["delta"]
    return Gene(number["max"], decay, number["deltaProtein"], activation, tuple(modules))


def _numbers(reaction: ElementTree.Element) -> dict[str, float]:
    return {p.get("id", ""): float(p.get("value", "nan")) for p in _all(reaction, "parameter")}


def _all(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if e.tag.rsplit("}", 1)[-1] == tag]
