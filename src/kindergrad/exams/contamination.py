"""Which exam items, or near copies of them, stand in a corpus, and what the scores are without them.

An item is looked for by its words of 20 letters, on both strands; the text is the context with the true target. All its
words are compared, not a sketch of them: a copy has all of its words in the corpus, a near copy at least half (one
changed letter in the middle of 60 spoils 20 of 41). A word of 20 letters is found by chance with probability
2 N / 4^20, 0.2 % in 10^9 bases; words that are simple repeats say nothing and are left out.

*Shows* what was there to be remembered. *Does not show* that an engine read this corpus, nor relatives that differ in
one letter of ten and more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core.answers_exposure import (
    ContaminatedScore,
    ContaminationAnswer,
    CorpusFacts,
    SkillContamination,
)
from kindergrad.core.dna import encode
from kindergrad.core.errors import InputError
from kindergrad.core.items import Items
from kindergrad.core.names import Role, Status
from kindergrad.core.records import Record
from kindergrad.exams import material, run
from kindergrad.exams.store import Store
from kindergrad.exposure import letters
from kindergrad.exposure.genome import Tell
from kindergrad.exposure.sketch import different
from kindergrad.stats.scoring import normalise

Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

K = 20
NEAR = 0.5
"""Share of an item's words from which it counts as a near copy."""
LEAK = 0.01
"""Share of near copies among the items of a skill from which the verdict is a leak."""
_FEWEST_CLEAN = 10
_SIMPLE, _PERIODIC = 6, 0.7
"""Longest period of a simple repeat, and the share of letters that equal those a period before."""
_LETTERS = set("ACGT")
_TEXTS = ("target", "original", "sequence")
"""Columns that may hold what the corpus should not: the first that is there."""


class Asked(NamedTuple):
    """Items of one assessment level: words (w,), which item each belongs to (w,), and the number of items."""

    skill: str
    words: Words
    item: NDArray[np.int64]
    n: int


def contamination(folder: Path, corpus: Path, *, tell: Tell = lambda done, planned, what: None) -> ContaminationAnswer:
    """Items of a run that stand in a corpus.

    Parameters
    ----------
    folder : a run folder, with the material of its exams in ``cache``.
    corpus : FASTA or GenBank, gz or not, or a folder of them.

    Raises
    ------
    InputError
        If the folder holds no run or no items of DNA.
    """
    found, store = run.records(folder), Store.open(folder)
    kept = _materials(store, found)
    asked = {key: _asked(made, skill) for key, (made, skill) in kept.items()}
    asked = {key: one for key, one in asked.items() if one.words.size}
    if not asked:
        raise InputError(f"'{folder}' holds no items of DNA of {K} letters and more; got {len(kept)} sets of items; "
                         "contamination is looked for in genomics only")
    there, facts = _search(different(np.concatenate([one.words for one in asked.values()])), corpus, tell)
    shares = {key: _shares(one, there) for key, one in asked.items()}
    skills = sorted((_skill(asked[key], share) for key, share in shares.items()), key=lambda s: s.skill)
    scores = [score for record in found if (score := _score(store, record, kept, shares)) is not None]
    leaks = any(s.share is not None and s.share >= LEAK for s in skills)
    return ContaminationAnswer(source=str(folder), corpus=facts, word=K, skills=tuple(skills), scores=tuple(scores),
                               verdict="leak" if leaks else "clean")


def _materials(store: Store, found: Iterable[Record]) -> dict[str, tuple[material.Material, str]]:
    """Items digest -> material and name of the curve, for the items that the records were sat on."""
    wanted = {record.identity.items_digest: record.skill for record in found}
    out = {}
    for path in sorted(store.cache.glob("*.npz")):
        made = material.load(path)
        if (digest := made.items.digest) in wanted:
            out[digest] = made, wanted[digest]
    if not out:
        raise InputError(f"'{store.folder}' holds no items; they are kept in {store.cache} by 'kindergrad run'; run "
                         "the same study again")
    return out


def texts(items: Items) -> list[str]:
    """The right answer of each item in its context; an item of another kind is an empty text.

    Items with several candidates name the true one in the column ``true``.
    """
    asked = items.asked
    name = next((n for n in _TEXTS if n in asked and asked[n].dtype.kind == "U"), None)
    if name is None:
        return [""] * len(items)
    target = asked[name]
    context = asked.get("context", np.full(target.shape, ""))
    if target.ndim == 2:
        true = items.truth.get("true", np.zeros(len(items), dtype=np.int64)).astype(np.int64)
        rows = np.arange(len(items))
        target = target[rows, true]
        context = context[rows, true] if context.ndim == 2 else context
    whole = [f"{c}{t}".upper() for c, t in zip(context.tolist(), target.tolist(), strict=True)]
    return [text if len(text) >= K and set(text) <= _LETTERS else "" for text in whole]


def _asked(made: material.Material, skill: str) -> Asked:
    words, owner = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
    for i, text in enumerate(texts(made.items)):
        if text:
            own = _telling(encode(text))
            words.append(own)
            owner.append(np.full(own.size, i))
    return Asked(skill, np.concatenate(words), np.concatenate(owner), len(made.items))


