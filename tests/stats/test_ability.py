"""The vertical scale: gradients, the sampler, recovery and coverage, anchors, cross-validation, input checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from kindergrad.core.errors import InputError
from kindergrad.stats.ability import (
    AbilityFit,
    anchor,
    best_slope_sd,
    choose_slopes,
    expected_scores,
    fit_abilities,
    half_way,
    linked,
)
from kindergrad.stats.ability_model import Cells, Model, build, curvature, log_density, slopes, split
from kindergrad.stats.ability_sampler import Whitening, climb, effective_size, r_hat, sample


def mixed_cells(seed: int = 0, engines: int = 7, skills: int = 5) -> Cells:
    """Skill 0 single items, skills 1 and 2 counts of 20, the others scores."""
    rng = np.random.default_rng(seed)
    e, s = np.divmod(np.arange(engines * skills), skills)
    n = np.where(s == 0, 1.0, np.where(s < 3, 20.0, 0.0))
    counted = np.where(s == 0, rng.integers(0, 2, len(e)), rng.integers(0, 21, len(e)))
    value = np.where(s < 3, counted, rng.random(len(e)))
    stderr, lo = np.where(s == 4, 0.02, 0.0), np.where(s == 1, 0.25, 0.0)
    return Cells(e, s, value, n, stderr, lo, np.ones(len(e)))


def counts(seed: int, engines: int, skills: int, *, n: int = 100, slope_sd: float = 0.3, share: float = 0.8
           ) -> tuple[Cells, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    theta, b, log_a = rng.normal(0, 1, engines), rng.normal(0, 1, skills), rng.normal(0, slope_sd, skills)
    a = np.exp(log_a - log_a.mean())
    e, s = np.divmod(np.arange(engines * skills), skills)
    keep = rng.random(len(e)) < share
    e, s = e[keep], s[keep]
    p = expit(a[s] * (theta[e] - b[s]))
    k = rng.binomial(n, p) if n == 1 else rng.binomial(n, rng.beta(p * 400, (1 - p) * 400))
    zero = np.zeros(len(e))
    return Cells(e, s, k.astype(float), zero + n, zero, zero, zero + 1), theta - np.median(b), b - np.median(b)


@pytest.mark.parametrize("regress", [False, True])
@pytest.mark.parametrize("slope_sd", [0.0, 0.4])
def test_gradient_is_that_of_the_density(regress: bool, slope_sd: float) -> None:
    rng = np.random.default_rng(1)
    model = build(mixed_cells(), (7, 5), slope_sd, np.c_[rng.normal(size=7), np.ones(7)] if regress else None)
    q = rng.normal(size=(model.size, 2)) * 0.5
    split(model, q).eta[:] -= 2.5
    _, gradient = log_density(model, q)
    h = 1e-5
    for i in range(model.size):
        up, down = q.copy(), q.copy()
        up[i] += h
        down[i] -= h
        numeric = (log_density(model, up)[0] - log_density(model, down)[0]) / (2 * h)
        np.testing.assert_allclose(gradient[i], numeric, atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("dense", [True, False])
def test_whitening_is_its_own_inverse_and_whitens(dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kindergrad.stats.ability_model.DENSE", 10_000 if dense else 0)
    model = build(mixed_cells(), (7, 5), 0.4)
    curve = curvature(model, climb(model))
    assert len(curve.skills) == (0 if dense else 5)
    white = Whitening.at(np.zeros(model.size), curve)
    s3 = curve.cross.shape[1]
    precision = np.zeros((model.size, model.size))
    for k, block in enumerate(curve.skills):
        precision[3 * k : 3 * k + 3, 3 * k : 3 * k + 3] = block
    precision[s3:, :s3], precision[:s3, s3:], precision[s3:, s3:] = curve.cross, curve.cross.T, curve.rest
    root = white.to_q(np.eye(model.size))
    np.testing.assert_allclose(root.T @ precision @ root, np.eye(model.size), atol=1e-9)
    g = np.random.default_rng(0).normal(size=(model.size, 1))
    np.testing.assert_allclose(white.newton(g[:, 0]), np.linalg.solve(precision, g)[:, 0], atol=1e-9)


def test_sampler_agrees_with_brute_force_integration() -> None:
    """Two engines, two skills, equal slopes: the posterior of the difference of abilities against a direct sum."""
    e, s = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    zero = np.zeros(4)
    cells = Cells(e, s, np.array([1.0, 1.0, 0.0, 1.0]), zero + 1, zero, zero, zero + 1)
    model = build(cells, (2, 2), 0.0)
    drawn = sample(model, 3, draws=1200, warmup=200)
    blocks = split(model, np.concatenate(list(drawn.q), axis=1))
    gap = blocks.theta[0] - blocks.theta[1]
    rng = np.random.default_rng(0)  # importance sampling from the prior
    m = 400_000
    tau, sigma, mu = np.exp(0.7 * rng.normal(size=m)), np.exp(0.7 * rng.normal(size=m)), 3 * rng.normal(size=m)
    theta, b = tau * rng.normal(size=(2, m)), mu + sigma * rng.normal(size=(2, m))
    p = expit(theta[e] - b[s])
    weight = np.prod(np.where(cells.value[:, None] > 0, p, 1 - p), axis=0)
    true = theta[0] - theta[1]
    mean = float(weight @ true / weight.sum())
    sd = float(np.sqrt(weight @ (true - mean) ** 2 / weight.sum()))
    assert gap.mean() == pytest.approx(mean, abs=0.15 * sd)
    assert gap.std() == pytest.approx(sd, rel=0.15)
    assert drawn.divergent < 0.1 * gap.size  # four answers leave a funnel in the spread of abilities


def test_intervals_cover_the_truth_on_items_half_missing() -> None:
    """40 engines, 400 single items, half missing: 90 % intervals hold the truth in about 90 %."""
    cells, theta, b = counts(5, 40, 400, n=1, share=0.5)
    fit = fit_abilities(cells, (40, 400), slope_sd=0.3, draws=600)
    low, high = np.quantile(fit.difficulty, [0.05, 0.95], axis=0)
    assert 0.85 <= float(((low <= b) & (b <= high)).mean()) <= 0.95
    low, high = np.quantile(fit.ability, [0.05, 0.95], axis=0)
    assert float(((low <= theta) & (theta <= high)).mean()) >= 0.75
    assert np.corrcoef(fit.ability.mean(axis=0), theta)[0, 1] > 0.95
    assert fit.converged


def test_intervals_cover_the_truth_over_many_small_studies() -> None:
    inside: list[np.ndarray] = []
    for seed in range(8):
        cells, theta, b = counts(100 + seed, 12, 8)
        fit = fit_abilities(cells, (12, 8), slope_sd=0.3, draws=800, seed=seed)
        for draws, true in ((fit.ability, theta), (fit.difficulty, b)):
            low, high = np.quantile(draws, [0.05, 0.95], axis=0)
            inside.append((low <= true) & (true <= high))
    assert 0.84 <= float(np.concatenate(inside).mean()) <= 0.96


def test_same_seed_same_answer_and_order_of_cells_does_not_matter_much() -> None:
    cells, _, _ = counts(7, 10, 6)
    first, again = (fit_abilities(cells, (10, 6), slope_sd=0.3, draws=800, seed=2) for _ in range(2))
    np.testing.assert_array_equal(first.ability, again.ability)
    shuffled = cells.take(np.random.default_rng(0).permutation(len(cells.value)))
    other = fit_abilities(shuffled, (10, 6), slope_sd=0.3, draws=800, seed=2)
    np.testing.assert_allclose(first.ability.mean(axis=0), other.ability.mean(axis=0), atol=0.15)


def test_cross_validation_wants_equal_slopes_for_few_engines_and_free_ones_when_they_differ() -> None:
    few, _, _ = counts(3, 6, 8, n=20, slope_sd=0.0)
    assert best_slope_sd(choose_slopes(few, (6, 8))) == 0.0
    many, _, _ = counts(3, 30, 6, slope_sd=0.8, share=1.0)
    assert best_slope_sd(choose_slopes(many, (30, 6))) > 0.0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_slopes_are_positive_with_geometric_mean_one(seed: int, slope_sd: float) -> None:
    model = build(mixed_cells(), (7, 5), slope_sd)
    a = slopes(model, split(model, np.random.default_rng(seed).normal(size=(model.size, 3))))
    assert (a > 0).all()
    np.testing.assert_allclose(np.log(a).mean(axis=0), 0, atol=1e-12)


@pytest.fixture(scope="module")
def fitted() -> AbilityFit:
    return fit_abilities(counts(11, 10, 6)[0], (10, 6), slope_sd=0.3, draws=800)


def test_anchors_stand_at_zero_and_one_and_keep_all_differences_of_sign(fitted: AbilityFit) -> None:
    order = np.argsort(fitted.ability.mean(axis=0))
    low, high = int(order[0]), int(order[-1])
    fixed = anchor(fitted, low, high)
    np.testing.assert_allclose(fixed.ability[:, low], 0, atol=1e-12)
    np.testing.assert_allclose(fixed.ability[:, high], 1, atol=1e-12)
    np.testing.assert_allclose(expected_scores(fixed, 3, 2), expected_scores(fitted, 3, 2)[: len(fixed.ability)],
                               atol=1e-9)
    with pytest.raises(InputError, match="cannot be told apart"):
        anchor(fitted, high, low)


def test_half_way_falls_with_the_difficulty_of_the_group(fitted: AbilityFit) -> None:
    order = np.argsort(fitted.difficulty.mean(axis=0))
    p = half_way(fitted, [order[:2].tolist(), order[2:4].tolist(), order[4:].tolist()])
    assert p.shape == (10, 3)
    assert (np.diff(p, axis=1) <= 0).all()


def test_regression_predicts_an_engine_that_was_hardly_examined() -> None:
    rng = np.random.default_rng(0)
    x = np.linspace(-2, 2, 20)
    e, s = np.divmod(np.arange(100), 5)
    keep = (e < 19) | (s == 0)
    e, s = e[keep], s[keep]
    p = expit(1.5 * x[e] - np.linspace(-1, 1, 5)[s])
    zero = np.zeros(len(e))
    cells = Cells(e, s, rng.binomial(np.where(e == 19, 1, 100), p).astype(float), np.where(e == 19, 1.0, 100.0), zero,
                  zero, zero + 1)
    lean, plain = (fit_abilities(cells, (20, 5), slope_sd=0.0, draws=600, design=d) for d in (x[:, None], None))
    assert abs(lean.ability[:, 19].mean() - 3.0) < abs(plain.ability[:, 19].mean() - 3.0)
    assert lean.ability[:, 19].std() < 0.7 * plain.ability[:, 19].std()


def test_all_right_and_all_wrong_give_a_wide_honest_answer() -> None:
    e, s = np.divmod(np.arange(24), 6)
    zero = np.zeros(24)
    for value in (zero, zero + 50):
        fit = fit_abilities(Cells(e, s, value, zero + 50, zero, zero, zero + 1), (4, 6), slope_sd=0.0, draws=800)
        assert np.isfinite(fit.ability).all()
        assert (fit.ability.mean(axis=0) < 0).all() == (value == 0).all()


def test_linked_finds_engines_that_share_no_skill() -> None:
    zero = np.zeros(4)
    cells = Cells(np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1]), zero, zero, zero, zero, zero + 1)
    groups = linked(cells, (4, 2))
    assert groups[0] == groups[1] != groups[2] == groups[3]


@pytest.mark.parametrize(("change", "message"), [
    ({"value": np.nan}, "is not finite"), ({"stderr": -1.0}, "negative standard error"),
    ({"lo": 1.0}, "hi not above lo"), ({"n": 1.0, "value": 3.0}, "more right answers than items"),
    ({"skill": 9}, "names an engine or skill"),
])
def test_refuses_cells(change: dict[str, float], message: str) -> None:
    cells = counts(0, 4, 3, share=1.0)[0]
    for name, value in change.items():
        column = getattr(cells, name).copy()
        column[2] = value
        cells = cells._replace(**{name: column})
    with pytest.raises(InputError, match=message):
        fit_abilities(cells, (4, 3))
    with pytest.raises(InputError, match="at least 2 engines"):
        fit_abilities(cells, (1, 3))


def test_diagnostics_know_good_chains_from_bad_ones() -> None:
    rng = np.random.default_rng(0)
    good = rng.normal(size=(500, 2, 4))
    assert r_hat(good).max() < 1.02
    assert effective_size(good).min() > 1200
    assert r_hat(good + 3 * np.arange(4)).min() > 1.5
    slow = np.zeros_like(good)
    for i in range(1, 500):
        slow[i] = 0.95 * slow[i - 1] + good[i]
    assert effective_size(slow).max() < 250


def test_model_keeps_every_cell(fitted: AbilityFit) -> None:
    model: Model = fitted.model
    assert sorted(model.cells.value.tolist()) == sorted(counts(11, 10, 6)[0].value.tolist())
