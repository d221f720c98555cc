"""From a corpus to the answer: the published table, rates that hold, corpora that say little, two side by side."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from exposure_small import fasta, random_text

from kindergrad.core.answers_exposure import ExposureAnswer
from kindergrad.core.errors import InputError, SequenceError, UnknownNameError
from kindergrad.core.names import Domain
from kindergrad.core.table import rows
from kindergrad.exposure import measure, own_concepts, planned
from kindergrad.exposure.concepts import Sources, by_kind, numbered
from kindergrad.syllabus.skills import Concept, syllabus


def asked(*concepts: Concept, skill: str = "genomics/exact-word") -> measure.Wanted:
    """Concepts of one's own only."""
    own = tuple(numbered([], [(skill, c) for c in concepts]))
    return measure.Wanted(Domain.GENOMICS, syllabus(Domain.GENOMICS), own)


def words(*names: str) -> measure.Wanted:
    return asked(*(Concept(name=n, kind="word") for n in names))


WORDS = words("ATG", "TATAAT", "TATAAA", "AATAAA", "GGTAAGT", "AGGAGG", "GATAAG")
PER_MB = {"ecoli_o157/GCF_000008865.2.fna.gz": (33_353, 272, 548, 1087, 82, 171, 500),
          "barrnap_mix/fun.fa.gz": (36_442, 1055, 1252, 1985, 113, 345, 511),
          "human_chr22_1mb/22_20-21M.fa.gz": (29_566, 1038, 509, 1257, 43, 1808, 198)}


@pytest.mark.parametrize("name", list(PER_MB))
def test_words_per_megabase_of_three_genomes(shared_data: Path, name: str) -> None:
    """Counted once before, by other code: occurrences on both strands per million usable bases."""
    found = measure.exposure(shared_data / "genomics" / name, WORDS)
    got = {row.concept: row.rate * 1e6 for row in found.rows}
    expected = dict(zip((c.name for c in WORDS.concepts), PER_MB[name], strict=True))
    assert {name: round(value) for name, value in got.items()} == pytest.approx(expected, abs=1)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> ExposureAnswer:
    corpus = fasta(tmp_path_factory.mktemp("corpus") / "c.fa", {"r": random_text(400_000, 1)})
    return measure.exposure(corpus, measure.wanted("genomics"), kappa=5.0)


def test_every_concept_of_the_syllabus_can_be_looked_for(answer: ExposureAnswer) -> None:
    every = {f"{s.id}: {c.name}" for s in syllabus(Domain.GENOMICS).values() for c in s.concepts}
    got = [f"{r.skill}: {r.concept}" for r in answer.rows] + [f"{f.skill}: {f.family}" for f in answer.families]
    assert sorted([*got, *answer.not_looked_for]) == sorted(every)
    assert set(by_kind(measure.wanted("genomics").concepts)) == {
        "word", "pwm", "every", "tandem", "hairpin", "open_frame", "forms", "feature", "variant"}


def test_in_letters_drawn_one_by_one_chance_is_right(answer: ExposureAnswer) -> None:
    known = [r for r in answer.rows if r.by_chance]
    assert len(known) >= 20
    outside = [r.concept for r in known if not 0.9 * r.rate_low <= r.by_chance <= 1.1 * r.rate_high]  # type: ignore[operator]
    assert len(outside) <= 0.15 * len(known), outside


def test_rows_hold_together(answer: ExposureAnswer) -> None:
    for row in answer.rows:
        assert row.distinct_contexts <= row.occurrences and row.rate_low <= row.rate <= row.rate_high
        assert row.expected_at["10x"] == pytest.approx(10 * row.occurrences)
        assert row.expected_at["100x"] == pytest.approx(100 * row.occurrences)
        first, often = row.first_met_at, row.met_kappa_at
        if first.median is not None and first.q05 is not None and first.q95 is not None:
            assert first.q05 < first.median < first.q95 and often.median is not None and often.median > first.median
    json.loads(answer.model_dump_json())


