"""A scikit-learn classifier on an embedding: the frozen probe.

The embedding stays as it is; only the classifier learns, from labelled examples. Exams wrap every engine that can
embed into this, so that probing is one thing everywhere.

Shows: what can be read off a representation with few labels.
Does not show: what the engine itself would do with it.
Source: Alain and Bengio (2016), arXiv:1610.01644 (linear probes).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import discover
from kindergrad.core.asks import Embed
from kindergrad.core.dna import encode
from kindergrad.core.engine import EngineSpec
from kindergrad.core.errors import EngineError, UnknownNameError
from kindergrad.core.names import Axis

_DEFAULT = "sklearn.linear_model.LogisticRegression"
_MAX_ITERATIONS = 2000
_PENALTIES = np.geomspace(0.1, 1e5, 7)  # of the ridge for measurements; the best by leaving one out


class Probe:
    """A scikit-learn classifier on standardised embeddings, fitted from n labelled examples; ridge for measurements.

    Parameters
    ----------
    embedding : an object with the method ``embed``, or the name of an engine that has it (``huggingface``), or
        ``one-hot`` for the letters themselves (of sequences of one length).
    classifier : dotted name of a scikit-learn classifier.
    options : what the classifier is made with.
    embedding_settings : what the engine is made with, where ``embedding`` is a name.
    seed : of the classifier, where it takes ``random_state``.
    """

    name = "sklearn"
    family = "probe"

    def __init__(self, embedding: Any = "one-hot", classifier: str = _DEFAULT, *,
                 options: Mapping[str, Any] | None = None, embedding_settings: Mapping[str, Any] | None = None,
                 seed: int = 0) -> None:
        self.embedding = _embedding(embedding, embedding_settings or {}) if isinstance(embedding, str) else embedding
        self._made = _classifier(classifier, dict(options or {}), seed)
        self._fitted: Any = None
        self._measured = False

    def fit(self, sequences: Sequence[str], labels: NDArray[np.int64] | NDArray[np.float64]) -> None:
        """Learn classes 0 and 1 (whole numbers), or measurements (float64), from sequences.

        Raises
        ------
        SequenceError
            For a letter other than A, C, G, T (any case), with the sequence and the position.
        EngineError
            For an embedding with non-finite numbers, or with the wrong number of rows.
        """
        from sklearn.base import clone
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self._measured = np.asarray(labels).dtype.kind == "f"
        last = RidgeCV(alphas=_PENALTIES) if self._measured else clone(self._made)
        self._fitted = make_pipeline(StandardScaler(), last)
        self._fitted.fit(self._embedded(sequences), labels)

    def decide(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        """Log odds of label 1 (or the classifier's own decision value, or the measurement), shape (n,); refuses as
        :meth:`fit` does."""
        if not len(sequences):
            return np.zeros(0)
        vectors = self._embedded(sequences)
        if self._measured:
            return np.asarray(self._fitted.predict(vectors), dtype=np.float64)
        if hasattr(self._fitted, "decision_function"):
            return np.asarray(self._fitted.decision_function(vectors), dtype=np.float64)
        p = np.clip(self._fitted.predict_proba(vectors)[:, 1], 1e-12, 1 - 1e-12)
        return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)

    def _embedded(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        for number, text in enumerate(sequences, start=1):
            encode(text, where=f"sequence {number}")
        vectors = np.asarray(self.embedding.embed([text.upper() for text in sequences]), dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(sequences):
            raise EngineError(f"embed returned shape {vectors.shape} for {len(sequences)} sequences; expected one row "
                              "each")
        bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if bad.size:
            raise EngineError(f"embeddings of {bad.size:,} of {len(vectors):,} sequences hold non-finite numbers; the "
                              f"first is sequence {bad[0] + 1}, {_short(sequences[bad[0]])}")
        return vectors


class _OneHot:
    """Every letter as four numbers; letters that other sequences lack are zeros."""

    def __init__(self) -> None:
        self._width = 0

    def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        codes = [encode(text) for text in sequences]
        self._width = self._width or max(map(len, codes))  # of the sequences that it is fitted on
        out = np.zeros((len(codes), self._width, 4))
        for row, text in zip(out, codes, strict=True):
            kept = text[: self._width]
            row[np.arange(len(kept)), kept] = 1.0
        return out.reshape(len(codes), -1)


def _embedding(name: str, settings: Mapping[str, Any]) -> Embed:
    """An engine of this folder that embeds, by name."""
    if name == "one-hot":
        return _OneHot()
    specs = {spec.id: spec for module in discover.built_in("kindergrad.engines")
             for spec in getattr(module, "ENGINES", ())}
    if name not in specs:
        raise UnknownNameError("embedding", name, [*specs, "one-hot"])
    made = specs[name].make(**{**specs[name].settings, **settings})
    if not isinstance(made, Embed):
        raise ValueError(f"engine '{name}' has no embeddings; expected one with the method embed")
    return made


def _classifier(name: str, options: dict[str, Any], seed: int) -> Any:
    module, _, kind = name.rpartition(".")
    if module.split(".")[0] != "sklearn":
        raise ValueError(f"classifier must be a dotted name in scikit-learn, such as {_DEFAULT}; got '{name}'")
    try:
        made = getattr(importlib.import_module(module), kind)
    except (ImportError, AttributeError):
        raise ValueError(f"scikit-learn has no '{name}'; expected a name such as {_DEFAULT}") from None
    known = made().get_params()
    given = {"max_iter": _MAX_ITERATIONS} if name == _DEFAULT else {}
    return made(**given | ({"random_state": seed} if "random_state" in known else {}) | options)


def _short(text: str) -> str:
    return f"'{text}'" if len(text) <= 24 else f"'{text[:20]}...'"


ENGINES = (EngineSpec(make=Probe, id="sklearn", axis=Axis.EXAMPLES),)
