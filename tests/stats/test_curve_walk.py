"""A law plus a random walk: the filter against dense matrices, the evidence against plain Monte Carlo."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from kindergrad.stats.curve_catalogue import catalogue
from kindergrad.stats.curve_loss import loss_data
from kindergrad.stats.curve_sampling import points
from kindergrad.stats.curve_walk import Hyper, _hyper, _whiten, fit_walk, predict_walk, transition
from kindergrad.testing.check_law import draw_parameters

LOSS_LAWS = sorted(name for name, law in catalogue().items() if law.unit == "log loss")
X = np.array([2.0, 2.3, 2.3, 2.9, 3.4, 4.0])


def covariance(x, hyper, k):
    """Covariance of walk plus noise between all points, by accumulating the state's covariance step by step."""
    n, one = x.size, Hyper(*(h[k : k + 1] for h in hyper))
    out, state = np.zeros((n, n)), np.array([[0.0, 0.0], [0.0, one.speed[0] ** 2]])
    for i in range(n):
        if i and x[i] > x[i - 1]:
            stay, move, qww, qwd, qdd = (float(v[0]) for v in transition(np.array([x[i] - x[i - 1]]), one))
            step = np.array([[1.0, move], [0.0, stay]])
            state = step @ state @ step.T + np.array([[qww, qwd], [qwd, qdd]])
        out[i, i], cross = state[0, 0], state.copy()
        for j in range(i + 1, n):
            if x[j] > x[j - 1]:
                stay, move, *_ = (float(v[0]) for v in transition(np.array([x[j] - x[j - 1]]), one))
                cross = np.array([[1.0, move], [0.0, stay]]) @ cross
            out[i, j] = out[j, i] = cross[0, 0]
    return out + np.eye(n) * one.sigma[0] ** 2


@pytest.fixture
def hyper():
    return _hyper(np.array([[0.5, 0.2, 0.3, -0.4], [-1.0, 1.0, 1.0, 0.5]]))


def test_filter_equals_dense_matrices(hyper) -> None:
    data, _ = loss_data(X, np.exp(-0.2 * X + 0.05 * np.sin(9 * X)), None)
    columns = np.repeat(data.z[None, :, None], 2, axis=2)
    white, log_sd, _, _ = _whiten(columns, data, hyper)
    for k in range(2):
        dense = covariance(X, hyper, k)
        here = -0.5 * np.sum(white[0, :, k] ** 2) - log_sd[k] - 0.5 * X.size * np.log(2 * np.pi)
        assert here == pytest.approx(multivariate_normal.logpdf(data.z, np.zeros(X.size), dense), abs=1e-8)


def test_two_steps_equal_one(hyper) -> None:
    stay, move, qww, qwd, qdd = transition(0.7, hyper)
    s1, m1, w1, c1, d1 = transition(0.3, hyper)
    s2, m2, w2, c2, d2 = transition(0.4, hyper)
    np.testing.assert_allclose(stay, s1 * s2)
    np.testing.assert_allclose(move, m1 + m2 * s1)
    np.testing.assert_allclose(qdd, s2**2 * d1 + d2)
    np.testing.assert_allclose(qwd, s2 * (c1 + m2 * d1) + c2)
    np.testing.assert_allclose(qww, w1 + 2 * m2 * c1 + m2**2 * d1 + w2)


@pytest.mark.parametrize(("name", "drift"), [("last_value", False), ("m1", True)])
def test_evidence_agrees_with_plain_monte_carlo(name: str, drift: bool) -> None:
    data, _ = loss_data(X, np.exp(-0.2 * X + 0.05 * np.sin(9 * X)), np.full(X.size, 0.01))
    law, rng = catalogue()[name], np.random.default_rng(0)
    basis = law.basis(X, law.nonlinear(np.full((1, law.n_nonlinear), 0.5), data.design), data.design)[0]
    prior = basis @ np.diag(np.square(law.prior[0].sd)) @ basis.T
    drawn = _hyper(rng.standard_normal((800, 4 if drift else 2)))
    parts = [
        multivariate_normal.logpdf(data.z, basis @ np.array(law.prior[0].mean),
                                   covariance(X, drawn, k) + prior + np.diag(data.stderr**2))
        for k in range(800)
    ]
    plain = logsumexp(parts) - np.log(800)
    assert fit_walk(law, data, residual="drift" if drift else "walk").log_evidence == pytest.approx(plain, abs=0.3)


@pytest.mark.parametrize("name", LOSS_LAWS)
@pytest.mark.parametrize("residual", ["noise", "walk", "drift"])
def test_true_curve_is_followed(name: str, residual: str) -> None:
    """Almost noise-free points of a law: the next half decade is within the stated error."""
    law = catalogue()[name]
    x = np.linspace(2.0, 5.0, 16)
    inside = []
    for seed in range(6):
        truth = draw_parameters(law, 1, seed, loss_data(x, np.ones(16))[0].design)
        z = law.value(np.append(x, 5.3), truth)[0]
        data, _ = loss_data(x, np.exp(z[:-1] + 0.003 * np.random.default_rng(seed).standard_normal(16)))
        posterior = fit_walk(law, data, residual=residual)
        mean, variance = predict_walk(posterior, data, np.array([5.3]))
        centre = mean[0] @ posterior.weight
        sd = np.sqrt((variance[0] + (mean[0] - centre) ** 2) @ posterior.weight)
        inside.append(abs(centre - z[-1]) < 3 * sd)
    assert sum(inside) >= 5


def test_error_opens_with_distance() -> None:
    data, _ = loss_data(X, np.exp(-0.2 * X + 0.02 * np.sin(9 * X)))
    posterior = fit_walk(catalogue()["m3"], data, residual="drift")
    _, variance = predict_walk(posterior, data, np.array([4.0, 4.5, 5.5, 7.0]))
    assert np.all(np.diff(variance @ posterior.weight) > 0)


def test_points_fill_the_cube() -> None:
    for d in (1, 3, 7):
        u = points(512, d)
        assert u.shape == (512, d)
        np.testing.assert_allclose(u.mean(axis=0), 0.5, atol=0.02)
        assert np.abs(np.corrcoef(u.T) - np.eye(d)).max() < 0.1 if d > 1 else True
        for column in u.T:
            assert np.max(np.diff(np.sort(column))) < 0.03


def test_noise_free_curve_gives_finite_numbers() -> None:
    data, _ = loss_data(np.linspace(2, 5, 12), 10.0 ** (-0.2 * np.linspace(2, 5, 12)))
    for name in LOSS_LAWS:
        assert abs(fit_walk(catalogue()[name], data, residual="drift").log_evidence) < 200
