"""The built-in study in another world, and a study that asks for some readouts only."""

from __future__ import annotations

from pathlib import Path

import pytest

from kindergrad.core import config
from kindergrad.core.config import EngineConfig, StudyConfig, WorldConfig
from kindergrad.core.errors import StudyError
from kindergrad.core.names import Readout, Role, Status
from kindergrad.exams import build, defaults, material, run


def test_another_world_is_asked_everything_and_keeps_its_name_under_quick() -> None:
    for quick in (False, True):
        study = defaults.study(world="textbook", quick=quick)
        assert study.world.kind == "textbook" and study.assessments == ("all",) and study.goal is None
    assert study.world.size == 1_000_000 and study.scales[-1] == 1e6 and not study.comparable
    assert defaults.study(quick=True).world.kind == "genome"


@pytest.mark.parametrize("given", [{"path": Path("examples/study.yaml")}, {"genome": Path("x.fa")}])
def test_a_second_corpus_is_refused(given: dict[str, Path]) -> None:
    with pytest.raises(StudyError, match=r"got (the study|a genome).*leave one of the two out"):
        defaults.study(world="textbook", **given)


def test_an_engine_learns_from_the_textbook_what_a_small_world_asks(tmp_path: Path) -> None:
    study = StudyConfig(world=WorldConfig(kind="textbook", size=60_000), engines=(EngineConfig(id="markov"),),
                        controls=(), scales=(60_000,), items=40, readouts=(Readout.LIKELIHOOD,),
                        assessments=("genomics/epistasis",))
    assert run.run(study, tmp_path).failed == 0
    found = {r.skill: r for r in run.records(tmp_path) if r.role is Role.LEARNER}
    assert {r.identity.readout for r in found.values()} == {Readout.LIKELIHOOD}
    assert {r.world.split("-")[0] for r in found.values()} == {"landscape"}
    own = found["genomics/epistasis[pairs]"].estimand
    assert own is not None and own.score is not None and own.score > 0.2


def test_readouts_that_are_not_asked_for_are_not_sat_and_it_is_said_why(tmp_path: Path) -> None:
    study = StudyConfig(world=WorldConfig(size=20_000), engines=(EngineConfig(id="markov"),), controls=(),
                        scales=(10_000,), items=20, readouts=(Readout.GENERATION,),
                        assessments=("genomics/finish-the-gene", "genomics/exact-word"))
    run.run(study, tmp_path)
    learner = [r for r in run.records(tmp_path) if r.role is Role.LEARNER]
    assert {(r.skill, r.status) for r in learner} == {("genomics/finish-the-gene", Status.OK),
                                                      ("genomics/exact-word", Status.NOT_APPLICABLE)}
    assert any(r.reason == "the study asks for generation only" for r in learner)


def test_a_study_turns_the_dials_of_an_exams_own_world(tmp_path: Path) -> None:
    near = WorldConfig(kind="recall", settings={"distance": 100})
    study = StudyConfig(world=WorldConfig(size=20_000), engines=(EngineConfig(id="markov"),), controls=(),
                        scales=(10_000,), items=10, assessments=("genomics/long-range-recall",),
                        readouts=(Readout.LIKELIHOOD,), worlds={"genomics/long-range-recall": near})
    run.run(study, tmp_path)
    homes = {r.skill: r.world for r in run.records(tmp_path) if r.role is Role.LEARNER}
    assert len(homes) == 3 and len(set(homes.values())) == 1
    made = run.prepare(study, tmp_path, lambda done, planned, what: None)
    kept = [material.load(made.store.cache / f"{key}.npz") for key in made.materials]
    longest = max(len(str(text)) for one in kept for text in one.items.asked["context"].ravel())
    assert 100 < longest < 300  # 100,000 with the world as it is


def test_a_world_is_given_by_its_name_or_with_dials_and_wrong_dials_are_named() -> None:
    both = StudyConfig.model_validate({"worlds": {"genomics/a": "recall", "genomics/b": {"kind": "recall"}}})
    assert both.worlds["genomics/a"] == both.worlds["genomics/b"] == WorldConfig(kind="recall")
    with pytest.raises(StudyError, match=r"world 'recall' has no setting 'distanze'; it takes .*distance"):
        build.named("recall", 0, **WorldConfig(kind="recall", settings={"distanze": 1}).given)


def test_a_value_that_a_world_refuses_is_a_line_not_a_crash() -> None:
    with pytest.raises(StudyError, match=r"world 'repeats' refuses its settings \{'back': 0\}: .*at least 1 stretch"):
        build.named("repeats", 0, back=0)
    with pytest.raises(StudyError, match="world 'repeats' refuses its settings"):
        build.named("repeats", 0, back="far")


def test_a_key_that_a_world_of_an_exam_does_not_have_is_told_with_those_it_has() -> None:
    with pytest.raises(StudyError, match=r"unknown key 'setings'; did you mean 'settings'\? \(at 'worlds\.genomics/a"):
        config.build({"worlds": {"genomics/a": {"kind": "recall", "setings": {}}}})
