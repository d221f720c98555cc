"""The checks of an audit, one function a kind. Each adds findings to a desk, or says why it cannot run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from kindergrad.exams import audit_guessers as guessers
from kindergrad.exams import audit_neighbours as neighbours
from kindergrad.exams.audit_answers import (
    COPIES,
    COPYING,
    FEW,
    HIGH_FLOOR,
    LIFT,
    OVERLAPS,
    Finding,
    Judgement,
    Kind,
    NotRun,
)
from kindergrad.exams.audit_neighbours import Pairs, Words
from kindergrad.exams.audit_scores import Score
from kindergrad.exams.audit_set import Bools, LabelledSet

_EXAMPLES = 3
_FLANK = 5
HALF = 0.5
"""Share of an interval that another covers to count as overlapping."""
NO_SEQUENCE, NO_PLACE, NO_TEST = "no sequences: intervals only", "no coordinates", "no published test part"
TOO_SHORT = f"most sequences have fewer than {neighbours.SHORTEST} letters; only whole copies are looked for"


class Desk:
    """One set under audit, with what several checks need."""

    def __init__(self, found: LabelledSet) -> None:
        self.set = found
        self.findings: list[Finding] = []
        self.not_run: list[NotRun] = []
        self.notes: list[str] = []
        everyone = np.ones(len(found), dtype=bool)
        self.scored: Bools = everyone if found.test is None else found.test
        self.others: Bools = everyone if found.test is None else ~found.test
        self.published = found.test is not None

    @cached_property
    def words(self) -> Words | None:
        """Long words, or None where there are no sequences or most are shorter than such a word."""
        found = self.set.sequences
        return None if found is None or np.median(found.lengths) < neighbours.SHORTEST else neighbours.words(found)

    @cached_property
    def by_words(self) -> Pairs | None:
        return None if self.words is None else neighbours.by_words(self.words, len(self.set))

    @cached_property
    def by_position(self) -> Pairs | None:
        return None if self.set.intervals is None else neighbours.by_position(self.set.intervals)

    def skip(self, kind: Kind, reason: str) -> None:
        self.not_run.append(NotRun(kind=kind, reason=reason))

    def guessed(self, kind: Kind, score: Score, verdict: Judgement, detail: str) -> None:
        """A finding whose score is an accuracy."""
        self.findings.append(Finding(
            set=self.set.name, kind=kind, score=score.accuracy, stderr=score.stderr, auroc=score.auroc,
            auroc_stderr=score.auroc_stderr, lift=score.lift, majority=self.set.majority, n=score.n, verdict=verdict,
            detail=detail))

    def counted(self, kind: Kind, hit: Bools, looked: Bools, verdict: Judgement, detail: str,
                examples: tuple[str, ...] = ()) -> None:
        """A finding whose score is a share of rows."""
        n, count = int(looked.sum()), int((hit & looked).sum())
        share = count / n
        self.findings.append(Finding(
            set=self.set.name, kind=kind, score=share, stderr=float(np.sqrt(share * (1 - share) / n)),
            majority=self.set.majority, n=n, count=count, verdict=verdict, detail=detail, examples=examples))

    @property
    def how(self) -> str:
        return "on the published test part" if self.published else "by five-fold cross-validation"


def _shortcut(kind: Kind, score: Score) -> Judgement:
    return Judgement.SHORTCUT if score.sure and score.lift >= LIFT[kind] else Judgement.CLEAN


def _numbers(desk: Desk, score: Score) -> str:
    area = "" if score.auroc is None else f", AUROC {score.auroc:.3f}"
    return f"accuracy {score.accuracy:.3f}{area}, where always '{_largest(desk)}' scores {desk.set.majority:.3f}"


def _largest(desk: Desk) -> str:
    return desk.set.classes[int(np.bincount(desk.set.labels[desk.scored]).argmax())]


def length(desk: Desk) -> None:
    """What the length of a row alone tells."""
    lengths = desk.set.lengths
    if lengths.min() == lengths.max():
        desk.guessed(Kind.LENGTH, guessers.tree(desk.set, lengths.astype(np.float64)), Judgement.CLEAN,
                     f"All rows are {lengths[0]:,} bases long, so length tells nothing.")
        return
    score = guessers.tree(desk.set, lengths.astype(np.float64))
    middles = ", ".join(f"'{name}' {np.median(lengths[desk.set.labels == k]):,.0f}"
                        for k, name in enumerate(desk.set.classes[:5]))
    verdict = _shortcut(Kind.LENGTH, score)
    advice = " Cut all rows to one length, or match lengths between classes." if verdict is not Judgement.CLEAN else ""
    desk.guessed(Kind.LENGTH, score, verdict, f"A decision tree that sees only the length, {desk.how}: "
                 f"{_numbers(desk, score)}. Median lengths: {middles}.{advice}")


def gc(desk: Desk) -> None:
    """What the share of G and C alone tells."""
    if desk.set.sequences is None:
        return desk.skip(Kind.GC, NO_SEQUENCE)
    share = guessers.gc(desk.set.sequences)
    score = guessers.tree(desk.set, share, smooth=True)
    means = ", ".join(f"'{name}' {share[desk.set.labels == k].mean():.0%}"
                      for k, name in enumerate(desk.set.classes[:5]))
    verdict = _shortcut(Kind.GC, score)
    advice = " Match GC between classes, or report this as the floor." if verdict is not Judgement.CLEAN else ""
    desk.guessed(Kind.GC, score, verdict, f"A decision tree that sees only the GC content, {desk.how}: "
                 f"{_numbers(desk, score)}. Mean GC: {means}.{advice}")


def kmer(desk: Desk) -> None:
    """What the frequencies of short words tell, wherever they stand."""
    if desk.set.sequences is None:
        return desk.skip(Kind.KMER, NO_SEQUENCE)
    pairs, score = guessers.regressions(desk.set)
    verdict = _shortcut(Kind.KMER, pairs)
    advice = " Composition is most of this task: match it between classes." if verdict is not Judgement.CLEAN else ""
    if verdict is Judgement.CLEAN and score.sure and score.lift >= HIGH_FLOOR:
        verdict, advice = Judgement.WARNING, " Report this as the floor of every score on this set."
    some = "" if len(desk.set) <= guessers.MOST_FITTED else " (on a random part of this large set)"
    desk.guessed(Kind.KMER, score, verdict, "Logistic regression on the frequencies of words of 1 to "
                 f"{guessers.LONGEST_WORD} letters, blind to their place, {desk.how}{some}: "
                 f"{_numbers(desk, score)}; single letters and pairs alone: accuracy {pairs.accuracy:.3f}.{advice}")


def coordinates(desk: Desk) -> None:
    """What copying the class of overlapping training intervals tells."""
    if desk.by_position is None:
        return desk.skip(Kind.COORDINATES, NO_PLACE)
    score = guessers.look_up(desk.set, desk.by_position)
    desk.guessed(Kind.COORDINATES, score, _copying(desk, score), "A look-up that copies the class of the "
                 f"{_whom(desk)} intervals at the same place, {_where(desk)}: {_numbers(desk, score)}.")


def neighbour(desk: Desk) -> None:
    """What copying the class of rows with the same long words tells."""
    if desk.by_words is None or desk.words is None:
        return desk.skip(Kind.NEIGHBOUR, NO_SEQUENCE if desk.set.sequences is None else TOO_SHORT)
    score = guessers.look_up(desk.set, desk.by_words)
    desk.guessed(Kind.NEIGHBOUR, score, _copying(desk, score), "A look-up that copies the class of the "
                 f"{_whom(desk)} rows with the most stretches of {desk.words.size} letters in common (either strand), "
                 f"{_where(desk)}: {_numbers(desk, score)}.")


def _copying(desk: Desk, score: Score) -> Judgement:
    return Judgement.LEAK if score.sure and score.lift >= COPYING[desk.published] else Judgement.CLEAN


def _whom(desk: Desk) -> str:
    return "training" if desk.published else "other"


def _where(desk: Desk) -> str:
    return "on the published test part" if desk.published else "every row among all others"


def duplicates(desk: Desk) -> None:
    """Rows that are the same, on either strand; between training and test, and in all."""
    found = desk.set
    group = neighbours.copies(found.sequences, found.intervals)
    what = "sequence, on either strand" if found.sequences is not None else "place"
    first = np.full(group.max() + 1, len(found))
    np.minimum.at(first, group, np.arange(len(found)))
    copy = first[group] != np.arange(len(found))
    low, high = np.full(len(first), len(found.classes)), np.full(len(first), -1)
    np.minimum.at(low, group, found.labels)
    np.maximum.at(high, group, found.labels)
    mixed = int((low < high).sum())
    text = (f"{int(copy.sum()):,} duplicates among {len(found):,} rows: they repeat an earlier row (same {what}); "
            f"{mixed:,} of the repeated ones stand under different classes.")
    examples = _examples(desk, copy, lambda i: int(first[group[i]]), "repeats")
    if desk.published:
        trained = np.zeros(len(first), dtype=bool)
        trained[group[desk.others]] = True
        across = desk.scored & trained[group]
        text = f"{int(across.sum()):,} of {int(desk.scored.sum()):,} test rows stand in training too. In all: {text}"
        where = {int(g): i for i, g in zip(np.flatnonzero(desk.others)[::-1], group[desk.others][::-1], strict=True)}
        shown = _examples(desk, across, lambda i: int(where[int(group[i])]), "repeats") or examples
        verdict = _share(across, desk.scored, COPIES, Judgement.LEAK)
        if verdict is Judgement.CLEAN:
            verdict = _share(copy, desk.others | desk.scored, COPIES, Judgement.WARNING)
        desk.counted(Kind.DUPLICATES, across, desk.scored, verdict, text, shown)
    else:
        verdict = _share(copy, desk.scored, COPIES, Judgement.LEAK)
        advice = " A random split puts copies on both sides: drop them first." if verdict is Judgement.LEAK else ""
        desk.counted(Kind.DUPLICATES, copy, desk.scored, verdict, text + advice, examples)


def _share(hit: Bools, looked: Bools, limit: float, verdict: Judgement) -> Judgement:
    count = int((hit & looked).sum())
    return verdict if count >= 2 and count >= limit * looked.sum() else Judgement.CLEAN


def _examples(desk: Desk, hit: Bools, partner: Callable[[int], int], verb: str) -> tuple[str, ...]:
    out = []
    for i in map(int, np.flatnonzero(hit)[:_EXAMPLES]):
        place = "" if desk.set.intervals is None else f" ({desk.set.intervals.text(i)})"
        out.append(f"{desk.set.place(i)}{place} {verb} {desk.set.place(partner(i))}")
    return tuple(out)


def overlap(desk: Desk) -> None:
    """Rows that overlap training rows (any other rows, without a test part), by position and by sequence."""
    if desk.by_position is not None:
        near = desk.by_position.towards(desk.scored, desk.others)
        most = near.weight >= HALF
        half = Pairs(near.row[most], near.other[most], near.weight[most])
        _overlapping(desk, half, "By position", f"at least {HALF:.0%} of their bases are covered by",
                     f" Any overlap at all: {len(np.unique(near.row)):,}.")
    if desk.by_position is None and desk.words is None:
        desk.skip(Kind.OVERLAP, TOO_SHORT)
    if desk.by_words is not None and desk.words is not None:
        rest = f" Sketch: {desk.words.rate:.0%} of all words were compared." if desk.words.rate < 1 else ""
        if max(desk.words.flanks) >= _FLANK:
            desk.notes.append(f"all rows begin with {desk.words.flanks[0]} and end with {desk.words.flanks[1]} letters "
                              "that (almost) never change; these flanks are left out of overlap and nearest-neighbour")
        if desk.words.common:
            desk.notes.append(f"{desk.words.common:,} rows hold words of {desk.words.size} letters that stand in more "
                              f"than {neighbours.COMMON:.0%} of all rows; these words are taken for parts of the "
                              "design and left out of overlap and nearest-neighbour")
        _overlapping(desk, desk.by_words.towards(desk.scored, desk.others), "By sequence",
                     f"a stretch of {desk.words.size} letters or more, on either strand, is shared with", rest)


def _overlapping(desk: Desk, near: Pairs, way: str, rule: str, rest: str) -> None:
    found = desk.set
    hit = np.zeros(len(found), dtype=bool)
    hit[near.row] = True
    partner = dict(zip(near.row[::-1].tolist(), near.other[::-1].tolist(), strict=True))
    differs = len(np.unique(near.row[found.labels[near.row] != found.labels[near.other]]))
    classes = ", ".join(f"'{name}' {int((hit & desk.scored & (found.labels == k)).sum()):,} of "
                        f"{int((desk.scored & (found.labels == k)).sum()):,}"
                        for k, name in enumerate(found.classes[:5]))
    verdict = _share(hit, desk.scored, OVERLAPS[desk.published], Judgement.LEAK)
    if verdict is Judgement.CLEAN and not desk.published:
        verdict = _share(hit, desk.scored, FEW, Judgement.WARNING)
    rows, whom = ("test rows", "a training row") if desk.published else ("rows", "another row")
    advice = " Split by group or chromosome, so that they stay together." if verdict is not Judgement.CLEAN else ""
    desk.counted(Kind.OVERLAP, hit, desk.scored, verdict,
                 f"{way}: {int((hit & desk.scored).sum()):,} of {int(desk.scored.sum()):,} {rows} overlap: {rule} "
                 f"{whom}; by class: {classes}; {differs:,} overlap a row of another class.{rest}{advice}",
                 _examples(desk, hit & desk.scored, lambda i: partner[i], "overlaps"))


def split(desk: Desk) -> None:
    """Whether test chromosomes are absent from training."""
    places = desk.set.intervals
    if not desk.published:
        return desk.skip(Kind.SPLIT, NO_TEST)
    if places is None:
        return desk.skip(Kind.SPLIT, NO_PLACE)
    train, test = set(places.chrom[desk.others].tolist()), set(places.chrom[desk.scored].tolist())
    shared = sorted(places.names[c] for c in train & test)
    hit = np.isin(places.chrom, list(train)) & desk.scored
    if shared:
        more = " ..." if len(shared) > 5 else ""
        text = (f"Not split by chromosome: {len(shared)} of {len(test)} test chromosomes are in training too "
                f"({', '.join(shared[:5])}{more}), with {int(hit.sum()):,} of {int(desk.scored.sum()):,} test rows.")
    else:
        text = f"Split by chromosome: none of the {len(test)} test chromosomes is in training."
    desk.counted(Kind.SPLIT, hit, desk.scored, Judgement.WARNING if shared else Judgement.CLEAN, text)


CHECKS: tuple[tuple[Kind, Callable[[Desk], None]], ...] = (
    (Kind.LENGTH, length), (Kind.GC, gc), (Kind.KMER, kmer), (Kind.COORDINATES, coordinates),
    (Kind.NEIGHBOUR, neighbour), (Kind.DUPLICATES, duplicates), (Kind.OVERLAP, overlap), (Kind.SPLIT, split),
)
