"""Responses: known truths recovered, and what must never change a score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import InputError
from kindergrad.stats import response, response_error, response_genes, response_retrieval
from kindergrad.stats.response_retrieval import Retrieved
from kindergrad.stats.response_score import weigh

seeds = st.integers(0, 10_000)


def made(seed: int, n: int = 12, genes: int = 40, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth (n, genes), folds (4, n, genes) and a reference (genes,)."""
    rng = np.random.default_rng(seed)
    truth = 3.0 + rng.normal(size=(n, genes))
    return truth, truth + noise * rng.normal(size=(4, n, genes)), 3.0 + 0.2 * rng.normal(size=genes)


def test_pearson_is_that_of_numpy() -> None:
    x, folds, _ = made(0)
    expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(x, folds[0], strict=True)]
    assert response.pearson(x, folds[0]) == pytest.approx(expected)
    assert np.diag(response.pearson_table(x, folds[0])) == pytest.approx(expected)


def test_weights_are_repeats() -> None:
    x, folds, _ = made(1)
    weights = np.arange(1.0, 41.0).astype(int)
    repeated = np.repeat(x, weights, axis=1), np.repeat(folds[0], weights, axis=1)
    assert response.pearson(x, folds[0], weights.astype(float)) == pytest.approx(response.pearson(*repeated))


@pytest.mark.parametrize(("n_c", "n_p", "k", "expected"), [(50, 88, 8, 0.768), (100, 88, 8, 0.634),
                                                           (2000, 100, 500, 0.21)])
def test_artefact_of_shared_controls_is_what_simulation_gives(n_c: int, n_p: int, k: int, expected: float) -> None:
    assert response.shared_control_artefact(n_c, n_p, k) == pytest.approx(expected, abs=0.012)
    rng = np.random.default_rng(0)
    control = rng.normal(size=(1, 4000)) / np.sqrt(n_c)
    item, mean = (rng.normal(size=(1, 4000)) / np.sqrt(n) for n in (n_p, n_p * k))
    found = response.shared_control(mean, item, control[0])
    assert found[0] == pytest.approx(response.shared_control_artefact(n_c, n_p, k), abs=0.05)


@given(st.floats(0.01, 0.99), st.floats(0.1, 5.0))
def test_spearman_brown_undoes_itself(r: float, times: float) -> None:
    longer = response.spearman_brown(r, times)
    assert float(response.spearman_brown(longer, 1.0 / times)) == pytest.approx(r)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(-3.0, 3.0))
def test_any_constant_earns_what_it_earns_against_other_labels(seed: int, shift: float) -> None:
    _, folds, reference = made(seed)
    rng = np.random.default_rng(seed)
    constant = np.tile(reference + shift * rng.normal(size=reference.shape), (12, 1))
    found = response.against_mean(constant, folds, reference)
    weight = np.maximum(found.weight, 1e-6)
    out = weigh(found.value, {"other": found.swapped}, np.maximum(found.ceiling, 0.9), weights=weight,
                clusters=np.arange(12))
    assert out.value - out.floors["other"] == pytest.approx(0.0, abs=0.35)  # equal but for weights and own items
    assert response.mode_collapse(constant, folds) in (None, pytest.approx(0.0, abs=1e-9))


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.1, 9.0))
def test_scale_of_predicted_effects_does_not_change_a_correlation(seed: int, factor: float) -> None:
    truth, folds, reference = made(seed)
    once = response.against_mean(truth, folds, reference)
    more = response.against_mean(reference + factor * (truth - reference), folds, reference)
    assert more.value == pytest.approx(once.value, abs=1e-9)
    flipped = response.against_mean(2.0 * reference - truth, folds, reference)
    assert flipped.value == pytest.approx(-once.value, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_order_of_genes_and_items_changes_nothing(seed: int) -> None:
    truth, folds, reference = made(seed)
    rng = np.random.default_rng(seed)
    genes, items = rng.permutation(40), rng.permutation(12)
    plain = response.against_mean(truth, folds, reference)
    moved = response.against_mean(truth[items][:, genes], folds[:, items][:, :, genes], reference[genes])
    for a, b in zip(plain, moved, strict=True):
        assert b == pytest.approx(a[items], abs=1e-9)


def test_reference_itself_scores_exactly_zero_even_in_single_precision() -> None:
    _, folds, reference = made(3)
    constant = np.tile(reference, (12, 1)).astype(np.float32).astype(np.float64)
    assert (response.against_mean(constant, folds, reference).value == 0.0).all()


@pytest.mark.parametrize("noise", [0.3, 1.0])
def test_truth_reaches_its_ceiling(noise: float) -> None:
    truth, folds, reference = made(4, n=40, genes=400, noise=noise)
    found = response.against_mean(truth, folds, reference)
    signal, error = 1.0 + 0.2**2, noise**2 / 2.0
    assert found.reliability.mean() == pytest.approx(signal / (signal + error), abs=0.03)
    assert (found.weight @ found.value) == pytest.approx(found.weight @ found.ceiling, rel=0.02)


def test_cross_fitted_controls_take_the_artefact_away() -> None:
    rng = np.random.default_rng(5)
    controls = rng.normal(size=(4, 3000)) / 5.0
    folds = rng.normal(size=(4, 6, 3000)) / 5.0
    training_mean = np.tile(rng.normal(size=3000) / 40.0, (6, 1))
    found = response.against_control(training_mean, folds, controls)
    assert abs(found.value.mean()) < 0.03
    assert response.shared_control(training_mean, folds.mean(axis=0), controls.mean(axis=0)).mean() > 0.6


def test_mode_collapse_is_a_ratio_of_variances() -> None:
    truth, folds, _ = made(6, n=60, genes=200)
    assert response.mode_collapse(truth, folds) == pytest.approx(1.0, abs=0.05)
    shrunk = truth.mean(axis=0) + 0.5 * (truth - truth.mean(axis=0))
    assert response.mode_collapse(shrunk, folds) == pytest.approx(0.25, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(seeds, st.integers(3, 9))
def test_retrieval_of_constants_is_chance_in_both_directions(seed: int, n: int) -> None:
    truth, folds, _ = made(seed, n=n)
    constant = np.tile(truth[0], (n, 1))
    for direction in Retrieved:
        assert response_retrieval.beaten(constant, folds, direction).mean() == pytest.approx(0.5)


def test_the_two_directions_differ_and_ties_are_broken_at_random() -> None:
    table = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])  # one prediction three times
    rng = np.random.default_rng(0)
    assert response_retrieval.rank(table, Retrieved.TRUTHS_FOR_PREDICTION, rng).tolist() == [1, 2, 3]
    draws = [response_retrieval.rank(table, Retrieved.PREDICTIONS_FOR_TRUTH, rng) for _ in range(300)]
    assert np.mean(draws) / 3 == pytest.approx(response_retrieval.chance(3), abs=0.03)
    assert {int(x) for x in np.ravel(draws)} == {1, 2, 3}


