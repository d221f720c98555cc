"""Attacks on the score: without signal none ends above its floor, with signal none that knows no perturbation does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from response_tables import Screen, predicted, screen

from kindergrad.core.answers_response import ScoreAnswer
from kindergrad.exams.score_response import score
from kindergrad.exams.score_response_items import material

Attack = Callable[[Screen, np.random.Generator], np.ndarray]


def _same(screen: Screen, profile: np.ndarray) -> np.ndarray:
    return np.tile(profile, (len(screen.scored), 1))


def _moves(screen: Screen) -> tuple[np.ndarray, np.ndarray]:
    """Training mean, and the true difference of each scored perturbation from it."""
    mean = screen.training_means().mean(axis=0)
    return mean, screen.means[screen.n_training:] - mean


def _measured_control(screen: Screen) -> np.ndarray:
    return screen.cells[screen.names == "control"].mean(axis=0)


def _bulk(screen: Screen) -> np.ndarray:
    """The scored cells' own mean, which no engine should have, drawn towards the controls where training varies."""
    cells = screen.cells[np.isin(screen.names, screen.scored)].mean(axis=0)
    control, spread = _measured_control(screen), screen.training_means().std(axis=0)
    return control + (cells - control) / (1.0 + spread / spread.mean())


def _spikes(screen: Screen, rng: np.random.Generator) -> np.ndarray:
    """The name of the perturbed gene, blown up: found at once by any distance that looks at it."""
    out = _same(screen, screen.training_means().mean(axis=0))
    out[np.arange(len(out)), [screen.genes.index(label) for label in screen.scored]] = 0.0
    return out


def _tuned(screen: Screen, rng: np.random.Generator) -> np.ndarray:
    """Noise around the training mean, chosen to agree with half of the scored cells on average: a group, no label."""
    mean = screen.training_means().mean(axis=0)
    half = screen.cells[np.isin(screen.names, screen.scored)][::2].mean(axis=0)
    draws = 0.2 * rng.normal(size=(8, len(screen.genes)))
    best = draws[np.argmax(draws @ (half - mean))]
    return mean + best * rng.uniform(0.5, 1.5, (len(screen.scored), 1))


IGNORANT: dict[str, Attack] = {
    "training mean, shared controls": lambda s, rng: _same(s, s.training_means().mean(axis=0)),
    "control": lambda s, rng: _same(s, _measured_control(s)),
    "constant, twisted away from the controls": lambda s, rng: _same(
        s, 2.0 * s.training_means().mean(axis=0) - _measured_control(s)),
    "copies of a training item": lambda s, rng: s.training_means()[rng.integers(0, s.n_training, len(s.scored))],
    "copies of the nearest name": lambda s, rng: s.training_means()[np.arange(len(s.scored)) % s.n_training],
    "labels permuted": lambda s, rng: np.roll(s.means[s.n_training:], 5, axis=0),
    "training mean and noise": lambda s, rng: _same(s, s.training_means().mean(axis=0))
    + 0.1 * rng.normal(size=(len(s.scored), len(s.genes))),
    "mean of the scored cells, shrunk by variance": lambda s, rng: _same(s, _bulk(s)),
    "draws from the training covariance": lambda s, rng: s.training_means().mean(axis=0) + rng.normal(
        size=(len(s.scored), s.n_training)) @ (s.training_means() - s.training_means().mean(axis=0)) / np.sqrt(
        s.n_training),
    "first axis of training, sizes by name": lambda s, rng: s.training_means().mean(axis=0) + np.linspace(
        -2.0, 2.0, len(s.scored))[:, None] * np.linalg.svd(
        s.training_means() - s.training_means().mean(axis=0))[2][0],
    "training mean, spikes on the target": _spikes,
    "best of 8 draws by the other half of the scored mean": _tuned,
}
"""Know nothing of the scored perturbations, whatever the data."""

TWISTED: dict[str, Attack] = {
    "signs flipped": lambda s, rng: _moves(s)[0] - _moves(s)[1],
    "effects times three": lambda s, rng: _moves(s)[0] + 3.0 * _moves(s)[1],
    "genes shuffled": lambda s, rng: s.means[s.n_training:][:, rng.permutation(len(s.genes))],
}
"""Know something where there is something to know."""


