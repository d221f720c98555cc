"""Engines that say which gene acts on which: from control cells, and from what perturbations did.

``correlation`` and ``varsortability`` (the gene that varies less comes first) look at control cells only, and
``knockout-z`` takes every gene that moves for a direct target: three floors. ``inverse-effects`` takes effects along
paths out again: if T = (I - W)^-1 are total effects, W = I - T^-1 are direct ones.

Varsortability: Reisach, Seiler and Weichwald (2021), arXiv:2102.13647. Knock-out z scores won DREAM4: Pinna, Soranzo
and de la Fuente (2010), doi:10.1371/journal.pone.0012912.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain, Role
from kindergrad.engines._screen_reader import Read, Reader, reached

Floats = NDArray[np.float64]

_FAR = 3.0
"""Standard errors below which an effect is taken to be noise before effects are inverted."""


def correlation(read: Read) -> Floats:
    """Absolute correlation among control cells, shape (genes, genes)."""
    return np.abs(read.correlation)


def varsortability(read: Read) -> Floats:
    """How much more the target (column) varies than the source (row) among control cells, in logs."""
    size = np.log(np.maximum(read.controls.var(axis=0), 1e-12)).astype(np.float64)
    return np.asarray(size[None, :] - size[:, None])


def knockout_z(read: Read) -> Floats:
    """How far the target moves when the source is perturbed alone, in standard deviations over all experiments."""
    effect, _, known = _effects(read)
    sd = np.maximum(read.response.std(axis=0), 1e-9)
    return np.asarray(np.where(known[:, None], np.abs(effect) / sd, 0.0))


def inverse_effects(read: Read) -> Floats:
    """Size of direct effects, by inversion of the total ones that stand out of the noise.

    A gene that was perturbed without moving another is evidence against that edge: a little below 0. A gene that was
    never perturbed has 0.
    """
    effect, error, known = _effects(read)
    fall = np.diag(effect).copy()
    clear = known & (np.abs(fall) > _FAR * error)
    far = np.abs(effect) > _FAR * error[:, None]
    total = np.where(far & clear[:, None], effect / np.where(clear, fall, 1.0)[:, None], 0.0)
    np.fill_diagonal(total, 1.0)
    direct = np.abs(np.eye(len(total)) - np.linalg.pinv(total, rcond=1e-3))
    z = np.abs(effect) / np.where(known, error, 1.0)[:, None]
    return np.asarray(np.where(far, direct, np.tanh(z / 10) - 1.0) * known[:, None])


def _effects(read: Read) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Mean effect of each gene (row) at the full dose, its standard error, and which genes were perturbed alone."""
    genes = len(read.panel.genes)
    total, weight = np.zeros((genes, genes)), np.zeros(genes)
    for i in np.flatnonzero(read.single):
        condition = read.conditions[i]
        if condition.perturbation in read.place:  # over-expression is another thing
            at, dose = read.place[condition.perturbation], reached(condition.dose)
            total[at] += read.weight[i] * dose * read.response[i]
            weight[at] += read.weight[i] * dose**2
    known = weight > 0
    safe = np.where(known, weight, 1.0)
    return total / safe[:, None], np.sqrt(read.noise * read.weight.mean() / safe), known


class Inference(Reader):
    """A rule that scores all pairs of genes."""

    family = "network-inference"

    def __init__(self, rule: str, seed: int = 0) -> None:
        super().__init__()
        self.name = rule
        self._rule = RULES[rule]

    def refit(self, read: Read) -> None:
        self._table = self._rule(read)

    def rank_edges(self, source: Sequence[str], target: Sequence[str]) -> Floats:
        """A number per pair of genes, shape (n,), larger for a more certain edge."""
        place = self.read.place
        return np.asarray(self._table[[place[s] for s in source], [place[t] for t in target]], dtype=np.float64)


RULES: dict[str, Callable[[Read], Floats]] = {
    "correlation": correlation, "varsortability": varsortability, "knockout-z": knockout_z,
    "inverse-effects": inverse_effects,
}

ENGINES = tuple(EngineSpec(make=Inference, id=name, domain=Domain.PERTURBATION, settings={"rule": name},
                           role=Role.LEARNER if name == "inverse-effects" else Role.BLIND) for name in RULES)
