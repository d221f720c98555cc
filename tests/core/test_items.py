"""Items, asks and answers: what does not fit is refused before it is scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from kindergrad.core.asks import ASK_OF, LogLikelihood, checked, log_likelihoods, put_fit
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.items import Items, choice_items
from kindergrad.core.names import Readout


def made(**changes: Any) -> Items:
    base: dict[str, Any] = {"asked": {"target": np.array(["A", "C"])},
                            "truth": {"cluster": np.array(["x", "y"])}, "ideal": np.zeros(2)}
    return Items(**(base | changes))


def test_columns_must_agree() -> None:
    assert len(made()) == 2
    with pytest.raises(InputError, match="need a truth column 'cluster'"):
        made(truth={"true": np.zeros(2)})
    with pytest.raises(InputError, match="differ in length"):
        made(asked={"target": np.array(["A"])})
    with pytest.raises(InputError, match="ideal answers: got 3 rows for 2 items"):
        made(ideal=np.zeros(3))


def test_digest_tells_items_apart_but_not_the_order_of_columns() -> None:
    one = made(asked={"a": np.array(["A", "C"]), "b": np.array(["G", "T"])})
    other = made(asked={"b": np.array(["G", "T"]), "a": np.array(["A", "C"])})
    assert one.digest == other.digest == one.digest
    assert one.digest != made(asked={"a": np.array(["A", "C"]), "b": np.array(["G", "G"])}).digest
    assert one.digest != made(asked={"a": np.array(["AC", ""]), "b": np.array(["G", "T"])}).digest
    assert made(truth={"cluster": np.array(["x", "x"])}).digest != made().digest


def test_choice_items_move_the_true_candidate_and_its_ideal_answer() -> None:
    candidates = np.array([["true", "b", "c"]] * 3)
    ideal = np.array([[9.0, 1.0, 2.0]] * 3)
    place = np.array([0, 1, 2])
    items = choice_items(np.array(["x", "y", "z"]), candidates, ideal, place, cluster=np.array(["p", "q", "r"]))
    rows = np.arange(3)
    assert (items.asked["target"][rows, place] == "true").all()
    assert items.ideal is not None and (items.ideal[rows, place] == 9.0).all()
    assert [sorted(row) for row in items.asked["target"].tolist()] == [["b", "c", "true"]] * 3
    assert (items.asked["context"] == np.array([["x"] * 3, ["y"] * 3, ["z"] * 3])).all()


def test_choice_items_keep_a_context_with_its_candidate() -> None:
    context, candidates = np.array([["1", "2", "3"]]), np.array([["a", "b", "c"]])
    items = choice_items(context, candidates, None, np.array([2]), cluster=np.array(["p"]))
    assert dict(zip(items.asked["target"][0], items.asked["context"][0], strict=True)) == {"a": "1", "b": "2", "c": "3"}


@pytest.mark.parametrize(("answers", "message"), [
    ([1.0, np.nan, 2.0], "1 non-finite values of 3; the first in row 1"),
    ([1.0, 2.0], r"returned shape \(2,\); expected 3 values"),
    (np.zeros((3, 1, 1)), "expected 3 values"),
    (["a", "b", "c"], "must return numbers; got list"),
    (None, "log_likelihood"),
])
def test_answers_that_cannot_be_used_are_engine_errors(answers: object, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        checked(answers, (3,), "log_likelihood")


def test_answers_come_back_as_float64_in_the_shape_asked() -> None:
    found = checked(np.arange(6, dtype=np.float32), (2, 3), "decide")
    assert found.dtype == np.float64 and found.shape == (2, 3) and found[1, 2] == 5


class Echo:
    """Answers the length of the target, or fits and counts labels."""

    def __init__(self) -> None:
        self.fitted: tuple[list[str], list[int]] = ([], [])

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Any:
        return np.array([-len(t) - 0.1 * len(c) for c, t in zip(context, target, strict=True)])

    def fit(self, sequences: Sequence[str], labels: Any) -> None:
        self.fitted = (list(sequences), labels.tolist())

    def decide(self, sequences: Sequence[str]) -> Any:
        return np.array([float(len(s)) for s in sequences])


def test_log_likelihoods_go_out_flat_and_come_back_in_shape() -> None:
    target = np.array([["A", "CC", "GGG"], ["T", "", "AC"]])
    found = log_likelihoods(Echo(), np.array([["AA"], [""]]), target)
    assert found == pytest.approx(np.array([[-1.2, -2.2, -3.2], [-1.0, 0.0, -2.0]]))


def test_put_fit_fits_true_against_false() -> None:
    train = choice_items(np.array(["", ""]), np.array([["AA", "C", "G"], ["TT", "C", "G"]]), None, np.array([1, 0]),
                         cluster=np.array(["p", "q"]))
    echo = Echo()
    found = put_fit(echo, train.asked, train)
    texts, labels = echo.fitted
    assert [t for t, label in zip(texts, labels, strict=True) if label] == ["AA", "TT"] and sum(labels) == 2
    assert found.shape == (2, 3) and found.max() == 2


def test_an_engine_is_any_object_with_the_methods() -> None:
    assert isinstance(Echo(), LogLikelihood) and isinstance(Echo(), ASK_OF[Readout.FIT])
    assert not isinstance(object(), LogLikelihood) and not isinstance(Echo(), ASK_OF[Readout.PROBE])
