"""Rules of two or three words: AND, OR, XOR, NOT, order, orientation, spacing, and an element that needs them all.

A rule is a mixture of arrangements of words that satisfy it, and one of arrangements that do not. Where a rule is
about words together, each word occurs as often in both, so that counts of single words tell nothing. The words are
random motifs; between them stands a background chain that differs from noise in triplets only.

Everything is exact: P(text | arrangement) is a sum over all places, and odds are differences of such sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from kindergrad.core import seeds
from kindergrad.core.dna import decode, encode
from kindergrad.worlds import _background
from kindergrad.worlds._arrangement import ANY, Arrangement, chosen, mixture
from kindergrad.worlds._background import Codes, Floats, Written
from kindergrad.worlds._simulator import Simulator
from kindergrad.worlds.shuffles import distinct_shuffles

WORLD = "grammar"
WORDS = 6
"""Motifs of each rule; word k turned round is word WORDS + k."""
PAIRS = ((0, 1), (2, 3), (4, 5))


class Rule(NamedTuple):
    """Equally probable arrangements that satisfy a rule, and equally probable ones that do not.

    Where ``against`` is empty, what does not satisfy the rule is a shuffle that keeps triplets.
    """

    satisfy: tuple[Arrangement, ...]
    against: tuple[Arrangement, ...]


def _two(pairs: Sequence[tuple[int, int]], gaps: tuple[int, int] = ANY) -> tuple[Arrangement, ...]:
    return tuple(Arrangement(pair, (gaps,)) for pair in pairs)


def _both_orders(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [*pairs, *((b, a) for a, b in pairs)]


def _or() -> Rule:
    return Rule(tuple(Arrangement((word,)) for word in range(WORDS)), ())


def _and() -> Rule:
    """Both words of a pair, against one of them twice."""
    return Rule(_two(_both_orders(PAIRS)), _two([(w, w) for w in range(WORDS)]))


def _xor() -> Rule:
    """One word of a pair, against both or none."""
    both = _two(_both_orders(PAIRS))
    return Rule(_or().satisfy, both + (Arrangement(()),) * len(both))


def _not() -> Rule:
    """Two words of which neither forbids the other, against a word and the one that it forbids."""
    forbidden = [(w, (w + 1) % WORDS) for w in range(WORDS)]
    allowed = [(a, b) for a in range(WORDS) for b in range(WORDS) if a != b]
    return Rule(_two([p for p in allowed if p not in _both_orders(forbidden)]), _two(_both_orders(forbidden)))


def _order() -> Rule:
    return Rule(_two(PAIRS), _two([(b, a) for a, b in PAIRS]))


def _orientation() -> Rule:
    """Two words on one strand, against one of them turned round."""
    same = [(a, b) for a, b in PAIRS] + [(b + WORDS, a + WORDS) for a, b in PAIRS]
    return Rule(_two(same), _two([(a, b + WORDS) for a, b in PAIRS] + [(b, a + WORDS) for a, b in PAIRS]))


NEAR, WIDE = (5, 10), (16, 26)


def _spacing() -> Rule:
    return Rule(_two(PAIRS, NEAR), _two(PAIRS, WIDE))


def _element() -> Rule:
    """Three words in order, the first two close together, against the same words in any other order."""
    right = tuple(Arrangement(w, (NEAR, ANY)) for w in ((0, 1, 2), (3, 4, 5)))
    wrong = tuple(Arrangement(w, (NEAR, ANY)) for a, b, c in ((0, 1, 2), (3, 4, 5))
                  for w in ((a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a)))
    return Rule(right, wrong)


def _presence() -> Rule:
    """The element, against triplet shuffles of it."""
    return Rule(_element().satisfy, ())


RULES: dict[str, Callable[[], Rule]] = {
    "xor": _xor, "and": _and, "not": _not, "orientation": _orientation, "spacing": _spacing, "order": _order,
    "or": _or, "element": _element, "presence": _presence,
}


@dataclass(frozen=True, kw_only=True)
class Grammar(Simulator):
    """Rules over random motifs.

    Attributes
    ----------
    length : letters of one text.
    width, fidelity : letters of a word, and how often each is the motif's own; 8 and 0.9 give 11 bits.
    noise : share of texts labelled as satisfying that do not.
    """

    length: int = 60
    width: int = 8
    fidelity: float = 0.9
    noise: float = 0.0

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"grammar"})

    @property
    def told(self) -> str:
        return (f"rules over words of {self.width} letters in texts of {self.length}: {', '.join(RULES)}; "
                f"{WORDS} random motifs for each rule")

    @cached_property
    def background(self) -> _background.Background:
        return _background.draw_chain(seeds.stream(self.seed, WORLD, "background"))

    def motifs(self, rule: str) -> list[Floats]:
        """The motifs of a rule, and then the same turned round; an element and its presence share theirs."""
        rng = seeds.stream(self.seed, WORLD, "motifs", "element" if rule == "presence" else rule)
        own = [_background.motif(rng, self.width, self.fidelity) for _ in range(WORDS)]
        return own + [_background.turned(m) for m in own]

    def draw(self, streams: Sequence[np.random.Generator], rule: str, right: bool) -> Codes:
        """One text per stream that satisfies the rule, or does not, shape (n, length)."""
        satisfy, against = RULES[rule]()
        motifs, rows = self.motifs(rule), []
        holds = np.array([right and rng.random() >= self.noise for rng in streams])
        for rng, kept in zip(streams, holds, strict=True):
            options = satisfy if kept or not against else against
            rows.append([Written(start, _background.instance(rng, motifs[word]))
                         for start, word in chosen(rng, options, self.length, self.width)])
        texts = self.background.write(np.stack([rng.random(self.length) for rng in streams]), rows)
        return texts if against or holds.all() else np.where(holds[:, None], texts, self.shuffles(streams, texts))

    def shuffles(self, streams: Sequence[np.random.Generator], texts: Codes) -> Codes:
        """Each text shuffled so that its triplets stay."""
        return np.stack([encode(distinct_shuffles(decode(text), 3, 1, rng)[0])
                         for rng, text in zip(streams, texts, strict=True)])

    def log_odds(self, codes: Codes, rule: str) -> Floats:
        """Natural log of P(text | satisfies) / P(text | does not), exact, (n, length) -> (n,).

        Against shuffles the second is that of the background: all texts with the same triplets have the same.
        """
        satisfy, against = RULES[rule]()
        motifs, read = self.motifs(rule), self.background.read(codes)
        odds = {word: read.odds(motifs[word]) for word in {w for option in satisfy + against for w in option.words}}
        wrong = mixture(against, odds, self.width) if against else np.zeros(len(codes))
        right = mixture(satisfy, odds, self.width)
        with np.errstate(divide="ignore"):
            right = np.logaddexp(np.log1p(-self.noise) + right, np.log(self.noise) + wrong)
        return np.asarray(right - wrong)

    def write(self, letters: int) -> Codes:
        """Texts that satisfy the rules, in turn, and as many of background."""
        n = letters // (2 * self.length) + 1
        rng = seeds.stream(self.seed, WORLD, "corpus")
        names = [name for name in RULES if name != "presence"]
        counts = [len(range(i, n, len(names))) for i in range(len(names))]
        rows = [self.draw([rng] * count, name, True) for name, count in zip(names, counts, strict=True) if count]
        rows.append(self.background.write(rng.random((n, self.length)), [[]] * n))
        texts = np.concatenate(rows)
        return np.asarray(texts[rng.permutation(len(texts))].ravel())


def make(seed: int, size: int = 1_000_000, length: int = 60, width: int = 8, fidelity: float = 0.9, noise: float = 0.0
         ) -> Grammar:
    """The rules of one seed; see :class:`Grammar` for the dials."""
    return Grammar(seed=seed, size=size, length=length, width=width, fidelity=fidelity, noise=noise)
