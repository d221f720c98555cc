"""Every law in the folder keeps the contract, and the contract can be broken."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from kindergrad.core.errors import UnknownNameError
from kindergrad.stats.curve_catalogue import catalogue, laws
from kindergrad.testing.check_law import check_law


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_law_keeps_the_contract(name: str) -> None:
    check_law(catalogue()[name])


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_name_is_the_name_of_the_file(name: str) -> None:
    assert import_module(f"kindergrad.stats.laws.{name}").LAW is catalogue()[name]


def test_width_is_the_decades_from_10_to_90_percent() -> None:
    logistic = catalogue()["logistic"]
    curve = np.array([[0.2, 0.7, 5.0, 1.3]])
    assert logistic.inverse(0.25, curve) == pytest.approx(5.0 - 0.65)
    assert logistic.inverse(0.65, curve) == pytest.approx(5.0 + 0.65)


def test_narrow_logistic_is_a_step() -> None:
    x = np.linspace(3, 7, 41) + 0.01
    step = catalogue()["step"].value(x, np.array([[0.1, 0.8, 5.0]]))
    np.testing.assert_allclose(catalogue()["logistic"].value(x, np.array([[0.1, 0.8, 5.0, 1e-4]])), step)


def test_broken_laws_are_noticed() -> None:
    law = catalogue()["logistic"]
    with pytest.raises(AssertionError, match="first crossing"):
        check_law(replace(law, inverse=lambda y, p: law.inverse(y, p) + 0.1))
    with pytest.raises(AssertionError, match="same curve"):
        check_law(replace(law, value=lambda x, p: law.value(x + 0.1, p)))
    with pytest.raises(AssertionError, match="DOI"):
        check_law(replace(law, doi="arXiv 1"))


def test_unknown_law_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'logistic'"):
        laws(["logistik"])
