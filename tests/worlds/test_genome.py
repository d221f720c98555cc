"""The synthetic genome is what its annotation says, letter by letter, and its oracles know the process."""

from __future__ import annotations

import hashlib
import itertools

import numpy as np
import pytest
from Bio.Seq import Seq

from kindergrad.core import seeds
from kindergrad.core.dna import decode, encode, reverse_complement
from kindergrad.worlds import _coding, _genome_layout, _sites
from kindergrad.worlds._genome_layout import Annotation
from kindergrad.worlds.genome import UPSTREAM, SyntheticGenome

SIZE = 2_000_000


@pytest.fixture(scope="module")
def large() -> SyntheticGenome:
    return SyntheticGenome(size=SIZE, seed=7)


def texts(world: SyntheticGenome, concept: str) -> list[str]:
    """Every whole feature of a concept, read on its own strand."""
    a: Annotation = world.annotation
    whole = decode(world.codes)
    found = []
    for row in a.of(concept):
        text = whole[a.start[row] : a.end[row]]
        found.append(text if a.strand[row] > 0 else reverse_complement(text))
    return found


def test_coordinates_lie_inside_and_are_sorted(large: SyntheticGenome) -> None:
    a = large.annotation
    assert (a.start >= 0).all() and (a.end > a.start).all() and (a.end <= large.size).all()
    assert (np.diff(a.start) >= 0).all() and set(a.strand.tolist()) == {-1, 1}
    assert large.codes.shape == (large.size,) and large.codes.max() == 3


def test_genes_start_with_atg_end_with_a_stop_and_are_open(large: SyntheticGenome) -> None:
    genes = texts(large, "gene")
    assert len(genes) > 800
    for gene in genes:
        protein = str(Seq(gene).translate())
        assert gene.startswith("ATG") and len(gene) % 3 == 0
        assert protein.endswith("*") and "*" not in protein[:-1]
    strands = large.annotation.strand[large.annotation.of("gene")]
    assert abs(float(strands.mean())) < 4 / np.sqrt(len(strands))


def test_promoters_stand_before_their_genes_with_faithful_boxes(large: SyntheticGenome) -> None:
    found = texts(large, "promoter")
    far, near = _sites.MINUS_35, _sites.MINUS_10
    right = np.array([[a == b for a, b in zip(text[:6], far, strict=True)] for text in found])
    assert right.mean() == pytest.approx(_sites.BOX_FIDELITY, abs=4 * np.sqrt(0.09 / right.size))
    assert all(text.endswith(_sites.START_SITE) for text in found)
    # the -10 box, at the distance from the start site where it fits best
    fits = [max(sum(a == b for a, b in zip(text[-9 - g : -3 - g], near, strict=True)) for g in _sites.DISCRIMINATORS)
            for text in found]
    assert np.mean(fits) / 6 >= _sites.BOX_FIDELITY - 0.02
    shortest = 6 + int(_sites.SPACERS[0]) + 6 + int(_sites.DISCRIMINATORS[0]) + 3
    longest = 6 + int(_sites.SPACERS[-1]) + 6 + int(_sites.DISCRIMINATORS[-1]) + 3
    assert {len(text) for text in found} == set(range(shortest, longest + 1))


def test_leaders_hold_a_ribosome_site_at_its_gaps(large: SyntheticGenome) -> None:
    a, whole = large.annotation, decode(large.codes)
    share = dict.fromkeys(_sites.RIBOSOME_GAPS.tolist(), 0)
    plus = [r for r in a.of("gene") if a.strand[r] > 0 and a.start[r] >= 60]
    for row in plus:
        leader = whole[a.start[row] - 20 : a.start[row]]
        fit = {g: sum(x == y for x, y in zip(leader[20 - g - 6 : 20 - g], _sites.RIBOSOME_SITE, strict=True))
               for g in share}
        share[max(fit, key=lambda g: fit[g])] += 1
    assert np.array(list(share.values())) / len(plus) == pytest.approx(_sites.RIBOSOME_GAP_SHARE, abs=0.08)


