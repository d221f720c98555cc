"""Splice sites with known truth: donors and acceptors, decoys made of the same letters, enhancers and silencers.

A donor is three letters of exon, GT, and four of intron; an acceptor is eight pyrimidines, a free letter, a C or T,
AG, and one letter of exon. Letters are independent, with shares near those of vertebrate sites. Enhancers stand in
the exon beside a true site, silencers in the intron; at a decoy they have changed sides.

Source: shares rounded after Shapiro and Senapathy (1987), doi:10.1093/nar/15.17.7155; enhancers and silencers are
random motifs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kindergrad.core import seeds
from kindergrad.core.dna import decode_rows, encode
from kindergrad.worlds import _background
from kindergrad.worlds._arrangement import ANY, Arrangement, chosen, mixture
from kindergrad.worlds._background import Codes, Floats, Written
from kindergrad.worlds._simulator import Simulator

WORLD = "splicing"
_TRACT = (0.10, 0.30, 0.10, 0.50)
_FREE = (0.25, 0.25, 0.25, 0.25)
_DONOR = ((0.35, 0.35, 0.19, 0.11), (0.60, 0.13, 0.13, 0.14), (0.09, 0.03, 0.80, 0.08), "G", "T",
          (0.52, 0.03, 0.42, 0.03), (0.71, 0.08, 0.12, 0.09), (0.07, 0.05, 0.83, 0.05), (0.16, 0.16, 0.22, 0.46))
_ACCEPTOR = (*(_TRACT,) * 8, _FREE, (0.05, 0.65, 0.01, 0.29), "A", "G", (0.25, 0.14, 0.50, 0.11))
ENHANCERS, SILENCERS = (0, 1), (2, 3)
FLANK = 50
"""Letters beside a site of the corpus within which its enhancers or silencers stand."""


class Site(NamedTuple):
    """One kind of splice site.

    Attributes
    ----------
    shares : probability of each letter at each position, shape (width, 4).
    fixed : place of the two letters that never change.
    exon_left : whether the exon stands before the site.
    """

    shares: Floats
    fixed: int
    exon_left: bool

    @property
    def free(self) -> NDArray[np.int64]:
        """Positions that vary."""
        return np.array([i for i in range(len(self.shares)) if i not in (self.fixed, self.fixed + 1)])


def _site(rows: Sequence[str | tuple[float, ...]], exon_left: bool) -> Site:
    shares = np.array([np.eye(4)["ACGT".index(row)] if isinstance(row, str) else row for row in rows])
    return Site(shares, next(i for i, row in enumerate(rows) if isinstance(row, str)), exon_left)


SITES = {"donor": _site(_DONOR, True), "acceptor": _site(_ACCEPTOR, False)}


class Offered(NamedTuple):
    """Windows around sites, the true one first, shape (n, c); the fixed letters of the site begin at ``middle``."""

    texts: NDArray[np.str_]
    middle: int
    ideal: Floats | None
    clusters: NDArray[np.str_]


@dataclass(frozen=True, kw_only=True)
class Splicing(Simulator):
    """Splice sites, and decoys.

    Attributes
    ----------
    strength : how well decoys fit the site, 0 (letters in any order) to 1 (as well as true sites).
    width, fidelity : of enhancers and silencers; 7 and 0.9 give 10 bits.
    """

    strength: float = 0.0
    width: int = 7
    fidelity: float = 0.9

    name: ClassVar[str] = WORLD
    offers: ClassVar[frozenset[str]] = frozenset({"splice-sites", "splice-contexts"})

    @property
    def told(self) -> str:
        return "splice sites with enhancers and silencers, and decoys made of the same letters or in the wrong company"

    @cached_property
    def background(self) -> _background.Background:
        return _background.draw_chain(seeds.stream(self.seed, WORLD, "background"))

    @cached_property
    def motifs(self) -> list[Floats]:
        """Two enhancers, two silencers."""
        rng = seeds.stream(self.seed, WORLD, "motifs")
        return [_background.motif(rng, self.width, self.fidelity) for _ in range(4)]

    # --- a site against other orders of its letters ----------------------------------------------------

    def splice_sites(self, streams: Sequence[np.random.Generator], kind: str, flank: int, controls: int) -> Offered:
        """One true site per stream, and decoys that hold its letters in another order, each in its own background."""
        site, rows = SITES[kind], []
        weight = np.maximum(site.shares[site.free], 1e-6) ** self.strength
        for rng in streams:
            true = _background.instance(rng, site.shares)
            for i in range(controls + 1):
                letters = true.copy()
                if i:
                    letters[site.free] = _background.rearranged(rng, true[site.free], weight)
                rows.append([Written(flank - site.fixed, letters)])
        length, c = 2 * flank + 2, controls + 1
        codes = self.background.write(np.concatenate([rng.random((c, length)) for rng in streams]), rows)
        ideal = self.fit(codes, kind, flank - site.fixed)
        return Offered(decode_rows(codes).reshape(-1, c), flank, ideal.reshape(-1, c),
                       np.array([f"item-{i}" for i in range(len(streams))]))

    @staticmethod
    def fit(codes: Codes, kind: str, start: int) -> Floats:
        """Natural log probability of the letters of a site: with equal letters all that tells true from decoy, (n,)."""
        site = SITES[kind]
        letters = codes[:, start : start + len(site.shares)]
        return np.asarray(np.log(np.maximum(site.shares, 1e-100))[np.arange(len(site.shares)), letters].sum(axis=1))

    # --- a site against one in the wrong company -------------------------------------------------------

    def splice_contexts(self, streams: Sequence[np.random.Generator], kind: str, flank: int, controls: int) -> Offered:
        """One true site per stream with enhancers in the exon and silencers in the intron, and decoys with the
        sides changed; the letters of all sites come from the same shares."""
        site, rows = SITES[kind], []
        length = 2 * flank + len(site.shares)
        for rng in streams:
            for i in range(controls + 1):
                rows.append(self._company(rng, site, flank, right=i == 0))
        c = controls + 1
        codes = self.background.write(np.concatenate([rng.random((c, length)) for rng in streams]), rows)
        ideal = self.company(codes, kind, flank).reshape(-1, c)
        return Offered(decode_rows(codes).reshape(-1, c), flank + site.fixed, ideal,
                       np.array([f"item-{i}" for i in range(len(streams))]))

    def _company(self, rng: np.random.Generator, site: Site, flank: int, *, right: bool) -> list[Written]:
        """A site with both enhancers on one side and both silencers on the other."""
        left = site.exon_left is right
        sides = (ENHANCERS, SILENCERS) if left else (SILENCERS, ENHANCERS)
        words = [Written(flank, _background.instance(rng, site.shares))]
        for start, own in zip((0, flank + len(site.shares)), sides, strict=True):
            words += [Written(start + place, _background.instance(rng, self.motifs[word]))
                      for place, word in chosen(rng, _either_order(own), flank, self.width)]
        return words

    def company(self, codes: Codes, kind: str, flank: int) -> Floats:
        """Natural log of P(text | enhancers in the exon) / P(text | sides changed), exact, (n, length) -> (n,)."""
        site = SITES[kind]
        sides = codes[:, :flank], codes[:, flank + len(site.shares) :]
        exon, intron = sides if site.exon_left else sides[::-1]
        return self._side(exon) - self._side(intron)

    def _side(self, codes: Codes) -> Floats:
        """Natural log odds of enhancers against silencers in a flank."""
        read = self.background.read(codes)
        odds = {word: read.odds(motif) for word, motif in enumerate(self.motifs)}
        return (mixture(_either_order(ENHANCERS), odds, self.width)
                - mixture(_either_order(SILENCERS), odds, self.width))

    # --- the corpus ------------------------------------------------------------------------------------

    def write(self, letters: int) -> Codes:
        """Genes without end: an exon flank, a donor, an intron, an acceptor, an exon flank, some background."""
        rng, rows = seeds.stream(self.seed, WORLD, "corpus"), []
        donor, acceptor = SITES["donor"], SITES["acceptor"]
        second = 2 * FLANK + len(donor.shares)
        length = second + 2 * FLANK + len(acceptor.shares) + FLANK
        for _ in range(letters // length + 1):
            last = self._company(rng, acceptor, FLANK, right=True)
            rows.append(self._company(rng, donor, FLANK, right=True)
                        + [Written(second + start, text) for start, text in last])
        return np.asarray(self.background.write(rng.random((len(rows), length)), rows).ravel())


def _either_order(words: tuple[int, int]) -> tuple[Arrangement, ...]:
    return Arrangement(words, (ANY,)), Arrangement(words[::-1], (ANY,))


def window_codes(texts: NDArray[np.str_]) -> Codes:
    """Codes of texts of one length, any shape -> (n, length)."""
    flat = texts.ravel()
    return encode("".join(flat)).reshape(len(flat), -1)


def make(seed: int, size: int = 1_000_000, strength: float = 0.0, width: int = 7, fidelity: float = 0.9) -> Splicing:
    """Splice sites of one seed; see :class:`Splicing` for the dials."""
    return Splicing(seed=seed, size=size, strength=strength, width=width, fidelity=fidelity)
