"""Engines that cannot know any biology: length, GC, short words, a look-up of neighbours. Their score is a shortcut.

Each is fitted on the training part and asked about the test part; without a published test part, by stratified
five-fold cross-validation (the look-up: every row among all others).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.seeds import stream
from kindergrad.exams.audit_neighbours import Pairs
from kindergrad.exams.audit_scores import Floats, Score, score
from kindergrad.exams.audit_set import OTHER, Ints, LabelledSet, Sequences

FOLDS = 5
LONGEST_WORD = 4
COMPOSITION = 4 + 16
"""Words of 1 and 2 letters."""
MOST_FITTED, MOST_SCORED = 20_000, 20_000
"""Rows that the k-mer regression is fitted on, and scored on, at most; drawn at random."""
_LETTERS = 4_000_000
_LONE = 10

Make = Callable[[int], Any]


def tree(found: LabelledSet, feature: Floats, *, smooth: bool = False) -> Score:
    """Decision tree (CART, scikit-learn) on one number a row, shape (n,).

    ``smooth`` keeps a twentieth of the rows in every leaf. A share such as 41/133 gives away the length below the line,
    and a fine tree would read it.
    """
    def make(rows: int) -> Any:
        return _Tree(max(5, rows // 20) if smooth else int(np.clip(rows // 50, 5, 20)))

    return _fitted(found, feature[:, None], make)


class _Tree:
    """A tree on one number, fitted on its distinct values and how often each class has them: the same tree, sooner."""

    def __init__(self, leaf: int) -> None:
        self.leaf = leaf

    def fit(self, features: Floats, labels: Ints) -> Any:
        from sklearn.tree import DecisionTreeClassifier

        values, at = np.unique(features[:, 0], return_inverse=True)
        width = int(labels.max()) + 1
        counts = np.bincount(at * width + labels)
        cells = np.flatnonzero(counts)
        share = min(0.5, self.leaf / len(labels))
        tree = DecisionTreeClassifier(min_weight_fraction_leaf=share, random_state=0)
        return tree.fit(values[cells // width][:, None], cells % width, sample_weight=counts[cells])


def regressions(found: LabelledSet, seed: int = 0) -> tuple[Score, Score]:
    """Logistic regression on the frequencies of all words of 1 to 2 letters, and of 1 to 4."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if found.sequences is None:
        raise ValueError("the k-mer regression needs sequences")
    rows = _some(found, seed)
    small = LabelledSet(found.name, found.classes, found.labels[rows], None, None,
                        None if found.test is None else found.test[rows], found.files, found.file[rows],
                        found.row[rows])
    features = frequencies(found.sequences, rows)

    def make(_: int) -> Any:
        return make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))

    return _fitted(small, features[:, :COMPOSITION], make), _fitted(small, features, make)


def gc(sequences: Sequences) -> Floats:
    """Share of G and C among the letters A, C, G, T, shape (n,); one half where there is none."""
    known = _row_sums(sequences, sequences.codes != OTHER)
    strong = _row_sums(sequences, (sequences.codes == 1) | (sequences.codes == 2))
    return np.where(known > 0, strong / np.maximum(known, 1), 0.5)


def _row_sums(sequences: Sequences, flags: NDArray[np.bool_]) -> Ints:
    total = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(total[sequences.offsets[1:]] - total[sequences.offsets[:-1]])


def frequencies(sequences: Sequences, rows: Ints) -> Floats:
    """Frequencies of all words of 1 to 4 letters A, C, G, T in some rows, shape (rows, 340)."""
    parts = []
    for size in range(1, LONGEST_WORD + 1):
        counts = np.zeros((len(rows), 4**size))
        for part in np.array_split(np.arange(len(rows)), 1 + int(sequences.lengths[rows].sum()) // _LETTERS):
            counts[part] = _counts(sequences, rows[part], size)
        parts.append(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
    return np.hstack(parts)


def _counts(sequences: Sequences, rows: Ints, size: int) -> Floats:
    lengths = sequences.lengths[rows]
    first = np.cumsum(lengths) - lengths
    at = np.repeat(sequences.offsets[rows] - first, lengths) + np.arange(int(lengths.sum()))
    codes, owner = sequences.codes[at], np.repeat(np.arange(len(rows)), lengths)
    count = max(0, len(codes) - size + 1)
    word, whole = np.zeros(count, dtype=np.int64), owner[:count] == owner[len(codes) - count :]
    for step in range(size):
        letter = codes[step : step + count]
        word = 4 * word + letter
        whole &= letter != OTHER
    cell = owner[:count][whole] * 4**size + word[whole]
    return np.bincount(cell, minlength=len(rows) * 4**size).reshape(len(rows), -1).astype(np.float64)


def _some(found: LabelledSet, seed: int) -> Ints:
    """Rows for the regression: everything, or a random part of a large set, in order."""
    order = stream(seed, "audit", "kmer").permutation(len(found))
    if found.test is None:
        return np.sort(order[:MOST_FITTED])
    return np.sort(np.concatenate([order[~found.test[order]][:MOST_FITTED], order[found.test[order]][:MOST_SCORED]]))


def _fitted(found: LabelledSet, features: Floats, make: Make) -> Score:
    """Fit and ask; probabilities of classes that the fitted rows lack are 0."""
    labels = found.labels
    probability = np.zeros((len(labels), len(found.classes)))
    for fitted, asked in _folds(found):
        engine = make(len(fitted)).fit(features[fitted], labels[fitted])
        probability[np.ix_(asked, engine.classes_)] = engine.predict_proba(features[asked])
    scored = np.arange(len(labels)) if found.test is None else np.flatnonzero(found.test)
    return score(probability[scored], labels[scored], found.majority)


def _folds(found: LabelledSet) -> list[tuple[Ints, Ints]]:
    if found.test is not None:
        return [(np.flatnonzero(~found.test), np.flatnonzero(found.test))]
    from sklearn.model_selection import StratifiedKFold

    cut = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return [(fitted, asked) for fitted, asked in cut.split(found.labels, found.labels)]


def look_up(found: LabelledSet, pairs: Pairs) -> Score:
    """Copy the classes of the neighbours in the training part, weighted; else the class that lone training rows have.

    What a row without a neighbour is, is learned where the training part itself shows it: from the training rows that
    have no neighbour in the training part (all training rows, if fewer than 10 are alone).
    """
    train = np.ones(len(found), dtype=bool) if found.test is None else ~found.test
    lone = train.copy()
    lone[pairs.towards(train, train).row] = False
    known = found.labels[lone if lone.sum() >= _LONE else train]
    prior = np.bincount(known, minlength=len(found.classes)) / len(known)
    scored = np.flatnonzero(train if found.test is None else found.test)
    near = pairs.towards(train if found.test is None else ~train, train)
    votes = np.bincount(near.row * len(prior) + found.labels[near.other], weights=near.weight,
                        minlength=len(found) * len(prior)).reshape(len(found), -1)[scored]
    total = votes.sum(axis=1, keepdims=True)
    probability = np.where(total > 0, votes / np.where(total > 0, total, 1), prior)
    return score(probability, found.labels[scored], found.majority)
