"""Fit a table of predictions to a table of measured cells: same genes, same labels, training apart from scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.exams.score_response_items import (
    FEWEST_CELLS,
    FEWEST_TRAINING,
    Context,
    Material,
    Spread,
    Training,
    check_genes,
    check_scale,
    name_of,
)
from kindergrad.worlds.expression_tables import CONTROL, ExpressionTable

Floats = NDArray[np.float64]
_VALIDATION = ("val", "valid", "validation", "dev")
_FEWEST_OF_A_SET = 3
"""Measured genes below which a gene set is no programme."""


class Aligned:
    """Both files and the training list, and every count on the way."""

    def __init__(self, prediction: ExpressionTable, truth: ExpressionTable, training: Training | None,
                 notes: list[str]) -> None:
        self.prediction, self.truth, self.training = prediction, truth, training
        self.notes = notes + check_genes(prediction, truth)
        self.genes = truth.genes
        place = {name: i for i, name in enumerate(prediction.genes)}
        self.columns = np.array([place.get(name, -1) for name in truth.genes])
        self.at = {(c, p): i for i, (c, p) in enumerate(zip(truth.contexts, truth.labels, strict=True)) if p != CONTROL}
        self.said = self._at_every_dose(self._predicted())
        self.controls = {c: [i for i, (d, p) in enumerate(zip(truth.contexts, truth.labels, strict=True))
                             if p == CONTROL and d == c] for c in dict.fromkeys(truth.contexts)}

    def _predicted(self) -> dict[tuple[str, str], int]:
        """Row of the prediction of each (context, label); without contexts in the prediction, it serves all."""
        p = self.prediction
        if not any(p.contexts) and any(self.truth.contexts):
            contexts = list(dict.fromkeys(self.truth.contexts))
            self.notes.append(f"the prediction names no contexts; each was used in all {len(contexts)} of the truth")
            return {(c, label): i for i, label in enumerate(p.labels) if label != CONTROL for c in contexts}
        here = any(self.truth.contexts)
        return {(c if here else "", label): i for i, (c, label) in enumerate(zip(p.contexts, p.labels, strict=True))
                if label != CONTROL}

    def _at_every_dose(self, said: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
        """A prediction that names no dose serves all doses of the truth that have none of their own."""
        found = {(c, label): said[c, name_of(label)] for c, label in self.at
                 if (c, label) not in said and name_of(label) != label and (c, name_of(label)) in said}
        if not found:
            return said
        served = {(c, name_of(label)) for c, label in found} - set(self.at)
        self.notes.append(f"{len(served):,} predictions name no dose; each was used at all doses of the truth, "
                          f"{len(found):,} in all")
        return {key: row for key, row in said.items() if key not in served} | found

    def trained(self, key: tuple[str, str]) -> bool:
        return self.training is not None and self.training.holds(*key)

    def material(self, sets: Mapping[str, Sequence[str]]) -> Material:
        """Items of all contexts."""
        train = [key for key in self.at if self.trained(key)]
        scored = self._scored()
        self._count_predictions(scored)
        few = [key for key in scored if self.truth.cells[:, self.at[key]].min() < 1]
        scored = [key for key in scored if key not in set(few)]
        if self.training is not None and not train:
            raise InputError(
                f"none of the {len(self.training.pairs):,} training perturbations of {self.training.said} is measured "
                f"in {self.truth.path}; got such as {_some(p for _, p in self.training.pairs)}, expected such as "
                f"{_some(p for _, p in self.at)}; use the names of the truth")
        contexts, lost = [], []
        for name in dict.fromkeys(c for c, _ in scored):
            mine = [key for key in scored if key[0] == name]
            rows = self.controls.get(name, [])
            if not rows or self.truth.cells[:, rows].sum(axis=1).min() < 1:
                lost.append(name)
                continue
            contexts.append(self._context(name, mine, rows, train))
        if lost:
            self.notes.append(f"{len(lost)} contexts have fewer than {FEWEST_CELLS} control cells and were left out "
                              "(such as "
                              f"'{lost[0]}')")
        if not contexts:
            raise InputError(f"nothing is left to score in {self.truth.path}: every scored perturbation has fewer than "
                             f"{FEWEST_CELLS} cells, or its context has fewer than {FEWEST_CELLS} controls")
        check_scale(np.concatenate([c.prediction for c in contexts]), np.concatenate([c.truth for c in contexts]),
                    self.prediction.path)
        programmes = self._sets(sets)
        return Material(tuple(contexts), self.training is not None, tuple(_name(k) for k in few),
                        sum(len(c.labels) for c in contexts), sum(key in self.said for key in scored), len(train),
                        tuple(self.notes), programmes)

    def _sets(self, sets: Mapping[str, Sequence[str]]) -> dict[str, NDArray[np.int64]]:
        """Columns of the genes of each set; sets of which hardly a gene is measured are left out, counted."""
        place = {gene: i for i, gene in enumerate(self.genes)}
        found = {name: np.array(sorted({place[g] for g in genes if g in place}), dtype=np.int64)
                 for name, genes in sets.items()}
        kept = {name: at for name, at in found.items() if len(at) >= _FEWEST_OF_A_SET}
        if sets and not kept:
            some = _some(gene for genes in sets.values() for gene in genes)
            raise InputError(f"none of the {len(sets):,} gene sets has {_FEWEST_OF_A_SET} genes that are measured; got "
                             f"such as {some}, expected such as {_some(self.genes)}; use the names of the truth")
        if len(kept) < len(sets):
            self.notes.append(f"{len(sets) - len(kept):,} of {len(sets):,} gene sets have fewer than "
                              f"{_FEWEST_OF_A_SET} measured genes and were left out")
        return kept

    def _scored(self) -> list[tuple[str, str]]:
        """What is scored: all measured perturbations that did not train, or, where none are declared, the predicted."""
        aside = {(c, p) for c, p, s in zip(self.truth.contexts, self.truth.labels, self.truth.splits, strict=True)
                 if s in _VALIDATION}
        if self.training is None:
            scored = [key for key in self.at if key in self.said]
        else:
            scored = [key for key in self.at if not self.trained(key) and key not in aside]
        if not any(key in self.said for key in scored):
            raise InputError(f"{self.prediction.path} predicts none of the {len(scored or self.at):,} scored "
                             "perturbations of "
                             f"{self.truth.path}; got such as {_some(p for _, p in self.said)}, expected such as "
                             f"{_some(p for _, p in scored or self.at)}; use the names of the truth, and keep scored "
                             "perturbations out of the training list")
        return scored

    def _count_predictions(self, scored: Sequence[tuple[str, str]]) -> None:
        inside = set(scored)
        strange = [key for key in self.said if key not in self.at]
        trained = [key for key in self.said if key in self.at and self.trained(key)]
        missing = [key for key in scored if key not in self.said]
        if strange:
            self.notes.append(f"{len(strange):,} predictions are of perturbations absent from the truth and were left "
                              "out "
                              f"(such as {_name(strange[0])})")
        if trained:
            self.notes.append(f"{len(trained):,} predictions are of training perturbations and are not scored (such as "
                              f"{_name(trained[0])})")
        if missing:
            self.notes.append(f"{len(missing):,} of {len(inside):,} scored perturbations have no prediction and count "
                              "as the "
                              f"training mean, the floor (such as {_name(missing[0])})")

    def _context(self, name: str, keys: list[tuple[str, str]], rows: list[int],
                 train: list[tuple[str, str]]) -> Context:
        mine = [key for key in train if key[0] == name]
        controls = self.truth.sums[:, rows].sum(axis=1) / self.truth.cells[:, rows].sum(axis=1)[:, None]
        known = self.truth.means([self.at[k] for k in mine])
        home = len(mine) >= FEWEST_TRAINING
        reference = known.mean(axis=0) if home else self._carried(name, controls.mean(axis=0), train)
        folds = self.truth.folds([self.at[key] for key in keys])
        default = controls.mean(axis=0) if reference is None else reference
        return Context(
            name=name, genes=self.genes, labels=tuple(p for _, p in keys), groups=(name,) * len(keys),
            prediction=self._values(keys, default, controls.mean(axis=0)), folds=folds,
            cells=self.truth.n_cells[[self.at[key] for key in keys]],
            depth=np.zeros(len(keys)) if self.truth.depth is None else self.truth.depth[[self.at[key] for key in keys]],
            controls=controls[:, None, :],
            n_controls=int(self.truth.cells[:, rows].sum()), weights=self._weights(rows, mine),
            training={p: i for i, (_, p) in enumerate(mine)}, known=known,
            known_cells=self.truth.n_cells[[self.at[k] for k in mine]], reference=reference, home=home,
            elsewhere=self._elsewhere(keys, train), seen_elsewhere=frozenset(p for c, p in train if c != name),
            kind=self.truth.dialect.kind, place={gene: i for i, gene in enumerate(self.genes)},
            spread=self._spread(keys, rows, [self.at[key] for key in mine]))

    def _values(self, keys: list[tuple[str, str]], default: Floats, control: Floats) -> Floats:
        out = np.tile(default, (len(keys), 1))
        rows = [i for i, key in enumerate(keys) if key in self.said]
        means = self.prediction.means([self.said[keys[i]] for i in rows])
        out[rows] = np.where(self.columns >= 0, means[:, self.columns], control)
        return out

    def _spread(self, keys: list[tuple[str, str]], controls: list[int], train: list[int]) -> Spread | None:
        """Variance between cells, where truth and prediction have enough of them and all genes."""
        said, true = self.prediction, self.truth
        if said.squares is None or true.squares is None or (self.columns < 0).any():
            return None
        kept = [i for i, key in enumerate(keys) if true.cells[:, self.at[key]].min() >= 2 and key in self.said
                and said.cells[:, self.said[key]].min() >= 2]
        known = [row for row in (*controls, *train) if true.cells[:, row].min() >= 2]
        if len(kept) < 3 or not set(controls) & set(known):
            return None
        folds = true.variances(known)
        noise = folds.var(axis=0, ddof=1).mean(axis=0)
        usual = float(np.median(noise[noise > 0])) if (noise > 0).any() else 1.0
        trained = [i for i, row in enumerate(known) if row in set(train)]
        means = folds.mean(axis=0)
        return Spread(tuple(kept), said.variances([self.said[keys[i]] for i in kept])[0][:, self.columns],
                      true.variances([self.at[keys[i]] for i in kept]),
                      means[[i for i, row in enumerate(known) if row in set(controls)]].mean(axis=0),
                      means[trained].mean(axis=0) if len(trained) >= FEWEST_TRAINING else None, 1.0 / (noise + usual))

    def _weights(self, controls: list[int], mine: list[tuple[str, str]]) -> Floats:
        """One over the variance of a cell's noise, from the folds of controls and training; never of scored cells."""
        rows = controls + [self.at[key] for key in mine if self.truth.cells[:, self.at[key]].min() >= 1]
        spread = np.zeros(len(self.genes))
        for row in rows:
            cells = self.truth.cells[:, row]
            if cells.min() >= 1:
                means = self.truth.sums[:, row] / cells[:, None]
                spread += means.var(axis=0, ddof=1) * cells.mean()
        spread /= max(len(rows), 1)
        usual = float(np.median(spread[spread > 0])) if (spread > 0).any() else 1.0
        return np.asarray(1.0 / (spread + usual))

    def _carried(self, name: str, control: Floats, train: list[tuple[str, str]]) -> Floats | None:
        """Reference of a context without training: its controls, moved by the mean effect of training elsewhere."""
        if len(train) < FEWEST_TRAINING:
            return None
        moves = [self.truth.means([self.at[key]])[0] - self._mean_control(key[0]) for key in train
                 if self.controls.get(key[0])]
        return control + np.mean(moves, axis=0) if len(moves) >= FEWEST_TRAINING else None

    def _mean_control(self, context: str) -> Floats:
        rows = self.controls[context]
        return np.asarray(self.truth.sums[:, rows].sum(axis=(0, 1)) / self.truth.cells[:, rows].sum())

    def _elsewhere(self, keys: list[tuple[str, str]], train: list[tuple[str, str]]) -> Floats:
        """Effect of the same perturbation in other contexts, as a difference from the training mean there."""
        out = np.full((len(keys), len(self.genes)), np.nan)
        centroids: dict[str, Floats] = {}
        for context in dict.fromkeys(c for c, _ in train):
            rows = [self.at[key] for key in train if key[0] == context]
            if len(rows) >= FEWEST_TRAINING:
                centroids[context] = self.truth.means(rows).mean(axis=0)
        inside = set(train)
        for i, (context, label) in enumerate(keys):
            moves = [self.truth.means([self.at[(c, label)]])[0] - centre for c, centre in centroids.items()
                     if c != context and (c, label) in inside]
            if moves:
                out[i] = np.mean(moves, axis=0)
        return out


def _name(key: tuple[str, str]) -> str:
    return f"{key[1]} in {key[0]}" if key[0] else key[1]


def _some(names: object) -> str:
    listed = list(dict.fromkeys(str(name) for name in names))[:3]  # type: ignore[attr-defined]  # any iterable
    return ", ".join(f"'{name}'" for name in listed) or "none"
