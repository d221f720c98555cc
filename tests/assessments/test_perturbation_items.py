"""Perturbation exams: the perfect predictor reaches 1, what knows nothing of the perturbation stays at 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kindergrad.core.assessment import Assessment
from kindergrad.core.items import Items
from kindergrad.core.names import Domain, Readout
from kindergrad.core.responses import Condition, asked_columns, conditions, joined, usual, usual_responses
from kindergrad.core.seeds import stream
from kindergrad.exams import catalogue, sit
from kindergrad.stats.scoring import cluster_stderr, normalise
from kindergrad.worlds.gene_network import GeneNetwork

Floats = NDArray[np.float64]
Case = tuple[Assessment, str, Items]

EXAMS = [a for a in catalogue.assessments().values() if a.domain is Domain.PERTURBATION]
PROFILES = ("agreement with the response", "correlation with the response")
"""Metrics of whole responses, with the mean of training as reference."""
N = 60


@pytest.fixture(scope="module")
def screen() -> GeneNetwork:
    return GeneNetwork(1, experiments=800, pathways=16)


@pytest.fixture(scope="module")
def cases(screen: GeneNetwork) -> list[Case]:
    return [(a, level, a.items(screen, N, level, 0)) for a in EXAMS for level in a.levels]


@pytest.fixture(scope="module")
def profiles(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case[0].metric in PROFILES and "gene" not in case[2].asked]


class Exact:
    """Answers with the truth of the world, through every ask that has one."""

    def __init__(self, world: GeneNetwork) -> None:
        self.predict_response = world.response


def test_the_perfect_predictor_scores_one_on_every_skill(screen: GeneNetwork, cases: list[Case]) -> None:
    """Not by replaying ideal answers: it is asked like any other engine."""
    asked = 0
    for assessment, level, items in cases:
        if Readout.RESPONSE not in assessment.readouts:
            continue
        answers = sit.ask(Exact(screen), assessment, Readout.RESPONSE, items)
        found = normalise(assessment.score(answers, items), np.zeros(N), assessment.score(items.ideal, items),
                          items.truth["cluster"])
        assert found.score == pytest.approx(1.0, abs=1e-6), (assessment.id, level)
        asked += 1
    assert asked > 25


def test_the_mean_of_training_scores_nothing(screen: GeneNetwork, profiles: list[Case]) -> None:
    assert len(profiles) > 10
    for assessment, level, items in profiles:
        mean = screen.centroid(conditions(items.asked))
        np.testing.assert_allclose(assessment.score(mean, items), 0.0, atol=1e-9, err_msg=f"{assessment.id} {level}")


TWISTS: dict[str, Callable[[Floats, Items], Floats]] = {
    "constant": lambda x, items: np.zeros_like(x) + stream(0, "constant").standard_normal(x.shape[1]),
    "labels permuted": lambda x, items: np.roll(x, len(x) // 2, axis=0),
    "genes shuffled": lambda x, items: x[:, stream(1, "genes").permutation(x.shape[1])],
    "sign flipped": lambda x, items: 2 * items.truth["reference"] - x,
    "noise": lambda x, items: stream(2, "noise").standard_normal(x.shape),
}


@pytest.mark.parametrize("name", sorted(TWISTS))
def test_answers_without_knowledge_earn_nothing(profiles: list[Case], name: str) -> None:
    """A twist is worth no more than two errors above the floors that need no data: no change, and the mean."""
    for assessment, level, items in profiles:
        clusters = set(items.truth["cluster"])
        if name == "labels permuted" and (len(clusters) < 12 or any("+" in c for c in clusters)):
            continue  # half a turn leaves many items with a pathway of their own
        values = assessment.score(TWISTS[name](np.asarray(items.ideal), items), items)
        error = cluster_stderr(values, items.truth["cluster"])
        floor = max(0.0, float(assessment.score(np.zeros_like(items.ideal), items).mean()))
        assert values.mean() <= floor + 2 * error + 1e-9, (assessment.id, level, values.mean(), floor, error)


def test_effects_times_three_cost_where_size_is_asked(profiles: list[Case]) -> None:
    for assessment, level, items in profiles:
        reference, ideal = items.truth["reference"], np.asarray(items.ideal)
        found = assessment.score(reference + 3 * (ideal - reference), items).mean()
        expected = 0.6 if assessment.metric == PROFILES[0] else 1.0
        assert found == pytest.approx(expected, abs=1e-6), (assessment.id, level)


def test_perturbed_genes_do_not_count(screen: GeneNetwork, profiles: list[Case]) -> None:
    """Their own fall stands in the question."""
    for assessment, level, items in profiles:
        spoilt = np.array(items.ideal)
        for row, condition in zip(spoilt, conditions(items.asked), strict=True):
            row[[screen.panel.place[p.rstrip("^")] for p in condition.parts]] = 50.0
        np.testing.assert_allclose(assessment.score(spoilt, items), assessment.score(items.ideal, items),
                                   err_msg=f"{assessment.id} {level}")


def test_every_exam_of_the_list_is_there() -> None:
    wanted = {"on-target", "nothing", "strong-or-weak", "recognise", "up-or-down", "cell-state", "dose-between",
              "direct-targets", "who-can-change", "another-guide", "programme", "two-hops", "relative",
              "additive-pair", "half-to-full", "new-donor", "which-genes-first", "seeing-is-not-doing", "stranger",
              "half-seen-pair", "wiring", "new-cell-type", "spread", "epistasis", "backwards", "beyond-the-range",
              "compensation", "rare-pathway", "three-at-once", "right-question", "unseen-pair", "stranger-elsewhere",
              "design"}
    assert wanted <= {a.id.removeprefix("perturbation/") for a in EXAMS}


def test_rarer_pathways_have_smaller_frequencies(screen: GeneNetwork) -> None:
    rare = catalogue.assessment("perturbation/rare-pathway")
    found = [rare.frequency(screen, level) for level in rare.levels]
    assert found == sorted(found) and found[-1] / found[0] > 8


def test_genes_that_turn_are_those_that_the_stepwise_answer_misses(screen: GeneNetwork, cases: list[Case]) -> None:
    assessment, _, items = next(c for c in cases if c[0].id == "perturbation/compensation")
    stepwise = np.take_along_axis(screen.uncompensated(conditions(items.asked)), items.asked["gene"], axis=1)
    assert assessment.score(stepwise, items).max() < 0


def test_columns_of_conditions_come_back() -> None:
    told = [Condition("A+B", "X.1", 0.32, "2"), Condition("", "Y.1")]
    assert conditions(asked_columns(told)) == told
    assert asked_columns([told, told])["dose"].shape == (2, 2)
    assert joined(["B", "A"]) == "A+B" and told[0].alone()[1] == Condition("B", "X.1", 0.32, "2")


def test_each_perturbation_counts_once_in_what_is_usual() -> None:
    told = [Condition("A", "X"), Condition("A", "X"), Condition("B", "X"), Condition("A+B", "Y")]
    means: Any = usual_responses(told, np.array([[1.0], [3.0], [4.0], [10.0]]))
    assert usual(means, Condition("C", "X"))[0] == 3.0
    assert usual(means, Condition("A+C", "Z"))[0] == 10.0
    assert usual(means, Condition("A+B+C", "X"))[0] == 3.0  # no triple was seen: as single genes
