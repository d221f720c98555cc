"""The syllabus is a directed acyclic graph, easiest first, and says so when it is not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.names import Domain, Grade
from kindergrad.syllabus.skills import Skill, ordered, prerequisites, skill, syllabus


def made(name: str, grade: str, *needs: str) -> Skill:
    return Skill(id=f"genomics/{name}", grade=Grade(grade), question="?", why="!", exposure="-",
                 prerequisites=tuple(f"genomics/{n}" for n in needs))


@pytest.mark.parametrize("domain", list(Domain))
def test_prerequisites_come_first_and_are_of_no_higher_grade(domain: Domain) -> None:
    found = syllabus(domain)
    seen: set[str] = set()
    for name, one in found.items():
        assert one.id == name and one.domain is domain
        assert set(one.prerequisites) <= seen
        assert all(found[need].grade.order <= one.grade.order for need in one.prerequisites)
        assert one.question.endswith("?") and one.why.endswith(".") and one.exposure
        seen.add(name)


def test_grades_never_fall_along_the_genomics_syllabus() -> None:
    found = list(syllabus(Domain.GENOMICS).values())
    assert len(found) >= 14
    assert all(a.grade.order <= b.grade.order for a, b in pairwise(found))


def test_every_skill_but_the_first_rests_on_another() -> None:
    roots = [s.id for s in syllabus(Domain.GENOMICS).values() if not s.prerequisites]
    assert roots == ["genomics/next-base"]


def test_order_respects_prerequisites_and_grades() -> None:
    names = [s.id.split("/")[1] for s in ordered([made("c", "middle", "a"), made("b", "kindergarten"),
                                                  made("a", "elementary", "b"), made("d", "kindergarten", "b")])]
    assert names == ["b", "d", "a", "c"]


def test_a_circle_and_an_unknown_prerequisite_are_refused() -> None:
    with pytest.raises(InputError, match="circle: genomics/a, genomics/b"):
        ordered([made("a", "middle", "b"), made("b", "middle", "a"), made("c", "kindergarten")])
    with pytest.raises(UnknownNameError, match="prerequisite of genomics/a 'genomics/cc'; did you mean 'genomics/c'"):
        ordered([made("a", "middle", "cc"), made("c", "kindergarten")])


def test_unknown_skill_names_the_nearest() -> None:
    assert skill("genomics/start-codon").grade is Grade.ELEMENTARY
    with pytest.raises(UnknownNameError, match="did you mean 'genomics/start-codon'"):
        skill("genomics/start-codons")


def test_prerequisites_of_all_domains() -> None:
    found = prerequisites()
    assert "genomics/right-place" in found["genomics/spacing"] and "genomics/next-base" not in found
