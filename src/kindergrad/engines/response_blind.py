"""Engines that cannot know what a perturbation does: the best of them gives the floor of an exam on responses.

``no-change`` predicts the controls; ``perturbed-mean`` the mean response in the context; ``on-target`` that mean and
the usual fall of the target; ``metadata`` that mean, larger where cells died or the target is highly expressed;
``typical-size`` how much each gene usually moves; ``nearest-relative`` the mean of the target's pathway;
``matching-mean`` the mean of the experiments that share a gene; ``best-single`` one of the genes of a pair;
``shrunk-additive`` the sum of the genes of a pair, shrunk,
and ``curved-additive`` bent, as saturation does; ``same-elsewhere`` the mean of the same perturbation in
other contexts, at whatever dose. Their cells are independent genes with the scatter of controls.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Domain, Role
from kindergrad.core.responses import Condition, gene
from kindergrad.core.seeds import stream
from kindergrad.engines._screen_reader import Read, Reader

Floats = NDArray[np.float64]
Rule = Callable[[Read, Sequence[Condition]], Floats]


def no_change(read: Read, conditions: Sequence[Condition]) -> Floats:
    return np.zeros((len(conditions), len(read.panel.genes)))


def perturbed_mean(read: Read, conditions: Sequence[Condition]) -> Floats:
    return read.means(conditions)


def on_target(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The mean response, and at each target the median of what targets did."""
    found = read.means(conditions).copy()
    usual = _usual_fall(read)
    for row, condition in zip(found, conditions, strict=True):
        for part in condition.parts:
            if gene(part) in read.place:
                row[read.place[gene(part)]] = usual if part == gene(part) else -usual / 2
    return found


