"""Published richness and extrapolation: spiders, ants of iNEXT, Shakespeare's words.

Chao et al. 2014 (doi:10.1890/13-0133.1) and the package iNEXT for the spiders; Efron and Thisted 1976
(doi:10.1093/biomet/63.3.435) for Shakespeare: 11,430 new words expected in as much text again, standard error 178.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kindergrad.stats import pitman_yor, rational, richness, unseen


@pytest.mark.parametrize(("site", "n", "met", "chao1", "coverage"), [
    ("Girdled", 168, 26, 43.893, 0.9289), ("Logged", 252, 37, 61.403, 0.9446)])
def test_spiders(shared_data: Path, site: str, n: int, met: int, chao1: float, coverage: float) -> None:
    counts = json.loads((shared_data / "curves" / "inext" / "spider.json").read_text(encoding="utf-8"))[site]
    found = richness.spectrum(counts)
    assert (found.occurrences, found.met) == (n, met)
    assert richness.chao1(found).value == pytest.approx(chao1, abs=5e-4)
    assert richness.coverage(found) == pytest.approx(coverage, abs=5e-5)


@pytest.fixture(scope="module")
def shakespeare(shared_data: Path) -> richness.Spectrum:
    return richness.from_table(*np.loadtxt(shared_data / "curves" / "preseq" / "Shakespeare_hist.txt").T)


def test_shakespeare_vocabulary(shakespeare: richness.Spectrum) -> None:
    assert shakespeare.met == 31_534
    assert richness.chao1(shakespeare).value == pytest.approx(55_327, abs=1)
    assert richness.coverage(shakespeare) == pytest.approx(0.9837, abs=5e-5)


def test_shakespeare_as_much_again(shakespeare: richness.Spectrum) -> None:
    published, error = 11_430, 178
    found = unseen.good_toulmin(shakespeare, 1.0, most=100)
    assert found.value == pytest.approx(11_486, abs=0.5)
    assert (found.high - found.value) / unseen.Z90 == pytest.approx(error, rel=0.2)
    near = rational.new_concepts(shakespeare, 1.0)
    assert near is not None
    assert abs(float(near[0]) - published) < 2 * error


def test_methods_part_far_from_the_data(shakespeare: richness.Spectrum) -> None:
    """At ten times the text two methods differ by less than half; at a hundred by more than a factor of three."""
    near = rational.new_concepts(shakespeare, [9.0, 99.0])
    far = np.median(pitman_yor.new_concepts(shakespeare, [9.0, 99.0]), axis=0)
    assert near is not None
    assert 1.2 < far[0] / near[0] < 1.6 and far[1] / near[1] > 3


def test_a_library_that_is_hardly_read_grows_in_proportion(shared_data: Path) -> None:
    found = richness.from_table(*np.loadtxt(shared_data / "curves" / "preseq" / "SRR1301329_1M_hist.txt").T)
    new = rational.new_concepts(found, [1.0, 9.0])
    assert new is not None
    assert new[0] == pytest.approx(unseen.good_toulmin(found, 1.0).value, rel=1e-3)
    assert 8.0 < new[1] / new[0] <= 9.6
