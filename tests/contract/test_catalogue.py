"""Every assessment of the catalogue keeps the contract, and the lists of exceptions may only shrink."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import pytest

from kindergrad.core.assessment import Assessment
from kindergrad.core.names import Domain
from kindergrad.exams import build, catalogue
from kindergrad.syllabus import skills
from kindergrad.testing import References, check_assessment, references
from kindergrad.worlds.gene_network import GeneNetwork
from kindergrad.worlds.genome import SyntheticGenome

SIZE, ITEMS = 3_000_000, 160
SCREEN_ITEMS = 60
WEB = 500_000
"""Characters of the web of arithmetic."""

SAID_BY_COMPOSITION = {
    "genomics/real-or-shuffled": {
        "pairs-kept": "the level keeps pairs of letters only: triplet frequencies tell it, which is its question",
        "letters-kept": "the level keeps letters only: pair frequencies tell it, which is its question",
    },
    "genomics/codon-table": {
        "nonsense": "stops (TAA, TAG, TGA) are rare triplets in every frame of a genome full of genes",
    },
    "genomics/splice-site": {
        "acceptor": "the letters next to AG are pairs that a corpus full of sites shows",
        "donor": "the letters next to GT are triplets that a corpus full of sites shows",
    },
    "genomics/translation-context": {
        "presence": "an early ATG is a triplet, which a corpus of well-read leaders lacks",
    },
    "genomics/affinity-to-activity": dict.fromkeys(
        ("shallow", "deep"), "a corpus made of promoters shows the triplets of its three motifs more than others"),
}
"""Levels that a blind engine tells, and why: the floor takes this share out of the score."""

SAID_BY_RELATIVES = {
    "perturbation/backwards": {
        "any-pathway": "the mean response of each candidate's pathway tells most candidates of eight pathways apart",
    },
}
"""Levels of screens that a blind engine tells, and why."""

SAID_AT_MANY_ITEMS = {
    "genomics/codon-table": {
        "missense": "controls are matched in triplet frequencies among 40 sites only; .57 remains",
    },
    "genomics/finish-the-gene": {
        "all": "frequent amino acids are written with frequent triplets",
    },
    "genomics/reading-frame": {
        "all": "three of the six continuations lie on the other strand, whose letters are not those of the context",
    },
}
"""Levels whose leak shows with 1,500 items only; the floor takes it out of the score, too."""

RARE = "ngram needs more of the web; see test_rare_skills_of_arithmetic_improve"
TOO_SMALL = {
    **dict.fromkeys(("arithmetic/order-of-operations", "arithmetic/fractions", "arithmetic/equations",
                     "arithmetic/modular-arithmetic", "arithmetic/like-terms"), RARE),
    "arithmetic/counting": RARE,
    "genomics/start-codon": "markov needs some 10 Mb; see test_slow_learners_improve",
    "genomics/right-place": "markov needs some 10 Mb; see test_slow_learners_improve",
}
"""Assessments whose learner does not improve on 3 Mb, or on 500,000 characters."""


@cache
def genome() -> SyntheticGenome:
    return SyntheticGenome(size=SIZE)


@cache
def web(size: int) -> tuple[Any, References]:
    """The web of arithmetic, and engines that have read it."""
    made = build.named("arithmetic", 0, size=size)
    return made, references(made, domain=Domain.ARITHMETIC, learners=("ngram",))


@lru_cache(maxsize=2)  # a world and its readers take hundreds of megabytes; the tests ask them world by world
def place(world: str | None) -> tuple[Any, References]:
    """The genome, or the small world of an assessment, and engines that have read it."""
    made = genome() if world is None else build.named(world, 0)
    return made, references(made)


@cache
def screen() -> tuple[GeneNetwork, References]:
    """A simulated screen, and engines that have read it."""
    made = GeneNetwork(0, experiments=1500)
    learners = ("additive", "response-kernel", "inverse-effects")
    return made, references(made, domain=Domain.PERTURBATION, learners=learners)


def abode(assessment: Assessment) -> str | None:
    """The small world of a genomics exam, or None where the genome offers what it needs."""
    return None if set(assessment.needs) <= genome().offers else assessment.world


def home(name: str) -> tuple[Any, References]:
    """Where the items of an assessment come from."""
    assessment = catalogue.assessment(name)
    if assessment.domain is Domain.PERTURBATION:
        return screen()
    if assessment.domain is Domain.ARITHMETIC:
        return web(WEB)
    return place(abode(assessment))


def exceptions(name: str) -> dict[str, str]:
    """What a short look at an assessment may find."""
    said = SAID_BY_COMPOSITION.get(name, {}) | SAID_BY_RELATIVES.get(name, {})
    return said | ({"learner": TOO_SMALL[name]} if name in TOO_SMALL else {})


SIMULATED = [a for a in catalogue.assessments().values() if not catalogue.data_set(a)]
"""Exams on public sets are in test_public_sets.py."""


@pytest.mark.parametrize("name", [a.id for a in sorted(SIMULATED, key=lambda a: (a.domain, abode(a) or "", a.id))])
def test_assessment_keeps_the_contract(name: str) -> None:
    world, readers = home(name)
    n = SCREEN_ITEMS if name.startswith("perturbation/") else ITEMS
    found = check_assessment(catalogue.assessment(name), world, n=n, references=readers, exceptions=exceptions(name))
    assert list(found) == list(catalogue.assessment(name).levels)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(
    a.id for a in SIMULATED if a.chance == 0.5 and a.domain is not Domain.PERTURBATION))
def test_blind_engines_at_many_items(name: str) -> None:
    world, readers = home(name)
    check_assessment(catalogue.assessment(name), world, n=1500, references=readers,
                     exceptions=exceptions(name) | SAID_AT_MANY_ITEMS.get(name, {}))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name, why in TOO_SMALL.items() if why == RARE))
def test_rare_skills_of_arithmetic_improve(name: str) -> None:
    world, readers = web(4_000_000)
    check_assessment(catalogue.assessment(name), world, n=400, references=readers)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name, why in TOO_SMALL.items() if why != RARE))
def test_slow_learners_improve(name: str) -> None:
    large = SyntheticGenome(size=10_000_000)
    check_assessment(catalogue.assessment(name), large, n=2000, references=references(large),
                     exceptions=SAID_BY_COMPOSITION.get(name, {}))


def test_every_assessment_examines_a_skill_of_the_syllabus() -> None:
    """The syllabus may hold skills that nobody examines yet; an exam without a skill has no grade."""
    found = {a.skill for a in catalogue.assessments().values()}
    known = {skill for domain in Domain for skill in skills.syllabus(domain)}
    assert found <= known and len(found) == len(catalogue.assessments()) >= 28


def test_assessments_lie_in_the_folder_of_their_grade() -> None:
    for a in catalogue.assessments().values():
        folders = a.items.__module__.split(".")
        assert folders[-3:-1] == [a.domain.value, skills.skill(a.skill).grade.value]
        assert folders[-1] == a.skill.split("/")[1].replace("-", "_")
