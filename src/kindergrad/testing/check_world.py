"""What every world of sequences or of text must hold: a conformance suite, for those of plug-ins too."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from kindergrad.core import seeds, text
from kindergrad.core.dna import encode
from kindergrad.core.names import Axis
from kindergrad.core.records import Split

ATTRIBUTES = ("id", "digest", "kind", "exact", "offers", "missing", "sentence", "size", "split")
_LENGTH = 100
_LONG = 32
"""Letters of a word that two texts share by copying, not by chance."""
_MOST_SHARED = 0.5
_STREAMS = 30


def check_world(world: Any, *, again: Any | None = None) -> None:
    """Raise AssertionError, with the rule that is broken, if a world is not what exams rely on.

    Rules: it says what it is and offers; what is missing has a reason; the corpus holds only A, C, G, T (on the axis
    tokens: printable ASCII) and at least ``size`` letters; another seed gives the same letters in another order; the
    control corpus keeps the composition and loses the order; draws depend on their stream alone; and what is drawn for
    exams shares no long words with the corpus.

    Parameters
    ----------
    again : the same world made a second time; its digest and corpus must be the same.
    """
    absent = [name for name in ATTRIBUTES if not hasattr(world, name)]
    _require(world, not absent, f"attributes are missing: {', '.join(absent)}")
    _require(world, isinstance(world.split, Split), "split must be a core.records.Split")
    _require(world, isinstance(world.exact, bool) and bool(world.id and world.digest and world.sentence),
             "exact must be a bool; id, digest and sentence must not be empty")
    _require(world, not set(world.offers) & set(world.missing), "something is both offered and missing")
    _require(world, all(len(str(why)) > 10 for why in world.missing.values()), "what is missing needs a reason")
    corpus = world.corpus(0)
    _corpus(world, corpus)
    if again is not None:
        _require(world, again.digest == world.digest and again.corpus(0) == corpus, "made twice, it must be the same")
    _control(world, corpus)
    if "windows" in world.offers:
        _draws(world, corpus)


def _corpus(world: Any, corpus: list[str]) -> None:
    _codes(world, corpus)
    total = sum(map(len, corpus))
    _require(world, total >= world.size > 0, f"the corpus has {total:,} letters; expected at least {world.size:,}")
    _require(world, world.corpus(0) == corpus, "the same seed must give the same corpus")
    other = world.corpus(1)
    _require(world, other != corpus, "another seed must start reading at another place")
    _require(world, Counter("".join(other)) == Counter("".join(corpus)), "every seed must read the same letters")


def _codes(world: Any, pieces: list[str]) -> Any:
    written = getattr(world, "axis", Axis.BASES) is Axis.CHARACTERS
    return (text.encode if written else encode)("".join(pieces), where="corpus")


def _control(world: Any, corpus: list[str]) -> None:
    shuffled = world.shuffled(0)
    before, after = (np.bincount(_codes(world, pieces), minlength=96) for pieces in (corpus, shuffled))
    # a last stretch shorter than the shuffled blocks may be left out
    _require(world, bool(np.all(before - after <= 1000) and np.all(after <= before)),
             f"the control must keep the letters; got {after.tolist()} for {before.tolist()}")
    left, right = "".join(corpus)[:100_000], "".join(shuffled)[:100_000]
    same = sum(a == b for a, b in zip(left, right, strict=False)) / min(len(left), len(right))
    _require(world, same < 0.6, f"the control must lose the order; {same:.0%} of the letters stand where they stood")
    _require(world, world.shuffled(0) == shuffled, "the same seed must give the same control")


def _draws(world: Any, corpus: list[str]) -> None:
    def drawn(order: list[int]) -> list[str]:
        """Windows of numbered streams; those already used are made afresh."""
        every = seeds.item_streams(_STREAMS, 5, "check_world")
        return [str(found) for found in world.windows([every[i] for i in order], _LENGTH)[0]]

    every = list(range(_STREAMS))
    texts = drawn(every)
    _require(world, {len(t) for t in texts} == {_LENGTH}, f"windows must have the length asked for ({_LENGTH})")
    _require(world, drawn(every[::-1])[::-1] == texts, "a draw must depend on its own stream alone")
    _require(world, drawn(every[:3]) == texts[:3], "a draw must not change when more are asked")
    clusters = world.windows(seeds.item_streams(_STREAMS, 5, "check_world"), _LENGTH)[1]
    _require(world, len(clusters) == _STREAMS, "every window needs a cluster")
    seen = _words(corpus)
    shares = np.array([len(_words([found]) & seen) / len(_words([found])) for found in texts])
    _require(world, float(shares.max()) <= _MOST_SHARED,
             f"a window shares {shares.max():.0%} of its words of {_LONG} letters with the corpus")


def _words(texts: list[str]) -> set[bytes]:
    """All words of 32 letters, on both strands."""
    out: set[bytes] = set()
    for sequence in texts:
        codes = encode(sequence)
        for strand in (codes, (3 - codes)[::-1]):
            raw = strand.tobytes()
            out.update(raw[i : i + _LONG] for i in range(len(raw) - _LONG + 1))
    return out


def _require(world: Any, condition: bool, rule: str) -> None:
    if not condition:
        raise AssertionError(f"world '{getattr(world, 'id', type(world).__name__)}': {rule}")
