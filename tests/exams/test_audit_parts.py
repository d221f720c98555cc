"""The parts of the audit against independent answers: brute force, scikit-learn, simulation."""

from __future__ import annotations

import numpy as np
import pytest
from audit_sets import Draft, letters
from hypothesis import given, settings
from hypothesis import strategies as st

from kindergrad.core.dna import reverse_complement
from kindergrad.core.errors import InputError
from kindergrad.core.seeds import stream
from kindergrad.exams import audit_guessers, audit_neighbours
from kindergrad.exams.audit_scores import auroc, score
from kindergrad.exams.audit_set import Intervals, Sequences, make

PLACES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300), st.integers(1, 200)), min_size=2, max_size=40)


@given(PLACES)
@settings(deadline=None)
def test_overlaps_by_position_are_those_of_brute_force(rows: list[tuple[int, int, int]]) -> None:
    chrom, start, length = (np.array(x, dtype=np.int64) for x in zip(*rows, strict=True))
    found = audit_neighbours.by_position(Intervals(chrom, ("a", "b", "c"), start, start + length))
    wanted = {}
    for i, (c, s, n) in enumerate(rows):
        for j, (d, t, m) in enumerate(rows):
            covered = min(s + n, t + m) - max(s, t)
            if i != j and c == d and covered > 0:
                wanted[i, j] = covered / n
    assert dict(zip(zip(found.row.tolist(), found.other.tolist(), strict=True), found.weight, strict=True)
                ) == pytest.approx(wanted)


def test_a_giant_interval_does_not_hide_the_others() -> None:
    n = 2_000
    start = np.arange(n) * 1_000
    start[0] = 0
    end = start + 100
    end[0] = n * 1_000
    found = audit_neighbours.by_position(Intervals(np.zeros(n, np.int64), ("a",), start, end))
    assert set(range(1, n)) <= set(found.row[found.other == 0].tolist())


def test_shared_words_are_those_of_brute_force() -> None:
    rng = stream(0, "test", "words")
    texts = [letters(int(rng.integers(40, 90)), rng) for _ in range(40)]
    texts += [texts[i][10:35] + letters(30, rng) for i in range(8)]
    texts += [letters(20, rng) + reverse_complement(texts[i][5:32]) + "N" + texts[i + 1][:22] for i in range(8, 16)]
    words = audit_neighbours.words(Sequences.of(texts))
    assert words.size == 20 and words.rate == 1.0
    found = audit_neighbours.by_words(words, len(texts))
    sets = [{min(w, reverse_complement(w)) for i in range(len(t) - 19) if "N" not in (w := t[i : i + 20])}
            for t in texts]
    wanted = {(i, j): len(a & b) for i, a in enumerate(sets) for j, b in enumerate(sets) if i != j and a & b}
    assert len(wanted) >= 40
    assert dict(zip(zip(found.row.tolist(), found.other.tolist(), strict=True), found.weight, strict=True)) == wanted


def test_a_sketch_keeps_the_share_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = stream(1, "test", "words")
    genome = letters(60_000, rng)
    texts = [genome[i : i + 300] for i in range(0, 59_000, 150)]  # each shares its half with the next
    whole = audit_neighbours.words(Sequences.of(texts))
    monkeypatch.setattr(audit_neighbours, "MOST_WORDS", 20_000)
    part = audit_neighbours.words(Sequences.of(texts))
    assert part.rate < 0.25
    assert len(part.row) / len(whole.row) == pytest.approx(part.rate, rel=0.05)
    pairs = audit_neighbours.by_words(part, len(texts))
    assert len(np.unique(pairs.row)) == len(texts)


def test_a_word_in_many_rows_still_links_each_of_them() -> None:
    n = 500
    words = audit_neighbours.Words(np.arange(n), np.full(n, 7, dtype=np.uint64), 20, 1.0, (0, 0), 0)
    pairs = audit_neighbours.by_words(words, n)
    assert np.bincount(pairs.row, minlength=n).tolist() == [2 * audit_neighbours.MOST_PARTNERS] * n


def test_word_frequencies_are_those_of_scikit_learn() -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    rng = stream(2, "test", "words")
    texts = [letters(int(rng.integers(4, 60)), rng) for _ in range(30)]
    found = audit_guessers.frequencies(Sequences.of(texts), np.arange(30))
    at = 0
    for size in range(1, 5):
        names = ["".join("ACGT"[(code // 4 ** (size - 1 - i)) % 4] for i in range(size)) for code in range(4**size)]
        counter = CountVectorizer(analyzer="char", ngram_range=(size, size), lowercase=False, vocabulary=names)
        counts = counter.transform(texts).toarray()
        np.testing.assert_allclose(found[:, at : at + 4**size], counts / counts.sum(axis=1, keepdims=True))
        at += 4**size
    assert at == found.shape[1]


def test_gc_leaves_unknown_letters_out() -> None:
    np.testing.assert_allclose(audit_guessers.gc(Sequences.of(["GCNN", "ATGC", "nnnn", "gg"])), [1.0, 0.5, 0.5, 1.0])


def test_area_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    probability = rng.dirichlet(np.ones(3), 200)
    probability[np.arange(200), labels] += 0.2
    probability = np.round(probability / probability.sum(axis=1, keepdims=True), 1)  # many ties
    wanted = np.mean([roc_auc_score(labels == k, probability[:, k]) for k in range(3)])
    assert auroc(probability, labels)[0] == pytest.approx(wanted)


def test_standard_error_of_the_area_is_that_of_repeated_draws() -> None:
    rng = np.random.default_rng(1)
    areas, errors = [], []
    for _ in range(300):
        labels = rng.integers(0, 2, 150)
        x = 1 / (1 + np.exp(-rng.normal(labels * 1.0)))
        area, error = auroc(np.stack([1 - x, x], axis=1), labels)
        areas.append(area)
        errors.append(error)
    assert np.std(areas) == pytest.approx(np.mean(errors), rel=0.12)


def test_guessing_has_no_lift_and_perfection_has_one() -> None:
    labels = np.array([0] * 60 + [1] * 40)
    nothing = score(np.tile([0.6, 0.4], (100, 1)), labels, 0.6)
    assert nothing.accuracy == 0.6 and nothing.auroc == 0.5 and nothing.lift == 0 and not nothing.sure
    perfect = score(np.eye(2)[labels], labels, 0.6)
    assert perfect.accuracy == perfect.auroc == perfect.lift == 1.0 and perfect.sure


def test_small_gains_by_chance_are_not_sure() -> None:
    rng = np.random.default_rng(2)
    sure = 0
    for _ in range(200):
        labels = rng.integers(0, 2, 60)
        x = rng.random(60)
        sure += score(np.stack([1 - x, x], axis=1), labels, float(np.bincount(labels).max() / 60)).sure
    assert sure <= 2  # three standard errors


@pytest.mark.parametrize(("labels", "hint"), [
    (["a"] * 30, "only 'a'"),
    (["a"] * 30 + ["b"] * 3, "class 'b' has 3 rows"),
    ([str(i) for i in range(100)], "100 different values"),
])
def test_sets_that_cannot_be_audited_are_refused(labels: list[str], hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        make("bad", labels, sequences=["ACGT" * 10] * len(labels))
    with pytest.raises(InputError, match="neither sequences nor intervals"):
        make("bad", Draft(100).labels)
