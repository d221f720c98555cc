"""Every engine of the catalogue keeps the contract, untaught and taught; and the contract can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from kindergrad.core.names import Domain, Role
from kindergrad.exams import catalogue
from kindergrad.testing import Mock, check_engine
from kindergrad.worlds.arithmetic import Arithmetic
from kindergrad.worlds.genome import SyntheticGenome

ASKED = sorted(name for name, spec in catalogue.engines().items()
               if spec.role is not Role.ORACLE and not spec.extra and name not in ("predictions", "llm")
               and spec.domain is not Domain.PERTURBATION)
"""Engines of extras are tested in tests/torch, answers from a file or a server in test_predictions and test_llm, those
of screens in test_response_engines."""


@pytest.mark.parametrize("name", ASKED)
def test_engine_keeps_the_contract_untaught(name: str) -> None:
    spec = catalogue.engine(name)
    check_engine(spec.make(**spec.settings), domain=spec.domain)


@pytest.mark.parametrize("name", [name for name in ASKED if hasattr(catalogue.engine(name).make, "learn")])
def test_engine_keeps_the_contract_taught(name: str, genome: SyntheticGenome) -> None:
    spec = catalogue.engine(name)
    read = Arithmetic(size=50_000).corpus(0) if spec.domain is Domain.ARITHMETIC else [genome.corpus(0)[0][:50_000]]
    check_engine(spec.make(**spec.settings), corpus=read, domain=spec.domain)


def test_mock_keeps_the_contract() -> None:
    check_engine(Mock())


class Wrong(Mock):
    """A mock with one fault, by name."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault, self.asked = fault, 0

    def log_likelihood(self, context: Sequence[str], target: Sequence[str]) -> Any:
        self.asked += 1
        if self.fault == "letters":
            context, target = ([t.replace("N", "A").replace("é", "A") for t in texts] for texts in (context, target))
        out = super().log_likelihood(context, target)
        sizes = np.array([len(t) for t in target], dtype=np.float64)
        match self.fault:
            case "float32":
                return out.astype(np.float32)
            case "list":
                return out.tolist()
            case "shape":
                return out[:, None]
            case "nan":
                return np.where(sizes > 70, np.nan, out)
            case "batch":
                return out - out.mean() if len(out) else out
            case "state":
                return out - 1e-3 * self.asked
            case "mean":
                return out / np.maximum(sizes, 1.0)
            case "greedy":
                return out + 0.1 * sizes
            case "case":
                return out - np.array([t.islower() for t in target])
        return out


@pytest.mark.parametrize(("fault", "rule"), [
    ("float32", "float64"), ("list", "float64"), ("shape", "one answer per row"), ("nan", "finite"),
    ("batch", "order|batches"), ("state", "same answer"), ("mean", r"log P\(ab\)"), ("greedy", "sum to|positive"),
    ("case", "lower case"), ("letters", "must be refused"),
])
def test_a_faulty_engine_is_named_with_the_rule(fault: str, rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        check_engine(Wrong(fault))


def test_an_object_without_an_ask_is_refused() -> None:
    with pytest.raises(AssertionError, match="log_likelihood, or fit and decide, or pseudo_log_likelihood, or embed"):
        check_engine(object())
