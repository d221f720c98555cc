"""Every planted fault is found under its own name, and a set without faults is clean."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from audit_sets import LENGTH, Draft, letters

from kindergrad.core.dna import reverse_complement
from kindergrad.exams.audit import audit, fails
from kindergrad.exams.audit_answers import AuditAnswer, Finding, Judgement, Kind
from kindergrad.exams.audit_set import make


def of(answer: AuditAnswer, kind: Kind) -> Finding:
    (found,) = [f for f in answer.findings if f.kind is kind][-1:]
    return found


@pytest.mark.parametrize("published", [True, False])
def test_a_clean_set_is_clean(published: bool) -> None:
    answer = audit([Draft().made(published=published)])
    assert answer.verdict is Judgement.CLEAN
    assert {f.kind for f in answer.findings} == set(Kind) - (set() if published else {Kind.SPLIT})
    assert {f.kind for f in answer.findings if f.verdict is not Judgement.CLEAN} <= {Kind.KMER}  # finds the word itself
    assert not fails(answer, "shortcut")


def longer(draft: Draft) -> None:
    for i, label in enumerate(draft.labels):
        if label == "yes":
            draft.sequences[i] += letters(int(draft.rng.integers(0, 20)), draft.rng)


def richer(draft: Draft) -> None:
    draft.sequences = [draft.window(c, (0.15, 0.35, 0.35, 0.15) if c == "yes" else (0.25,) * 4) for c in draft.labels]


def wordier(draft: Draft) -> None:
    """Same share of every letter, other words: CG never stands in class 'no'."""
    for i, label in enumerate(draft.labels):
        text = draft.sequences[i]
        draft.sequences[i] = text.replace("CG", "GC") if label == "no" else text.replace("GC", "CG")


def copied(draft: Draft) -> None:
    train, test = np.flatnonzero(~draft.test), np.flatnonzero(draft.test)
    for i in test[::5]:
        own = next(j for j in train[::-1] if draft.labels[j] == draft.labels[i] and draft.sequences[j])
        draft.sequences[i] = draft.sequences[own - 2 * int(i % 40)]


def copied_backwards(draft: Draft) -> None:
    for i in np.flatnonzero(draft.test)[::5]:
        draft.sequences[i] = reverse_complement(draft.sequences[i - 200])


def shifted(draft: Draft) -> None:
    """A third of the test rows continue a training row: half of the letters are the same."""
    for i in np.flatnonzero(draft.test)[::3]:
        draft.sequences[i] = draft.sequences[i - 200][LENGTH // 2 :] + letters(LENGTH // 2, draft.rng)


def same_place(draft: Draft) -> None:
    for i in np.flatnonzero(draft.test)[::2]:
        draft.chrom[i], draft.start[i] = draft.chrom[i - 200], draft.start[i - 200] + 30


@pytest.mark.parametrize(("spoil", "kinds", "verdict"), [
    (longer, {Kind.LENGTH}, Judgement.SHORTCUT),
    (richer, {Kind.GC, Kind.KMER}, Judgement.SHORTCUT),
    (wordier, {Kind.KMER}, Judgement.SHORTCUT),
    (copied, {Kind.DUPLICATES, Kind.NEIGHBOUR, Kind.OVERLAP}, Judgement.LEAK),
    (copied_backwards, {Kind.DUPLICATES, Kind.NEIGHBOUR, Kind.OVERLAP}, Judgement.LEAK),
    (shifted, {Kind.NEIGHBOUR, Kind.OVERLAP}, Judgement.LEAK),
    (same_place, {Kind.COORDINATES, Kind.OVERLAP}, Judgement.LEAK),
])
def test_a_planted_fault_is_found_under_its_name(spoil: Callable[[Draft], None], kinds: set[Kind], verdict: Judgement
                                                 ) -> None:
    draft = Draft()
    spoil(draft)
    answer = audit([draft.made()])
    assert {f.kind for f in answer.findings if f.verdict is verdict} == kinds
    assert answer.verdict is verdict
    assert fails(answer, "shortcut")
    assert fails(answer, "leak") is (verdict is Judgement.LEAK)


def test_counts_and_examples_of_copies_are_right() -> None:
    draft = Draft(100)
    draft.sequences[10] = draft.sequences[4]
    draft.sequences[12] = reverse_complement(draft.sequences[4])
    draft.sequences[15] = draft.sequences[4].lower()  # another class: 'no'
    found = of(audit([draft.made(published=False)]), Kind.DUPLICATES)
    assert (found.count, found.n, found.score) == (3, 100, 0.03)
    assert "1 of the repeated ones stand under different classes" in found.detail
    assert found.examples[0].endswith("repeats draft row 5") and "row 11 " in found.examples[0]


def test_a_random_split_is_a_warning_and_not_a_verdict() -> None:
    draft = Draft()
    draft.test = draft.rng.random(400) < 0.25
    answer = audit([draft.made()])
    split = of(answer, Kind.SPLIT)
    assert split.verdict is Judgement.WARNING and split.score == 1.0 and "4 of 4 test chromosomes" in split.detail
    assert answer.verdict is Judgement.CLEAN
    assert of(audit([Draft().made()]), Kind.SPLIT).score == 0.0


def test_flanks_of_the_design_are_no_overlap() -> None:
    draft = Draft()
    flank = letters(60, draft.rng)
    draft.sequences = [flank + s for s in draft.sequences]
    answer = audit([draft.made()])
    assert answer.verdict is Judgement.CLEAN
    assert "begin with 60 and end with 0 letters" in " ".join(answer.sets[0].notes)


def test_simple_repeats_are_no_overlap() -> None:
    draft = Draft()
    draft.sequences = [s[:60] + "CA" * 25 + s[60:] if i % 3 == 0 else s[:60] + letters(50, draft.rng) + s[60:]
                       for i, s in enumerate(draft.sequences)]
    found = of(audit([draft.made()]), Kind.OVERLAP)
    assert found.count == 0


def test_short_sequences_and_bare_intervals_say_what_was_not_run() -> None:
    draft = Draft(100)
    short = make("short", draft.labels, sequences=[s[:12] for s in draft.sequences])
    bare = make("bare", draft.labels, intervals=(draft.chrom, draft.start, draft.start + 5))
    answer = audit([short, bare])
    assert {s.kind for s in answer.sets[0].not_run} == {Kind.NEIGHBOUR, Kind.OVERLAP, Kind.COORDINATES, Kind.SPLIT}
    assert {s.kind for s in answer.sets[1].not_run} == {Kind.GC, Kind.KMER, Kind.NEIGHBOUR, Kind.SPLIT}
    assert all(s.reason for one in answer.sets for s in one.not_run)


def test_the_worst_set_decides_and_the_answer_repeats_itself() -> None:
    leaky = Draft()
    copied(leaky)
    sets = [Draft().made(), leaky.made()]
    answer = audit(sets)
    assert [s.verdict for s in answer.sets] == [Judgement.CLEAN, Judgement.LEAK]
    assert answer.verdict is Judgement.LEAK
    assert audit(sets) == answer
