"""Plug-ins: what they may offer, and what they may not take the place of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kindergrad.core.errors import InputError, PluginError
from kindergrad.core.names import Domain, Grade
from kindergrad.exams import catalogue, defaults
from kindergrad.syllabus import skills

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def syllabus_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Skills of plug-ins stay in the syllabus of a process; other tests must not see them."""
    monkeypatch.setattr(skills, "_added", dict(skills._added))
    catalogue.assessments.cache_clear()
    yield
    catalogue.assessments.cache_clear()


def changed(tmp_path: Path, name: str, *pairs: tuple[str, str]) -> Path:
    """An example with some words replaced."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"changed_{name}"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_skill_of_ones_own_joins_the_syllabus() -> None:
    plugin = EXAMPLES / "own_assessment.py"
    offered = catalogue.assessments((plugin,))
    assert set(offered) - set(catalogue.assessments()) == {"genomics/which-way"}
    skill = skills.syllabus(Domain.GENOMICS)["genomics/which-way"]
    assert skill.grade is Grade.KINDERGARTEN
    names = list(skills.syllabus(Domain.GENOMICS))
    assert names.index("genomics/next-base") < names.index("genomics/which-way")
    catalogue.assessments.cache_clear()
    assert "genomics/which-way" in catalogue.assessments((plugin,)), "the same plug-in twice is no conflict"


def test_another_skill_under_the_same_name_is_refused() -> None:
    there = skills.skill("genomics/copy")
    with pytest.raises(InputError, match="in the syllabus already"):
        skills.add(there.model_copy(update={"question": "another one"}))


@pytest.mark.parametrize(("pairs", "hint"), [
    ([("genomics/which-way", "genomics/lost"), ("SKILL = Skill", "MINE = Skill"), ("SKILL.id", "MINE.id")],
     "has no skill in the syllabus; add a constant SKILL"),
    ([("skill=SKILL.id", "skill='genomics/copy'")], "offers the assessment 'genomics/copy', which is there already"),
])
def test_an_assessment_without_a_place_of_its_own_is_refused(tmp_path: Path, pairs: list[tuple[str, str]], hint: str
                                                             ) -> None:
    with pytest.raises(PluginError, match=hint):
        catalogue.assessments((changed(tmp_path, "own_assessment.py", *pairs),))


def test_a_skill_with_an_unknown_prerequisite_is_refused(tmp_path: Path) -> None:
    plugin = changed(tmp_path, "own_assessment.py", ("which-way", "that-way"), ("next-base", "next-bass"))
    with pytest.raises(InputError, match="did you mean 'genomics/next-base'"):
        catalogue.assessments((plugin,))
    assert "genomics/that-way" not in skills.syllabus(Domain.GENOMICS)


def test_an_engine_may_not_take_anothers_name(tmp_path: Path) -> None:
    plugin = changed(tmp_path, "own_engine.py", ('name = "order-2"', 'name = "markov"'))
    with pytest.raises(PluginError, match="offers the engine 'markov', which is there already"):
        catalogue.engines((plugin,))


def test_files_of_a_study_are_looked_for_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    study = defaults.study(EXAMPLES / "study.yaml", plugins=[EXAMPLES / "own_engine.py"])
    assert study.plugins == (EXAMPLES / "own_engine.py",), "named twice, loaded once"
