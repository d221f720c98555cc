"""k-mer probe: logistic or ridge regression on k-mer counts, fitted from n labelled examples.

Shows: what composition of short words alone tells.
Does not show: anything about position.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.dna import encode
from kindergrad.core.engine import EngineSpec
from kindergrad.core.names import Axis


class KmerProbe:
    """Logistic regression on the counts of all words of 1 to ``k`` letters; ridge regression for measurements.

    Parameters
    ----------
    k : longest word.
    strength : inverse of the penalty, as in scikit-learn.
    """

    name = "kmer"
    family = "kmer-probe"

    def __init__(self, k: int = 4, strength: float = 1.0, seed: int = 0) -> None:
        self.k, self.strength, self.seed = k, strength, seed
        self._pipeline: Any = None
        self._measured = False

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64] | NDArray[np.float64]) -> None:
        """Learn classes 0 and 1 (whole numbers) or measurements (float64) from sequences.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        """
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression, Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import MaxAbsScaler

        measured = np.asarray(labels).dtype.kind == "f"
        self._pipeline = make_pipeline(
            CountVectorizer(analyzer="char", ngram_range=(1, self.k), lowercase=False),
            MaxAbsScaler(),
            Ridge(alpha=1 / self.strength) if measured else LogisticRegression(C=self.strength, max_iter=1000,
                                                                              random_state=self.seed),
        )
        self._measured = measured
        self._pipeline.fit(_upper(sequences), labels)

    def decide(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        """Log odds of label 1, or the measurement, shape (n,); refuses letters as :meth:`fit` does."""
        texts = _upper(sequences)
        answer = self._pipeline.predict if self._measured else self._pipeline.decision_function
        return np.asarray(answer(texts) if texts else [], dtype=np.float64)


def _upper(sequences: Sequence[str]) -> list[str]:
    for number, text in enumerate(sequences, start=1):
        encode(text, where=f"sequence {number}")
    return [text.upper() for text in sequences]


ENGINES = (EngineSpec(make=KmerProbe, id="kmer", axis=Axis.EXAMPLES),)
