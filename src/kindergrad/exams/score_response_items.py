"""From two tables to items: which perturbations are scored, against which reference, with what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.errors import InputError
from kindergrad.worlds.expression_tables import CONTROL, ContextKind, ExpressionTable, agree, apart, normalise

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_CELLS = 4
"""Below, a perturbation has no four folds."""
FEWEST_TRAINING = 3
"""Training perturbations below which their mean is no reference: its noise would look like signal."""
_SCALE = 2.0
"""Mean expression of predictions over that of the truth may lie within this factor."""
_COMMON = 0.5
"""Share of the truth's genes that a prediction must hold."""


class Training(NamedTuple):
    """Labels that trained the engine: everywhere (context None) or in one context."""

    pairs: frozenset[tuple[str | None, str]]
    said: str

    def holds(self, context: str, label: str) -> bool:
        """Whether it trained; a name without a dose stands for all its doses."""
        return any((where, said) in self.pairs for where in (None, context) for said in (label, name_of(label)))


class Spread(NamedTuple):
    """Variance between cells, in the rows of a context that have enough cells in truth and prediction.

    Attributes
    ----------
    rows : (k,), items of the context; prediction : (k, genes); folds : (4, k, genes).
    control, trained : (genes,), variance of controls, and its mean over training perturbations (None without any).
    weights : (genes,), one over the variance of the estimate, from controls and training perturbations.
    """

    rows: tuple[int, ...]
    prediction: Floats
    folds: Floats
    control: Floats
    trained: Floats | None
    weights: Floats


@dataclass(frozen=True)
class Context:
    """The scored items of one context (cell type, line, donor).

    Attributes
    ----------
    labels : (n,); prediction : (n, genes); folds : (4, n, genes); cells : (n,).
    depth : (n,), counts a cell; 0 where they are not known.
    controls : (4, 1, genes), mean of each fold of the control cells, or (4, n, genes) where items come from several
        contexts; n_controls : their number.
    groups : (n,), the context of each item.
    weights : (genes,), one over the noise variance of each gene, from controls and training perturbations.
    training : label -> row of ``known`` (k, genes) and ``known_cells`` (k,), the training perturbations measured here.
    elsewhere : (n, genes), mean of the same perturbation in other contexts as a difference from their centroids; NaN
        where there is none.
    reference : (genes,), mean of the training perturbations; None where there are too few.
    home : whether training perturbations were measured in this context; kind : what contexts are.
    spread : None where cells are too few, or the prediction holds means.
    """

    name: str
    genes: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    prediction: Floats
    folds: Floats
    cells: Ints
    depth: Floats
    controls: Floats
    n_controls: int
    weights: Floats
    training: Mapping[str, int]
    known: Floats
    known_cells: Ints
    reference: Floats | None
    home: bool
    elsewhere: Floats
    seen_elsewhere: frozenset[str]
    kind: ContextKind
    place: Mapping[str, int] = field(default_factory=dict)
    spread: Spread | None = None

    @property
    def control(self) -> Floats:
        """Mean of all controls, shape (genes,)."""
        return np.asarray(self.controls.mean(axis=(0, 1)))

    @property
    def several(self) -> bool:
        """Whether items come from several contexts, each with controls of its own."""
        return self.controls.shape[1] > 1

    @cached_property
    def trained_names(self) -> frozenset[str]:
        """Perturbations that trained here, at any dose."""
        return frozenset(map(name_of, self.training))

    @cached_property
    def truth(self) -> Floats:
        """Mean of all cells, shape (n, genes); for twins, never for scores."""
        return np.asarray(self.folds.mean(axis=0))

    def subset(self, rows: Sequence[int]) -> Context:
        """The same context with some of its items."""
        at = list(rows)
        return replace(self, labels=tuple(self.labels[i] for i in at), groups=tuple(self.groups[i] for i in at),
                       prediction=self.prediction[at], folds=self.folds[:, at], cells=self.cells[at],
                       depth=self.depth[at], elsewhere=self.elsewhere[at], spread=None)


