"""A real genome from file to verdict, with its shuffled control."""

from __future__ import annotations

from pathlib import Path

import pytest

from kindergrad.core.names import CeilingKind, Role, Status
from kindergrad.exams import defaults, run

ABOUT_GENES = ("genomics/codon-table", "genomics/reading-frame", "genomics/start-codon")


@pytest.fixture(scope="module")
def done(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = defaults.study(genome=shared_data / "genomics" / "barrnap_mix" / "bac.fa.gz")
    study = study.model_copy(update={"items": 150, "scales": (1e3, 1e4, 1e5, 5e5)})
    folder = tmp_path_factory.mktemp("genome")
    status = run.run(study, folder, workers=2)
    assert status.failed == 0
    return folder


def test_ceilings_say_what_they_are(done: Path) -> None:
    kinds = {r.identity.assessment: r.estimand.ceiling_kind for r in run.records(done) if r.estimand}
    assert kinds["genomics/next-base"] is CeilingKind.REFERENCE
    assert kinds["genomics/whose-genome"] is CeilingKind.NOMINAL
    assert kinds["genomics/copy"] is CeilingKind.EXACT  # its items are noise that we copied ourselves


def test_the_shuffled_genome_shows_no_gene_skills(done: Path) -> None:
    controls = [r for r in run.records(done) if r.role is Role.CONTROL and r.status is Status.OK]
    assert controls
    for record in controls:
        if record.identity.assessment in ABOUT_GENES:
            assert record.estimand and record.estimand.score is not None and record.estimand.score_stderr
            assert record.estimand.score < 3 * record.estimand.score_stderr, record.skill


def test_the_genome_itself_is_learned(done: Path) -> None:
    last = {r.skill: r.estimand for r in run.records(done)
            if r.role is Role.LEARNER and r.main_scale.value == 5e5 and r.identity.seed == 0}
    for skill in ("genomics/next-base", "genomics/whose-genome", "genomics/real-or-shuffled[triplets-kept]"):
        found = last[skill]
        assert found and found.score is not None and found.score_stderr is not None
        assert found.score > 3 * found.score_stderr, skill


def test_split_is_disjoint_and_recorded(done: Path) -> None:
    split = next(iter(run.records(done))).split
    assert split.train and split.scored and not set(split.train) & set(split.scored)
