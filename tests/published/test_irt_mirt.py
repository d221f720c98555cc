"""Published item parameters of classical tables (LSAT6, LSAT7), as fitted by marginal likelihood with flat priors.

Source: philchalmers/mirt, tests/testthat/test-01-mirtOne.R. Tolerance 0.01, as there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kindergrad.stats.ability_items import fit_items

TOLERANCE = 0.01


def table(shared_data: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    raw = np.genfromtxt(shared_data / "curves" / "irt_mirt" / f"{name}.csv", delimiter=",", skip_header=1)
    return raw[:, :5], raw[:, 5]


def test_lsat7_with_a_slope_an_item(shared_data: Path) -> None:
    fit = fit_items(*table(shared_data, "LSAT7"))
    assert fit.converged
    np.testing.assert_allclose(fit.slope, [0.988, 1.081, 1.706, 0.765, 0.736], atol=TOLERANCE)
    np.testing.assert_allclose(fit.intercept, [1.856, 0.808, 1.804, 0.486, 1.855], atol=TOLERANCE)


def test_lsat7_intervals(shared_data: Path) -> None:
    fit = fit_items(*table(shared_data, "LSAT7"))
    for value, stderr, low, high in (
        (fit.slope[0], fit.slope_stderr[0], 0.641, 1.335),
        (fit.intercept[0], fit.intercept_stderr[0], 1.598, 2.114),
    ):
        assert value - 1.959964 * stderr == pytest.approx(low, abs=TOLERANCE)
        assert value + 1.959964 * stderr == pytest.approx(high, abs=TOLERANCE)


def test_lsat7_with_one_slope(shared_data: Path) -> None:
    fit = fit_items(*table(shared_data, "LSAT7"), model="1PL")
    np.testing.assert_allclose(fit.slope, 1.011, atol=TOLERANCE)
    np.testing.assert_allclose(fit.intercept, [1.868, 0.791, 1.461, 0.521, 1.993], atol=TOLERANCE)


def test_lsat6_rasch(shared_data: Path) -> None:
    fit = fit_items(*table(shared_data, "LSAT6"), model="1PL")
    np.testing.assert_allclose(fit.intercept, [2.73, 0.999, 0.24, 1.306, 2.099], atol=TOLERANCE)
    assert fit.slope[0] ** 2 == pytest.approx(0.57, abs=TOLERANCE)
