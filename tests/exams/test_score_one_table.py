"""One table of predictions, read from kindergarten to frontier: every skill at once, for the truth and for the mean."""

from __future__ import annotations

import numpy as np
import pytest
from test_score_skills import GENES, NOISE, measured

from kindergrad.core.answers_response import ScoreAnswer
from kindergrad.core.names import Grade
from kindergrad.exams.score_response import score
from kindergrad.exams.score_response_items import Training, material
from kindergrad.syllabus import skills
from kindergrad.worlds.expression_tables import ExpressionTable

NEEDS_DONORS = {"perturbation/new-donor", "perturbation/another-guide"}
"""Contexts of one file are of one kind: here lines."""
TRAINED = 20
Means = dict[tuple[str, str], np.ndarray]


def world() -> tuple[Means, Means, set[tuple[str | None, str]], dict[str, list[str]]]:
    """Means and spreads of two lines, what trained, and pathways: genes 0-35 in 12, genes 36-43 in none."""
    rng = np.random.default_rng(11)
    level = 2.0 + 0.3 * rng.normal(size=GENES)
    pathway = rng.normal(size=(12, GENES)) * (rng.random((12, GENES)) < 0.4)
    single = {}
    for i in range(44):
        single[i] = 0.8 * (pathway[i % 12] if i < 36 else 0.0) + 0.5 * rng.normal(size=GENES)
        single[i][i] = -1.5
    pairs = {(i, j): 0.4 * rng.normal(size=GENES) for i, j in
             [(k, k + 7) for k in range(12)] + [(k, k + 24) for k in range(8)] + [(k + 20, k + 28) for k in range(8)]}
    triples = {(i, i + 7, i + 3): 0.4 * rng.normal(size=GENES) for i in range(8)}
    effects = {f"G{i}": move for i, move in single.items()}
    for parts, own in {**pairs, **triples}.items():
        inside = [move for pair, move in pairs.items() if set(pair) < set(parts)]
        effects["+".join(f"G{i}" for i in sorted(parts, key=str))] = np.sum(
            [*(single[i] for i in parts), *inside, own], axis=0)
    for k in range(8):
        move = rng.normal(size=GENES)
        effects |= {f"D{k}@{dose:g}": move * dose**2 / (dose**2 + 9.0) for dose in (0.3, 1.0, 3.0, 10.0, 30.0)}
    effects |= {f"idle{k}": np.zeros(GENES) for k in range(16)}
    means = {("A", "control"): level} | {("A", label): level + move for label, move in effects.items()}
    other = level + 0.5 * rng.normal(size=GENES)
    means["B", "control"] = other
    for i in [*range(10), *range(30, 44)]:  # ten that trained in A, fourteen that never did
        means["B", f"G{i}"] = other + single[i] + 0.4 * rng.normal(size=GENES)
    wide = {key: NOISE * (1.0 + (rng.random(GENES) < 0.3)) if key[1] != "control" else NOISE * np.ones(GENES)
            for key in means}
    known = [f"G{i}" for i in range(TRAINED)]
    known += [label for label in effects if label.startswith("D") and label.rpartition("@")[2] in ("0.3", "1", "10")]
    sets = {f"P{k}": [f"G{i}" for i in range(36) if i % 12 == k] + [f"G{44 + k}"] for k in range(12)}
    return means, wide, {("A", label) for label in known}, sets


@pytest.fixture(scope="module")
def truth() -> ExpressionTable:
    means, wide, _, _ = world()
    return measured(means, 80, sd=wide, seed=1)


def answered(truth: ExpressionTable, said: Means, wide: Means) -> ScoreAnswer:
    _, _, training, sets = world()
    table = measured({key: mean for key, mean in said.items() if key[1] != "control"}, 2000, sd=wide, seed=2, folds=1)
    return score(table, truth, material(table, truth, Training(frozenset(training), "test"), sets))


def test_the_truth_scores_one_on_every_skill(truth: ExpressionTable) -> None:
    means, wide, _, _ = world()
    found = answered(truth, means, wide)
    assert {one.skill for one in found.not_scored} == NEEDS_DONORS
    grades = {skills.skill(one.skill).grade for one in found.skills}
    assert grades == set(Grade)
    for one in found.skills:
        assert one.score is not None and one.stderr is not None, (one.skill, one.reason)
        assert one.score == pytest.approx(1.0, abs=max(3.0 * one.stderr, 0.06)), one.skill


def test_the_mean_of_training_scores_nowhere_above_the_floor(truth: ExpressionTable) -> None:
    means, _, training, _ = world()
    row = {key: i for i, key in enumerate(zip(truth.contexts, truth.labels, strict=True))}
    mean = truth.means([row[c or "", label] for c, label in training]).mean(axis=0)
    flat = {key: NOISE * np.ones(GENES) for key in means}
    for one in answered(truth, dict.fromkeys(means, mean), flat).skills:
        assert one.score is None or one.score <= 2.0 * (one.stderr or 0.0) + 1e-9, one.skill
