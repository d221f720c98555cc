"""Every kind of matcher against the slow, obvious count, and across the borders of blocks."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from exposure_small import both, fasta, places, random_text, reverse_complement, scan
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.exposure import letters
from kindergrad.exposure.background import Background
from kindergrad.exposure.concepts import Numbered, Sources, by_kind
from kindergrad.exposure.kinds import homology, pwm, variant, word

TEXT = random_text(30_000, 7)
IUPAC = st.text(alphabet="ACGTRYSWKMBDHVN", min_size=1, max_size=14).filter(lambda w: set(w) != {"N"})


@settings(max_examples=40, deadline=None)
@given(IUPAC)
def test_words_are_counted_on_both_strands(pattern: str) -> None:
    assert scan("word", {"words": (pattern,)}, [TEXT]) == both(pattern, TEXT)


def test_words_across_blocks_records_and_unknown_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CORE", 1111)
    broken = TEXT[:9000] + "N" * 40 + TEXT[9000:]
    for pattern in ("TATAAT", "CANNTG", "GATTACAGATTA", "TTGACANNNNNNNNNNNNNNNNNTATAAT", "A"):
        assert scan("word", {}, [broken[:20_000], broken[20_000:]], name=pattern) == both(
            pattern, broken[:20_000]) + both(pattern, broken[20_000:]), pattern


def test_gaps_are_all_distances_between() -> None:
    spec = {"words": ("TTGA",), "gap": (3, 6), "then": ("TATA", "GATA")}
    every = {(at, n) for first in ("TTGA",) for last in ("TATA", "GATA") for n in range(3, 7)
             for at in places(first + "N" * n + last, TEXT)}
    back = {(at, n) for last in ("TATA", "GATA") for n in range(3, 7)
            for at in places(reverse_complement(last) + "N" * n + "TCAA", TEXT)}
    assert scan("word", spec, [TEXT]) == len(every) + len(back)


def test_many_words_at_once_are_each_counted_alone() -> None:
    names = ["ATG", "CANNTG", "WGATAR", "TATAAT", "TATAAA", "TTTTTTTTTTT", "GGRNC"]
    concepts = [Numbered(i, "s", name, "word", {}) for i, name in enumerate(names)]
    counts = np.zeros(len(names), dtype=int)
    scanner = word.scanner(concepts, Sources())
    for block in letters.blocks([TEXT], defaultdict(int)):
        for hits in scanner.scan(block):
            counts[hits.concept] += hits.start.size
    assert counts.tolist() == [both(name, TEXT) for name in names]


@pytest.mark.parametrize("bad", [{"words": ("ACQ",)}, {"words": ("",)}, {"words": ("A" * 121,)},
                                 {"words": ("A",), "gap": (1, 2)}, {"words": ("A",), "gap": (3, 2), "then": ("C",)},
                                 {"word": "A"}, {"words": 3}])
def test_words_that_are_none(bad: dict[str, object]) -> None:
    with pytest.raises(InputError, match="x"):
        scan("word", bad, [TEXT])


MATRIX = ((0.7, 0.1, 0.1, 0.1), (0.05, 0.8, 0.1, 0.05), (0.25, 0.25, 0.25, 0.25), (0.1, 0.0, 0.1, 0.8)) * 3


def test_motif_scores_have_an_exact_distribution() -> None:
    spec = pwm.Spec(matrix=MATRIX[:4])
    scores = np.round(np.log2(pwm.frequencies(spec, "m") / 0.25) * pwm.UNITS).astype(np.int64)
    p, lowest = pwm.distribution(scores, np.array([0.4, 0.1, 0.2, 0.3]))
    every = scores[0][:, None, None, None] + scores[1][:, None, None] + scores[2][:, None] + scores[3]
    q = np.array([0.4, 0.1, 0.2, 0.3])
    weight = q[:, None, None, None] * q[:, None, None] * q[:, None] * q
    assert p.sum() == pytest.approx(1.0)
    for score in np.unique(every):
        assert p[score - lowest] == pytest.approx(weight[every == score].sum())


@pytest.mark.parametrize("rate", [0.05, 0.004])
def test_motifs_are_found_at_their_false_positive_rate(rate: float) -> None:
    text = random_text(120_000, 3, (0.25, 0.25, 0.25, 0.25))
    found = scan("pwm", {"matrix": MATRIX[:10], "false_positive_rate": rate}, [text])
    assert found <= 1.1 * 2 * rate * len(text)
    assert found >= 0.7 * 2 * rate * len(text), "scores are nearly continuous for ten places"


def test_motifs_agree_with_the_obvious_score() -> None:
    spec = pwm.Spec(matrix=MATRIX, false_positive_rate=0.01)
    scores = np.round(np.log2(pwm.frequencies(spec, "m") / 0.25) * pwm.UNITS).astype(np.int64)
    limit = pwm.threshold(scores, 0.01, np.full(4, 0.25))
    text = TEXT[:5000]

    def good(part: str) -> bool:
        return sum(scores[i]["ACGT".index(c)] for i, c in enumerate(part)) >= limit

    windows = [text[i : i + 12] for i in range(len(text) - 11)]
    assert scan("pwm", {"matrix": MATRIX, "false_positive_rate": 0.01}, [text]) == sum(
        good(w) or good(reverse_complement(w)) for w in windows)


@pytest.mark.parametrize("bad", [{"consensus": "TATAAT", "percent": (80,)}, {}, {"consensus": "NN", "percent": (1, 1)},
                                 {"matrix": ((0, 0, 0, 0),)}, {"matrix": MATRIX, "false_positive_rate": 0.0}])
def test_motifs_that_are_none(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        scan("pwm", bad, [TEXT])


def test_stretches_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CORE", 1000)
    assert scan("every", {"length": 1}, ["ACGTN" * 1000]) == 4000
    assert scan("every", {"length": 100}, ["ACGT" * 1000]) == 40
    assert scan("every", {"length": 300}, ["ACGT" * 1000]) == 13


def runs(text: str, unit: int, shortest: int) -> int:
    """Maximal runs of a period, by hand."""
    count, at = 0, 0
    while at < len(text) - unit:
        end = at
        while end + unit < len(text) and text[end] == text[end + unit]:
            end += 1
        if end + unit - at >= shortest:
            run = text[at : at + shortest]
            count += not any(unit % d == 0 and all(run[i] == run[i + d] for i in range(len(run) - d))
                             for d in range(1, unit))
        at = end + 1
    return count


@pytest.mark.parametrize("unit", [1, 2, 3, 4, 6])
def test_tandem_repeats(unit: int) -> None:
    rng = stream(unit, "tandem")
    text = "".join(random_text(200, i) + random_text(unit, i + 1000) * int(rng.integers(3, 15)) for i in range(60))
    assert scan("tandem", {"unit": unit, "letters": 12}, [text]) == runs(text, unit, 12) > 5


def test_hairpins() -> None:
    text = TEXT[:6000] + "GGCCATTC" + "AAAAA" + "GAATGGCC" + TEXT[6000:8000]
    found = 0
    for loop in range(3, 7):
        for at in range(len(text) - 16 - loop + 1):
            stem, other = text[at : at + 8], text[at + 8 + loop : at + 16 + loop]
            inner = loop >= 5 and text[at + 8] == reverse_complement(text[at + 7 + loop])
            found += stem == reverse_complement(other) and not inner
    assert scan("hairpin", {"stem": 8, "loop": (3, 6)}, [text]) == found >= 1


def frames(text: str, codons: int) -> int:
    stops = ("TAA", "TAG", "TGA")
    return sum(text[i : i + 3] in stops and not any(text[i - 3 * k : i - 3 * k + 3] in stops
                                                    for k in range(1, codons + 1))
               for i in range(3 * codons, len(text) - 2))


def test_open_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "CORE", 2048)
    expected = frames(TEXT, 60) + frames(reverse_complement(TEXT), 60)
    assert scan("open_frame", {"codons": 60}, [TEXT]) == expected > 20
    with pytest.raises(InputError):
        scan("open_frame", {"codons": 1000}, [TEXT])


def mutated(text: str, share: float, seed: int) -> str:
    rng = stream(seed, "mutated")
    return "".join("ACGT"[("ACGT".index(c) + int(rng.integers(1, 4))) % 4] if rng.random() < share else c for c in text)


def test_relatives_are_found_on_both_strands_down_to_a_tenth_changed() -> None:
    query = random_text(400, 50)
    corpus = TEXT[:4000]
    for seed in range(6):
        relative = mutated(query, 0.1, seed)
        corpus += (relative if seed % 2 else reverse_complement(relative)) + random_text(1500, 60 + seed)
    assert scan("homology", {"query": query}, [corpus]) == 6
    assert scan("homology", {"query": random_text(400, 51)}, [corpus]) == 0


def test_long_queries_are_found_too() -> None:
    query = random_text(5000, 52)
    assert scan("homology", {"query": query}, [TEXT + query + TEXT]) == 1


@pytest.mark.parametrize("query", ["ACGT", "ACGTNNACGTACGTACGTACGT"])
def test_queries_that_are_none(query: str) -> None:
    with pytest.raises(InputError):
        homology.sketch(query, "q")


GFF = """##gff-version 3
r1\tx\tgene\t101\t200\t.\t+\t.\tID=g1
r1\tx\texon\t101\t120\t.\t+\t.\tID=e1
r1\tx\texon\t150\t200\t.\t+\t.\tID=e1
r2.1\tx\tgene\t5\t50\t.\t-\t.\tID=g2
"""


def test_features_count_once(tmp_path: Path) -> None:
    corpus = fasta(tmp_path / "c.fa", {"r1": TEXT[:2000], "r2": TEXT[2000:4000]})
    (tmp_path / "a.gff").write_text(GFF)
    sources = Sources(annotation=tmp_path / "a.gff")
    assert scan("feature", {"feature": "gene"}, corpus, sources) == 1, "r2.1 is not in the corpus"
    assert scan("feature", {"feature": "exon", "end": "end"}, corpus, sources) == 1
    assert scan("feature", {"feature": "intron"}, corpus, sources) == 0


def test_features_of_genbank(shared_data: Path) -> None:
    path = shared_data / "genomics" / "arabidopsis_chloroplast" / "NC_000932.gb"
    assert scan("feature", {"feature": "CDS"}, path, Sources(annotation=path)) == 85
    assert scan("feature", {"feature": "tRNA"}, path, Sources(annotation=path)) == 37


VCF = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n" + "".join(
    f"r1\t{pos}\t.\t{ref}\t{alt}\t.\t.\t{info}\n" for pos, ref, alt, info in (
        (10, "A", "G", "MC=SO:0001583|missense_variant"), (20, "A", "C,G", "."), (30, "AT", "A", "."),
        (40, "A", "ATT", "."), (50, "A", "<DEL>", "."), (60, "C", "T", ".")))


@pytest.mark.parametrize(("name", "n"), [("transition", 3), ("transversion", 1), ("insertion", 1), ("deletion", 1),
                                         ("missense_variant", 1), ("stop_gained", 0)])
def test_variants_by_class(tmp_path: Path, name: str, n: int) -> None:
    (tmp_path / "v.vcf").write_text(VCF)
    corpus = fasta(tmp_path / "c.fa", {"r1": TEXT[:2000]})
    assert scan("variant", {"variants": name}, corpus, Sources(variants=tmp_path / "v.vcf")) == n


def test_alleles() -> None:
    assert variant.classes("A", "G") == {"transition"} and variant.classes("a", "t") == {"transversion"}
    assert variant.classes("A", "*") == variant.classes("AC", "GT") == set()


@pytest.mark.parametrize(("kind", "spec", "option", "text", "said"), [
    ("feature", {"feature": "gene"}, "annotation", "r1 x gene 1 2\n", "expected GFF3"),
    ("feature", {"feature": "gene"}, "annotation", "r1\tx\tgene\tone\t2\t.\t+\t.\tID=g\n", "must be whole numbers"),
    ("variant", {"variants": "transition"}, "variants", "r1\tx\t.\tA\tG\t.\t.\t.\n", "must be a whole number"),
    ("variant", {"variants": "transition"}, "variants", "", "is empty"),
])
def test_other_files_that_cannot_be_used(tmp_path: Path, kind: str, spec: dict[str, str], option: str, text: str,
                                         said: str) -> None:
    (tmp_path / "f").write_text(text)
    with pytest.raises(InputError, match=said):
        scan(kind, spec, [TEXT], Sources(**{option: tmp_path / "f"}))


def test_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'word'"):
        by_kind([Numbered(0, "s", "x", "wrd", {})])


@pytest.mark.parametrize("pattern", ["A", "CG", "ATG", "TATAAT", "WGATAR"])
def test_what_chance_gives(pattern: str) -> None:
    """In letters drawn one by one, the chain gives the product of their frequencies."""
    background = Background()
    for block in letters.blocks([random_text(400_000, 9)], defaultdict(int)):
        background.add(block)
    p = dict(zip("ACGT", (0.3, 0.2, 0.2, 0.3), strict=True))
    sets = {"W": "AT", "R": "AG"}
    exact = float(np.prod([sum(p[c] for c in sets.get(code, code)) for code in pattern]))
    assert background.probability(word.masks(pattern, "w")) == pytest.approx(exact, rel=0.05)
    assert background.letters == pytest.approx([0.3, 0.2, 0.2, 0.3], abs=0.005)