def _answer(made: Screen, means: np.ndarray) -> ScoreAnswer:
    said = predicted(made.scored, made.genes, means)
    return score(said, made.table(), material(said, made.table(), made.training))


def _above(answer: ScoreAnswer) -> dict[str, float]:
    """Skills that end more than two standard errors above their floor."""
    return {one.skill: one.score for one in answer.skills
            if one.score is not None and one.stderr is not None and one.score > 2.0 * one.stderr + 1e-9}


@pytest.fixture(scope="module", params=["counts", "log-normal"])
def null(request: pytest.FixtureRequest) -> Screen:
    return screen(1, signal=0.0, counts=request.param == "counts", n_genes=100)


@pytest.fixture(scope="module", params=["counts", "log-normal"])
def real(request: pytest.FixtureRequest) -> Screen:
    return screen(2, signal=1.0, counts=request.param == "counts", n_genes=100)


@pytest.mark.parametrize("name", [*IGNORANT, *TWISTED])
def test_without_signal_nothing_ends_above_its_floor(null: Screen, name: str) -> None:
    attack = (IGNORANT | TWISTED)[name]
    assert _above(_answer(null, attack(null, np.random.default_rng(0)))) == {}


@pytest.mark.parametrize("name", IGNORANT)
def test_with_signal_ignorance_ends_on_the_floor(real: Screen, name: str) -> None:
    assert _above(_answer(real, IGNORANT[name](real, np.random.default_rng(0)))) == {}


def test_shared_controls_alone_would_have_been_rewarded(null: Screen) -> None:
    """The attack works on the field's metric: the suite would be empty if it did not."""
    answer = _answer(null, _same(null, null.training_means().mean(axis=0)))
    assert answer.field["pearson_delta"] > 0.4
    assert answer.r_art == pytest.approx(0.4, abs=0.1)
    assert answer.mode_collapse is None or answer.mode_collapse < 1e-6


def test_a_constant_scores_exactly_zero(real: Screen) -> None:
    answer = _answer(real, _same(real, real.training_means().mean(axis=0)))
    by = {one.skill: one for one in answer.skills}
    assert by["perturbation/recognise"].score == pytest.approx(0.0, abs=1e-12)
    assert by["perturbation/backwards"].score == pytest.approx(0.0, abs=1e-12)
    assert by["perturbation/stranger"].value == pytest.approx(0.0, abs=1e-12)
    assert answer.mode_collapse == pytest.approx(0.0, abs=1e-12)


def test_perfect_predictions_score_one(real: Screen) -> None:
    answer = _answer(real, real.means[real.n_training:])
    scored = {one.skill: one for one in answer.skills if one.score is not None}
    assert len(scored) >= 5
    for skill, one in scored.items():
        assert one.score == pytest.approx(1.0, abs=max(3.0 * one.stderr, 0.03)), skill
    assert answer.mode_collapse == pytest.approx(1.0, abs=0.1)


def test_flipped_signs_score_far_below_zero_and_are_not_clipped(real: Screen) -> None:
    by = {one.skill: one for one in _answer(real, TWISTED["signs flipped"](real, np.random.default_rng(0))).skills}
    assert by["perturbation/stranger"].score < -1.0
    assert by["perturbation/up-or-down"].score < -1.0


def test_effects_times_three_lose_where_size_counts(real: Screen) -> None:
    answer = _answer(real, TWISTED["effects times three"](real, np.random.default_rng(0)))
    by = {one.skill: one for one in answer.skills}
    assert by["perturbation/backwards"].score < 0.9
    assert answer.mode_collapse == pytest.approx(9.0, rel=0.1)


def test_controls_of_the_prediction_are_ignored(real: Screen) -> None:
    """Submitted controls, twisted by a whole unit, change nothing."""
    means = real.means[real.n_training:]
    plain = _answer(real, means)
    labels, rows = (*real.scored, "control"), np.concatenate([means, real.control[None] + 1.0])
    said = predicted(labels, real.genes, rows)
    twisted = score(said, real.table(), material(said, real.table(), real.training))
    assert twisted.skills == plain.skills
    assert twisted.field == plain.field