def _telling(codes: NDArray[np.uint8]) -> Words:
    """Different words of a text, the smaller of either strand, without simple repeats."""
    windows = np.lib.stride_tricks.sliding_window_view(codes, K)
    simple = np.zeros(len(windows), dtype=bool)
    for period in range(1, _SIMPLE + 1):
        simple |= (windows[:, period:] == windows[:, :-period]).mean(axis=1) >= _PERIODIC
    return different(_words(codes)[~simple])


def _words(codes: NDArray[np.uint8]) -> Words:
    """Codes of all words of 20 letters, the smaller of either strand; other letters count as T."""
    forward = [(codes & 3).astype(np.uint64)]
    backward = [np.uint64(3) - forward[0]]
    for size in (1, 2, 4, 8):  # words of 2, 4, 8, 16 letters, each of two halves
        f, b, shift = forward[-1], backward[-1], np.uint64(2 * size)
        forward.append((f[:-size] << shift) | f[size:])
        backward.append((b[size:] << shift) | b[:-size])
    long, tail = slice(None, -4), slice(16, None)
    return np.asarray(np.minimum((forward[4][long] << np.uint64(8)) | forward[2][tail][: codes.size - K + 1],
                      (backward[2][tail][: codes.size - K + 1] << np.uint64(32)) | backward[4][long]))


def _search(words: Words, corpus: Path, tell: Tell) -> tuple[Words, CorpusFacts]:
    """Those of some words that stand in the corpus, sorted, and what was read."""
    met = np.zeros(words.size, dtype=bool)
    bits = np.zeros(1 << 22, dtype=bool)  # a first look without a search
    bits[words >> np.uint64(2 * K - 22)] = True
    notes = defaultdict[str, int](int)
    usable = 0
    for block in letters.blocks(corpus, notes):
        tell(0, 0, f"{(block.offset + block.size) / 1e6:,.0f} Mb read")
        end = letters.PAD + block.size
        codes = block.codes[letters.PAD : end + K - 1]
        usable += int(np.count_nonzero(codes[: block.size] <= 3))
        found = _words(codes)
        at = np.flatnonzero(bits[found >> np.uint64(2 * K - 22)])
        if not block.plain:
            at = at[block.broken[at + letters.PAD + K] == block.broken[at + letters.PAD]]
        place = np.minimum(np.searchsorted(words, found[at]), words.size - 1)
        met[place[words[place] == found[at]]] = True
    return words[met], CorpusFacts(source=str(corpus), unit="bases", size=usable, records=notes["records"])


def _shares(asked: Asked, there: Words) -> NDArray[np.float64]:
    """Share of each item's words that stand in the corpus, (n,); NaN for items without words."""
    place = np.minimum(np.searchsorted(there, asked.words), max(there.size - 1, 0))
    hit = there[place] == asked.words if there.size else np.zeros(asked.words.size, dtype=bool)
    every = np.bincount(asked.item, minlength=asked.n)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(asked.item, weights=hit, minlength=asked.n) / np.where(every, every, np.nan))


def _skill(asked: Asked, share: NDArray[np.float64]) -> SkillContamination:
    looked = int(np.isfinite(share).sum())
    near = int((share >= NEAR).sum())
    return SkillContamination(skill=asked.skill, items=asked.n, asked=looked, copies=int((share == 1).sum()),
                              near_copies=near, share=near / looked if looked else None)


def _score(store: Store, record: Record, kept: Mapping[str, tuple[material.Material, str]],
           shares: Mapping[str, NDArray[np.float64]]) -> ContaminatedScore | None:
    """A learner's score on all items, and on the clean ones."""
    digest = record.identity.items_digest
    path = store.place(record.record_id) / "items.parquet"
    if record.role is not Role.LEARNER or record.status is not Status.OK or digest not in shares or not path.is_file():
        return None
    if record.estimand is None or record.estimand.score is None:
        return None
    import pyarrow.parquet as pq

    values = np.asarray(pq.read_table(path, columns=["value"])["value"].to_numpy(), dtype=np.float64)
    made = kept[digest][0]
    clean = ~(shares[digest] >= NEAR)
    again = _between(values, made, clean) if clean.sum() >= _FEWEST_CLEAN else (None, None)
    scale = record.main_scale.value
    return ContaminatedScore(
        engine=record.identity.engine, skill=record.skill, readout=record.identity.readout.value, scale=scale,
        seed=record.identity.seed, score=record.estimand.score, score_stderr=record.estimand.score_stderr,
        score_clean=again[0], score_clean_stderr=again[1], n_clean=int(clean.sum()))


def _between(values: NDArray[np.float64], made: material.Material, clean: Bools) -> tuple[float | None, Any]:
    """Score and error between floor and ceiling of the clean items only."""
    found = normalise(values[clean], made.floor[clean], made.ceiling[clean], made.items.truth["cluster"][clean])
    return found.score, found.stderr if found.score is not None else None
