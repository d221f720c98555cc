"""The frozen probe: what it reads off an embedding, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from kindergrad.core.errors import EngineError, SequenceError, StudyError, UnknownNameError
from kindergrad.core.seeds import stream
from kindergrad.engines.sklearn_ import Probe
from kindergrad.exams import catalogue, plan


def texts(seed: int, n: int) -> list[str]:
    return ["".join(row) for row in stream(seed, "texts").choice(list("ACGT"), (n, 20))]


class Counts:
    """An embedding that knows how often each letter occurs; ``broken`` rows are not finite."""

    def __init__(self, broken: Sequence[int] = ()) -> None:
        self.broken = broken

    def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
        out = np.array([[text.count(letter) for letter in "ACGT"] for text in sequences], dtype=np.float64)
        out[list(self.broken)] = np.nan
        return out


@pytest.mark.parametrize("classifier", ["sklearn.linear_model.LogisticRegression", "sklearn.svm.LinearSVC",
                                        "sklearn.ensemble.RandomForestClassifier"])
def test_any_classifier_reads_what_the_embedding_holds(classifier: str) -> None:
    train, scored = texts(0, 300), texts(1, 200)
    labels = [np.array([t.count("G") > 5 for t in part], dtype=np.int64) for part in (train, scored)]
    probe = Probe(Counts(), classifier)
    probe.fit(train, labels[0])
    right = (probe.decide(scored) > 0) == labels[1]
    assert right.mean() > 0.9


def test_one_hot_letters_know_places_and_counts_do_not() -> None:
    train, scored = texts(2, 400), texts(3, 300)
    labels = [np.array([t[7] == "A" for t in part], dtype=np.int64) for part in (train, scored)]
    right = []
    for probe in (Probe(), Probe(Counts())):
        probe.fit(train, labels[0])
        chosen = np.argsort(probe.decide(scored))[-labels[1].sum() :]
        right.append(labels[1][chosen].mean())
    assert right[0] == 1.0
    assert right[1] < 0.5


def test_an_engine_can_be_named_as_embedding_if_it_has_one() -> None:
    with pytest.raises(UnknownNameError, match="did you mean"):
        Probe("hugingface")
    with pytest.raises(ValueError, match="engine 'markov' has no embeddings"):
        Probe("markov", embedding_settings={"max_order": 2})


def test_bad_embeddings_are_refused_with_counts() -> None:
    labels = np.array([0, 1] * 5)
    with pytest.raises(EngineError, match=r"embeddings of 2 of 10 sequences hold non-finite .* first is sequence 4"):
        Probe(Counts(broken=(3, 8))).fit(texts(4, 10), labels)

    class Short(Counts):
        def embed(self, sequences: Sequence[str]) -> NDArray[np.float64]:
            return super().embed(sequences)[1:]

    with pytest.raises(EngineError, match=r"shape \(9, 4\) for 10 sequences"):
        Probe(Short()).fit(texts(4, 10), labels)
    with pytest.raises(SequenceError, match="sequence 2: unknown letter 'N' at position 3"):
        Probe(Counts()).fit(["ACGT", "ACNT"], labels[:2])


def test_classifiers_come_from_scikit_learn_only() -> None:
    with pytest.raises(ValueError, match=r"dotted name in scikit-learn.*got 'os.system'"):
        Probe(classifier="os.system")
    with pytest.raises(ValueError, match="scikit-learn has no"):
        Probe(classifier="sklearn.linear_model.Logistic")
    from kindergrad.core.config import EngineConfig

    with pytest.raises(StudyError, match="engine 'sklearn' refuses its settings"):
        plan.make(catalogue.engine("sklearn"), EngineConfig(id="sklearn", settings={"options": {"D": 1}}), 0)