def test_retrieval_ceiling_is_what_the_truth_reaches() -> None:
    truth, folds, _ = made(7, n=60, genes=100, noise=3.0)
    for direction in Retrieved:
        reached = response_retrieval.beaten(truth, folds, direction).mean()
        assert response_retrieval.ceiling(folds, direction) == pytest.approx(reached, abs=0.04)


def test_squared_errors_have_an_exact_ceiling() -> None:
    truth, folds, reference = made(8, n=400, noise=2.0)
    ones = np.ones(40)
    reached, top = response_error.errors(truth, folds, ones).mean(), response_error.noise(folds, ones).mean()
    assert reached == pytest.approx(top, rel=0.03)
    assert response_error.errors(np.tile(reference, (400, 1)), folds, ones).mean() < top


def test_direction_counts_movement_not_noise() -> None:
    truth, folds, _ = made(9, n=40, genes=200)
    rng = np.random.default_rng(9)
    controls = 3.0 + 0.1 * rng.normal(size=(4, 200))
    ones = np.ones(200)
    found = response_genes.direction(truth, folds, controls, ones)
    assert found.value.mean() == pytest.approx(found.ceiling.mean(), rel=0.02)
    flipped = response_genes.direction(6.0 - truth, folds, controls, ones)
    assert flipped.value.mean() < -0.9 * found.value.mean()
    still = np.tile(controls.mean(axis=0), (4, 1))
    unmoved = response_genes.direction(np.tile(still[0], (40, 1)), folds, still, ones)
    assert (unmoved.value == 0.0).all()


def test_order_of_genes_by_size() -> None:
    truth, folds, _ = made(10, n=40, genes=200)
    controls = np.full((4, 200), 3.0)
    ones = np.ones(200)
    found = response_genes.order(truth, folds, controls, ones)
    assert found.value.mean() == pytest.approx(found.ceiling.mean(), rel=0.15)
    assert abs(response_genes.order(np.roll(truth, 7, axis=0), folds, controls, ones).value.mean()) < 0.05
    assert response_genes.places(np.array([[1.0, -3.0, 2.0]]), np.ones(3))[0] == pytest.approx([-2 / 3, 2 / 3, 0.0])


def test_weighed_error_covers() -> None:
    """The standard error is the spread between repeated draws, with clusters."""
    scores, errors = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        shared = np.repeat(rng.normal(size=15), 3)
        value = 0.5 + 0.1 * shared + 0.05 * rng.normal(size=45)
        out = weigh(value, {"floor": np.zeros(45)}, np.ones(45), weights=np.ones(45), clusters=np.repeat(range(15), 3))
        scores.append(out.score)
        errors.append(out.stderr)
    assert np.mean(errors) == pytest.approx(np.std(scores), rel=0.15)


def test_no_ratio_of_noise() -> None:
    rng = np.random.default_rng(0)
    out = weigh(rng.normal(size=20), {"floor": rng.normal(size=20)}, rng.normal(size=20), weights=np.ones(20),
                clusters=np.arange(20))
    assert out.score is None and "cannot be told apart" in out.reason
    nothing = weigh(np.ones(3), {"floor": np.zeros(3)}, np.ones(3), weights=np.zeros(3), clusters=np.arange(3))
    assert nothing.score is None and nothing.n == 0


def test_scores_are_not_clipped() -> None:
    floor, one = {"floor": np.zeros(10)}, np.ones(10)
    for value in (-3.0, 4.0):
        assert weigh(np.full(10, value), floor, one, weights=one, clusters=np.arange(10)).score == pytest.approx(value)


def test_what_cannot_be_used_is_refused() -> None:
    truth, folds, reference = made(0)
    with pytest.raises(InputError, match="4 folds"):
        response.against_mean(truth, folds[:3], reference)
    with pytest.raises(InputError, match="at least 2"):
        response.against_mean(truth[:1], folds[:, :1], reference)
    with pytest.raises(InputError, match="gene weights"):
        response.against_mean(truth, folds, reference, -np.ones(40))
    folds[0, 0, 0] = np.nan
    with pytest.raises(InputError, match="1 numbers that are not"):
        response.against_mean(truth, folds, reference)
    with pytest.raises(InputError, match="square table"):
        response_retrieval.share_beaten(np.ones((2, 3)), Retrieved.PREDICTIONS_FOR_TRUTH)
    with pytest.raises(InputError, match="at least one floor"):
        weigh(np.ones(2), {}, np.ones(2), weights=np.ones(2), clusters=np.arange(2))
