"""Scores against exact truth: what the truth, nothing, a flip, a stretch and noise are worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.seeds import stream
from kindergrad.stats import response_exact as exact

TRUTH = stream(0, "truth").standard_normal((6, 40))


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 1.0), (0.0, 0.0), (-1.0, -1.0), (3.0, 0.6), (0.5, 0.8)])
def test_agreement_sees_size_and_sign(factor: float, expected: float) -> None:
    np.testing.assert_allclose(exact.agreement(factor * TRUTH, TRUTH), expected, atol=1e-12)


@given(st.integers(0, 1000), st.floats(0.1, 100))
@settings(max_examples=25, deadline=None)
def test_agreement_stays_in_bounds_and_noise_earns_nothing(seed: int, size: float) -> None:
    noise = size * stream(seed, "noise").standard_normal((200, 40))
    truth = stream(seed, "other").standard_normal((200, 40))
    found = exact.agreement(noise, truth)
    assert (np.abs(found) <= 1).all() and abs(found.mean()) < 0.06


def test_correlation_is_zero_for_what_does_not_vary() -> None:
    assert (exact.correlation(np.zeros_like(TRUTH), TRUTH) == 0).all()
    assert (exact.correlation(np.full_like(TRUTH, 7.0), TRUTH) == 0).all()
    np.testing.assert_allclose(exact.correlation(3 * TRUTH + 1, TRUTH), 1.0)


def test_signs_are_weighted_by_size() -> None:
    truth = np.array([[10.0, -1.0]])
    assert exact.signed(np.array([[5.0, 5.0]]), truth, 1e-6)[0] == pytest.approx(9 / 11)
    assert exact.signed(np.array([[0.0, 0.0]]), truth, 0.1)[0] == 0.0


def test_separation_is_the_area_under_the_curve() -> None:
    from sklearn.metrics import roc_auc_score

    values, labels = stream(1, "values").standard_normal((5, 30)), stream(1, "labels").random((5, 30)) < 0.4
    expected = [2 * roc_auc_score(mine, row) - 1 for row, mine in zip(values, labels, strict=True)]
    np.testing.assert_allclose(exact.separation(values, labels), expected)
    assert (exact.separation(np.zeros((5, 30)), labels) == 0).all()


def test_bits_of_a_guess_and_of_certainty() -> None:
    true = np.array([2, 0])
    np.testing.assert_allclose(exact.bits_of_choice(np.zeros((2, 4)), true), 0.0, atol=1e-12)
    sure = np.where(np.arange(4) == true[:, None], 0.0, -1e4)
    np.testing.assert_allclose(exact.bits_of_choice(sure, true), 2.0)
    assert (exact.bits_of_choice(-sure, true) < -100).all()  # sure and wrong


def test_top_overlap_counts_names() -> None:
    truth = np.array([[5.0, -4.0, 3.0, 0.1]])
    assert exact.top_overlap(np.array([[0.0, 9.0, -9.0, 0.0]]), truth, 2)[0] == 0.5
    assert exact.top_overlap(np.ones((1, 4)), truth, 2)[0] == 0.0