def test_intervals_of_rates_hold_the_rate_of_more_of_the_same() -> None:
    """Clustered on purpose: a word in bursts; the interval must hold the long-run rate nine times in ten."""
    inside = []
    for seed in range(30):
        rng = np.random.Generator(np.random.Philox(seed))
        parts = ["GATTACAG" * int(rng.integers(3, 9)) if rng.random() < 0.3 else "" for _ in range(60)]
        text = "".join(part + random_text(2000, seed * 100 + i) for i, part in enumerate(parts))
        (row,) = measure.exposure([text], words("GATTACAG")).rows
        rate = 60 * (0.3 * 5.5) / (60 * (2000 + 0.3 * 44))
        inside.append(row.rate_low <= rate <= row.rate_high)
    assert 0.8 <= np.mean(inside) <= 1.0


def test_first_met_is_calibrated() -> None:
    """Half of all corpora show a word within the median that another corpus gives."""
    (row,) = measure.exposure([random_text(200_000, 3)], words("GATTACA")).rows
    assert row.first_met_at.median is not None
    within = []
    for seed in range(60):
        text = random_text(int(row.first_met_at.median), 500 + seed)
        within.append("GATTACA" in text or "TGTAATC" in text)
    assert 0.3 < np.mean(within) < 0.7


def test_never_met_is_told_by_chance_or_not_at_all() -> None:
    text = random_text(50_000, 5)
    unmet = asked(Concept(name="CCGCGNGGNGGCAG", kind="word"), Concept(name="TATAAT", kind="word"),
                  Concept(name="cousin", kind="homology", settings={"query": random_text(300, 77)}))
    word, _, relative = measure.exposure([text], unmet).rows
    assert word.occurrences == 0 and word.first_met_at.median is not None and word.first_met_at.median > 50_000
    assert relative.first_met_at.median is None and "never met" in (relative.first_met_at.reason or "")
    assert relative.first_met_at.q05 is not None and relative.rate_high > 0


def test_a_corpus_of_one_repeated_sequence_says_so() -> None:
    unit = random_text(3000, 11)
    found = measure.exposure([unit * 100], words("ATG", "TATA"))
    assert any("repeated" in note for note in found.corpus.notes)
    for row in found.rows:
        assert row.distinct_contexts < row.occurrences / 50


def test_mixed_case_and_runs_of_n() -> None:
    text = random_text(20_000, 12)
    plain = measure.exposure([text], WORDS)
    other = measure.exposure([text[:9000].lower() + text[9000:] + "N" * 5000], WORDS)
    assert [r.occurrences for r in plain.rows] == [r.occurrences for r in other.rows]
    assert plain.corpus.size == other.corpus.size == 20_000 and len(other.corpus.notes) == 2


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'genomics'"):
        measure.wanted("genomic")
    with pytest.raises(UnknownNameError, match="did you mean 'genomics/exact-word'"):
        measure.wanted("genomics", ["genomics/exact-words"])
    with pytest.raises(InputError, match="not of the syllabus"):
        measure.wanted("perturbation", ["genomics/exact-word"])
    with pytest.raises(InputError, match="no concept of genomics/long-range-recall"):
        measure.wanted("genomics", ["genomics/long-range-recall"])
    with pytest.raises(InputError, match="must be positive"):
        measure.exposure([random_text(2000)], WORDS, kappa=0.0)
    with pytest.raises(SequenceError, match="too short; got 500 usable bases"):
        measure.exposure([random_text(500)], WORDS)


def test_two_corpora_side_by_side() -> None:
    poor, rich = random_text(60_000, 13), random_text(60_000, 16)
    rich = "".join(rich[i : i + 500] + "TATAAT" for i in range(0, len(rich), 500))
    kinds = words("TATAAT", "GATTACA", "CCCGGGA")
    both = measure.Wanted(kinds.domain, kinds.skills, tuple(
        c._replace(skill=s) for c, s in zip(kinds.concepts, ("genomics/exact-word", "genomics/right-place",
                                                             "genomics/spacing"), strict=True)))
    found = measure.compare([rich], [poor], both)  # type: ignore[arg-type]
    verdicts = {s.skill: s.sooner for s in found.skills}
    assert verdicts == {"genomics/exact-word": "A", "genomics/right-place": "cannot tell",
                        "genomics/spacing": "cannot tell"}
    mirror = measure.compare([poor], [rich], both)  # type: ignore[arg-type]
    assert mirror.skills[0].sooner == "B"
    assert mirror.skills[0].ratio.median == pytest.approx(1 / (found.skills[0].ratio.median or 0), rel=0.1)


