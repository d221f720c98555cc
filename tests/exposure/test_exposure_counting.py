"""Sketches, parts of the corpus, contexts and forms: exact while small, bounded and nearly right when large."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from exposure_small import random_text, reverse_complement

from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.exposure import letters
from kindergrad.exposure.concepts import Numbered, Sources
from kindergrad.exposure.kinds import forms, word
from kindergrad.exposure.quadrats import MOST, SMALLEST, Quadrats
from kindergrad.exposure.sketch import KEPT, Distinct, mixed
from kindergrad.exposure.tally import Tally
from kindergrad.exposure.tally import reverse_complement as back


def test_small_sets_are_counted_exactly_and_large_ones_within_their_error() -> None:
    rng = stream(0, "sketch")
    one, many = Distinct(), Distinct()
    for _ in range(20):
        one.add(mixed(rng.integers(0, 1000, size=3000).astype(np.uint64)))
        many.add(mixed(rng.integers(0, 2**40, size=20_000).astype(np.uint64)))
    assert (one.count, one.error) == (1000.0, 0.0)
    assert abs(many.count / 400_000 - 1) < 4 * many.error and many.error == pytest.approx(1 / (KEPT - 2) ** 0.5)


def test_the_sketch_does_not_mind_the_order() -> None:
    values = mixed(np.arange(50_000, dtype=np.uint64))
    counts = []
    for seed in range(3):
        sketch = Distinct()
        for part in np.array_split(stream(seed, "order").permutation(values), 7 + seed):
            sketch.add(part)
        counts.append(sketch.count)
    assert len(set(counts)) == 1


def test_parts_keep_their_number_and_their_sum() -> None:
    parts, at = Quadrats(), 0
    rng = stream(0, "parts")
    total = 0
    for _ in range(60):
        usable = rng.random(int(rng.integers(1, 40_000))) < 0.9
        parts.reach(at + usable.size)
        parts.add(at, usable)
        at, total = at + usable.size, total + int(usable.sum())
    used = int(np.count_nonzero(parts.sizes))
    assert parts.sizes.sum() == total and MOST / 2 <= used <= MOST and parts.unit == SMALLEST * 2**parts.joined


def tally(texts: list[str], pattern: str) -> Tally:
    scanner = word.scanner([Numbered(0, "s", pattern, "word", {})], Sources())
    found = Tally(1)
    for block in letters.blocks(texts, defaultdict(int)):
        found.begin(block)
        for hits in scanner.scan(block):
            found.add(block, hits)
    return found


def test_copies_are_not_new_on_either_strand() -> None:
    unit = random_text(3000, 1)
    once = tally([unit], "GATA")
    copies = tally([unit, unit, reverse_complement(unit), unit], "GATA")
    assert copies.counts[0] == 4 * once.counts[0] > 40
    assert once.distinct[0].count == once.counts[0]
    # at the ends of a record the context is another one
    assert copies.distinct[0].count <= once.distinct[0].count + 2


def test_a_palindrome_has_one_context_however_it_is_read() -> None:
    unit = random_text(500, 3) + "GAATTC" + random_text(500, 4)
    assert tally([unit, reverse_complement(unit)], "GAATTC").distinct[0].count == tally([unit], "GAATTC").counts[0]


def test_reverse_complements_of_words() -> None:
    text = random_text(1000, 5)
    (block,) = letters.blocks([text], defaultdict(int))
    (other,) = letters.blocks([reverse_complement(text)], defaultdict(int))
    start = letters.PAD + np.arange(984)
    assert (back(block.words[start]) == other.words[letters.PAD + 984 - np.arange(984)]).all()


def test_occurrences_are_counted_by_part() -> None:
    found = tally(["GATACA" * 1000 + "C" * 30_000], "GATACA")
    assert found.blocks[:, 0].sum() == found.counts[0] == 1000
    assert (found.blocks[4:, 0] == 0).all() and found.quadrats.sizes.sum() == 36_000


def counted(texts: list[str], pattern: str) -> forms.Forms:
    found = Tally(0)
    family = forms.Forms(Numbered(0, "s", "family", "forms", {"pattern": pattern}), found.quadrats)
    for block in letters.blocks(texts, defaultdict(int)):
        found.begin(block)
        family.join()
        family.scan(block)
    return family


def words_of(text: str, k: int) -> set[str]:
    return {min(w, reverse_complement(w)) for w in (text[i : i + k] for i in range(len(text) - k + 1))}


def test_forms_are_counted_exactly_while_few() -> None:
    text = random_text(20_000, 8)
    family = counted([text], "NNNNNN")
    assert family.forms == (4**6 + 4**3) // 2
    assert np.unique(family.incidence().concept).size == len(words_of(text, 6)) and family.sampled == 1.0
    donors = counted([text], "NGTNN")
    both = [text, reverse_complement(text)]
    expected = {t[i : i + 5] for t in both for i in range(len(t) - 4) if t[i + 1 : i + 3] == "GT"}
    assert donors.forms == 4**3 and np.unique(donors.incidence().concept).size == len(expected)
    assert donors.occurrences == sum(t[i + 1 : i + 3] == "GT" for t in both for i in range(len(t) - 4))


def test_many_forms_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_PAIRS", 5000)
    text = random_text(150_000, 9)
    family = counted([text], "N" * 10)
    share, followed = family.sampled, np.unique(family.incidence().concept).size
    assert share < 0.2 and followed < 5000
    assert followed / share == pytest.approx(len(words_of(text, 10)), rel=0.1)


@pytest.mark.parametrize("pattern", ["NNN", "N" * 17, "NNQN"])
def test_patterns_that_are_none(pattern: str) -> None:
    with pytest.raises(InputError):
        counted(["ACGT"], pattern)
