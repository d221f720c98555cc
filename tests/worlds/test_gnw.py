"""GeneNetWeaver models: the rate law by hand, the gold standards of DREAM4, and files that are no models."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from kindergrad.core.errors import InputError
from kindergrad.worlds import gnw


def reaction(name: str, numbers: dict[str, float], regulators: tuple[str, ...] = ()) -> str:
    inputs = "".join(f'<modifierSpeciesReference species="{r}"/>' for r in regulators)
    told = "".join(f'<parameter id="{k}" value="{v}"/>' for k, v in numbers.items())
    return (f'<reaction id="{name}"><listOfModifiers>{inputs}</listOfModifiers><kineticLaw><listOfParameters>{told}'
            f"</listOfParameters></kineticLaw></reaction>")


def model(folder: Path, law: dict[str, float], regulators: tuple[str, ...]) -> gnw.KineticModel:
    """Two free genes, A at .8 and B at .6, and a third one with the given law."""
    base = {"max": 0.02, "deltaProtein": 0.02, "maxTranslation": 0.02}
    text = '<sbml xmlns="http://www.sbml.org/sbml/level2"><model><listOfSpecies>'
    text += "".join(f'<species id="{s}"/>' for s in ("A", "B", "C", "_void_")) + "</listOfSpecies><listOfReactions>"
    text += reaction("A_synthesis", base | {"a_0": 0.8}) + reaction("B_synthesis", base | {"a_0": 0.6})
    text += reaction("C_synthesis", base | law, regulators)
    text += "".join(reaction(f"{g}_degradation", {"delta": 0.02}) for g in "ABC")
    (folder / "model.xml").write_text(text + "</listOfReactions></model></sbml>", encoding="utf-8")
    return gnw.load(folder / "model.xml")


SITES = {"k_1": 0.5, "n_1": 2.0, "k_2": 0.4, "n_2": 3.0}
A, B = (0.8 / 0.5) ** 2, (0.6 / 0.4) ** 3  # (x / k)^n of the two regulators


@pytest.mark.parametrize(("together", "up", "down", "active"), [
    (1.0, 2, 0, A * B / (1 + A * B)),
    (1.0, 1, 1, A / (1 + A + A * B)),
    (0.0, 2, 0, A * B / ((1 + A) * (1 + B))),
    (0.0, 1, 1, A / ((1 + A) * (1 + B))),
])
def test_one_module_by_hand(tmp_path: Path, together: float, up: int, down: int, active: float) -> None:
    law = {"bindsAsComplex_1": together, "numActivators_1": up, "numDeactivators_1": down, "a_0": 0.1, "a_1": 0.9}
    found = model(tmp_path, law | SITES, ("A", "B"))
    np.testing.assert_allclose(found.steady(np.ones((1, 3)))[0], [0.8, 0.6, 0.1 + 0.8 * active], atol=1e-9)
    assert found.edges == {("A", "C"), ("B", "C")}


def test_two_modules_by_hand_and_under_perturbations(tmp_path: Path) -> None:
    law = {"a_0": 0.05, "a_1": 0.4, "a_2": 0.7, "a_3": 1.0}
    law |= {f"{key}_{j}": v for j in (1, 2) for key, v in (("bindsAsComplex", 0.0), ("numActivators", 1.0),
                                                          ("numDeactivators", 0.0))}
    found = model(tmp_path, law | SITES, ("A", "B"))
    p, q = A / (1 + A), B / (1 + B)
    expected = 0.05 * (1 - p) * (1 - q) + 0.4 * p * (1 - q) + 0.7 * (1 - p) * q + 1.0 * p * q
    production = np.array([[1.0, 1, 1], [0, 1, 1], [0, 0, 1], [1, 1, 0.5]])
    np.testing.assert_allclose(found.steady(production)[:, 2], [
        expected, 0.05 * (1 - q) + 0.7 * q, 0.05, expected / 2], atol=1e-9)


@pytest.mark.parametrize("number", range(1, 6))
def test_edges_are_the_gold_standard_of_dream4(shared_data: Path, number: int) -> None:
    folder = shared_data / "perturbation"
    for size in (10, 100):
        found = gnw.load(folder / "gnw_dream_networks" / f"dream4_insilico_size{size}_{number}.xml.gz")
        gold = folder / "dream4_gold_and_d7_d8" / f"{size}_DREAM4_GoldStandard_InSilico_Size{size}_{number}.tsv.gz"
        with gzip.open(gold, "rt") as lines:
            edges = {(a, b) for a, b, there in csv.reader(lines, delimiter="\t") if there == "1"}
        assert found.edges == edges


def test_knock_downs_resemble_knock_outs_of_dream4(shared_data: Path) -> None:
    """Exact responses of the first network of ten genes; half a knock-down is no half of a knock-out."""
    found = gnw.load(shared_data / "perturbation" / "gnw_dream_networks" / "dream4_insilico_size10_1.xml.gz")
    rest = found.steady(np.ones((1, 10)))[0]
    out, down = found.knocked(0.0) - rest, found.knocked(0.5) - rest
    off = ~np.eye(10, dtype=bool)
    assert (np.diag(found.knocked(0.0)) == 0).all()
    assert np.corrcoef(out[off], down[off])[0, 1] == pytest.approx(0.68, abs=0.01)


@pytest.mark.parametrize(("text", "message"), [
    ("no xml", "cannot read the kinetic model"), ("<sbml><species id='A'/></sbml>", "not a GeneNetWeaver model"),
])
def test_files_that_are_no_models_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.xml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        gnw.load(tmp_path / "bad.xml")
    with pytest.raises(InputError, match="cannot read"):
        gnw.load(tmp_path / "absent.xml")
