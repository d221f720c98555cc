"""The genomics syllabus is complete: 47 skills, each with what a reader needs to judge it."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest

from kindergrad.core.errors import InputError
from kindergrad.core.names import Domain, Grade
from kindergrad.exams import catalogue
from kindergrad.syllabus import graph
from kindergrad.syllabus.skills import Skill, ordered, syllabus

SKILLS = syllabus(Domain.GENOMICS)
SIZES = {"kindergarten": 5, "elementary": 11, "middle": 8, "high": 8, "college": 9, "frontier": 6}
CHAINS = (  # from easy to hard
    "copy nearest-relative clinical-variants mendelian-variants complex-traits", "copy finish-the-gene new-genome",
    "nearest-relative clade-transfer", "reverse-complement base-pairing mrna-fate",
    "exact-word degenerate-word find-the-site saturation-mutagenesis qtl-effects complex-traits",
    "real-or-shuffled reading-frame start-codon gene-structure gene-expression enhancer-to-gene",
    "periodicity codon-table missense-severity protein-fitness", "missense-severity mendelian-variants",
    "splice-site decoy-resistance splice-variants mendelian-variants",
    "right-place spacing element-or-background cell-type out-of-distribution",
    "motif-logic element-or-background chromatin-tracks cell-type", "motif-logic occupancy qtl-effects",
    "affinity-to-activity saturation-mutagenesis level-and-change personal-expression",
    "splice-site pairwise-context epistasis out-of-distribution", "whose-genome clade-transfer",
    "exact-word long-range-recall enhancer-to-gene", "copy long-range-recall gene-expression personal-expression",
)


def test_every_grade_has_its_skills() -> None:
    assert Counter(s.grade.value for s in SKILLS.values()) == SIZES


@pytest.mark.parametrize("skill", SKILLS.values(), ids=lambda s: s.id)
def test_a_skill_says_all_that_a_reader_needs(skill: Skill) -> None:
    for text in (skill.question, skill.why, skill.item, skill.exposure, skill.floor, skill.ceiling, skill.trap,
                 skill.dials):
        assert len(text) > 5
    assert len(skill.question) < 130 and skill.question.count("?") == 1
    assert skill.references
    for reference in skill.references:
        kind, _, name = reference.partition(":")
        if kind == "doi":
            assert re.fullmatch(r"10\.\d{4,5}/\S+", name), reference
        elif kind == "arXiv":
            assert re.fullmatch(r"\d{4}\.\d{5}", name), reference
        else:
            assert re.match(r"[\w.-]+(/[\w.-]+)?( \(.+\))?$", reference), reference


def test_a_skill_without_an_assessment_names_source_and_loader() -> None:
    ready = set(catalogue.assessments())
    for skill in SKILLS.values():
        assert skill.id in ready or (skill.needs_data and skill.needs_data.source and skill.needs_data.loader)


@pytest.mark.parametrize("chain", CHAINS)
def test_what_feeds_what(chain: str) -> None:
    before = graph.before(SKILLS)
    names = [f"genomics/{name}" for name in chain.split()]
    for easy, hard in pairwise(names):
        assert easy in before[hard], (easy, hard)


def test_everything_rests_on_the_next_base() -> None:
    assert all("genomics/next-base" in needs for name, needs in graph.before(SKILLS).items()
               if name != "genomics/next-base")


def test_a_prerequisite_of_a_higher_grade_is_refused() -> None:
    easy = Skill(id="genomics/a", grade=Grade.MIDDLE, question="?", why="!", exposure="-",
                 prerequisites=("genomics/b",))
    hard = Skill(id="genomics/b", grade=Grade.HIGH, question="?", why="!", exposure="-")
    with pytest.raises(InputError, match="'genomics/b' of 'genomics/a' is of a higher grade; got high before middle"):
        ordered([easy, hard])


def test_the_list_tells_ready_from_needs_data() -> None:
    status = {row.id: row.status for row in catalogue.listing("skills") if row.domain == "genomics"}
    assert set(status) == set(SKILLS)
    own = {a.id for a in catalogue.assessments().values() if a.id in SKILLS}
    waiting = {name for name in own if catalogue.data_set(catalogue.assessment(name))}
    assert own - waiting <= {name for name, found in status.items() if found == "ready"} <= own
    assert set(status.values()) <= {"ready", "needs-data"}
