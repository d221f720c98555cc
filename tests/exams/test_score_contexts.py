"""Several contexts: seen perturbations in new lines or donors, lines without training, lines without controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from response_tables import Screen, predicted, screen

from kindergrad.core.answers_response import ScoreAnswer, SkillScore
from kindergrad.exams.score_response import score
from kindergrad.exams.score_response_items import Material, Training, material
from kindergrad.worlds.expression_tables import ExpressionTable


@pytest.fixture(scope="module")
def line() -> Screen:
    return screen(4, counts=False, n_genes=80, n_training=8, n_scored=8, n_cells=24, n_controls=60)


def two_lines(line: Screen, shift: float = 0.5) -> ExpressionTable:
    """The same effects in a second line, whose every gene lies higher."""
    one = line.table()
    sums = np.concatenate([one.sums, one.sums + shift * one.cells[:, :, None]], axis=1)
    n = len(one)
    return replace(one, labels=one.labels * 2, contexts=("K562",) * n + ("RPE1",) * n, splits=("",) * 2 * n, sums=sums,
                   cells=np.tile(one.cells, (1, 2)))


def answer(line: Screen, truth: ExpressionTable, training: Training, means: np.ndarray, labels: tuple[str, ...]
           ) -> tuple[ScoreAnswer, Material]:
    said = predicted(labels, line.genes, means)
    said = replace(said, contexts=("RPE1",) * len(labels))
    found = material(said, truth, training)
    return score(said, truth, found), found


def by(found: ScoreAnswer, skill: str) -> SkillScore:
    (one,) = [one for one in found.skills if one.skill == f"perturbation/{skill}"]
    return one


def test_seen_perturbations_in_a_new_line(line: Screen) -> None:
    """The other line's effect is a floor with a name; here, where lines respond alike, it reaches the ceiling."""
    everywhere = frozenset(("K562", label) for label in line.labels)
    training = Training(everywhere | {("RPE1", label) for label in line.labels[:8]}, "test")
    found, _ = answer(line, two_lines(line), training, line.means[8:] + 0.5, line.scored)
    one = by(found, "new-cell-type")
    assert one.value == pytest.approx(one.ceiling, abs=0.05)
    assert one.floors["same perturbation elsewhere"] > 0.8 * one.ceiling
    assert any(x.skill == "perturbation/stranger" for x in found.not_scored)


def test_a_floor_that_one_context_lacks_is_not_lost(line: Screen) -> None:
    """There its best other floor stands in: a single item has no other labels to compare with."""
    from kindergrad.exams.score_response_skills import Pool

    truth = line.table()
    said = predicted(line.scored, line.genes, line.means[8:])
    (context,) = material(said, truth, line.training).contexts
    pool = Pool()
    pool.add(context, np.ones(8), np.full(8, 2.0), floors={"no change": np.zeros(8), "other labels": np.full(8, 0.9)})
    pool.add(context.subset([0]), np.ones(1), np.full(1, 2.0), floors={"no change": np.full(1, 0.5)})
    assert pool.score("perturbation/stranger", "made").floors == pytest.approx({"no change": 0.5 / 9,
                                                                                "other labels": (0.9 * 8 + 0.5) / 9})


def test_donors_have_a_skill_of_their_own(line: Screen) -> None:
    truth = two_lines(line)
    truth = replace(truth, dialect=replace(truth.dialect, context="donor_id"))
    training = Training(frozenset(("K562", label) for label in line.labels), "test")
    found, _ = answer(line, truth, training, line.means + 0.5, line.labels)
    assert by(found, "new-donor").n_items > 0
    assert {x.skill for x in found.not_scored} >= {"perturbation/new-cell-type"}


def test_a_line_without_training_gets_its_controls_and_the_usual_effect(line: Screen) -> None:
    training = Training(frozenset(("K562", label) for label in line.labels[:8]), "test")
    truth = two_lines(line)
    found, made = answer(line, truth, training, line.means[8:] + 0.5, line.scored)
    (new,) = [c for c in made.contexts if c.name == "RPE1"]
    (old,) = [c for c in made.contexts if c.name == "K562"]
    assert not new.home and old.home
    assert new.reference == pytest.approx(old.reference + 0.5)
    assert by(found, "stranger-elsewhere").n_items > 0
    assert found.n_scored == 24 and found.n_predicted == 8
    assert any("16 of 24 scored perturbations have no prediction" in note for note in found.notes)


def test_a_line_without_controls_is_left_out_and_counted(line: Screen) -> None:
    truth = two_lines(line)
    keep = [i for i in range(len(truth)) if (truth.contexts[i], truth.labels[i]) != ("K562", "control")]
    truth = replace(truth, labels=tuple(truth.labels[i] for i in keep), contexts=tuple(truth.contexts[i] for i in keep),
                    splits=("",) * len(keep), sums=truth.sums[:, keep], cells=truth.cells[:, keep])
    training = Training(frozenset((None, label) for label in line.labels[:8]), "test")
    found, made = answer(line, truth, training, line.means[8:] + 0.5, line.scored)
    assert [c.name for c in made.contexts] == ["RPE1"]
    assert any("1 contexts have fewer than 4 control cells" in note for note in found.notes)
