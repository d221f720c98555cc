"""Sequences that parted from each other: substitutions, insertions and deletions along a tree, and selection.

Substitutions follow Hasegawa, Kishino and Yano (1985), doi:10.1007/BF02101694; with equal letters and no preference for
transitions that is Jukes and Cantor (1969). A relative is written from the other by a small machine, from left to
right: it may skip letters, put in letters of its own, or write what it reads with substitutions, so that the
probability of every continuation is a sum that can be taken exactly (Thorne, Kishino and Felsenstein 1991,
doi:10.1007/BF02193625, in its simplest form).

Under selection a site keeps its letter: all substitutions away from the favoured letter are accepted with the chance of
Halpern and Bruno (1998), doi:10.1093/oxfordjournals.molbev.a025995, given the favoured letter's advantage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.worlds._simulator import Simulator

WORLD = "phylogeny"
LETTERS = np.array([0.3, 0.2, 0.2, 0.3])
"""Share of A, C, G and T at equilibrium."""
KAPPA = 4.0
"""How much more often a transition happens than a transversion."""
GENES, LENGTH = 4, 60  # relatives laid end to end in the corpus, and their letters

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]


def rates(letters: Floats = LETTERS, kappa: float = KAPPA, advantage: Floats | None = None) -> Floats:
    """Rate matrix with one substitution per unit of time where nothing is selected, shape (4, 4).

    Parameters
    ----------
    advantage : scaled fitness of each letter (4 N s), shape (4,); None where all are alike.
    """
    transition = np.array([[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]])
    neutral = np.where(transition, kappa, 1.0) * letters
    np.fill_diagonal(neutral, 0.0)
    neutral /= (letters[:, None] * neutral).sum()
    if advantage is not None:
        gain = advantage[None, :] - advantage[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            neutral = neutral * np.where(np.abs(gain) < 1e-9, 1.0, gain / -np.expm1(-gain))
    np.fill_diagonal(neutral, -neutral.sum(axis=1))
    return np.asarray(neutral)


def equilibrium(advantage: Floats, letters: Floats = LETTERS) -> Floats:
    """Shares of the letters of a site in the long run, shape (4,)."""
    share = letters * np.exp(advantage - advantage.max())
    return np.asarray(share / share.sum())


def substitution(rate: Floats, time: float) -> Floats:
    """P(letter now | letter then), shape (4, 4)."""
    from scipy.linalg import expm

    return np.asarray(expm(rate * time))


@dataclass(frozen=True)
class Relation:
    """How a relative is written from a sequence.

    Attributes
    ----------
    time : substitutions per site.
    gap : chance of an insertion, and of a deletion, before each letter; their lengths are geometric.
    longer : chance that a gap goes on.
    """

    time: float
    gap: float = 0.0
    longer: float = 0.5

    @cached_property
    def table(self) -> Floats:
        return substitution(rates(), self.time)

    def write(self, rng: np.random.Generator, source: Codes, length: int) -> Codes:
        """The first ``length`` letters of a relative; past the end of the source it goes on with letters of its own."""
        out, at = np.zeros(length, dtype=np.uint8), 0
        inserting = False
        cumulative, own = self.table.cumsum(axis=1)[:, :3], LETTERS.cumsum()[:3]
        for i in range(length):
            inserting = rng.random() < (self.longer if inserting else self.gap)
            if not inserting:
                at += int(rng.geometric(1 - self.longer)) if rng.random() < self.gap else 0
            steps = own if inserting or at >= len(source) else cumulative[source[at]]
            out[i] = (steps < rng.random()).sum()
            at += 0 if inserting else 1
        return out

    def log_p(self, source: Codes, relative: Codes) -> Floats:
        """Natural log P(first letters of the relative | source) after each letter, exact, (n, s), (n, l) -> (n, l).

        Weights of all places in the source, after an insertion and after a letter that was read, are carried along.
        """
        n, end = source.shape
        read = np.zeros((n, end + 1))  # next letter to be read; the last place is past the end
        read[:, 0] = 1.0
        put_in, out, total = np.zeros_like(read), np.zeros(relative.shape), np.zeros(n)
        emitted = np.concatenate([self.table[source], np.broadcast_to(LETTERS, (n, 1, 4))], axis=1)
        jump = _skip(end + 1, self.gap, self.longer)
        for i in range(relative.shape[1]):
            letter = relative[:, i]
            begin = read * self.gap + put_in * self.longer
            go_on = (read * (1 - self.gap) + put_in * (1 - self.longer)) @ jump
            put_in = begin * LETTERS[letter][:, None]
            wrote = go_on * emitted[np.arange(n), :, letter]
            read = np.zeros_like(wrote)
            read[:, 1:] = wrote[:, :-1]
            read[:, -1] += wrote[:, -1]
            scale = read.sum(axis=1) + put_in.sum(axis=1)
            total = total + np.log(scale)
            read, put_in = read / scale[:, None], put_in / scale[:, None]
            out[:, i] = total
        return out


def _skip(places: int, gap: float, longer: float) -> Floats:
    """P(place after a possible deletion | place before), the last place taking all that lies past the end."""
    out = np.eye(places) * (1 - gap)
    for step in range(1, places):
        out += np.eye(places, k=step) * gap * (1 - longer) * longer ** (step - 1)
    out[:, -1] += 1 - out.sum(axis=1)
    return out


class Family(NamedTuple):
    """Relatives along a tree, some of whose sites are kept.

    Attributes
    ----------
    leaves : letters of all relatives, shape (relatives, length).
    favoured : letter that selection keeps at each site, shape (length,); -1 where nothing is selected.
    """

    leaves: Codes
    favoured: NDArray[np.int64]


@dataclass(frozen=True)
class Tree:
    """A tree that splits in two at every step, with branches of one length.

    Attributes
    ----------
    splits : how often; there are 2**splits relatives.
    branch : substitutions per site along one branch, where nothing is selected.
    advantage : scaled fitness (4 N s) of the favoured letter of a kept site.
    kept : share of sites that are kept.
    """

    splits: int
    branch: float = 0.15
    advantage: float = 6.0
    kept: float = 0.35

    @cached_property
    def tables(self) -> Floats:
        """P(letter at the end | at the beginning of a branch), for each favoured letter and for none, (5, 4, 4)."""
        chosen = [np.where(np.arange(4) == letter, self.advantage, 0.0) for letter in range(4)]
        return np.stack([substitution(rates(advantage=a), self.branch) for a in [*chosen, np.zeros(4)]])

    @cached_property
    def roots(self) -> Floats:
        """Shares at the root for each favoured letter and for none, shape (5, 4)."""
        chosen = [np.where(np.arange(4) == letter, self.advantage, 0.0) for letter in range(4)]
        return np.stack([equilibrium(a) for a in [*chosen, np.zeros(4)]])

    @property
    def prior(self) -> Floats:
        """P(favoured letter, or none), shape (5,)."""
        return np.append(self.kept * LETTERS, 1 - self.kept)

    def write(self, rng: np.random.Generator, length: int) -> Family:
        """A family of sequences of ``length`` letters."""
        kind = rng.choice(5, size=length, p=self.prior)
        steps = self.tables.cumsum(axis=2)[kind, :, :3]  # per site
        now = (self.roots.cumsum(axis=1)[kind, :3] < rng.random((length, 1))).sum(axis=1)[None, :]
        for _ in range(self.splits):
            now = np.repeat(now, 2, axis=0)
            own = steps[np.arange(length)[None, :], now]
            now = (own < rng.random((*now.shape, 1))).sum(axis=2)
        return Family(now.astype(np.uint8), np.where(kind < 4, kind, -1))

    def log_posterior(self, leaves: Codes) -> Floats:
        """Natural log P(favoured letter, or none | letters of all relatives) of each site, exact, (r, l) -> (l, 5).

        Sums over the letters of all ancestors, from the leaves up (Felsenstein 1981, doi:10.1007/BF01734359).
        """
        below = np.eye(4)[leaves][:, :, None, :] * np.ones((1, 1, 5, 1))  # P(leaves below | letter here)
        for _ in range(self.splits):
            risen = np.einsum("kab,rlkb->rlka", self.tables, below)
            below = risen[0::2] * risen[1::2]
        joint = np.log(self.prior) + np.log((below[0] * self.roots).sum(axis=2))
        return np.asarray(joint - np.logaddexp.reduce(joint, axis=1)[:, None])


@dataclass(frozen=True, kw_only=True)
class Phylogeny(Simulator):
    """Families of relatives.

    Attributes
    ----------
    time, gap : of the relatives that stand beside each other in the corpus, see :class:`Relation`.
    """

    time: float = 0.2
    gap: float = 0.01

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"relatives", "selection"})

    @property
    def told(self) -> str:
        return (f"relatives that parted {self.time:g} substitutions per site ago, with insertions and deletions, "
                "and families under selection")

    def pairs(self, streams: Sequence[np.random.Generator], relation: Relation, source: int, length: int
              ) -> tuple[Codes, Codes]:
        """A sequence of ``source`` letters and the first ``length`` letters of its relative, for each stream."""
        first = np.stack([rng.choice(4, size=source, p=LETTERS) for rng in streams]).astype(np.uint8)
        return first, np.stack([relation.write(rng, s, length) for rng, s in zip(streams, first, strict=True)])

    def write(self, letters: int) -> Codes:
        """Families laid end to end: each member is a relative of the one before it."""
        rng, relation, rows = seeds.stream(self.seed, WORLD, "corpus"), Relation(self.time, self.gap), []
        for _ in range(letters // (GENES * LENGTH) + 1):
            rows.append(rng.choice(4, size=LENGTH, p=LETTERS).astype(np.uint8))
            for _ in range(GENES - 1):
                rows.append(relation.write(rng, rows[-1], LENGTH))
        return np.concatenate(rows)


def make(seed: int, size: int = 300_000, time: float = 0.2, gap: float = 0.01) -> Phylogeny:
    """Families of one seed; see :class:`Phylogeny` for the dials."""
    return Phylogeny(seed=seed, size=size, time=time, gap=gap)