class Material(NamedTuple):
    """All contexts, and what was counted on the way."""

    contexts: tuple[Context, ...]
    declared: bool
    few_cells: tuple[str, ...]
    n_scored: int
    n_predicted: int
    n_training: int
    notes: tuple[str, ...]
    sets: Mapping[str, NDArray[np.int64]]
    """Gene sets: name -> columns of their genes that are measured."""


def name_of(label: str) -> str:
    """A label without its dose."""
    return apart(label)[0]


def read_training(path: Path) -> Training:
    """Labels of a file, one a line; ``label<TAB>context`` for one context only.

    Raises
    ------
    InputError
        If the file cannot be read as text or names nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}; expected text with one training perturbation a line") from None
    pairs = set()
    for line in lines:
        label, _, context = line.partition("\t")
        if label.strip() and not label.startswith("#"):
            pairs.add((context.strip() or None, normalise(label.strip())))
    pairs = {pair for pair in pairs if pair[1] != CONTROL}
    if not pairs:
        raise InputError(f"{path} names no perturbation; expected one label a line, such as 'KLF1' or 'KLF1+MAP2K6'")
    return Training(frozenset(pairs), path.name)


def training_of(truth: ExpressionTable) -> Training | None:
    """Training perturbations by the column 'split' of the truth, or None where it has none."""
    pairs = frozenset((c, p) for c, p, s in zip(truth.contexts, truth.labels, truth.splits, strict=True)
                      if s.startswith("train") and p != CONTROL)
    return Training(pairs, "obs['split']") if pairs else None


def material(prediction: ExpressionTable, truth: ExpressionTable, training: Training | None,
             sets: Mapping[str, Sequence[str]] | None = None) -> Material:
    """Items of all contexts; ``sets`` are gene sets by name.

    Raises
    ------
    InputError
        Where the files do not fit: no common perturbation, too few common genes, another scale, no controls.
    """
    from kindergrad.exams.score_response_align import Aligned

    notes = [*(f"truth: {note}" for note in truth.notes), *(f"prediction: {note}" for note in prediction.notes)]
    converted = agree(truth.scale, prediction.scale, prediction.path)
    notes += [converted] if converted else []
    return Aligned(prediction, truth, training, notes).material(sets or {})


def check_scale(prediction: Floats, truth: Floats, path: Path) -> None:
    """Refuse predictions whose mean level is another one: differences, counts, or another depth."""
    said, true = float(prediction.mean()), float(truth.mean())
    if not true / _SCALE <= said <= true * _SCALE:
        hint = "these look like differences; add the control mean" if abs(said) < true / _SCALE else \
            "these look like counts or another depth; write log1p of counts per 10,000, as in the truth"
        raise InputError(f"mixed scales: the predictions of {path} average {said:.3g} a gene where the truth averages "
                         f"{true:.3g}; expected the same scale; {hint}")


def check_genes(prediction: ExpressionTable, truth: ExpressionTable) -> list[str]:
    """How the genes of both files fit; refuses files with less than half of the truth's genes."""
    said, true = set(prediction.genes), set(truth.genes)
    common = len(said & true)
    if common < _COMMON * len(true):
        raise InputError(f"{prediction.path} holds {common:,} of the {len(true):,} genes of {truth.path}; got names "
                         "such as "
                         f"'{prediction.genes[0]}', expected such as '{truth.genes[0]}'; use one kind of name in both")
    notes = []
    if common < len(true):
        missing = sorted(true - said)
        notes.append(f"{len(missing):,} genes of the truth are not in the prediction (such as {missing[0]}): scored "
                     "as no "
                     "change from control")
    if len(said - true):
        notes.append(f"{len(said - true):,} genes of the prediction are not in the truth and were left out")
    if common == len(true) == len(said) and prediction.genes != truth.genes:
        notes.append("genes stand in another order in the prediction and were matched by name")
    return notes