def metadata(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The mean response times a factor fitted to the number of cells left and the expression of the target."""
    length = np.sqrt((read.response**2).sum(axis=1))
    moved = np.flatnonzero(length > 0)
    size = np.log(length[moved])
    known = np.array([_facts(read, read.conditions[i], read.weight[i]) for i in moved])
    fitted = np.linalg.lstsq(known, size, rcond=1e-6)[0]
    cells: dict[str, list[float]] = {}
    for condition, weight in zip(read.conditions, read.weight, strict=True):
        cells.setdefault(condition.perturbation, []).append(float(weight))
    usual = float(np.median(read.weight))
    asked = np.array([_facts(read, c, float(np.mean(cells.get(c.perturbation, [usual])))) for c in conditions])
    factor = np.exp(np.clip(asked @ fitted - size.mean(), -3, 3))
    return np.asarray(read.means(conditions) * factor[:, None])


def typical_size(read: Read, conditions: Sequence[Condition]) -> Floats:
    """How much each gene moves on average: no direction, but which genes move at all."""
    return np.repeat(np.abs(read.response).mean(axis=0)[None], len(conditions), axis=0)


def nearest_relative(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The mean of the single perturbations of the pathway in the same context, else in any, else of all."""
    singles = np.flatnonzero(read.single)
    own = [read.panel.pathways[read.place[gene(read.conditions[i].perturbation)]] for i in singles]
    return _first(read, conditions, [(own[j], read.conditions[i].context, i) for j, i in enumerate(singles)],
                  lambda c: [read.panel.pathways[read.place[gene(p)]] for p in c.parts if gene(p) in read.place])


def matching_mean(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The mean of the experiments that share a gene with the condition."""
    rows = [(part, c.context, i) for i, c in enumerate(read.conditions) for part in c.parts]
    return _first(read, conditions, rows, lambda c: list(c.parts))


def same_elsewhere(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The mean of the same perturbation in all contexts and at all doses, else the mean response."""
    rows = [(c.perturbation, "", i) for i, c in enumerate(read.conditions)]
    return _first(read, conditions, rows, lambda c: [c.perturbation])


def best_single(read: Read, conditions: Sequence[Condition]) -> Floats:
    """The larger of the responses to the genes of a combination."""
    parts = _parts(read, conditions)
    return np.stack([own[int(np.argmax((own**2).sum(axis=1)))] if len(own) else mean
                     for own, mean in zip(parts, read.means(conditions), strict=True)])


def shrunk_additive(read: Read, conditions: Sequence[Condition]) -> Floats:
    """A share of the sum of the genes of a combination, the share fitted to the combinations read."""
    seen = [i for i, c in enumerate(read.conditions) if len(c.parts) > 1]
    share = 1.0
    if seen:
        sums = _sums(read, [read.conditions[i] for i in seen])
        share = float((sums * read.response[seen]).sum() / max((sums**2).sum(), 1e-12))
    several = np.array([len(c.parts) > 1 for c in conditions])
    return np.asarray(_sums(read, conditions) * np.where(several, share, 1.0)[:, None])


def curved_additive(read: Read, conditions: Sequence[Condition]) -> Floats:
    """A quadratic function of the sum of the genes of a combination, one for all genes, fitted to the combinations
    read: the null model of Norman et al. (2019), doi:10.1126/science.aax4438.
    """
    seen = [i for i, c in enumerate(read.conditions) if len(c.parts) > 1]
    sums = _sums(read, conditions)
    if not seen:
        return sums
    known, true = _sums(read, [read.conditions[i] for i in seen]).ravel(), read.response[seen].ravel()
    line, bend = np.linalg.lstsq(np.stack([known, known**2], axis=1), true, rcond=1e-6)[0]
    several = np.array([len(c.parts) > 1 for c in conditions])
    return np.asarray(np.where(several[:, None], line * sums + bend * sums**2, sums))


def _sums(read: Read, conditions: Sequence[Condition]) -> Floats:
    return np.stack([own.sum(axis=0) if len(own) else mean
                     for own, mean in zip(_parts(read, conditions), read.means(conditions), strict=True)])


def _parts(read: Read, conditions: Sequence[Condition]) -> list[Floats]:
    """The response of each gene of each condition."""
    alone = sorted({a for c in conditions for a in c.alone()})
    known = dict(zip(alone, same_elsewhere(read, alone), strict=True)) if alone else {}
    return [np.array([known[a] for a in c.alone()]) for c in conditions]


def _first(read: Read, conditions: Sequence[Condition], rows: list[tuple[str, str, int]],
           keys: Callable[[Condition], list[str]]) -> Floats:
    """Mean over the keys of a condition of the experiments with this key, of its context if there are any."""
    here: dict[tuple[str, str], list[int]] = {}
    for name, context, i in rows:
        here.setdefault((name, context), []).append(i)
        if context:
            here.setdefault((name, ""), []).append(i)
    found = read.means(conditions).copy()
    for row, condition in zip(found, conditions, strict=True):
        own = [here.get((k, condition.context), here.get((k, ""), [])) for k in keys(condition)]
        known = [read.response[i].mean(axis=0) for i in own if i]
        if known:
            row[:] = np.mean(known, axis=0)
    return found


def _usual_fall(read: Read) -> float:
    rows = np.flatnonzero(read.single)
    falls = [read.response[i, read.place[read.conditions[i].perturbation]] for i in rows
             if read.conditions[i].perturbation in read.place]
    return float(np.median(falls)) if falls else 0.0


def _facts(read: Read, condition: Condition, cells: float) -> list[float]:
    base = read.control_mean.get(condition.context)
    own = [base[read.place[gene(p)]] for p in condition.parts if base is not None and gene(p) in read.place]
    return [1.0, float(np.log(cells)), float(np.mean(own)) if own else 0.0, float(len(condition.parts))]


class Blind(Reader):
    """A rule that looks up means."""

    family = "blind"

    def __init__(self, rule: str, seed: int = 0) -> None:
        super().__init__()
        self.name = rule
        self._rule = RULES[rule]

    def predict_response(self, conditions: Sequence[Condition]) -> Floats:
        """Log expression minus that of the controls, shape (n, genes)."""
        return self._rule(self.read, conditions)

    def worth(self, conditions: Sequence[Condition]) -> Floats:
        """The size of the predicted response: the strongest experiment first. Shape (n,)."""
        return np.asarray(np.sqrt((self.predict_response(conditions) ** 2).sum(axis=1)))

    def draw_cells(self, conditions: Sequence[Condition], cells: int, seed: int) -> Floats:
        """Log expression of cells, shape (n, cells, genes)."""
        read = self.read
        usual = np.mean(list(read.control_mean.values()), axis=0)
        mean = np.stack([read.control_mean.get(c.context, usual) for c in conditions])
        mean = mean + self._rule(read, conditions) * np.array([bool(c.parts) for c in conditions])[:, None]
        noise = stream(seed, self.name).standard_normal((len(conditions), cells, mean.shape[1]))
        return np.asarray(mean[:, None, :] + noise * read.controls.std(axis=0))


RULES: dict[str, Rule] = {
    "no-change": no_change, "perturbed-mean": perturbed_mean, "on-target": on_target, "metadata": metadata,
    "typical-size": typical_size, "nearest-relative": nearest_relative, "matching-mean": matching_mean,
    "best-single": best_single, "shrunk-additive": shrunk_additive, "curved-additive": curved_additive,
    "same-elsewhere": same_elsewhere,
}

ENGINES = tuple(EngineSpec(make=Blind, id=name, role=Role.BLIND, domain=Domain.PERTURBATION, settings={"rule": name})
                for name in RULES)