def test_a_file_of_another_genome_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gff").write_text("chr9\tx\tCDS\t1\t99\t.\t+\t0\tID=c\n")
    genes = asked(Concept(name="gene", kind="feature", settings={"feature": "CDS"}))
    with pytest.raises(SequenceError, match="names none of the records"):
        measure.exposure([random_text(2000)], genes, Sources(annotation=tmp_path / "a.gff"))
    assert measure.exposure([random_text(2000)], genes).not_looked_for == {
        "genomics/exact-word: gene": "needs a file: --annotation FILE"}


def test_concepts_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "q.fa").write_text(">phage\n" + random_text(300, 1).lower() + "\n>other\n" + random_text(90, 2) + "\n")
    (tmp_path / "m.meme").write_text("MEME version 4\n\nMOTIF one\nletter-probability matrix: alength= 4 w= 2\n"
                                     " 0.7 0.1 0.1 0.1\n 0.1 0.1 0.1 0.7\n\nMOTIF two x\n"
                                     "letter-probability matrix: alength= 4 w= 1\n0.25 0.25 0.25 0.25\n")
    more = own_concepts.read("genomics", query=tmp_path / "q.fa", motifs=tmp_path / "m.meme")
    assert [(s, c.name, c.kind) for s, c in more] == [
        ("genomics/nearest-relative", "phage", "homology"), ("genomics/nearest-relative", "other", "homology"),
        ("genomics/find-the-site", "one", "pwm"), ("genomics/find-the-site", "two", "pwm")]


@pytest.mark.parametrize(("option", "text", "said"), [
    ("query", "ACGT\n", "no FASTA header"), ("query", ">a\nACGN\n", "holds the letter 'N'"),
    ("motifs", "hello\n", "holds no motif"),
    ("motifs", "MOTIF a\nletter-probability matrix: w= 1\n0.5 0.5\n", "line 3"),
    ("gene_sets", "x\ty\tz\n", "another syllabus"),
])
def test_files_of_the_user_that_cannot_be_used(tmp_path: Path, option: str, text: str, said: str) -> None:
    (tmp_path / "f").write_text(text)
    with pytest.raises(InputError, match=said):
        own_concepts.read("genomics", **{option: tmp_path / "f"})


def test_a_planned_corpus_moves_scale_and_frequency() -> None:
    table = rows([{"engine": "e", "skill": f"genomics/{name}", "axis": "bases", "scale": 1e6, "value": 0.5,
                   "frequency": frequency} for name, frequency in
                  (("exact-word[a]", 1e-4), ("start-codon", None), ("copy", 1e-3))])
    moved = planned.planned(table, {"genomics/exact-word": 4e-4, "genomics/start-codon": 1e-2})
    assert (moved[0].scale, moved[0].frequency) == (pytest.approx(2.5e5), 4e-4)
    assert moved[0].scale * moved[0].frequency == pytest.approx(table[0].scale * table[0].frequency)  # type: ignore[operator]
    assert moved[1:] == table[1:]
    (twice, *_) = planned.planned(table, {"genomics/exact-word": 4e-4}, {"genomics/exact-word": 2e-4})
    assert (twice.scale, twice.frequency) == (pytest.approx(5e5), pytest.approx(2e-4)), "twice as often"
    with pytest.raises(InputError, match="tells nothing of these skills"):
        planned.planned(table, {"genomics/spacing": 1e-3})


def test_rates_of_a_corpus(answer: ExposureAnswer) -> None:
    of = planned.rates([random_text(400_000, 1)], Domain.GENOMICS)
    assert "genomics/next-base" not in of, "every corpus shows every base"
    own = sorted(r.rate for r in answer.rows if r.skill == "genomics/exact-word")
    assert of["genomics/exact-word"] == own[(len(own) - 1) // 2]


def test_more_of_a_corpus_never_shows_fewer_forms(answer: ExposureAnswer) -> None:
    for family in answer.families:
        assert list(family.new_at) == list(family.method) == ["2x", "5x", "10x", "20x", "50x", "100x"]
        told = [s for s in family.new_at.values() if s.median is not None]
        for near, far in pairwise(told):
            assert near.median <= far.median and near.q05 <= far.q05 and near.q95 <= far.q95  # type: ignore[operator]
        if family.forms is not None:
            assert all(s.q95 <= family.forms - family.met + 1 for s in told)  # type: ignore[operator]
