"""What the files of the genomics assessments say of their items is true of the items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core.dna import reverse_complement
from kindergrad.core.items import Items
from kindergrad.core.names import Domain, Readout
from kindergrad.exams import catalogue, sit
from kindergrad.exams.sit import first
from kindergrad.worlds import _sites
from kindergrad.worlds.annotated_genome import AnnotatedGenome, load
from kindergrad.worlds.genome import SyntheticGenome

N = 60


def made(world: object, name: str, level: str = "all", n: int = N) -> Items:
    return catalogue.assessment(f"genomics/{name}").items(world, n, level, 0)


def split(items: Items, column: str = "target") -> list[tuple[str, list[str]]]:
    """The true candidate of each item, and the others."""
    out = []
    for row, place in zip(items.asked[column].tolist(), items.truth["true"].tolist(), strict=True):
        out.append((row[place], row[:place] + row[place + 1 :]))
    return out


def words(text: str, length: int) -> Counter[str]:
    return Counter(text[i : i + length] for i in range(len(text) - length + 1))


def distance(left: str, right: str) -> list[int]:
    return [i for i, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]


@pytest.mark.parametrize(("level", "kept"), [("letters-kept", 1), ("pairs-kept", 2), ("triplets-kept", 3)])
def test_shuffles_keep_what_the_level_says(genome: SyntheticGenome, level: str, kept: int) -> None:
    for true, others in split(made(genome, "real-or-shuffled", level)):
        assert all(words(other, kept) == words(true, kept) and other != true for other in others)
        assert any(words(other, kept + 1) != words(true, kept + 1) for other in others)


@pytest.mark.parametrize("level", ["tier-1", "tier-8"])
def test_motifs_are_those_of_the_tier_and_controls_keep_their_pairs(genome: SyntheticGenome, level: str) -> None:
    items = made(genome, "degenerate-word", level)
    motifs = {m.name: m for m in genome.motifs}
    for (true, others), name in zip(split(items), items.truth["concept"].tolist(), strict=True):
        assert name.startswith(f"{level}/")
        codes = np.array([["ACGT".index(c) for c in text] for text in (true, reverse_complement(true))])
        assert np.isfinite(motifs[name].log_p(codes.astype(np.uint8))).any()
        assert all(words(o, 1) == words(true, 1) and len(o) == _sites.MOTIF_LENGTH for o in others)
        assert all(words(o, 2) == words(true, 2) for o in others)
    assert set(Counter(items.truth["concept"].tolist()).values()) == {N // _sites.PER_TIER}


def test_exact_words_are_planted_and_their_controls_are_not(genome: SyntheticGenome) -> None:
    known = set(genome.words().words)
    for true, others in split(made(genome, "exact-word")):
        assert true in known and true not in others
        assert all(words(o, 1) == words(true, 1) for o in others)


def test_whose_genome_has_windows_of_one_length(genome: SyntheticGenome) -> None:
    items = made(genome, "whose-genome")
    texts = items.asked["target"].ravel().tolist()
    assert {len(text) for text in texts} == {200} and len(set(texts)) == 4 * N


@pytest.mark.parametrize(("level", "most"), [("identical", 0.05), ("diverged", 0.35)])
def test_copies_stand_in_their_context(genome: SyntheticGenome, level: str, most: float) -> None:
    items = made(genome, "copy", level)
    wrong = [min(len(distance(c[i : i + len(t)], t)) for i in range(len(c) - len(t) + 1)) / len(t)
             for c, t in zip(items.asked["context"].tolist(), items.asked["target"].tolist(), strict=True)]
    assert float(np.mean(wrong)) < most / 2 and max(wrong) < most + 0.15


@pytest.mark.parametrize("unit", range(1, 7))
def test_periods_go_on(genome: SyntheticGenome, unit: int) -> None:
    items = made(genome, "periodicity", f"unit-{unit}")
    same = [a == b for c, t in zip(items.asked["context"].tolist(), items.asked["target"].tolist(), strict=True)
            for a, b in zip((c + t)[unit:], c + t, strict=False)]
    assert float(np.mean(same)) == pytest.approx(0.95**2 + 0.05**2 / 3, abs=0.03)


def test_hairpin_arms_pair_with_the_context(genome: SyntheticGenome) -> None:
    items = made(genome, "reverse-complement")
    paired = []
    for context, arm in zip(items.asked["context"].tolist(), items.asked["target"].tolist(), strict=True):
        stem = len(arm)
        ends = [len(context) - loop for loop in range(4, 9)]
        paired.append(max(1 - len(distance(reverse_complement(context[e - stem : e]), arm)) / stem for e in ends))
    assert float(np.mean(paired)) == pytest.approx(0.95, abs=0.03)


def test_one_letter_breaks_the_pair(genome: SyntheticGenome) -> None:
    items = made(genome, "base-pairing", "hairpin")
    for true, others in split(items):
        where = {tuple(distance(true, other)) for other in others}
        assert len(where) == 1 and len(next(iter(where))) == 1
        at = next(iter(where))[0]
        assert {t[at] for t in [true, *others]} == set("ACGT")


@pytest.mark.parametrize(("level", "kind"), [("missense", "other"), ("nonsense", "*")])
def test_codon_changes_are_what_the_level_says(genome: SyntheticGenome, level: str, kind: str) -> None:
    items = made(genome, "codon-table", level)
    rows = zip(*(items.asked[c].tolist() for c in ("context", "original", "changed")), items.truth["true"].tolist(),
               strict=True)
    for contexts, originals, changes, place in rows:
        assert len({(old[0], new[0]) for old, new in zip(originals, changes, strict=True)}) == 1
        for i, (context, old, new) in enumerate(zip(contexts, originals, changes, strict=True)):
            assert distance(old, new) == [0]
            before, after = (str(Seq(context[-2:] + text[0]).translate()) for text in (old, new))
            if i == place:
                assert before == after != "*"
            else:
                assert after == "*" if kind == "*" else before != after != "*"


def test_six_frames_of_one_stretch(genome: SyntheticGenome) -> None:
    for true, others in split(made(genome, "reading-frame")):
        shifts = [o for o in others if o[:-2] in true or true[1:] == o[:-1] or true[2:] == o[:-2]]
        assert len(shifts) == 2 and "*" not in str(Seq(true).translate())
        back = [o for o in others if reverse_complement(o)[2:] == true[2:] or reverse_complement(o)[1:-1] in true]
        assert len(back) >= 2


def test_starts_lose_their_t_like_every_other_atg(genome: SyntheticGenome) -> None:
    items = made(genome, "start-codon")
    for whole, broken in zip(items.asked["target"].ravel(), items.asked["broken"].ravel(), strict=True):
        assert whole.startswith("ATG") and broken == "AAG" + whole[3:]


@pytest.mark.parametrize(("name", "level"), [("right-place", "place"), ("spacing", "near"), ("spacing", "far")])
def test_moving_boxes_keeps_every_letter(genome: SyntheticGenome, name: str, level: str) -> None:
    for true, others in split(made(genome, name, level)):
        assert all(words(o, 1) == words(true, 1) and o != true for o in others)


@pytest.mark.parametrize(("name", "level"), [("right-place", "place"), ("right-place", "strand"), ("spacing", "near"),
                                             ("spacing", "far")])
def test_where_the_boxes_stand_in_the_text_tells_next_to_nothing(name: str, level: str) -> None:
    """A linear model of the letters at each place finds neither the distance nor the strand."""
    assessment = catalogue.assessment(f"genomics/{name}")
    asked, train = (assessment.items(None, n, level, seed) for n, seed in ((300, 0), (500, 1)))
    answers = sit.ask(catalogue.engine("position").make(), assessment, Readout.FIT, asked, train)
    assert assessment.score(answers, asked).mean() < 0.65


def test_turning_boxes_changes_the_boxes_only(genome: SyntheticGenome) -> None:
    apart = [len(distance(true, o)) for true, others in split(made(genome, "right-place", "strand")) for o in others]
    assert max(apart) <= 12
    assert apart.count(0) <= 2  # a box with two lucky errors is its own reverse complement


@pytest.fixture(scope="module")
def chloroplast(shared_data: Path) -> AnnotatedGenome:
    return load(shared_data / "genomics" / "arabidopsis_chloroplast" / "NC_000932.gb")


@pytest.mark.parametrize("name", sorted(n for n in catalogue.assessments() if n.startswith("genomics/")))
def test_on_a_real_genome_items_are_offered_or_the_reason_is_told(chloroplast: AnnotatedGenome, name: str) -> None:
    assessment = catalogue.assessment(name)
    absent = [need for need in assessment.needs if need not in chloroplast.offers]
    assert assessment.world or all(chloroplast.missing.get(need) for need in absent)
    if absent:
        return
    for level in assessment.levels[-2:]:
        many, few = (assessment.items(chloroplast, n, level, 0) for n in (40, 15))
        assert first(many, 15).digest == few.digest
        letters = {letter for column in many.asked.values() for text in column.ravel().tolist() for letter in text}
        assert letters == set("ACGT")
        known = name in ("genomics/copy", "genomics/periodicity", "genomics/reverse-complement",
                         "genomics/base-pairing")  # their truth does not depend on the genome
        assert (many.ideal is not None) == known


@pytest.mark.parametrize(("name", "level", "probe", "least", "most"), [
    ("exact-word", "all", "kmer", 0.9, 1.0), ("degenerate-word", "tier-8", "kmer", 0.75, 1.0),
    ("codon-table", "nonsense", "kmer", 0.85, 1.0), ("codon-table", "nonsense", "position", 0.5, 0.5),
    ("reading-frame", "all", "position", 0.85, 1.0), ("right-place", "strand", "kmer", 0.8, 1.0),
    ("base-pairing", "hairpin", "kmer", 0.35, 0.65)])
def test_what_a_probe_reads_from_labels(genome: SyntheticGenome, name: str, level: str, probe: str, least: float,
                                        most: float) -> None:
    """Words and frames can be learnt from labelled examples; a sum over places says nothing of one changed letter's
    meaning, and counts of words nothing of pairs.
    """
    exam, spec = catalogue.assessment(f"genomics/{name}"), catalogue.engine(probe)
    items, train = (exam.items(genome, n, level, seed) for n, seed in ((60, 0), (200, 1)))
    answers = sit.ask(spec.make(**spec.settings), exam, Readout.FIT, items, train)
    assert least <= exam.score(answers, items).mean() <= most


def test_every_skill_has_two_readouts_but_for_a_reason() -> None:
    """Likelihood and a frozen probe, or likelihood and what is written."""
    alone = {a.id for a in catalogue.assessments().values()
             if a.domain is Domain.GENOMICS and len({*a.readouts} - {Readout.PSEUDO_LIKELIHOOD}) < 2}
    assert alone == {
        "genomics/next-base",  # what is measured is the likelihood itself
        "genomics/periodicity",  # to write on is copying at a short distance: see copy
        "genomics/new-genome",  # sixteen living designs are too few to fit on and to score
    }