def test_terminators_are_hairpins_with_a_tail(large: SyntheticGenome) -> None:
    stem = _genome_layout.STEM
    for text in texts(large, "terminator"):
        assert text.endswith("T" * _genome_layout.TAIL)
        assert text[-_genome_layout.TAIL - stem : -_genome_layout.TAIL] == reverse_complement(text[:stem])


def test_every_motif_and_word_stands_where_it_is_said_to(large: SyntheticGenome) -> None:
    for site in [*large.motifs, *large.exact_words]:
        found = texts(large, site.name)
        if found:
            assert np.isfinite(site.log_p(np.stack([encode(text) for text in found]))).all(), site.name


def test_planted_frequencies_match_their_tiers(large: SyntheticGenome) -> None:
    a = large.annotation
    count = {name: len(a.of(name)) for name in a.names if name.startswith(("tier", "word"))}
    for tier, frequency in enumerate(_sites.frequencies(), start=1):
        own = [count[m.name] for m in large.motifs if m.name.startswith(f"tier-{tier}/")]
        expected = frequency * SIZE
        assert len(own) == _sites.PER_TIER
        assert abs(sum(own) - 15 * expected) <= 4 * np.sqrt(15 * expected), tier
        assert all(abs(c - expected) <= 5 * np.sqrt(expected) + 5 for c in own), tier
    for word in large.exact_words:
        expected = word.frequency * SIZE
        assert abs(count[word.name] - expected) <= 5 * np.sqrt(expected)
    assert a.frequency[a.names.index("tier-1/01")] == count["tier-1/01"] / SIZE


def test_every_motif_holds_26_bits_and_is_no_other(large: SyntheticGenome) -> None:
    assert len(large.motifs) == _sites.TIERS * _sites.PER_TIER
    for motif in large.motifs:
        forms = [len({int(x) for x in pair}) for pair in motif.letters]
        assert sum(2 - np.log2(f) for f in forms) == pytest.approx(26.0)
        every = np.array(np.meshgrid(*[sorted({int(x) for x in pair}) for pair in motif.letters])).reshape(14, -1).T
        assert np.exp(motif.log_p(every.astype(np.uint8))).sum() == pytest.approx(1.0)
    assert len({tuple(m.letters.ravel().tolist()) for m in large.motifs}) == len(large.motifs)
    assert [m.frequency for m in large.motifs[::15]] == pytest.approx(10.0 ** -np.arange(3, 7, 0.5))


def test_share_of_coding_bases_is_that_of_the_layout(large: SyntheticGenome) -> None:
    a = large.annotation
    genes = a.of("gene")
    measured = float((a.end[genes] - a.start[genes]).sum()) / SIZE
    low, high = _genome_layout.CODONS
    coding = 3 * ((low + high - 1) / 2 + 2)
    block = coding + 6 + 17 + 6 + 5 + 3 + _genome_layout.LEADER + 2 * _genome_layout.STEM + 5 + _genome_layout.TAIL
    period = block + sum(_genome_layout.INTERGENIC) - 0.5
    assert measured == pytest.approx(coding / period, rel=0.06)


def test_tandem_repeats_repeat_their_unit(large: SyntheticGenome) -> None:
    for unit in _genome_layout.UNITS:
        found = [encode(text) for text in texts(large, f"tandem-{unit}")]
        agree = np.concatenate([codes[unit:] == codes[:-unit] for codes in found])
        wrong = _genome_layout.TANDEM_ERROR  # both letters right, or both wrong in the same way
        assert float(agree.mean()) == pytest.approx((1 - wrong) ** 2 + wrong**2 / 3, abs=0.03)
        per_unit = large.tandem_frequency(unit) * 4**unit * SIZE
        assert len(found) == pytest.approx(per_unit, abs=5 * np.sqrt(per_unit))


def test_repeat_families_are_older_and_older(large: SyntheticGenome) -> None:
    apart = []
    for family in range(1, _genome_layout.FAMILIES + 1):
        found = np.stack([encode(text) for text in texts(large, f"repeat-{family:02d}")])
        apart.append(float((found[:-1] != found[1:]).mean()) if len(found) > 1 else np.nan)
    known = ~np.isnan(apart)
    age = np.linspace(0, _genome_layout.OLDEST, _genome_layout.FAMILIES)
    expected = 1 - (1 - age) ** 2 - age**2 / 3
    assert known.sum() >= 15 and apart[0] == 0.0
    assert np.array(apart)[known] == pytest.approx(expected[known], abs=0.1)


