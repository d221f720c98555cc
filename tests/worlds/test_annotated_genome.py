"""A real genome as world: what is offered was never trained on, and is what it says it is."""

from __future__ import annotations

import pickle
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from Bio.Seq import Seq
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core import seeds
from kindergrad.core.dna import encode, reverse_complement
from kindergrad.core.errors import InputError, SequenceError, UnknownNameError
from kindergrad.worlds import annotated_genome, fasta
from kindergrad.worlds.annotated_genome import AnnotatedGenome, load

REAL = ["barrnap_mix/arc.fa.gz", "barrnap_mix/bac.fa.gz", "barrnap_mix/fun.fa.gz", "barrnap_mix/small.fa.gz",
        "human_chr22_1mb/22_20-21M.fa.gz", "arabidopsis_chloroplast/NC_000932.gb", "lambda/lambda_virus.fa",
        "phix174/NC_001422.gbk"]


def streams(n: int, seed: int = 0) -> list[np.random.Generator]:
    return seeds.item_streams(n, seed, "test")


def dna(n: int, seed: int = 0) -> str:
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), n))


def written(folder: Path, *records: str) -> Path:
    path = folder / "g.fa"
    path.write_text("".join(f">r{i}\n{r}\n" for i, r in enumerate(records)))
    return path


def words_of(texts: list[str], k: int = 32) -> set[str]:
    """All words of both strands, by plain Python: the independent check of the 64-bit codes."""
    both = [*texts, *map(reverse_complement, texts)]
    return {t[i : i + k] for t in both for i in range(len(t) - k + 1)}


def held_out_text(world: AnnotatedGenome) -> list[str]:
    region = world.held_out
    return [world.assembly.text(a, b) for a, b in world.assembly.runs(region.start, region.end)]


@pytest.fixture(scope="module")
def ecoli(genomes: Path) -> AnnotatedGenome:
    return load(genomes / "ecoli_o157" / "GCF_000008865.2.fna.gz")


