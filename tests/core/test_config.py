"""study.yaml: what is misspelt or impossible is named with its place and the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindergrad.core.config import Goal, StudyConfig, build, load
from kindergrad.core.errors import StudyError

words = st.from_regex(r"[a-z]{2,12}/[a-z][a-z0-9-]{0,20}(\[[a-z0-9-]{1,8}\])?", fullmatch=True)


@given(words, st.floats(-2, 2), st.floats(1, 1e12))
def test_a_goal_goes_through_text_unchanged(skill: str, score: float, scale: float) -> None:
    goal = Goal(skill=skill, score=score, scale=scale)
    read = Goal.parse(str(goal))
    assert read.skill == skill
    assert read.score == pytest.approx(score, rel=1e-5, abs=1e-9) and read.scale == pytest.approx(scale, rel=1e-5)
    assert Goal.parse(str(read)) == read


@given(words, st.integers(-9, 9), st.sampled_from(["1e6", "3 Mb", "200k"]))
def test_spaces_do_not_matter_in_a_goal(skill: str, tenths: int, scale: str) -> None:
    assert Goal.parse(f" {skill}  >= {tenths / 10} @ {scale} ") == Goal.parse(f"{skill}>={tenths / 10}@{scale}")


@pytest.mark.parametrize("text", ["", "genomics/copy", "genomics/copy>0.5@1e6", "genomics/copy>=half@1e6",
                                  "genomics/copy>=0.5@", "genomics/copy>=0.5@soon", "a b>=0.5@1e6", "x>=1-2@1e6"])
def test_what_is_no_goal_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(StudyError, match="not a goal: got"):
        Goal.parse(text)


@pytest.mark.parametrize(("raw", "near", "place"), [
    ({"assesments": ["all"]}, "assessments", "assesments"),
    ({"resuem": True}, "scales|seed|name|foretell|readouts", "resuem"),
    ({"world": {"sise": 1000}}, "size", "world.sise"),
    ({"engines": [{"id": "markov"}, {"id": "kmer", "seedz": 2}]}, "seeds", "engines.1.seedz"),
])
def test_an_unknown_key_names_its_place_and_the_nearest(raw: dict[str, object], near: str, place: str) -> None:
    with pytest.raises(StudyError, match=rf"my\.yaml: unknown key .*did you mean '({near})'.*\(at '{place}'\)"):
        build(raw, where="my.yaml")


@pytest.mark.parametrize(("raw", "message"), [
    ({"items": 3}, "key 'items'.*greater than or equal to 10; got 3"),
    ({"scales": [1e3, 1e3]}, "strictly increasing; got 1000 before 1000"),
    ({"scales": ["1 Mb", "200k"]}, "strictly increasing"),
    ({"scales": ["many"]}, "not a scale: got 'many'"),
    ({"engines": [{"id": "markov", "scales": [5, 3]}]}, "strictly increasing; got 5 before 3"),
    ({"engines": [{"id": "markov", "seeds": 0}]}, r"engines\.0\.seeds"),
    ({"goal": "learn"}, "not a goal: got 'learn'"),
    ({"domain": "cooking"}, "key 'domain'"),
    ({"controls": ["reversed"]}, "shuffled"),
])
def test_an_impossible_value_is_named_with_its_key(raw: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        build(raw)


def test_scales_are_read_in_units_and_the_study_is_frozen() -> None:
    study = build({"scales": ["1k", 1e4, "3 Mb"], "goal": " genomics/copy >= 0.5 @ 1 Mb "})
    assert study.scales == (1e3, 1e4, 3e6) and study.goal == "genomics/copy>=0.5@1e+06"
    with pytest.raises(ValueError, match="frozen"):
        study.items = 3  # type: ignore[misc]
    assert build(study.model_dump(mode="json")) == study


@pytest.mark.parametrize(("content", "message"), [
    (None, "cannot read"), ("a: [1", "is not YAML"), ("- 1\n- 2", "must hold keys and values; got list"),
    ("", "must hold keys and values; got NoneType"),
])
def test_a_file_that_is_no_study_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "study.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StudyError, match=message):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(StudyError, match="is not YAML"):
        load(path)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("name: mine\nengines:\n  - id: markov\n    settings: {max_order: 4}\nscales: [1 kb, 10 kb]\n")
    study = load(path)
    assert study.engines[0].settings == {"max_order": 4} and study.scales == (1e3, 1e4)
    assert StudyConfig().comparable