def test_background_has_the_entropy_that_it_states(genome: SyntheticGenome) -> None:
    codes = genome.background.sample(np.random.default_rng(0).random((400, 500)))
    bits = -genome.background.log_p(codes)[:, 5:] / np.log(2)
    error = float(bits.mean(axis=1).std()) / 20
    assert abs(float(bits.mean()) - genome.background.bits) < 4 * error
    assert 1.85 < genome.background.bits < 1.97


def test_decoy_shares_words_up_to_three_letters_exactly_and_no_longer_ones(genome: SyntheticGenome) -> None:
    def words(chain: object, length: int) -> np.ndarray:
        return np.asarray(chain.joint).reshape(4**length, -1).sum(axis=1)  # type: ignore[attr-defined]

    for length in (1, 2, 3):
        assert words(genome.decoy, length) == pytest.approx(words(genome.background, length), abs=1e-12)
    assert np.abs(words(genome.decoy, 4) - words(genome.background, 4)).max() > 1e-4


def test_same_seed_same_genome_for_ever() -> None:
    one = SyntheticGenome(size=100_000)
    text = one.corpus(0)[0]
    assert SyntheticGenome(size=100_000).corpus(0)[0] == text
    assert SyntheticGenome(size=100_000, seed=1).corpus(0)[0] != text
    assert hashlib.blake2b(text.encode(), digest_size=12).hexdigest() == "7bd0a72bb6e5d37487acb55f"


def test_stretches_know_how_probable_they_are(genome: SyntheticGenome) -> None:
    """A reader who knows the annotation needs fewer bits than one who knows only the background."""
    found = genome.stretches(seeds.item_streams(200, 0, "test"), 200)
    assert found.log_p is not None
    informed = -found.log_p / np.log(2) / 200
    plain = -genome.window_log_p(found.texts) / np.log(2) / 200
    assert informed.mean() < plain.mean() - 0.2 and (informed > 0).all()
    assert all(cluster.startswith("block-") for cluster in found.clusters)


def test_coding_oracle_is_the_product_of_its_steps(genome: SyntheticGenome) -> None:
    context, candidate = "ATGGCA", "GCTAAACGT"
    chain = genome.coding
    codons = [_coding.CODONS.index((context + candidate)[i : i + 3]) for i in range(3, 15, 3)]
    expected = sum(np.log(chain.step[a, b]) for a, b in itertools.pairwise(codons))
    found = genome.coding_log_p(np.array([context]), np.array([[candidate, "TAAGCTAAA"]]))
    assert found[0, 0] == pytest.approx(expected)
    assert found[0, 1] < -40  # a stop inside a frame
    nine = "GCTAAACGT"
    odds = genome.substitution_log_odds(nine, "G")
    steps = [_coding.CODONS.index(c) for c in ("GCT", "AAA", "AAG", "CGT")]
    a, old, new, b = steps
    expected = np.log(chain.step[a, new] * chain.step[new, b] / chain.step[a, old] / chain.step[old, b])
    assert odds == pytest.approx(expected)


def test_start_oracle_tells_starts_from_other_atgs(genome: SyntheticGenome) -> None:
    genes = genome.genes()
    assert all(len(g.upstream) == UPSTREAM and g.coding.startswith("ATG") for g in genes)
    true = np.array([g.upstream[-30:] + g.coding[:18] for g in genes])
    decoys, _ = genome.start_decoys(seeds.item_streams(len(genes), 0, "decoys"), 30, 15)
    odds = [genome.start_log_odds(windows, 30) for windows in (true, decoys)]
    assert (odds[0][:, None] > odds[1][None, :]).mean() > 0.99
    both = np.concatenate(odds)  # log odds of two equally likely sources: 2 odds / (1 + odds) has mean 1
    ratio = 2 / (1 + np.exp(-np.clip(both, -500, 500)))
    assert abs(float(ratio.mean()) - 1) < 4 * ratio.std() / np.sqrt(len(ratio)) + 0.05