@pytest.mark.parametrize("name", REAL)
def test_real_genomes_offer_only_what_training_never_saw(genomes: Path, name: str) -> None:
    world = load(genomes / name)
    pieces = world.corpus(0)
    seen = words_of(pieces)
    outside = held_out_text(world)
    windows, clusters = world.windows(streams(60), 200)
    decoys, _ = world.start_decoys(streams(60), 30, 60)
    offered = [*windows.tolist(), *decoys.tolist(), *(g.coding for g in world.genes())]
    for text in offered:
        shared = [text[i : i + 32] in seen for i in range(len(text) - 31)]
        assert sum(shared) <= 0.5 * len(shared)
        assert any(text in t or reverse_complement(text) in t for t in outside)
        assert not world.repeated(text)
    assert len(set(clusters)) >= 5
    assert world.stretches(streams(60), 200).texts.tolist() == windows.tolist()
    assert world.stretches(streams(1), 200).log_p is None
    assert all(c.rsplit(":", 1)[0] in world.assembly.names for c in clusters)
    for gene in world.genes():
        assert str(Seq(gene.coding).translate(table=11)).index("*") == len(gene.coding) // 3 - 1
        assert gene.coding[:3] in ("ATG", "GTG", "TTG")
        assert len(gene.upstream) == 60
        assert len(gene.coding) >= 150
        assert any(gene.upstream + gene.coding in (t if gene.strand > 0 else reverse_complement(t)) for t in outside)
    assert not set(world.offers) & set(world.missing)
    assert set(world.missing) >= {"motifs", "promoters", "tandem"}
    assert sum(map(len, pieces)) == world.size
    assert str(world.assembly.bases // 10**6 or "") in world.sentence


def test_ecoli_loads_fast_and_offers_everything(genomes: Path) -> None:
    start = time.perf_counter()
    world = load(genomes / "ecoli_o157" / "GCF_000008865.2.fna.gz")
    assert time.perf_counter() - start < 25
    assert {"stretches", "windows", "genes", "starts", "words", "decoy", "random"} == set(world.offers)
    assert 650 < len(world.genes()) < 800
    assert 0.79 < world.size / world.assembly.bases < 0.81
    assert "pyrodigal" in world.sentence


def test_chi_stands_out_in_ecoli(ecoli: AnnotatedGenome) -> None:
    """The crossover hotspot Chi, GCTGGTGG, is among the 15 words, unasked."""
    words = ecoli.words()
    assert len(words.words) == 15
    assert "CCACCAGC" in words.words  # Chi on the other strand
    place = words.words.index("CCACCAGC")
    text = "x".join(ecoli.corpus(0))
    exact = (text.count("CCACCAGC") + text.count("GCTGGTGG")) / ecoli.size
    assert words.frequency[place] == pytest.approx(exact, rel=1e-12)


def test_start_decoys_are_no_known_starts(ecoli: AnnotatedGenome) -> None:
    decoys, _ = ecoli.start_decoys(streams(300), 25, 12)
    assert {len(d) for d in decoys} == {40}
    assert {d[25:28] for d in decoys} == {"ATG"}
    text = ecoli.assembly.text(ecoli.held_out.start, ecoli.held_out.end)
    true = {(g.upstream + g.coding)[60 - 25 : 60 + 15] for g in ecoli.genes()}
    assert not set(decoys.tolist()) & true
    on_reverse = [d for d in decoys if text.count(d) == 0]
    assert all(reverse_complement(d) in text for d in on_reverse)
    assert 0.3 < len(on_reverse) / 300 < 0.7


def test_occurrences_stand_before_the_word(ecoli: AnnotatedGenome) -> None:
    text = ecoli.assembly.text(ecoli.held_out.start, ecoli.held_out.end)
    both = text + "x" + reverse_complement(text)
    for word in ecoli.words().words[:5]:
        contexts, clusters = ecoli.before_word([word] * 40, streams(40), 50)
        assert all(len(c) == 50 and c + word in both for c in contexts)
        assert len(clusters) == 40
    drawn = [ecoli.words().words[i % 15] for i in range(60)]
    mixed, _ = ecoli.before_word(drawn, streams(60), 16)
    assert all(c + w in both for c, w in zip(mixed, drawn, strict=True))
    assert mixed[:10].tolist() == ecoli.before_word(drawn[:10], streams(10), 16)[0].tolist()
    with pytest.raises(UnknownNameError):
        ecoli.before_word(["AAAAAAAA"] * 3, streams(3), 10)


def test_items_are_prefix_stable_and_seeds_differ(ecoli: AnnotatedGenome) -> None:
    for draw in (lambda s: ecoli.windows(s, 300)[0], lambda s: ecoli.start_decoys(s, 20, 10)[0],
                 lambda s: ecoli.decoy_windows(s, 100)):
        few, many, other = draw(streams(20)), draw(streams(90)), draw(streams(20, seed=1))
        assert few.tolist() == many[:20].tolist()
        assert few.tolist() != other.tolist()
        assert set("".join(many)) == set("ACGT")


def test_the_decoy_has_the_same_composition(ecoli: AnnotatedGenome) -> None:
    """Trinucleotides of the imaginary genome agree with those of the corpus, both strands."""
    decoy = "x".join(ecoli.decoy_windows(streams(400), 1000).tolist())
    corpus = "x".join(ecoli.corpus(0))[:3_000_000]
    for word in ("GCG", "TTT", "CTA", "ATG"):
        mirror = reverse_complement(word)
        rates = [(t.count(word) + t.count(mirror)) / len(t) for t in (decoy, corpus)]
        assert rates[0] == pytest.approx(rates[1], rel=0.08)


def test_corpora_of_two_seeds_are_rotations(ecoli: AnnotatedGenome) -> None:
    one, two = ecoli.corpus(1), ecoli.corpus(2)
    assert one[0][:1000] != two[0][:1000]
    assert Counter("".join(one)) == Counter("".join(two))
    whole = "x".join(ecoli.corpus(0))
    assert all(piece in whole for piece in one)
    assert ecoli.corpus(1) == one


def test_shuffled_keeps_letters_and_loses_order(ecoli: AnnotatedGenome) -> None:
    real, control = ecoli.corpus(3), ecoli.shuffled(3)
    assert [len(p) for p in real] == [len(p) for p in control]
    for start in range(0, 5000, 100):
        assert Counter(real[0][start : start + 100]) == Counter(control[0][start : start + 100])

    def periodic(text: str) -> float:
        """How much oftener a letter is met again after three letters than after two or four."""
        codes = encode(text[:300_000])
        same = [float((codes[d:] == codes[:-d]).mean()) for d in (2, 3, 4)]
        return same[1] - (same[0] + same[2]) / 2

    assert periodic(real[0]) > 0.015
    assert abs(periodic(control[0])) < 0.004


@pytest.mark.parametrize("strand", [1, -1])
def test_copies_of_training_are_never_offered(tmp_path: Path, strand: int) -> None:
    text = dna(100_000)
    copy = text[50_000:54_000] if strand > 0 else reverse_complement(text[50_000:54_000])
    text = text[:4000] + copy + text[8000:]
    world = load(written(tmp_path, text))
    windows, _ = world.windows(streams(2000), 200)
    inside = {copy[i : i + 200] for i in range(len(copy) - 199)}
    assert not inside & set(windows)
    assert any(text[:4000].count(w) for w in windows)  # what is no copy is offered
    assert world.repeated(copy[:200])
    assert not world.repeated(text[:200])
    assert any("repeat the training part" in note for note in world.notes)
    mutated = "".join("ACGT"[(("ACGT".index(c)) + (i % 20 == 0)) % 4] for i, c in enumerate(copy[:400]))
    assert not world.repeated(mutated)  # 5 % diverged: no 32-mer is left


def test_short_windows_of_copies_are_not_offered_either(tmp_path: Path) -> None:
    text = dna(60_000)
    text = text[:2000] + text[30_000:34_000] + text[6000:]
    world = load(written(tmp_path, text))
    windows, _ = world.windows(streams(1500), 12)
    copied = {text[i : i + 12] for i in range(2000, 6000 - 11)}
    assert len(copied & set(windows)) < 10  # by chance: 12 letters recur


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(200, 9000), st.integers(0, 40)), min_size=1, max_size=6), st.integers(0, 5))
def test_no_leak_in_broken_assemblies(
    tmp_path_factory: pytest.TempPathFactory, shape: list[tuple[int, int]], seed: int
) -> None:
    """Whatever the records and the runs of N: parts are disjoint, pieces plain, windows within one record."""
    rng = np.random.default_rng(seed)
    records = []
    for i, (length, breaks) in enumerate([(3000, 0), *shape]):
        letters = list(dna(length, seed=100 * seed + i))
        for at in rng.integers(0, length, breaks):
            letters[at] = "N"
        records.append("".join(letters))
    assert sum(len(r) - r.count("N") for r in records) >= fasta.MIN_BASES
    try:
        world = load(written(tmp_path_factory.mktemp("g"), *records))
    except SequenceError as error:
        assert "too broken" in str(error)
        return
    pieces = world.corpus(seed)
    assert all(set(p) <= set("ACGT") and any(p in r for r in records) for p in pieces)
    try:
        windows, _ = world.windows(streams(30), 40)
    except InputError as error:
        assert "held-out part" in str(error)
        return
    for window in windows:
        assert any(window in r for r in records)
        assert not any(window in p for p in pieces)


