"""References: look-ups, fitted floors, ceilings from replicates, failures that are recorded, untrained copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kindergrad.core.config import StudyConfig
from kindergrad.core.errors import EngineError, InputError
from kindergrad.core.items import Items
from kindergrad.core.names import CeilingKind, Readout, Role, Status
from kindergrad.engines.kmer import KmerProbe
from kindergrad.engines.position import PositionProbe
from kindergrad.exams import catalogue, material, plan, references, run, sit
from kindergrad.worlds.genome import SyntheticGenome


def items(seed: int, n: int = 300, **truth: Any) -> Items:
    rng = np.random.default_rng(seed)
    text = np.array(["".join(rng.choice(list("ACGT"), size=8)) for _ in range(n)])
    kind, size = rng.choice(["a", "b", "c"], size=n), rng.uniform(0, 10, size=n)
    value = np.where(kind == "a", 5.0, np.where(kind == "b", 1.0, 2.0)) + np.where(size > 7, 4.0, 0.0)
    return Items(asked={"context": np.full(n, ""), "target": text},
                 truth={"kind": kind, "size": size, "value": value, "cluster": text, "group": np.full(n, "g"), **truth})


def test_a_class_is_looked_up_by_its_mean_and_an_unseen_one_gets_the_overall_mean() -> None:
    train = items(0)
    asked = Items(asked={"target": np.array(["A", "A"])},
                  truth={"kind": np.array(["a", "z"]), "cluster": np.array(["1", "2"])})
    found = references.look_up("kind", asked, train)
    assert found[0] == pytest.approx(train.truth["value"][train.truth["kind"] == "a"].mean(), abs=0.05)
    assert found[1] == pytest.approx(train.truth["value"].mean())


def test_a_number_is_looked_up_by_a_small_tree() -> None:
    told = references.look_up("size", items(1), items(0))
    size = items(1).truth["size"]
    assert told[size > 7.5].mean() - told[size < 6.5].mean() == pytest.approx(4.0, abs=1.0)


def test_without_training_items_the_column_is_the_answer() -> None:
    asked = items(0)
    assert np.array_equal(references.look_up("size", asked, None), asked.truth["size"])
    with pytest.raises(InputError, match="no column 'length'"):
        references.look_up("length", asked, None)


def test_look_ups_work_on_candidates() -> None:
    """The true candidate is always the one of kind a."""
    rng = np.random.default_rng(0)
    place = rng.integers(3, size=50)
    kind = np.where(np.arange(3)[None, :] == place[:, None], "a", "b")
    choice = Items(asked={"context": np.full((50, 3), ""), "target": np.full((50, 3), "ACGT")},
                   truth={"true": place, "kind": kind, "cluster": place.astype(str)})
    assert np.array_equal(references.look_up("kind", choice, choice).argmax(axis=1), place)


@pytest.fixture
def exam() -> references.Exam:
    found = catalogue.assessment("genomics/pairwise-context")
    return references.Exam(found, items(1), items(0, 800), {"kmer": KmerProbe(), "position": PositionProbe()})


def test_engines_that_are_fitted_get_all_training_items(exam: references.Exam) -> None:
    scores = exam.both("kmer")
    assert scores.shape == (2, 300)
    assert abs(scores[0].mean()) < 0.3, "letters at random tell nothing of the value"


def test_a_reference_that_cannot_sit_is_a_failure_with_its_reason(exam: references.Exam) -> None:
    class Broken(KmerProbe):
        def fit(self, sequences: Any, labels: Any) -> None:
            raise RuntimeError("no memory")

    scores, failures = exam._replace(engines={**exam.engines, "kmer": Broken()}).all_of(("kmer", "position"))
    assert list(scores) == ["position"]
    assert failures == {"kmer": "kmer: RuntimeError: no memory"}
    with pytest.raises(EngineError):
        exam._replace(engines={"kmer": Broken()}).both("kmer")


def test_replicates_give_the_ceiling() -> None:
    found = catalogue.assessment("genomics/pairwise-context")
    value = items(1).truth["value"]
    noise = np.random.default_rng(2).normal(size=300)
    noisy = items(1, replicate=value + noise)
    top = references.reliable(found, noisy)
    assert top is not None
    assert top[0].mean() == pytest.approx(np.sqrt(np.corrcoef(value, value + noise)[0, 1]), abs=1e-9)
    assert references.reliable(found, items(1)) is None
    errors = references.reliable(found, items(1, error=np.full(300, 0.5)))
    assert errors is not None
    assert errors[0].mean() == pytest.approx(np.sqrt(1 - 0.25 / value.var()))


def test_an_untrained_copy_sits_unless_the_study_takes_it_away() -> None:
    class Restarted:
        def learn(self, pieces: Any) -> None: ...

        def untrained(self) -> Any:
            return Restarted()

    world = SyntheticGenome(size=20_000)
    study = StudyConfig.model_validate({"engines": [{"id": "markov"}]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "make", lambda spec, config, seed: Restarted())
        lanes = plan.lanes(study, world)
        assert [(lane.name, lane.role, len(lane.sizes)) for lane in lanes][-1] == (
            "markov-untrained", Role.UNTRAINED, 1)
        assert len(plan.lanes(study.model_copy(update={"controls": ()}), world)) == len(lanes) - 1


def test_references_are_records_like_any_other(tmp_path: Path) -> None:
    study = StudyConfig.model_validate({"world": {"size": 60_000}, "scales": [2000, 60_000], "items": 40,
                                        "assessments": ["genomics/start-codon", "genomics/copy"]})
    run.run(study, tmp_path)
    found = run.records(tmp_path)
    beside = {(r.identity.assessment, r.identity.engine) for r in found if r.role is Role.REFERENCE}
    assert beside == {("genomics/start-codon", "kmer"), ("genomics/start-codon", "position")}
    fitted = next(r for r in found if r.identity.engine == "position")
    assert (fitted.identity.readout, fitted.status) == (Readout.FIT, Status.OK)
    assert fitted.main_scale.value == sit.PROBE_ITEMS
    assert all(r.row()["role"] == "reference" for r in found if r.role is Role.REFERENCE)
    again = run.run(study, tmp_path)
    assert again.reused == again.planned


def test_material_keeps_references_and_failures(tmp_path: Path) -> None:
    scores = {"kmer": np.zeros((2, 3))}
    plain = Items(asked={"target": np.array(["A", "C", "G"])}, truth={"cluster": np.array(["1", "2", "3"])})
    made = material.Material("key", "all", plain, None, {"uniform": np.ones((2, 3))}, scores, {"position": "why"},
                             np.ones((2, 3)), CeilingKind.RELIABILITY, None, "w", SyntheticGenome.split)
    material.save(tmp_path / "m.npz", made)
    back = material.load(tmp_path / "m.npz")
    assert np.array_equal(back.references["kmer"], scores["kmer"])
    assert (back.failures, back.floor_engine) == ({"position": "why"}, "uniform")
