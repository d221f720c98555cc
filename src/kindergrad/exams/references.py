"""What every score is shown beside: blind engines, look-ups, simple probes, and what noisy truth allows.

One mechanism for all assessments. An engine that gives likelihoods sits as it is, after the whole corpus; one that can
only be fitted gets all training items; ``by-COLUMN`` answers with what a column of the truth tells (the consequence of
a variant, its distance to a junction, the number of changes), fitted on the training items too.

Which of them make the floor, each assessment says: what cannot have the skill. A k-mer probe that may have learned it
honestly stands beside the score as a reference, and takes nothing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.asks import LogLikelihood
from kindergrad.core.assessment import BY, Assessment
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.items import Items
from kindergrad.core.names import Readout
from kindergrad.exams import catalogue, sit
from kindergrad.stats import correlation

Floats = NDArray[np.float64]
_LEAVES, _SMALLEST_LEAF = 12, 20
"""Of the tree that reads a numeric column."""


class Exam(NamedTuple):
    """Items that references sit, and the engines by id."""

    assessment: Assessment
    items: Items
    train: Items | None
    engines: Mapping[str, Any]

    def both(self, name: str) -> Floats:
        """Score and sharp twin per item, shape (2, n)."""
        answers = self._answers(name)
        return np.stack([self.assessment.score(answers, self.items), self.assessment.twin(answers, self.items)])

    def all_of(self, names: tuple[str, ...]) -> tuple[dict[str, Floats], dict[str, str]]:
        """Scores of those that could sit, and the reasons of those that could not."""
        scores, failures = {}, {}
        for name in names:
            try:
                scores[name] = self.both(name)
            except EngineError as error:
                failures[name] = f"{name}: {error}"
        return scores, failures

    def _answers(self, name: str) -> Floats:
        if name.startswith(BY):
            return look_up(name.removeprefix(BY), self.items, self.train)
        engine = self.engines[name]
        usual = next(iter(self.assessment.readouts))
        fits = Readout.FIT in self.assessment.readouts and not isinstance(engine, LogLikelihood) and hasattr(
            engine, "fit")
        return sit.ask(engine, self.assessment, Readout.FIT if fits else usual, self.items, self.train)


def fitted(assessment: Assessment) -> tuple[str, ...]:
    """References of an assessment: where nothing can be fitted, there are none."""
    known = catalogue.engines()
    own = tuple(name for name in assessment.references if name not in assessment.floor
                and (name not in known or known[name].domain is assessment.domain))
    return own if Readout.FIT in assessment.readouts else ()


def reliable(assessment: Assessment, items: Items) -> Floats | None:
    """What a predictor without noise would reach: from a second measurement, from reliabilities that are known, or from
    standard errors; shape (2, n).
    """
    truth = items.truth
    if "replicate" in truth:
        again = truth["replicate"]
        return np.stack([correlation.noise_free(assessment.score(again, items), assessment.chance, assessment.top),
                         correlation.noise_free(assessment.twin(again, items), 1 / _options(items), 1.0)])
    if "reliability" in truth:
        root = np.sqrt(np.maximum(truth["reliability"], 0.0))
        return np.stack([assessment.chance + (assessment.top - assessment.chance) * root, np.ones(len(items))])
    if "error" in truth:
        top = correlation.from_errors(truth["value"], truth["error"], truth.get("group", np.zeros(0)))
        return np.stack([top, np.ones(len(items))])
    return None


def look_up(column: str, items: Items, train: Items | None) -> Floats:
    """Answers from one column of the truth; without training items, the column itself is the answer.

    Raises
    ------
    InputError
        If the items have no such column.
    """
    if column not in items.truth:
        raise InputError(f"items have no column '{column}' to look the answer up in; got {', '.join(items.truth)}")
    asked = np.asarray(items.truth[column])
    if train is None:
        return asked.astype(np.float64)
    seen, target = np.asarray(train.truth[column]), _target(train)
    if seen.dtype.kind in "fiu":
        from sklearn.tree import DecisionTreeRegressor

        tree = DecisionTreeRegressor(max_leaf_nodes=_LEAVES, min_samples_leaf=_SMALLEST_LEAF, random_state=0)
        tree.fit(seen.reshape(-1, 1), target)
        return np.asarray(tree.predict(asked.reshape(-1, 1)), dtype=np.float64).reshape(asked.shape)
    names, index = np.unique(seen.ravel(), return_inverse=True)
    overall = float(target.mean())  # one item's worth of it, so that a rare class does not decide
    mean = (np.bincount(index, weights=target) + overall) / (np.bincount(index) + 1)
    table = dict(zip(names.tolist(), mean.tolist(), strict=True))
    return np.array([table.get(v, overall) for v in asked.ravel().tolist()]).reshape(asked.shape)


def _target(train: Items) -> Floats:
    """What is to be predicted, one number per candidate."""
    if "value" in train.truth:
        return np.asarray(train.truth["value"], dtype=np.float64).ravel()
    candidates = max(c.shape[1] for c in train.asked.values() if c.ndim == 2)
    return (np.arange(candidates)[None, :] == train.truth["true"][:, None]).astype(np.float64).ravel()


def _options(items: Items) -> int:
    """Between how many a guess chooses: the candidates of an item, or the two sides of a median."""
    return max((c.shape[1] for c in items.asked.values() if c.ndim == 2), default=2)