def test_guards_keep_a_kilobase_between_the_parts(tmp_path: Path) -> None:
    text = dna(200_000)
    world = load(written(tmp_path, text))
    assert world.split.scored == ("r0:1-29000",)
    assert world.split.reference == ("r0:31001-39000",)
    assert world.split.train == ("r0:41001-200000",)
    assert world.corpus(0) == [text[41_000:]]


def test_words_come_from_the_reference_part_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    letters = list(dna(1_000_000, seed=5))
    for at in rng.integers(0, 999_990, 4000):
        letters[at : at + 8] = "GATTCGCA"
    text = "".join(letters)
    world = load(written(tmp_path, text))
    assert world.words().words[0] in ("GATTCGCA", "TGCGAATC")
    assert world.words().frequency[0] == pytest.approx(4e-3, rel=0.1)
    changed = text[:150_000] + text[150_000:201_000] + dna(799_000, seed=6)
    other = load(written(tmp_path, changed))
    assert other.words().words == world.words().words
    assert other.words().frequency != world.words().frequency


def test_without_pyrodigal_codons_but_no_starts(genomes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyrodigal", None)
    world = load(genomes / "barrnap_mix" / "bac.fa.gz")
    assert "genes" in world.offers
    assert "kindergrad[genes]" in world.missing["starts"]
    assert any("kindergrad[genes]" in note for note in world.notes)
    assert "open frames" in world.sentence


def test_several_records(genomes: Path, tmp_path: Path) -> None:
    parts = [fasta.read(genomes / "barrnap_mix" / f"{n}.fa.gz") for n in ("small", "bac")]
    texts = [p.text(0, p.codes.size) for p in parts]
    contigs = [texts[0][:100_000], *(texts[0][i : i + 20_000] for i in range(100_000, 300_000, 20_000))]
    world = load(written(tmp_path, *contigs))
    assert [n.split(":")[0] for n in world.split.scored] == ["r0"]
    assert len(world.corpus(0)) == 11
    assert all(any(piece in t for t in texts) for piece in world.corpus(4))
    assert "and 10 more records" in world.sentence
    tiny = load(written(tmp_path, *(texts[1][i : i + 3000] for i in range(0, 300_000, 3000))))
    assert len(tiny.split.train) == 1
    assert "records" in tiny.split.train[0]


def test_decoy_file(genomes: Path) -> None:
    lambda_, phix = genomes / "lambda" / "lambda_virus.fa", genomes / "phix174" / "NC_001422_1.fna"
    world = load(lambda_, decoy=phix)
    text = fasta.read(phix).text(0, 5386)
    assert all(w in text for w in world.decoy_windows(streams(20), 100))
    assert world.digest != load(lambda_).digest
    with pytest.raises(InputError, match="is no decoy"):
        load(lambda_, decoy=lambda_)
    with pytest.raises(SequenceError, match="does not exist"):
        load(lambda_, decoy=genomes / "none.fa")


def test_digest_follows_content_and_annotation_not_form(genomes: Path, tmp_path: Path) -> None:
    fna, gbk = genomes / "phix174" / "NC_001422_1.fna", genomes / "phix174" / "NC_001422.gbk"
    lower = tmp_path / "NC_001422_1.fna"
    lower.write_text(fna.read_text().lower().replace("nc_", "NC_").replace("\n", "\r\n"))
    assert load(lower).digest == load(fna).digest
    assert load(fna, annotation=gbk).digest != load(fna).digest


def test_tiny_genomes_say_what_is_missing(genomes: Path) -> None:
    world = load(genomes / "phix174" / "NC_001422.gbk")
    assert "windows" in world.offers
    assert "5 are needed" in world.missing["genes"]
    assert "stands out" in world.missing["words"]
    with pytest.raises(InputError, match=r"held-out part .* no stretch of 5,000"):
        world.windows(streams(2), 5000)


def test_a_genbank_without_genes_falls_back(genomes: Path, tmp_path: Path) -> None:
    text = (genomes / "phix174" / "NC_001422.gbk").read_text()
    bare = tmp_path / "bare.gbk"
    head, tail = text[: text.index("FEATURES")], text[text.index("ORIGIN") :]
    bare.write_text(f"{head}FEATURES             Location/Qualifiers\n{tail}")
    assert "pyrodigal" in load(bare).sentence


def test_too_broken_for_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(SequenceError, match="too broken"):
        load(written(tmp_path, "N".join(dna(60, seed=i) for i in range(200))))


def test_worlds_travel_to_workers(genomes: Path) -> None:
    world = load(genomes / "lambda" / "lambda_virus.fa")
    copy = pickle.loads(pickle.dumps(world))
    assert copy.digest == world.digest
    assert copy.windows(streams(5), 50)[0].tolist() == world.windows(streams(5), 50)[0].tolist()
    assert annotated_genome.UPSTREAM == 60


@pytest.mark.parametrize("text", ["ACGT" * 10_000, "A" * 40_000, "N".join(dna(180, seed=i) for i in range(300))])
def test_degenerate_genomes_offer_little_and_say_why(tmp_path: Path, text: str) -> None:
    world = load(written(tmp_path, text))
    assert world.genes() == []
    assert "training never saw" in world.missing["windows"]
    assert "windows" not in world.offers
    assert len("".join(world.shuffled(1))) == world.size
