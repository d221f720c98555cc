"""Exams on public sets keep the contract of assessments; what blind engines tell there is listed with its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kindergrad.core.names import CeilingKind
from kindergrad.exams import build, catalogue, references
from kindergrad.testing import check_assessment

ITEMS = 400
TOLD = {
    "genomics/protein-fitness": {
        "tdp43": "repeats within the variant tell its low-complexity region",
        "gb1": "which amino acid comes in tells a part, whatever the place",
    },
    "genomics/pairwise-context": {"all": "letters by place add up to r = .44, which is the floor of the skill"},
    "genomics/out-of-distribution": {
        "native": "yeast promoters with AT tracts are active, and likely in triplets",
        "learner": "400 random promoters are too few; with 6,345 the published figures come out",
    },
    "genomics/new-genome": {"length": "designs have the lengths they were given; the floor looks them up"},
    "genomics/affinity-to-activity": {
        "shallow": "strong promoters are those near the wild type, whose letters the corpus has most",
        "deep": "the same set as shallow: the depth of a real set cannot be chosen",
    },
    "genomics/missense-severity": {
        "close": "unlike amino acids break more, which the floor looks up in a table",
        "clear": "the same set as close: the limits are those of the source",
        "learner": "a gene without its relatives is no corpus",
    },
    "genomics/epistasis": {"learner": "contexts of twelve letters hold one change of a protein at a time"},
    "genomics/splice-site": {
        "learner": "half a thousand windows without their labels are no corpus",
        "acceptor": "decoys are drawn from real sequence, not matched in the pairs before AG",
    },
}
"""Exam -> level -> why blind engines do better than a coin; the floor takes this out of the score."""

PLACES = [(a.id, a.world) for a in catalogue.assessments().values() if catalogue.data_set(a)]
PLACES += [("genomics/splice-site", "splice_uci"), ("genomics/affinity-to-activity", "sortseq_lac"),
           ("genomics/missense-severity", "brca1_sge"), ("genomics/epistasis", "protein_scans")]


@pytest.mark.parametrize(("name", "world"), PLACES)
def test_assessment_keeps_the_contract(name: str, world: str, shared_data: Path) -> None:
    made = build.named(world, 0, data=shared_data)
    found = check_assessment(catalogue.assessment(name), made, n=ITEMS, exceptions=TOLD.get(name, {}))
    assert list(found) == list(catalogue.assessment(name).levels)


def test_bases_of_exons_keep_the_contract_at_their_only_level(shared_data: Path) -> None:
    made = build.named("exon_classifier", 0, data=shared_data)
    exam = replace(catalogue.assessment("genomics/gene-structure"), levels=("anywhere",))
    check_assessment(exam, made, n=ITEMS, exceptions={"learner": "a million letters of four genomes are no corpus"})


@pytest.mark.parametrize(("name", "low", "high"), [
    ("genomics/pairwise-context", 0.85, 0.93), ("genomics/saturation-mutagenesis", 0.92, 0.97),
    ("genomics/level-and-change", 0.72, 0.84), ("genomics/out-of-distribution", 0.7, 0.95)])
def test_ceilings_come_from_repeated_measurements(name: str, low: float, high: float, shared_data: Path) -> None:
    """At the hardest level; those of changes lie below those of levels."""
    assessment = catalogue.assessment(name)
    made = build.named(str(assessment.world), 0, data=shared_data)
    tops = {level: references.reliable(assessment, assessment.items(made, 3000, level, 0))
            for level in assessment.levels}
    first = tops[assessment.levels[0]]
    assert first is not None and low < first[0].mean() < high
    assert all(top is not None and first[0].mean() <= top[0].mean() for top in tops.values())
    assert CeilingKind.RELIABILITY.value == "reliability"
