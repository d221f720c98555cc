"""Zero-shot missense scores of DNA models over parameters (published_scale_scores.csv): they rise, then fall.

The rows carry no errors; a spread of 0.01 to 0.02 of (1 - chance) is stated here. Only the ranking is asked for.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from kindergrad.stats import curve

LAWS = ("flat", "line", "logistic", "step", "power", "peaked")


def points(shared_data: Path, family: str, task: str, readout: str) -> tuple[np.ndarray, np.ndarray]:
    with (shared_data / "curves" / "published_scale_scores.csv").open(encoding="utf-8") as file:
        found = [r for r in csv.DictReader(file) if (r["family"], r["task"], r["readout"]) == (family, task, readout)]
    chance = float(found[0]["chance"])
    x = np.log10([1e6 * float(r["params_M"]) for r in found])
    return x, (np.array([float(r["score"]) for r in found]) - chance) / (1.0 - chance)


@pytest.mark.parametrize("spread", [0.01, 0.02])
def test_missense_zero_shot_is_peaked(shared_data: Path, spread: float) -> None:
    x, y = points(shared_data, "MarinDNA", "Mendelian_v2_missense", "LLR")
    posterior = curve.fit(x, y, np.full(x.size, spread), laws=LAWS)
    assert max(posterior.probabilities, key=lambda law: posterior.probabilities[law]) == "peaked"


def test_the_probe_of_the_same_models_rises(shared_data: Path) -> None:
    x, y = points(shared_data, "MarinDNA", "Mendelian_v2_missense", "linear_probe")
    assert curve.fit(x, y, np.full(x.size, 0.02), laws=LAWS).p_learning > 0.8


def test_three_points_give_no_overclaim(shared_data: Path) -> None:
    x, y = points(shared_data, "Evo2", "Mendelian_v2_missense", "LLR")
    assert x.size == 3
    assert max(curve.fit(x, y, np.full(3, 0.02), laws=LAWS).probabilities.values()) < 0.9
